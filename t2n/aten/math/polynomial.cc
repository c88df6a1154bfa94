// Orthogonal polynomials of a degree given at run time, by their three-term recurrences
// (Abramowitz & Stegun 22.7), in f64.
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

// p[k + 1] = (a[k] + b[k] x) p[k] - c[k] p[k - 1], each coefficient (u + v k) / (1 + w k); p[0] =
// 1, p[1] = first + slope x. Shifted polynomials are taken at 2 x - 1.
struct Family {
  double first, slope;
  struct Coefficient {
    double u, v;
  } a, b, c;
  double w = 0;
  bool shifted = false;
};

constexpr Family Chebyshev(double first, double slope, bool shifted) {
  return {first, slope, {0, 0}, {2, 0}, {1, 0}, 0, shifted};
}
constexpr Family kChebyshevT = Chebyshev(0, 1, false), kShiftedT = Chebyshev(0, 1, true);
constexpr Family kChebyshevU = Chebyshev(0, 2, false), kShiftedU = Chebyshev(0, 2, true);
constexpr Family kChebyshevV = Chebyshev(-1, 2, false), kShiftedV = Chebyshev(-1, 2, true);
constexpr Family kChebyshevW = Chebyshev(1, 2, false), kShiftedW = Chebyshev(1, 2, true);
constexpr Family kHermiteH = {0, 2, {0, 0}, {2, 0}, {0, 2}};
constexpr Family kHermiteHe = {0, 1, {0, 0}, {1, 0}, {0, 1}};
constexpr Family kLaguerre = {1, -1, {1, 2}, {-1, 0}, {0, 1}, 1};
constexpr Family kLegendre = {0, 1, {0, 0}, {1, 2}, {0, 1}, 1};

// Degrees of tensors are followed up to here; above, the result is NaN.
constexpr int64_t kMaxDegree = 256;

Val At(const Family& f, const Family::Coefficient& c, const Val& k) {
  Val y = k * c.v + c.u;
  return f.w == 0 ? y : y / (k * f.w + 1.0);
}

// The polynomials of the degrees `n` (whole numbers of x's shape), all at most `max`.
Val Recur(Builder& b, const Family& f, const Val& x, const Val& n, int64_t max) {
  Val one = b.Full(x.shape(), x.dtype(), 1);
  Val linear = x * f.slope + f.first;
  Val result = b.Select(b.Lt(n, 0), b.ScalarLike(x, 0), b.Select(b.Eq(n, 0), one, linear));
  if (max < 2) return result;
  Builder::ScanSpec spec;
  spec.length = max - 1;
  spec.states = {b.ScalarLike(x, 1), linear, one, result};
  spec.full = {x, n};
  return b.Scan(spec, [&](Builder& b, absl::Span<const Val> in) {
    Val k = in[0], current = in[1], last = in[2], x = in[4];
    Val next = (At(f, f.a, k) + At(f, f.b, k) * x) * current - At(f, f.c, k) * last;
    Val found = b.Eq(in[5], k + 1.0);
    return std::vector<Val>{k + 1.0, next, current, b.Select(found, next, in[3])};
  })[3];
}

template <const Family& f>
Arg Evaluate(OpCall& c) {
  DType dtype = FloatType(ResultType({c.arg("x"), c.arg("n")}));
  Val x = AsTensor(c.b, c.arg("x"), DType::kF64);
  Val n = c.b.Trunc(AsTensor(c.b, c.arg("n"), DType::kF64));
  Shape shape = BroadcastShape(c, {x.shape(), n.shape()});
  int64_t max = kMaxDegree;
  bool known = n.is_constant() && n.rank() == 0;
  if (known) {
    auto degree = ReadDoubles(*n->constant);
    if (!degree.ok() || !((*degree)[0] <= kMaxDegree)) return c.RefuseArg("n");
    max = static_cast<int64_t>((*degree)[0]);
  }
  if (f.shifted) x = x * 2.0 - 1.0;
  x = c.b.BroadcastTo(x, shape);
  n = c.b.BroadcastTo(n, shape);
  Val y = Recur(c.b, f, x, n, max);
  if (!known) y = c.b.Select(c.b.Gt(n, kMaxDegree), c.b.ScalarLike(y, std::nan("")), y);
  return c.b.Cast(y, dtype);
}

#define T2N_FAMILY(name, family)                                                          \
  {"aten::special_" name "(Tensor x, Tensor n) -> Tensor", Evaluate<family>},             \
      {"aten::special_" name ".n_scalar(Tensor x, Scalar n) -> Tensor", Evaluate<family>, \
       &kElementwiseNumber},                                                              \
  {                                                                                       \
    "aten::special_" name ".x_scalar(Scalar x, Tensor n) -> Tensor", Evaluate<family>,    \
        &kElementwiseNumber                                                               \
  }

constexpr OpEntry kOps[] = {
    T2N_FAMILY("chebyshev_polynomial_t", kChebyshevT),
    T2N_FAMILY("chebyshev_polynomial_u", kChebyshevU),
    T2N_FAMILY("chebyshev_polynomial_v", kChebyshevV),
    T2N_FAMILY("chebyshev_polynomial_w", kChebyshevW),
    T2N_FAMILY("shifted_chebyshev_polynomial_t", kShiftedT),
    T2N_FAMILY("shifted_chebyshev_polynomial_u", kShiftedU),
    T2N_FAMILY("shifted_chebyshev_polynomial_v", kShiftedV),
    T2N_FAMILY("shifted_chebyshev_polynomial_w", kShiftedW),
    T2N_FAMILY("hermite_polynomial_h", kHermiteH),
    T2N_FAMILY("hermite_polynomial_he", kHermiteHe),
    T2N_FAMILY("laguerre_polynomial_l", kLaguerre),
    T2N_FAMILY("legendre_polynomial_p", kLegendre),
};

}  // namespace

absl::Span<const OpEntry> PolynomialOps() { return kOps; }

}  // namespace t2n
