// Functions of two operands, element by element.
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

using Pair = Val (*)(Builder&, const Val&, const Val&);

// The operands as floats of one dtype (halves as f32), the result in that dtype.
Val OnFloats(OpCall& c, const Arg& x, const Arg& y, Pair fn) {
  DType dtype = FloatType(ResultType({x, y}));
  if (IsComplex(dtype)) return c.Refuse("of complex numbers");
  Val a = Widen(c.b, AsTensor(c.b, x, dtype)), b = Widen(c.b, AsTensor(c.b, y, dtype));
  return c.b.Cast(fn(c.b, a, b), dtype);
}

template <Pair fn>
Arg FloatPair(OpCall& c) {
  return OnFloats(c, c.arg("self"), c.arg("other"), fn);
}

// sqrt(x^2 + y^2) scaled by the larger one, so that squares do not overflow.
Val Hypot(Builder& b, const Val& x, const Val& y) {
  Val large = b.Max(b.Abs(x), b.Abs(y)), small = b.Min(b.Abs(x), b.Abs(y));
  // 0 and infinity have no ratio.
  Val plain = b.And(b.Gt(large, 0), b.Le(large, MaxFinite(x.dtype())));
  Val ratio = b.Select(plain, small / large, b.ScalarLike(x, 0));
  return large * b.Sqrt(b.Square(ratio) + 1.0);
}

Val Copysign(Builder& b, const Val& x, const Val& y) {
  Val abs = b.Abs(x);
  return b.Select(SignBit(b, y), -abs, abs);
}

// log(exp(x) + exp(y)) in units of `unit`: 1 for base e, log 2 for base 2.
Val LogAddExpIn(Builder& b, const Val& x, const Val& y, double unit) {
  auto scaled = [&](const Val& v, double by) { return by == 1 ? v : v * by; };
  Val gap = scaled(b.Abs(x - y), unit);
  Val sum = b.Max(x, y) + scaled(Log1pUnit(b, b.Exp(-gap)), 1 / unit);
  // Equal operands, infinite ones among them, have no usable difference.
  return b.Select(b.Eq(x, y), x + M_LN2 / unit, sum);
}
Val LogAddExp(Builder& b, const Val& x, const Val& y) { return LogAddExpIn(b, x, y, 1); }
Val LogAddExp2(Builder& b, const Val& x, const Val& y) { return LogAddExpIn(b, x, y, M_LN2); }

// x * log, where 0 * anything but NaN is 0.
Val XTimesLog(Builder& b, const Val& x, const Val& y, const Val& log) {
  Val product = b.Select(b.Eq(x, 0), b.ScalarLike(x, 0), x * log);
  return b.Select(b.IsNan(y), y, product);
}
Val Xlogy(Builder& b, const Val& x, const Val& y) { return XTimesLog(b, x, y, b.Log(y)); }
Val Xlog1py(Builder& b, const Val& x, const Val& y) { return XTimesLog(b, x, y, Log1p(b, y)); }

Arg Heaviside(OpCall& c) {
  Val x = c.tensor("self"), values = c.tensor("values");
  if (x.dtype() != values.dtype()) return c.Refuse("of two dtypes");
  if (x.dtype() == DType::kBool) return c.Refuse("of bools");
  Val step = c.b.Cast(c.b.Gt(x, 0), x.dtype());
  return c.b.Select(c.b.Eq(x, 0), values, step);
}

// The next number after |x| away from 0, for normal numbers: Rump, Zimmermann, Boldo, Melquiond,
// "Computing predecessor and successor in rounding to nearest", BIT 49 (2009).
Val Outwards(const Val& abs, bool outwards) {
  bool wide = abs.dtype() == DType::kF64;
  double u = wide ? std::ldexp(1, -53) : std::ldexp(1, -24);
  double tiny = wide ? 4.94065645841246544e-324 : std::ldexp(1, -149);
  Val step = abs * (u * (1 + 2 * u)) + tiny;
  return outwards ? abs + step : abs - step;
}

