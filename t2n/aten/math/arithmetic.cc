// Arithmetic with two operands.
#include <cmath>

#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

// Whether a number is one of the f16 between its least normal and its largest one, or of the bf16.
bool FitsHalf(double v, DType dtype) {
  if (v == 0 || !std::isfinite(v)) return true;
  if (dtype == DType::kBF16) {
    return BFloat16ToFloat(FloatToBFloat16(static_cast<float>(v))) == static_cast<float>(v);
  }
  return std::abs(v) <= MaxFinite(dtype) && std::abs(v) >= 0x1p-14;
}

// What `self op other` is computed in for a result of `dtype`: torch reads a second operand without
// axes as f32 beside halves, and rounds the result only.
DType ComputeType(DType dtype, const Arg& other) {
  if (!IsHalf(dtype)) return dtype;
  if (other.is_number()) return FitsHalf(other.AsDouble(), dtype) ? dtype : DType::kF32;
  const bool wider = other.is_tensor() && other.tensor().rank() == 0 &&
                     IsFloat(other.tensor().dtype()) && other.tensor().dtype() != dtype;
  return wider ? DType::kF32 : dtype;
}

// self + alpha * other and its kin: `sign` is +1 or -1.
Arg AddScaled(OpCall& c, const Arg& self, const Arg& other, double sign) {
  DType dtype = ResultType({self, other});
  const DType inner = ComputeType(dtype, other);
  Val a = AsTensor(c.b, self, inner), b = AsTensor(c.b, other, inner);
  const Arg& alpha = c.arg("alpha");
  if (!alpha.is_none() && alpha.AsDouble() != 1) b = c.b.Mul(b, AsTensor(c.b, alpha, inner));
  if (dtype == DType::kBool) return sign > 0 ? c.b.Or(a, b) : c.Refuse("of bools");
  return c.b.Cast(sign > 0 ? c.b.Add(a, b) : c.b.Sub(a, b), dtype);
}

Arg Add(OpCall& c) { return AddScaled(c, c.arg("self"), SecondOperand(c.arg("other")), 1); }
Arg Sub(OpCall& c) { return AddScaled(c, c.arg("self"), SecondOperand(c.arg("other")), -1); }
Arg Rsub(OpCall& c) { return AddScaled(c, c.arg("other"), SecondOperand(c.arg("self")), -1); }

Arg Mul(OpCall& c) {
  const Arg &self = c.arg("self"), other = SecondOperand(c.arg("other"));
  const DType dtype = ResultType({self, other}), inner = ComputeType(dtype, other);
  Val x = AsTensor(c.b, self, inner), y = AsTensor(c.b, other, inner);
  return dtype == DType::kBool ? c.b.And(x, y) : c.b.Cast(c.b.Mul(x, y), dtype);
}

Val TrueDivide(OpCall& c, const Arg& self, const Arg& other) {
  const DType dtype = FloatType(ResultType({self, other})), inner = ComputeType(dtype, other);
  return c.b.Cast(c.b.Div(AsTensor(c.b, self, inner), AsTensor(c.b, other, inner)), dtype);
}

Val TruncDivide(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  Val q = c.b.Div(x[0], x[1]);
  return IsInteger(x[0].dtype()) ? q : c.b.Trunc(q);
}

// Towards minus infinity. Floats as in Python's divmod: exact quotients that division rounds up to
// an integer stay below it.
Arg FloorDivide(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  return FloorDivide(c.b, x[0], x[1]);
}

Arg DivMode(OpCall& c) {
  std::string mode = c.str("rounding_mode");
  if (mode == "trunc") return TruncDivide(c);
  if (mode == "floor") return FloorDivide(c);
  if (!mode.empty()) return c.RefuseArg("rounding_mode");
  return TrueDivide(c, c.arg("self"), c.arg("other"));
}

Arg Div(OpCall& c) {
  // Integers were truncated before version 4.
  DType dtype = ResultType({c.arg("self"), c.arg("other")});
  if (c.env().version < 4 && IsInteger(dtype)) return TruncDivide(c);
  return TrueDivide(c, c.arg("self"), SecondOperand(c.arg("other")));
}

Arg TrueDivideOp(OpCall& c) { return TrueDivide(c, c.arg("self"), SecondOperand(c.arg("other"))); }

Arg Remainder(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  return FloorMod(c.b, x[0], x[1]);
}

Arg Fmod(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  return c.b.Rem(x[0], x[1]);
}

// x ** n for the exponents that have exact forms; null if `n` is none of them.
Val SmallPower(Builder& b, const Val& x, double n) {
  if (n == 1) return x;
  if (n == 2) return b.Square(x);
  if (n == 3) return b.Mul(b.Square(x), x);
  if (IsInteger(x.dtype())) return n == 4 ? b.Square(b.Square(x)) : Val();
  if (n == 0.5) return b.Sqrt(x);
  if (n == -0.5) return b.Rsqrt(x);
  if (n == -1) return b.Recip(x);
  if (n == -2) return b.Recip(b.Square(x));
  return Val();
}

