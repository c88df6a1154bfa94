// Functions of one operand, element by element.
#include <cmath>

#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

// floor, ceil, trunc, round: integers are what they are.
template <Op op>
Arg Rounding(OpCall& c) {
  Val x = c.tensor("self");
  return IsInteger(x.dtype()) ? x : c.b.Unary(op, x);
}

Arg Neg(OpCall& c) {
  Val x = c.tensor("self");
  return x.dtype() == DType::kBool ? c.Refuse("of bools") : c.b.Neg(x);
}

Arg Abs(OpCall& c) {
  Val x = c.tensor("self");
  return x.dtype() == DType::kBool ? x : Magnitude(c.b, x);
}

Arg Sign(OpCall& c) {
  Val x = c.tensor("self");
  return x.dtype() == DType::kBool ? x : c.b.Sign(x);
}

// x / |x|, and 0 at 0.
Arg Sgn(OpCall& c) {
  Val x = c.tensor("self");
  if (!IsComplex(x.dtype())) return Sign(c);
  Val abs = Magnitude(c.b, x);
  Val divisor = c.b.Select(c.b.Eq(abs, 0), c.b.ScalarLike(abs, 1), abs);
  return c.b.MakeComplex(c.b.Real(x) / divisor, c.b.Imag(x) / divisor);
}

Arg Square(OpCall& c) {
  Val x = c.tensor("self");
  return c.b.Square(x.dtype() == DType::kBool ? c.b.Cast(x, DType::kI64) : x);
}

Arg RoundDecimals(OpCall& c) {
  Val x = c.tensor("self");
  int64_t decimals = c.integer("decimals");
  if (IsInteger(x.dtype())) return decimals == 0 ? x : c.RefuseArg("decimals", "on integers");
  if (decimals == 0) return c.b.Round(x);
  double scale = std::pow(10.0, std::abs(static_cast<double>(decimals)));
  return decimals > 0 ? c.b.Round(x * scale) / scale : c.b.Round(x / scale) * scale;
}

Arg NanToNum(OpCall& c) {
  Val x = c.tensor("self");
  double max = MaxFinite(x.dtype());
  double nan = c.has("nan") ? c.number("nan") : 0;
  double pos = c.has("posinf") ? c.number("posinf") : max;
  double neg = c.has("neginf") ? c.number("neginf") : -max;
  if (IsComplex(x.dtype())) return c.Refuse("of complex numbers");
  if (!IsFloat(x.dtype())) return x;
  Val y = c.b.Select(c.b.Gt(x, max), c.b.ScalarLike(x, pos), x);
  y = c.b.Select(c.b.Lt(x, -max), c.b.ScalarLike(x, neg), y);
  return c.b.Select(c.b.IsNan(x), c.b.ScalarLike(x, nan), y);
}

Val Everywhere(Builder& b, const Val& x, bool value) {
  return b.Full(x.shape(), b.Scalar(DType::kBool, static_cast<int64_t>(value)));
}

Val OnParts(Builder& b, const Val& x, Op join, Val (*fn)(Builder&, const Val&)) {
  return IsComplex(x.dtype()) ? b.Binary(join, fn(b, b.Real(x)), fn(b, b.Imag(x))) : fn(b, x);
}

Arg IsNan(OpCall& c) {
  return OnParts(c.b, c.tensor("self"), Op::kOr, [](Builder& b, const Val& x) {
    return IsFloat(x.dtype()) ? b.IsNan(x) : Everywhere(b, x, false);
  });
}

Arg IsInf(OpCall& c) {
  return OnParts(c.b, c.tensor("self"), Op::kOr, [](Builder& b, const Val& x) {
    return IsFloat(x.dtype()) ? b.IsInf(x) : Everywhere(b, x, false);
  });
}

Arg IsFinite(OpCall& c) {
  return OnParts(c.b, c.tensor("self"), Op::kAnd, [](Builder& b, const Val& x) {
    return IsFloat(x.dtype()) ? b.Le(b.Abs(x), MaxFinite(x.dtype())) : Everywhere(b, x, true);
  });
}

Arg IsPosInf(OpCall& c) {
  Val x = c.tensor("self");
  return IsFloat(x.dtype()) ? c.b.Gt(x, MaxFinite(x.dtype())) : Everywhere(c.b, x, false);
}

