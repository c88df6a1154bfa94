// What a call of an operator adds to the graph, charged to the conversion's allowance.
#ifndef T2N_PROGRAM_CHARGE_H_
#define T2N_PROGRAM_CHARGE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Charges the nodes from number `begin` on, and the constants that were computed for them.
// ResourceExhausted past a limit of time or memory.
absl::Status ChargeNodes(const Graph& graph, size_t begin);

}  // namespace t2n

#endif  // T2N_PROGRAM_CHARGE_H_
