// The regularized incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x), in f64 to about
// 1e-6: for a below 40 by the power series (DLMF 8.7.1) left of x = a + 1 and the continued
// fraction (8.9.2) right of it, above by Temme's uniform expansion (8.12.3) with two coefficients.
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

constexpr double kLargeA = 40, kTiny = 1e-300, kHuge = 1e30;
// At x = a + 1 = 41 both have errors below 1e-9.
constexpr int64_t kSeriesTerms = 120, kFractionTerms = 100;

struct GammaPair {
  Val p, q;
};

// 1 + x / (a + 1) + x^2 / ((a + 1)(a + 2)) + ...
Val Series(Builder& b, const Val& a, const Val& x) {
  Builder::ScanSpec spec;
  Val one = x * 0.0 + 1.0;
  spec.length = kSeriesTerms;
  spec.states = {one, one, a};
  spec.full = {x};
  return b.Scan(spec, [](Builder&, absl::Span<const Val> in) {
    Val k = in[2] + 1.0, term = in[0] * in[3] / k;
    return std::vector<Val>{term, in[1] + term, k};
  })[1];
}

// x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...)), from its end.
Val Fraction(Builder& b, const Val& a, const Val& x) {
  Builder::ScanSpec spec;
  Val base = x - a;
  spec.length = kFractionTerms;
  spec.states = {base + (2.0 * kFractionTerms + 1), base * 0.0 + kFractionTerms};
  spec.full = {a, base};
  return b.Scan(spec, [](Builder&, absl::Span<const Val> in) {
    const Val &f = in[0], &n = in[1], &a = in[2], &base = in[3];
    return std::vector<Val>{base + n * 2.0 - 1.0 - n * (n - a) / f, n - 1.0};
  })[0];
}

GammaPair SmallA(OpCall& c, const Val& any_a, const Val& x) {
  Builder& b = c.b;
  Val a = b.Min(b.Max(any_a, kTiny), kLargeA), turn = b.Max(a + 1.0, 2.0);
  Val lgamma = c.Call("aten::lgamma", {a + 1.0});
  auto power = [&](const Val& x) { return b.Exp(a * b.Log(b.Max(x, kTiny)) - x - lgamma); };
  Val left = b.Min(x, turn), right = b.Max(x, turn);
  Val p = power(left) * Series(b, a, left), q = power(right) * a / Fraction(b, a, right);
  Val is_left = b.Lt(x, turn);
  return {b.Select(is_left, p, 1.0 - q), b.Select(is_left, 1.0 - p, q)};
}

// With eta^2 / 2 = mu - log(1 + mu), mu = x / a - 1.
GammaPair LargeA(OpCall& c, const Val& any_a, const Val& x) {
  Builder& b = c.b;
  Val a = b.Max(any_a, kLargeA), mu = (x - a) / a;
  Val near =
      b.Square(mu) * Polynomial(b, mu, {1.0 / 2, -1.0 / 3, 1.0 / 4, -1.0 / 5, 1.0 / 6, -1.0 / 7});
  Val half = b.Select(b.Lt(b.Abs(mu), 0.01), near, mu - b.Log(b.Max(x / a, kTiny)));
  Val eta = b.Sign(mu) * b.Sqrt(b.Max(half * 2.0, 0.0));
  Val small = b.Lt(b.Abs(eta), 0.05), one = b.ScalarLike(a, 1);
  Val e = b.Recip(b.Select(small, one, eta)), m = b.Recip(b.Select(small, one, mu));
  Val c0 = b.Select(
      small, Polynomial(b, eta, {-1.0 / 3, 1.0 / 12, -2.0 / 135, 1.0 / 864, 1.0 / 2835}), m - e);
  Val cubes = e * b.Square(e) - m * b.Square(m) - b.Square(m) - m * (1.0 / 12);
  Val c1 = b.Select(small, Polynomial(b, eta, {-1.0 / 540, -1.0 / 288, 1.0 / 378, -77.0 / 77760}),
                    cubes);
  Val rest = b.Exp(-(a * half)) * b.Rsqrt(a * (2 * M_PI)) * (c0 + c1 / a);
  Val at = eta * b.Sqrt(a * 0.5);
  Val q = c.Call("aten::erfc", {at}) * 0.5, p = c.Call("aten::erfc", {-at}) * 0.5;
  return {p - rest, q + rest};
}

template <bool upper>
Arg IncompleteGamma(OpCall& c) {
  Builder& b = c.b;
  DType dtype = FloatType(ResultType({c.arg("self"), c.arg("other")}));
  if (IsComplex(dtype)) return c.Refuse("of complex numbers");
  Val self = c.tensor("self"), other = c.tensor("other");
  Shape shape = BroadcastShape(c, {self.shape(), other.shape()});
  if (!b.ok()) return Val();
  Val a = b.BroadcastTo(b.Cast(self, DType::kF64), shape);
  Val x = b.BroadcastTo(b.Cast(other, DType::kF64), shape);
  Val finite_a = b.Min(b.Max(a, 0.0), kHuge), finite_x = b.Min(b.Max(x, 0.0), kHuge);
  GammaPair small = SmallA(c, finite_a, finite_x), large = LargeA(c, finite_a, finite_x);
  if (!b.ok()) return Val();
  Val y = b.Select(b.Lt(a, kLargeA), upper ? small.q : small.p, upper ? large.q : large.p);
  // P(0, x) = 1 and P(a, 0) = 0; not at 0, 0, nor of two infinities, nor of negative numbers.
  y = b.Select(b.Eq(x, 0.0), b.ScalarLike(y, upper ? 1 : 0), y);
  y = b.Select(b.Eq(a, 0.0), b.ScalarLike(y, upper ? 0 : 1), y);
  Val none = b.Or(b.And(b.Eq(a, 0.0), b.Eq(x, 0.0)), b.And(b.IsInf(a), b.IsInf(x)));
  Val bad = b.Or(none, b.Not(b.And(b.Ge(a, 0.0), b.Ge(x, 0.0))));
  return b.Cast(b.Select(bad, b.ScalarLike(y, std::nan("")), y), dtype);
}

constexpr OpEntry kOps[] = {
    {"aten::igamma(Tensor self, Tensor other) -> Tensor", IncompleteGamma<false>},
    {"aten::igammac(Tensor self, Tensor other) -> Tensor", IncompleteGamma<true>},
};

}  // namespace

absl::Span<const OpEntry> IncompleteGammaOps() { return kOps; }

}  // namespace t2n
