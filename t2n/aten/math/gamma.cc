// The gamma function's family, in f64.
#include <cmath>
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
// Below this, arguments are moved up by as much before an asymptotic series is used.
constexpr int kShift = 8;

Val Nan(Builder& b, const Val& x) { return b.ScalarLike(x, std::nan("")); }

// pi times the distance to the nearest integer: what sin(pi x) and tan(pi x) depend on.
Val PiFraction(Builder& b, const Val& x) { return (x - b.Round(x)) * M_PI; }

// log(gamma(x)) for x > 0: Stirling's series (Abramowitz & Stegun 6.1.41) at x or x + 8.
Val LgammaPositive(Builder& b, const Val& x) {
  Val z = Below(b, x, kShift, x + kShift, x);
  Val product = x;
  for (int k = 1; k < kShift; ++k) product = product * (x + k);
  Val shift = Below(b, x, kShift, b.Log(product), b.ScalarLike(x, 0));
  Val r = b.Recip(z);
  Val series = r * Polynomial(b, b.Square(r), {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680});
  return (z - 0.5) * b.Log(z) - z + 0.5 * std::log(2 * M_PI) + series - shift;
}

// 6.1.17: gamma(x) gamma(1 - x) = pi / sin(pi x).
Val Lgamma(Builder& b, const Val& x) {
  Val reflected =
      std::log(M_PI) - b.Log(b.Abs(b.Sin(PiFraction(b, x)))) - LgammaPositive(b, 1.0 - x);
  return b.Select(b.Lt(x, 0.5), reflected, LgammaPositive(b, x));
}

// 6.3.18 at x or x + 8 (6.3.5).
Val DigammaPositive(Builder& b, const Val& x) {
  Val z = Below(b, x, kShift, x + kShift, x);
  Val sum = b.Recip(x);
  for (int k = 1; k < kShift; ++k) sum = sum + b.Recip(x + k);
  Val r = b.Recip(z);
  Val series = b.Square(r) *
               Polynomial(b, b.Square(r), {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132});
  return b.Log(z) - r * 0.5 - series - Below(b, x, kShift, sum, b.ScalarLike(x, 0));
}

// 6.3.7; infinite at 0, with the sign of -x, and NaN at the other poles.
Val Digamma(Builder& b, const Val& x) {
  Val reflected = DigammaPositive(b, 1.0 - x) - M_PI / b.Tan(PiFraction(b, x));
  Val pole = b.And(b.Le(x, 0), b.Eq(x, b.Round(x)));
  reflected = b.Select(pole, b.Select(b.Eq(x, 0), -b.Recip(x), Nan(b, x)), reflected);
  return b.Select(b.Le(x, 0), reflected, DigammaPositive(b, x));
}

// Hurwitz's zeta(x, q) for x > 1, q > 0: ten terms and the Euler-Maclaurin formula.
Val ZetaPositive(Builder& b, const Val& x, const Val& q) {
  constexpr int kTerms = 10;
  // B(2j) / (2j)!
  constexpr double kBernoulli[] = {1.0 / 12,         -1.0 / 720,     1.0 / 30240,
                                   -1.0 / 1209600,   1.0 / 47900160, -691.0 / 1307674368000,
                                   1.0 / 74724249600};
  Val minus_x = -x;
  Val sum = b.Pow(q, minus_x);
  for (int k = 1; k < kTerms; ++k) sum = sum + b.Pow(q + k, minus_x);
  Val a = q + kTerms;
  Val power = b.Pow(a, minus_x);
  sum = sum + power * a / (x - 1.0) + power * 0.5;
  Val factor = x * power / a;  // x (x + 1) ... (x + 2j) a^-(x + 2j + 1)
  Val inverse_square = b.Recip(b.Square(a));
  for (int j = 0; j < 7; ++j) {
    sum = sum + factor * kBernoulli[j];
    if (j < 6) factor = factor * (x + (2 * j + 1)) * (x + (2 * j + 2)) * inverse_square;
  }
  return sum;
}