// Negative powers of integers are 0, but for those of 1 and -1.
Val IntegerPower(Builder& b, const Val& x, const Val& n) {
  if (x.dtype() != DType::kI32 && x.dtype() != DType::kI64) {
    Val wide = IntegerPower(b, b.Cast(x, DType::kI64), b.Cast(n, DType::kI64));
    return b.Cast(wide, x.dtype());
  }
  if (KnownAtLeast(n, 0)) return b.Pow(x, n);
  Val negative = b.Lt(n, 0), parity = b.BitAnd(n, 1), zero = b.ScalarLike(x, 0);
  Val unit = b.Eq(b.Abs(x), 1);
  Val exponent = b.Select(negative, parity, n);
  return b.Select(b.And(negative, b.Not(unit)), zero, b.Pow(x, exponent));
}

Val PowerOf(OpCall& c, DType dtype) {
  const Arg &base = c.arg("self"), &exponent = c.arg("exponent");
  Val x = AsTensor(c.b, base, dtype);
  if (exponent.is_number() && !exponent.is_complex()) {
    double n = exponent.AsDouble();
    if (IsInteger(dtype) && n < 0) return c.RefuseArg("exponent", "is negative, the base integer");
    if (Val y = SmallPower(c.b, x, n)) return y;
  }
  Val n = AsTensor(c.b, exponent, dtype);
  return IsInteger(dtype) ? IntegerPower(c.b, x, n) : c.b.Pow(x, n);
}

Arg Pow(OpCall& c) {
  DType dtype = ResultType({c.arg("self"), c.arg("exponent")});
  if (dtype == DType::kBool) return c.Refuse("of bools");
  return PowerOf(c, dtype);
}

Arg FloatPower(OpCall& c) {
  bool complex = IsComplex(ResultType({c.arg("self"), c.arg("exponent")}));
  return PowerOf(c, complex ? DType::kC128 : DType::kF64);
}

// self + value * combine(tensor1, tensor2)
Arg AddCombined(OpCall& c, Op op) {
  DType dtype = ResultType({c.arg("self"), c.arg("tensor1"), c.arg("tensor2")});
  DType inner = IsHalf(dtype) ? DType::kF32 : dtype;
  Val t = c.b.Binary(op, AsTensor(c.b, c.arg("tensor1"), inner),
                     AsTensor(c.b, c.arg("tensor2"), inner));
  const Arg& value = c.arg("value");
  if (value.AsDouble() != 1) t = c.b.Mul(t, AsTensor(c.b, value, inner));
  return c.b.Cast(c.b.Add(AsTensor(c.b, c.arg("self"), inner), t), dtype);
}
Arg Addcmul(OpCall& c) { return AddCombined(c, Op::kMul); }
Arg Addcdiv(OpCall& c) {
  DType dtype = ResultType({c.arg("self"), c.arg("tensor1"), c.arg("tensor2")});
  return IsInteger(dtype) ? c.Refuse("of integers") : AddCombined(c, Op::kDiv);
}

Arg Lerp(OpCall& c) {
  DType dtype = c.tensor("self").dtype();
  Val a = Widen(c.b, c.tensor("self")), b = Widen(c.b, c.tensor("end"));
  Val w = AsTensor(c.b, c.arg("weight"), a.dtype());
  if (IsComplex(dtype)) return a + w * (b - a);
  // The form that is exact at both ends, as torch has it.
  Val y = c.b.Select(c.b.Lt(c.b.Abs(w), 0.5), a + w * (b - a), b - (b - a) * (1.0 - w));
  return c.b.Cast(y, dtype);
}

constexpr OpEntry kOps[] = {
    {"aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Add},
    {"aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Add,
     &kElementwiseNumber},
    {"aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Sub},
    {"aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Sub,
     &kElementwiseNumber},
    {"aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Rsub,
     &kElementwiseReversed},
    {"aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Rsub,
     &kElementwiseNumber},
    {"aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", Mul},
    {"aten::mul.Scalar(Tensor self, Scalar other) -> Tensor", Mul, &kElementwiseNumber},
    {"aten::div.Tensor(Tensor self, Tensor other) -> Tensor", Div},
    {"aten::div.Scalar(Tensor self, Scalar other) -> Tensor", Div, &kElementwiseNumber},
    {"aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", DivMode},
    {"aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", DivMode,
     &kElementwiseNumber},
    {"aten::true_divide.Tensor(Tensor self, Tensor other) -> Tensor", TrueDivideOp},
    {"aten::true_divide.Scalar(Tensor self, Scalar other) -> Tensor", TrueDivideOp,
     &kElementwiseNumber},
    {"aten::floor_divide(Tensor self, Tensor other) -> Tensor", FloorDivide},
    {"aten::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor", FloorDivide,
     &kElementwiseNumber},
    {"aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor", Remainder},
    {"aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor", Remainder, &kElementwiseNumber},
    {"aten::remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", Remainder,
     &kElementwiseNumber},
    {"aten::fmod.Tensor(Tensor self, Tensor other) -> Tensor", Fmod},
    {"aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor", Fmod, &kElementwiseNumber},
    {"aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", Pow},
    {"aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", Pow},
    {"aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor", Pow, &kInRows},
    {"aten::float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", FloatPower},
    {"aten::float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", FloatPower},
    {"aten::float_power.Scalar(Scalar self, Tensor exponent) -> Tensor", FloatPower, &kInRows},
    {"aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
     Addcmul},
    {"aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
     Addcdiv},
    {"aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor", Lerp},
    {"aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor", Lerp},
};

}  // namespace

absl::Span<const OpEntry> ArithmeticOps() { return kOps; }

}  // namespace t2n
