// For readers that have the standard's operations alone (NNEF 1.0.5): what has no word there is
// made of what has.
//
// The standard computes with scalars only. Integers are computed as scalars where that is exact:
// where their values are known to be whole numbers up to 2^24, which single precision holds.
// Beyond that they can be stored, moved, selected and gathered by.
#ifndef T2N_PASSES_STANDARD_OPS_H_
#define T2N_PASSES_STANDARD_OPS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Rebuilds `graph` in `out` (empty before). Sizes must be constant. `refusals` gets a line for
// each node, with its place, that cannot be expressed; something else stands for it in `out`.
absl::Status LowerToStandardOps(const Graph& graph, Graph* out, std::vector<std::string>* refusals);

}  // namespace t2n

#endif  // T2N_PASSES_STANDARD_OPS_H_