Arg IsNegInf(OpCall& c) {
  Val x = c.tensor("self");
  return IsFloat(x.dtype()) ? c.b.Lt(x, -MaxFinite(x.dtype())) : Everywhere(c.b, x, false);
}

Arg IsReal(OpCall& c) {
  Val x = c.tensor("self");
  return IsComplex(x.dtype()) ? c.b.Eq(c.b.Imag(x), 0) : Everywhere(c.b, x, true);
}

Arg Signbit(OpCall& c) {
  Val x = c.tensor("self");
  return x.dtype() == DType::kBool ? Everywhere(c.b, x, false) : SignBit(c.b, x);
}

// log(x / (1 - x)), x clamped to [eps, 1 - eps] if eps is given.
Arg Logit(OpCall& c) {
  Val x = c.tensor("self");
  DType dtype = IsFloat(x.dtype()) ? x.dtype() : DType::kF32;
  x = Widen(c.b, c.b.Cast(x, dtype));
  if (c.has("eps")) {
    double eps = c.number("eps");
    x = c.b.Min(c.b.Max(x, eps), 1 - eps);
  }
  return c.b.Cast(c.b.Log(x / (1.0 - x)), dtype);
}

Val Exp2(Builder& b, const Val& x) { return b.Pow(b.ScalarLike(x, 2), x); }
Val Log2(Builder& b, const Val& x) { return b.Log(x) * M_LOG2E; }
Val Log10(Builder& b, const Val& x) { return b.Log(x) * M_LOG10E; }
Val DegToRad(Builder&, const Val& x) { return x * (M_PI / 180); }
Val RadToDeg(Builder&, const Val& x) { return x * (180 / M_PI); }
Val Frac(Builder& b, const Val& x) { return x - b.Trunc(x); }

// sin(pi x) / (pi x), and 1 at 0.
Val Sinc(Builder& b, const Val& x) {
  Val zero = b.Eq(x, 0);
  Val t = b.Select(zero, b.ScalarLike(x, 1), x) * M_PI;
  return b.Select(zero, b.ScalarLike(x, 1), b.Sin(t) / t);
}

// frexp: x = mantissa * 2^exponent with 0.5 <= |mantissa| < 1.
Arg Frexp(OpCall& c) {
  Val x = c.tensor("self");
  if (x.dtype() != DType::kF32 && x.dtype() != DType::kF64) return c.Refuse("of this dtype");
  // log2 may be off by one next to powers of two: one step in each direction mends it.
  Val usable = c.b.And(c.b.Le(c.b.Abs(x), MaxFinite(x.dtype())), c.b.Ne(x, 0));
  Val t = c.b.Select(usable, x, c.b.ScalarLike(x, 0.5));
  Val e = c.b.Floor(Log2(c.b, c.b.Abs(t))) + 1.0;
  auto two_to = [&](const Val& n) { return c.b.Pow(c.b.ScalarLike(x, 2), n); };
  // In two steps, so that no power overflows.
  Val half = c.b.Trunc(e * 0.5);
  Val m = t / two_to(half) / two_to(e - half);
  Val big = c.b.Ge(c.b.Abs(m), 1), small = c.b.Lt(c.b.Abs(m), 0.5);
  m = c.b.Select(big, m * 0.5, c.b.Select(small, m * 2.0, m));
  e = c.b.Select(big, e + 1.0, c.b.Select(small, e - 1.0, e));
  e = c.b.Select(usable, e, c.b.ScalarLike(e, 0));
  return Arg::Tuple({c.b.Select(usable, m, x), c.b.Cast(e, DType::kI32)});
}

