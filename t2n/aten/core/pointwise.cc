#include "t2n/aten/core/pointwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/builder/dim_values.h"

namespace t2n {

bool IsHalf(DType t) { return t == DType::kF16 || t == DType::kBF16; }

Val Widen(Builder& b, const Val& x) { return IsHalf(x.dtype()) ? b.Cast(x, DType::kF32) : x; }

double MaxFinite(DType t) {
  switch (t) {
    case DType::kF16:
      return 65504;
    case DType::kBF16:
      return 3.3895313892515355e38;
    case DType::kF64:
      return std::numeric_limits<double>::max();
    default:
      return std::numeric_limits<float>::max();
  }
}

bool KnownAtLeast(const Val& x, int64_t bound) {
  constexpr int64_t kMaxElements = 64;
  if (!x) return false;
  std::optional<Shape> elements = DimElements(*x.get(), kMaxElements);
  if (!elements) return false;
  return std::all_of(elements->begin(), elements->end(),
                     [&](const Dim& d) { return LessEqual(bound, d) == true; });
}

namespace {

// Whether a remainder's sign is not the divisor's, so that truncating did not round down.
Val RoundedUp(Builder& b, const Val& remainder, const Val& divisor) {
  Val negative = b.Lt(remainder, 0);
  if (KnownAtLeast(divisor, 1)) return negative;
  return b.And(b.Ne(remainder, 0), b.Xor(negative, b.Lt(divisor, 0)));
}

// The same of two floats that are sizes or fractions of such.
Val OfRatios(Builder& b, const Val& x, const Val& divisor, Dim (*fn)(const Dim&, const Dim&)) {
  if (x.is_constant() && divisor.is_constant()) return Val();
  const std::optional<Ratio> p = RatioOf(*x.get());
  const std::optional<Ratio> q = p ? RatioOf(*divisor.get()) : std::nullopt;
  if (!q || !p->exact || !q->exact || LessEqual(1, q->numerator) != true) return Val();
  const bool whole = p->denominator == Dim(1) && q->denominator == Dim(1);
  if (fn == Mod && !whole) return Val();
  const Dim size = fn(p->numerator * q->denominator, p->denominator * q->numerator);
  return b.Cast(b.DimScalar(size), x.dtype());
}

// fn(x, divisor) of two numbers of rank 0 that are sizes, as a size. Null for anything else.
Val OfSizes(Builder& b, const Val& x, const Val& divisor, Dim (*fn)(const Dim&, const Dim&)) {
  if (!b.ok() || x.rank() != 0 || divisor.rank() != 0) return Val();
  if (x.dtype() == DType::kF32 || x.dtype() == DType::kF64) return OfRatios(b, x, divisor, fn);
  if (!IsInteger(x.dtype())) return Val();
  if (!x->dims && !divisor->dims) return Val();
  const auto a = DimElements(*x.get(), 1), d = DimElements(*divisor.get(), 1);
  if (!a || !d || Equal((*d)[0], 0) != false) return Val();
  return b.Cast(b.DimScalar(fn((*a)[0], (*d)[0])), x.dtype());
}

}  // namespace

Val FloorMod(Builder& b, const Val& x, const Val& divisor) {
  if (Val size = OfSizes(b, x, divisor, Mod)) return size;
  Val r = b.Rem(x, divisor);
  if (KnownAtLeast(x, 0) && KnownAtLeast(divisor, 1)) return r;
  return b.Select(RoundedUp(b, r, divisor), r + divisor, r);
}

Val FloorDivide(Builder& b, const Val& x, const Val& divisor) {
  if (Val size = OfSizes(b, x, divisor, FloorDiv)) return size;
  Val q = b.Div(x, divisor);
  if (IsFloat(x.dtype())) {
    // An exact quotient just below an integer may be rounded up to it: go by the exact remainder.
    Val r = b.Rem(x, divisor);
    Val exact = (x - r) / divisor;
    Val floor = b.Round(b.Select(RoundedUp(b, r, divisor), exact - 1.0, exact));
    return b.Select(b.Eq(divisor, 0), q, floor);
  }
  if (KnownAtLeast(x, 0) && KnownAtLeast(divisor, 1)) return q;
  Val r = b.Rem(x, divisor);
  return b.Select(RoundedUp(b, r, divisor), q - 1.0, q);
}

Val Expm1(Builder& b, const Val& x) { return b.Tanh(x * 0.5) * (b.Exp(x) + 1.0); }

Val Log1pUnit(Builder& b, const Val& x) { return b.Atanh(x / (x + 2.0)) * 2.0; }

Val Log1p(Builder& b, const Val& x) {
  return b.Select(b.Lt(b.Abs(x), 0.5), Log1pUnit(b, x), b.Log(x + 1.0));
}

Val Softplus(Builder& b, const Val& x) { return b.Max(x, 0) + Log1pUnit(b, b.Exp(-b.Abs(x))); }

Val SignBit(Builder& b, const Val& x) {
  Val negative = b.Lt(x, 0);
  return IsFloat(x.dtype()) ? b.Or(negative, b.Lt(b.Recip(x), 0)) : negative;
}

Val Atan2(Builder& b, const Val& y, const Val& x) {
  // Infinities count as their signs, so that the ratio of two of them is 1.
  double max = MaxFinite(x.dtype());
  Val both = b.And(b.Gt(b.Abs(x), max), b.Gt(b.Abs(y), max));
  Val ratio = b.Select(both, b.Sign(y) * b.Sign(x), y / x);
  Val up = b.Select(SignBit(b, y), b.ScalarLike(y, -1), b.ScalarLike(y, 1));
  Val left = SignBit(b, x);
  Val angle = b.Select(left, b.Atan(ratio) + up * M_PI, b.Atan(ratio));
  Val on_axis = b.Select(b.Eq(y, 0), b.Select(left, up * M_PI, y), up * M_PI_2);
  return b.Select(b.Eq(x, 0), b.Select(b.IsNan(y), y, on_axis), angle);
}

Val Magnitude(Builder& b, const Val& x) {
  if (!IsComplex(x.dtype())) return b.Abs(x);
  return b.Sqrt(b.Square(b.Real(x)) + b.Square(b.Imag(x)));
}

Val Below(Builder& b, const Val& x, double bound, const Val& if_below, const Val& otherwise) {
  return b.Select(b.Lt(x, bound), if_below, otherwise);
}

Val Polynomial(Builder& b, const Val& x, absl::Span<const double> coefficients) {
  if (coefficients.size() < 2) return b.Fail("a polynomial of degree 0");
  Val y = x * coefficients.back();
  for (size_t i = coefficients.size() - 2; i > 0; --i) y = (y + coefficients[i]) * x;
  return y + coefficients[0];
}

Val Softmax(Builder& b, const Val& x, int64_t axis) {
  if (!x) return x;
  if (x.rank() == 0) return b.Reshape(Softmax(b, AtLeast1d(b, x), 0), {});
  Val y = b.Composite("softmax", {{"axis", axis}}, {Widen(b, x)},
                      [&](Builder& b, absl::Span<const Val> in) {
                        Val e = b.Exp(in[0] - b.Reduce(Op::kReduceMax, in[0], {axis}, true));
                        return e / b.Reduce(Op::kReduceSum, e, {axis}, true);
                      });
  return b.Cast(y, x.dtype());
}

Val LogSoftmax(Builder& b, const Val& x, int64_t axis) {
  if (!x) return x;
  if (x.rank() == 0) return b.Reshape(LogSoftmax(b, AtLeast1d(b, x), 0), {});
  Val y = b.Composite("log_softmax", {{"axis", axis}}, {Widen(b, x)},
                      [&](Builder& b, absl::Span<const Val> in) {
                        Val s = in[0] - b.Reduce(Op::kReduceMax, in[0], {axis}, true);
                        return s - b.Log(b.Reduce(Op::kReduceSum, b.Exp(s), {axis}, true));
                      });
  return b.Cast(y, x.dtype());
}

Val LogSumExp(Builder& b, const Val& x, std::vector<int64_t> axes, bool keep_axes) {
  Val wide = Widen(b, x);
  if (!wide) return wide;
  Val max = b.Reduce(Op::kReduceMax, wide, axes, true);
  // Infinite maxima must not give inf - inf.
  Val shift = b.Select(b.Le(b.Abs(max), MaxFinite(wide.dtype())), max, b.ScalarLike(max, 0));
  Val sum = b.Reduce(Op::kReduceSum, b.Exp(wide - shift), axes, true);
  Val out = b.Log(sum) + shift;
  if (!keep_axes) {
    for (auto it = axes.rbegin(); it != axes.rend(); ++it) out = b.Squeeze(out, *it);
  }
  return b.Cast(out, x.dtype());
}

Val CountAlong(Builder& b, const Val& x, const std::vector<int64_t>& axes, DType dtype) {
  Dim n = 1;
  for (int64_t axis : axes) n *= x.dim(axis);
  return b.Cast(b.DimScalar(n), dtype);
}

Val Conjugate(Builder& b, const Val& x) {
  if (!x || !IsComplex(x.dtype())) return x;
  return b.MakeComplex(b.Real(x), b.Neg(b.Imag(x)));
}

}  // namespace t2n
