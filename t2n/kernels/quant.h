// Affine quantization of single numbers.
#ifndef T2N_KERNELS_QUANT_H_
#define T2N_KERNELS_QUANT_H_

#include <cstdint>

#include "t2n/ir/dtype.h"

namespace t2n::kernels {

// round_half_even(value * (1 / scale)) + zero_point in f32, clamped to the integers of `dtype`:
// what torch.quantize_per_tensor computes.
int64_t QuantizeValue(float value, double scale, int64_t zero_point, DType dtype);

}  // namespace t2n::kernels

#endif  // T2N_KERNELS_QUANT_H_
