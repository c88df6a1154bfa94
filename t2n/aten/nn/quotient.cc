#include "t2n/aten/nn/quotient.h"

#include "t2n/aten/core/pointwise.h"

namespace t2n {

Val Quotient(Builder& b, const Val& x, const Val& y) {
  if (x.dtype() == DType::kF64) {
    Val q = x / y;
    return q + (x - q * y) / y;
  }
  const DType wide = IsHalf(x.dtype()) ? DType::kF32 : DType::kF64;
  return b.Cast(b.Cast(x, wide) / b.Cast(y, wide), x.dtype());
}

}  // namespace t2n
