// Quantized values by scalars, for readers that compute with real numbers alone.
#ifndef T2N_PASSES_REAL_QUANTITIES_H_
#define T2N_PASSES_REAL_QUANTITIES_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Whether any value of the graph or of its bodies is quantized.
bool HasQuantities(const Graph& graph);

// Rebuilds `graph` in `real` (empty before): a quantized value that is computed becomes the f32
// numbers that its integers are, which is exact for 8 bits; Quantize and Dequantize become their
// arithmetic. Quantized constants stay, each read by Dequantize alone: they are tensors that the
// format has words for (graph.quant). Outputs of the graph that were quantized are their integers.
absl::Status LowerToRealQuantities(const Graph& graph, Graph* real);

}  // namespace t2n

#endif  // T2N_PASSES_REAL_QUANTITIES_H_