// As torch.special.zeta. For q < 0 (x an integer) the terms left of 0 are a difference of two zetas
// of |q + k|.
Val Zeta(Builder& b, const Val& x, const Val& q) {
  Val steps = b.Max(-b.Floor(q), 0);  // terms below 0
  Val left = b.Max(-q, 0);
  Val first = left - steps + 1.0;
  Val lower = ZetaPositive(b, x, b.Max(first, 1e-300)) - ZetaPositive(b, x, left + 1.0);
  Val odd = b.Ne(FloorMod(b, x, b.ScalarLike(x, 2)), 0);
  Val upper = ZetaPositive(b, x, b.Max(q + steps, 1e-300));
  Val y = b.Select(b.Lt(q, 0), upper + b.Select(odd, -lower, lower), upper);
  Val pole = b.And(b.Le(q, 0), b.Eq(q, b.Floor(q)));
  Val bad = b.Or(b.Lt(x, 1), b.And(b.Le(q, 0), b.Ne(x, b.Floor(x))));
  y = b.Select(pole, b.ScalarLike(y, kInf), b.Select(bad, Nan(b, x), y));
  y = b.Select(b.Lt(x, 1), Nan(b, x), y);
  return b.Select(b.Eq(x, 1), b.ScalarLike(y, kInf), y);
}

Arg ZetaOp(OpCall& c) {
  DType dtype = FloatType(ResultType({c.arg("self"), c.arg("other")}));
  Val x = AsTensor(c.b, c.arg("self"), DType::kF64), q = AsTensor(c.b, c.arg("other"), DType::kF64);
  return c.b.Cast(Zeta(c.b, x, q), dtype);
}

// The n-th derivative of pi cot(pi x) as a polynomial in cot(pi x): each derivative of c is
// -pi (1 + c^2).
std::vector<double> CotDerivative(int64_t n) {
  std::vector<double> p = {0, M_PI};
  for (int64_t i = 0; i < n; ++i) {
    std::vector<double> next(p.size() + 1, 0.0);
    for (size_t k = 1; k < p.size(); ++k) {
      next[k - 1] -= M_PI * k * p[k];
      next[k + 1] -= M_PI * k * p[k];
    }
    p = next;
  }
  return p;
}

// Abramowitz & Stegun 6.4.10 and the reflection 6.4.7.
Arg Polygamma(OpCall& c) {
  int64_t n = c.integer("n");
  Val self = c.tensor("self");
  DType dtype = FloatType(self.dtype());
  Val x = c.b.Cast(self, DType::kF64);
  if (n < 0 || n > 60) return c.RefuseArg("n");
  if (n == 0) return c.b.Cast(Digamma(c.b, x), dtype);
  double sign = n % 2 == 0 ? -1 : 1;
  auto right_of_0 = [&](const Val& v) {
    Val zeta = ZetaPositive(c.b, c.b.ScalarLike(v, n + 1), v);
    return zeta * (sign * std::tgamma(n + 1.0));
  };
  Val cot = c.b.Recip(c.b.Tan(PiFraction(c.b, x)));
  Val reflected = right_of_0(1.0 - x) * -sign - Polynomial(c.b, cot, CotDerivative(n));
  Val pole = c.b.And(c.b.Le(x, 0), c.b.Eq(x, c.b.Round(x)));
  reflected = c.b.Select(pole, c.b.ScalarLike(x, sign * kInf), reflected);
  return c.b.Cast(c.b.Select(c.b.Le(x, 0), reflected, right_of_0(x)), dtype);
}

// sum over j < p of log(gamma(x - j / 2)), plus a constant.
Arg Mvlgamma(OpCall& c) {
  Val self = c.tensor("self");
  int64_t p = c.integer("p");
  if (p < 1 || p > 64) return c.RefuseArg("p");
  Val x = c.b.Cast(self, DType::kF64);
  Val sum = Lgamma(c.b, x);
  for (int64_t j = 1; j < p; ++j) sum = sum + Lgamma(c.b, x - 0.5 * j);
  return c.b.Cast(sum + p * (p - 1) * 0.25 * std::log(M_PI), FloatType(self.dtype()));
}

constexpr OpEntry kOps[] = {
    {"aten::lgamma(Tensor self) -> Tensor", DoubleFn<Lgamma>},
    {"aten::digamma(Tensor self) -> Tensor", DoubleFn<Digamma>},
    {"aten::polygamma(int n, Tensor self) -> Tensor", Polygamma},
    {"aten::mvlgamma(Tensor self, int p) -> Tensor", Mvlgamma, &kInRows},
    {"aten::special_zeta(Tensor self, Tensor other) -> Tensor", ZetaOp},
    {"aten::special_zeta.self_scalar(Scalar self, Tensor other) -> Tensor", ZetaOp,
     &kElementwiseNumber},
    {"aten::special_zeta.other_scalar(Tensor self, Scalar other) -> Tensor", ZetaOp,
     &kElementwiseNumber},
};

}  // namespace

absl::Span<const OpEntry> GammaOps() { return kOps; }

}  // namespace t2n
