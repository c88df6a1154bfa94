// Layers that others are built from.
#ifndef T2N_ATEN_NN_LAYERS_H_
#define T2N_ATEN_NN_LAYERS_H_

#include "t2n/builder/builder.h"

namespace t2n {

// torch.nn.functional.layer_norm over the last `axes` axes; weight and bias (their shape) or null.
// A composite `layer_norm` {axes, eps} of (x), (x, weight) or (x, weight, bias).
Val LayerNorm(Builder& b, const Val& x, int64_t axes, const Val& weight, const Val& bias,
              double eps);

}  // namespace t2n

#endif  // T2N_ATEN_NN_LAYERS_H_
