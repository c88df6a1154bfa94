// Loops without a state: their steps do not depend on each other.
#ifndef T2N_PASSES_SPREAD_LOOPS_H_
#define T2N_PASSES_SPREAD_LOOPS_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Whether SpreadLoops has anything to do in the graph or its bodies.
bool HasLoopsToSpread(const Graph& graph);

// Rebuilds `graph` in `out` (empty before): a Scan that carries nothing becomes its body on all
// steps at once, along one more axis in front. Loops whose bodies have primitives without such a
// form (windows, resizing, further loops) stay.
absl::Status SpreadLoops(const Graph& graph, Graph* out);

}  // namespace t2n

#endif  // T2N_PASSES_SPREAD_LOOPS_H_
