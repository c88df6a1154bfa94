// Scales and shifts of a convolution's channels, such as batch norm's, as part of its filter.
#ifndef T2N_PASSES_FOLDED_SCALES_H_
#define T2N_PASSES_FOLDED_SCALES_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Rebuilds `graph` in `out` (empty before): conv(x, w, b) * scale + shift, with constants a channel
// or for all, becomes conv(x, w * scale, b * scale + shift), the filter as it is read. Where more
// than that reads the convolution, or a rounding or a comparison behind it makes the last digit
// matter, it stays. Only f32.
absl::Status FoldScales(const Graph& graph, Graph* out);
// Whether there are such.
bool HasScalesToFold(const Graph& graph);

}  // namespace t2n

#endif  // T2N_PASSES_FOLDED_SCALES_H_