constexpr OpEntry kOps[] = {
    {"aten::neg(Tensor self) -> Tensor", Neg},
    {"aten::abs(Tensor self) -> Tensor", Abs},
    {"aten::sign(Tensor self) -> Tensor", Sign},
    {"aten::sgn(Tensor self) -> Tensor", Sgn},
    {"aten::square(Tensor self) -> Tensor", Square},
    {"aten::floor(Tensor self) -> Tensor", Rounding<Op::kFloor>},
    {"aten::ceil(Tensor self) -> Tensor", Rounding<Op::kCeil>},
    {"aten::trunc(Tensor self) -> Tensor", Rounding<Op::kTrunc>},
    {"aten::round(Tensor self) -> Tensor", Rounding<Op::kRound>},
    {"aten::round.decimals(Tensor self, *, int decimals) -> Tensor", RoundDecimals},
    {"aten::frac(Tensor self) -> Tensor", FloatFn<Frac>},
    {"aten::frexp.Tensor(Tensor self) -> (Tensor mantissa, Tensor exponent)", Frexp, &kAsFirst},
    {"aten::exp(Tensor self) -> Tensor", FloatUnary<Op::kExp>},
    {"aten::exp2(Tensor self) -> Tensor", FloatFn<Exp2>},
    {"aten::expm1(Tensor self) -> Tensor", FloatFn<Expm1>},
    {"aten::log(Tensor self) -> Tensor", FloatUnary<Op::kLog>},
    {"aten::log1p(Tensor self) -> Tensor", FloatFn<Log1p>},
    {"aten::log2(Tensor self) -> Tensor", FloatFn<Log2>},
    {"aten::log10(Tensor self) -> Tensor", FloatFn<Log10>},
    {"aten::sqrt(Tensor self) -> Tensor", FloatUnary<Op::kSqrt>},
    {"aten::rsqrt(Tensor self) -> Tensor", FloatUnary<Op::kRsqrt>},
    {"aten::reciprocal(Tensor self) -> Tensor", FloatUnary<Op::kRecip>},
    {"aten::sin(Tensor self) -> Tensor", FloatUnary<Op::kSin>},
    {"aten::cos(Tensor self) -> Tensor", FloatUnary<Op::kCos>},
    {"aten::tan(Tensor self) -> Tensor", FloatUnary<Op::kTan>},
    {"aten::asin(Tensor self) -> Tensor", FloatUnary<Op::kAsin>},
    {"aten::acos(Tensor self) -> Tensor", FloatUnary<Op::kAcos>},
    {"aten::atan(Tensor self) -> Tensor", FloatUnary<Op::kAtan>},
    {"aten::sinh(Tensor self) -> Tensor", FloatUnary<Op::kSinh>},
    {"aten::cosh(Tensor self) -> Tensor", FloatUnary<Op::kCosh>},
    {"aten::tanh(Tensor self) -> Tensor", FloatUnary<Op::kTanh>, nullptr, OnQuantized::kSigned},
    {"aten::asinh(Tensor self) -> Tensor", FloatUnary<Op::kAsinh>},
    {"aten::acosh(Tensor self) -> Tensor", FloatUnary<Op::kAcosh>},
    {"aten::atanh(Tensor self) -> Tensor", FloatUnary<Op::kAtanh>},
    {"aten::sigmoid(Tensor self) -> Tensor", FloatUnary<Op::kSigmoid>, nullptr, OnQuantized::kUnit},
    {"aten::erf(Tensor self) -> Tensor", FloatUnary<Op::kErf>},
    {"aten::sinc(Tensor self) -> Tensor", FloatFn<Sinc>},
    {"aten::deg2rad(Tensor self) -> Tensor", FloatFn<DegToRad>, &kElementwiseNumber},
    {"aten::rad2deg(Tensor self) -> Tensor", FloatFn<RadToDeg>, &kElementwiseNumber},
    {"aten::logit(Tensor self, float? eps=None) -> Tensor", Logit},
    {"aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, "
     "float? neginf=None) -> Tensor",
     NanToNum, &kElementwiseNumber},
    {"aten::isnan(Tensor self) -> Tensor", IsNan},
    {"aten::isinf(Tensor self) -> Tensor", IsInf},
    {"aten::isfinite(Tensor self) -> Tensor", IsFinite},
    {"aten::isposinf(Tensor self) -> Tensor", IsPosInf},
    {"aten::isneginf(Tensor self) -> Tensor", IsNegInf},
    {"aten::isreal(Tensor self) -> Tensor", IsReal, &kAsFirst},
    {"aten::signbit(Tensor self) -> Tensor", Signbit},
};

}  // namespace

absl::Span<const OpEntry> UnaryOps() { return kOps; }

}  // namespace t2n