Arg Nextafter(OpCall& c) {
  Val x = c.tensor("self"), y = c.tensor("other");
  if (x.dtype() != y.dtype() || IsHalf(x.dtype())) return c.Refuse("of these dtypes");
  Builder& b = c.b;
  Val abs = b.Abs(x);
  Val sign = b.Select(b.Eq(x, 0), b.Sign(y), b.Sign(x));
  Val outwards = b.Select(b.Eq(x, 0), b.Ne(y, 0), b.Not(b.Xor(b.Gt(y, x), b.Gt(x, 0))));
  Val next = sign * b.Select(outwards, Outwards(abs, true), Outwards(abs, false));
  return b.Select(b.Eq(x, y), y, b.Select(b.IsNan(y), y, next));
}

// x * 2^n; in two steps, so that 2^n itself need not be in range.
Val Ldexp(Builder& b, const Val& x, const Val& n) {
  Val two = b.ScalarLike(n, 2), half = b.Trunc(n * 0.5);
  return x * b.Pow(two, half) * b.Pow(two, n - half);
}

// Euclid's algorithm with as many steps as the dtype can take.
Val Gcd(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  DType dtype = x[0].dtype();
  if (!IsInteger(dtype)) return c.Refuse("of operands that are no integers");
  Shape shape = BroadcastShape(c, {x[0].shape(), x[1].shape()});
  // Fibonacci numbers are the worst case: log(2^bits) / log(golden ratio) steps.
  int64_t steps = 8 * ItemSize(dtype) * 3 / 2;
  Builder::ScanSpec spec;
  spec.length = steps;
  for (const Val& v : x) {
    spec.states.push_back(c.b.BroadcastTo(IsSigned(dtype) ? c.b.Abs(v) : v, shape));
  }
  return c.b.Scan(spec, [](Builder& b, absl::Span<const Val> in) {
    Val done = b.Eq(in[1], 0);
    Val divisor = b.Select(done, b.ScalarLike(in[1], 1), in[1]);
    return std::vector<Val>{b.Select(done, in[0], in[1]),
                            b.Select(done, in[1], b.Rem(in[0], divisor))};
  })[0];
}
Arg GcdOp(OpCall& c) { return Gcd(c); }

Arg Lcm(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  Val gcd = Gcd(c);
  Val divisor = c.b.Select(c.b.Eq(gcd, 0), c.b.ScalarLike(gcd, 1), gcd);
  return c.b.Abs(c.b.Div(x[0], divisor) * x[1]);
}

constexpr OpEntry kOps[] = {
    {"aten::hypot(Tensor self, Tensor other) -> Tensor", FloatPair<Hypot>},
    {"aten::atan2(Tensor self, Tensor other) -> Tensor", FloatPair<Atan2>},
    {"aten::copysign.Tensor(Tensor self, Tensor other) -> Tensor", FloatPair<Copysign>},
    {"aten::copysign.Scalar(Tensor self, Scalar other) -> Tensor", FloatPair<Copysign>,
     &kElementwiseNumber},
    {"aten::logaddexp(Tensor self, Tensor other) -> Tensor", FloatPair<LogAddExp>},
    {"aten::logaddexp2(Tensor self, Tensor other) -> Tensor", FloatPair<LogAddExp2>},
    {"aten::xlogy.Tensor(Tensor self, Tensor other) -> Tensor", FloatPair<Xlogy>},
    {"aten::xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor", FloatPair<Xlogy>,
     &kElementwiseNumber},
    {"aten::xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor", FloatPair<Xlogy>,
     &kElementwiseNumber},
    {"aten::special_xlog1py(Tensor self, Tensor other) -> Tensor", FloatPair<Xlog1py>},
    {"aten::special_xlog1py.self_scalar(Scalar self, Tensor other) -> Tensor", FloatPair<Xlog1py>,
     &kElementwiseNumber},
    {"aten::special_xlog1py.other_scalar(Tensor self, Scalar other) -> Tensor", FloatPair<Xlog1py>,
     &kElementwiseNumber},
    {"aten::heaviside(Tensor self, Tensor values) -> Tensor", Heaviside},
    {"aten::nextafter(Tensor self, Tensor other) -> Tensor", Nextafter},
    {"aten::ldexp.Tensor(Tensor self, Tensor other) -> Tensor", FloatPair<Ldexp>, &kOrderUnstated},
    {"aten::gcd(Tensor self, Tensor other) -> Tensor", GcdOp},
    {"aten::lcm(Tensor self, Tensor other) -> Tensor", Lcm},
};

}  // namespace

absl::Span<const OpEntry> BinaryMathOps() { return kOps; }

}  // namespace t2n
