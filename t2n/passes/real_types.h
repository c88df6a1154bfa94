// Types that runtimes have not, by types that they have: complex numbers as pairs of real ones,
// bfloat16 as f32.
#ifndef T2N_PASSES_REAL_TYPES_H_
#define T2N_PASSES_REAL_TYPES_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Whether any value of the graph or of its bodies is complex or bfloat16.
bool NeedsRealTypes(const Graph& graph);

// Rebuilds `graph` in `real` (empty before): every complex value becomes a real one with a last
// axis of size 2 (real, imaginary), graph inputs and outputs too; bfloat16 becomes f32, without
// rounding in between. The Fourier transform becomes the
// composite `fft` {axis, inverse} on such values, which does not divide by the length.
// Unimplemented, with the node's place, for a primitive without a meaning on complex values.
absl::Status LowerToRealTypes(const Graph& graph, Graph* real);

}  // namespace t2n

#endif  // T2N_PASSES_REAL_TYPES_H_
