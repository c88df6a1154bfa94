// Loops in the forms that readers have.
#ifndef T2N_PASSES_LOOPS_H_
#define T2N_PASSES_LOOPS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Loops of more steps are not unrolled.
constexpr int64_t kMaxUnrolledSteps = 256;

// Whether LowerLoops has anything to do in the graph or its bodies.
bool HasLoops(const Graph& graph, bool unroll);

// Rebuilds `graph` in `out` (empty before): a Cumulative becomes a Scan that carries the running
// value. `unroll`: it stays, but a Scan of a known number of steps, up to kMaxUnrolledSteps,
// becomes these steps one after the other, each the composite `step`; others stay.
absl::Status LowerLoops(const Graph& graph, bool unroll, Graph* out);

}  // namespace t2n

#endif  // T2N_PASSES_LOOPS_H_
