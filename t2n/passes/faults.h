// Graphs that are wrong on purpose: what checks are tested with.
#ifndef T2N_PASSES_FAULTS_H_
#define T2N_PASSES_FAULTS_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// `graph` with 1 added to the first result of its node `index` (negated, of bools).
absl::Status AddFault(const Graph& graph, size_t index, Graph* out);

}  // namespace t2n

#endif  // T2N_PASSES_FAULTS_H_
