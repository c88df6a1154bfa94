// What the elementwise operators and reductions are made of.
#ifndef T2N_ATEN_CORE_POINTWISE_H_
#define T2N_ATEN_CORE_POINTWISE_H_

#include <vector>

#include "t2n/aten/core/op_call.h"
#include "t2n/builder/builder.h"

namespace t2n {

// Applies one primitive to `self`, with integers and bools as f32 (torch's float-only functions).
template <Op op>
Arg FloatUnary(OpCall& c);
// ... in the operand's own dtype.
template <Op op>
Arg SameUnary(OpCall& c);
// The same for functions made of several primitives; halves are computed as f32.
template <Val (*fn)(Builder&, const Val&)>
Arg FloatFn(OpCall& c);
// ... computed in f64 whatever the dtype: for functions whose formulas cancel.
template <Val (*fn)(Builder&, const Val&)>
Arg DoubleFn(OpCall& c);

// f16 and bf16 as f32, as torch computes and accumulates; others unchanged.
Val Widen(Builder& b, const Val& x);
bool IsHalf(DType t);
// Largest finite value of a float dtype.
double MaxFinite(DType t);

// Whether all elements (few, and integers or sizes) are known to be at least `bound`.
bool KnownAtLeast(const Val& x, int64_t bound);

// torch.floor_divide and torch.remainder of operands of one dtype: quotients rounded down,
// remainders with the divisor's sign.
Val FloorDivide(Builder& b, const Val& x, const Val& divisor);
Val FloorMod(Builder& b, const Val& x, const Val& divisor);

// exp(x) - 1 and log(1 + x), accurate near 0; x a float.
Val Expm1(Builder& b, const Val& x);
Val Log1p(Builder& b, const Val& x);
// log(1 + x) for 0 <= x <= 1 only: fewer primitives.
Val Log1pUnit(Builder& b, const Val& x);
// log(1 + exp(x)).
Val Softplus(Builder& b, const Val& x);
// Whether the sign bit is set, of -0 too.
Val SignBit(Builder& b, const Val& x);
// The angle of the point (x, y) in [-pi, pi], as C has it.
Val Atan2(Builder& b, const Val& y, const Val& x);
// |x| of real or complex numbers.
Val Magnitude(Builder& b, const Val& x);
// x < bound ? a : b, elementwise, for a polynomial's or function's two ranges.
Val Below(Builder& b, const Val& x, double bound, const Val& if_below, const Val& otherwise);
// coefficients[0] + coefficients[1] * x + ... by Horner's rule.
Val Polynomial(Builder& b, const Val& x, absl::Span<const double> coefficients);

// Composites over one axis; floats (halves are computed as f32).
Val Softmax(Builder& b, const Val& x, int64_t axis);
Val LogSoftmax(Builder& b, const Val& x, int64_t axis);
Val LogSumExp(Builder& b, const Val& x, std::vector<int64_t> axes, bool keep_axes);

// The number of elements along `axes`, as a rank-0 tensor.
Val CountAlong(Builder& b, const Val& x, const std::vector<int64_t>& axes, DType dtype);

template <Val (*fn)(Builder&, const Val&)>
Arg FloatFn(OpCall& c) {
  Val x = c.tensor("self");
  if (IsComplex(x.dtype())) return c.Refuse("of complex numbers");
  DType dtype = IsFloat(x.dtype()) ? x.dtype() : DType::kF32;
  return c.b.Cast(fn(c.b, Widen(c.b, c.b.Cast(x, dtype))), dtype);
}

template <Val (*fn)(Builder&, const Val&)>
Arg DoubleFn(OpCall& c) {
  Val x = c.tensor(c.schema().args[0].name);
  if (IsComplex(x.dtype())) return c.Refuse("of complex numbers");
  DType dtype = IsFloat(x.dtype()) ? x.dtype() : DType::kF32;
  return c.b.Cast(fn(c.b, c.b.Cast(x, DType::kF64)), dtype);
}

template <Op op>
Arg FloatUnary(OpCall& c) {
  Val x = c.tensor("self");
  bool is_float = IsFloat(x.dtype()) || IsComplex(x.dtype());
  return c.b.Unary(op, is_float ? x : c.b.Cast(x, DType::kF32));
}

template <Op op>
Arg SameUnary(OpCall& c) {
  return c.b.Unary(op, c.tensor("self"));
}

// The conjugate of a complex tensor; real ones unchanged.
Val Conjugate(Builder& b, const Val& x);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_POINTWISE_H_
