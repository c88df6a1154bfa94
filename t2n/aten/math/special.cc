// The error function's and the normal distribution's family. All in f64: what cancels in f32 does
// not there. Polynomials without another source were fitted to the functions on Chebyshev points,
// to the relative error given.
#include <cmath>
#include <limits>

#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// log(exp(x^2) erfc(x) / t) in t = 2 / (2 + x), x >= 0; 6e-10. The form is that of Numerical
// Recipes' erfcc.
constexpr double kErfc[] = {
    -1.265512123821,   1.000000139916,   0.374989170344,  0.08366449251033, -0.09121701807563,
    -0.09337807064197, -0.4025887475536, 1.325318397366,  -3.593311413227,  7.507786934743,
    -9.851385086866,   7.982020083418,   -3.939105612281, 1.094909206769,   -0.1321903524624};

// exp(x^2) erfc(x) for x >= 0.
Val ScaledErfcPositive(Builder& b, const Val& x) {
  Val t = 2.0 / (x + 2.0);
  return t * b.Exp(Polynomial(b, t, kErfc));
}

Val Erfcx(Builder& b, const Val& x) {
  Val right = ScaledErfcPositive(b, b.Abs(x));
  return Below(b, x, 0, b.Exp(b.Square(x)) * 2.0 - right, right);
}

Val Erfc(Builder& b, const Val& x) {
  Val abs = b.Abs(x);
  Val right = ScaledErfcPositive(b, abs) * b.Exp(-b.Square(abs));
  return Below(b, x, 0, 2.0 - right, right);
}

Val Ndtr(Builder& b, const Val& x) { return Erfc(b, x * -M_SQRT1_2) * 0.5; }

// Left of -1 the scaled function keeps the logarithm finite.
Val LogNdtr(Builder& b, const Val& x) {
  Val tail = b.Log(Erfcx(b, x * -M_SQRT1_2) * 0.5) - b.Square(x) * 0.5;
  return Below(b, x, -1, tail, Log1p(b, Erfc(b, x * M_SQRT1_2) * -0.5));
}

// erfinv(x) / x in w - 2.5, w = -log(1 - x^2) < 5; 3e-9. Ranges as in Giles, "Approximating the
// erfinv function" (2010).
constexpr double kErfinvCentre[] = {1.501409353036,      0.2466402889409,    -0.004177335342531,
                                    -0.00125274746046,   0.0002182772237306, -4.960293770082e-06,
                                    -3.432122699465e-06, 4.655460622232e-07, 1.757296382176e-08,
                                    -8.748171261289e-09, 3.657043641718e-10};
// erfinv(x) / sqrt(w) in 1 / sqrt(w), w >= 5; 1e-8.
constexpr double kErfinvTail[] = {
    1.000068671398,  -0.01267279030552, -1.622202338899, 11.16093761782,  -79.60387154326,
    507.5761090065,  -2518.410873475,   9329.62237489,   -25137.41153229, 47611.93177557,
    -59887.89076791, 44791.46117107,    -15041.33643005};

// erfinv of 1 - `right` = `left` - 1 (both given: one of them is small and must be exact).
Val ErfinvBetween(Builder& b, const Val& left, const Val& right) {
  Val x = (left - right) * 0.5;
  Val w = -b.Log(left * right);
  Val centre = x * Polynomial(b, w - 2.5, kErfinvCentre);
  Val root = b.Sqrt(b.Max(w, 1));
  Val tail = b.Sign(x) * root * Polynomial(b, b.Recip(root), kErfinvTail);
  return Below(b, w, 5, centre, tail);
}

// Infinite at both ends of [low, high], NaN outside.
Val WithEnds(Builder& b, const Val& x, double low, double high, const Val& inside) {
  Val y = b.Select(b.Eq(x, low), b.ScalarLike(x, -kInf), inside);
  y = b.Select(b.Eq(x, high), b.ScalarLike(x, kInf), y);
  Val outside = b.Or(b.Lt(x, low), b.Gt(x, high));
  return b.Select(b.Or(outside, b.IsNan(x)), b.ScalarLike(x, std::nan("")), y);
}

Val Erfinv(Builder& b, const Val& x) {
  return WithEnds(b, x, -1, 1, ErfinvBetween(b, x + 1.0, 1.0 - x));
}

Val Ndtri(Builder& b, const Val& x) {
  return WithEnds(b, x, 0, 1, ErfinvBetween(b, x * 2.0, 2.0 - x * 2.0) * M_SQRT2);
}

Val Entr(Builder& b, const Val& x) {
  Val negative = b.Select(b.Lt(x, 0), b.ScalarLike(x, -kInf), -(x * b.Log(x)));
  return b.Select(b.Eq(x, 0), b.ScalarLike(x, 0), negative);
}

constexpr OpEntry kOps[] = {
    {"aten::erfc(Tensor self) -> Tensor", DoubleFn<Erfc>},
    {"aten::erfinv(Tensor self) -> Tensor", DoubleFn<Erfinv>},
    {"aten::special_erfcx(Tensor self) -> Tensor", DoubleFn<Erfcx>},
    {"aten::special_ndtr(Tensor self) -> Tensor", DoubleFn<Ndtr>},
    {"aten::special_log_ndtr(Tensor self) -> Tensor", DoubleFn<LogNdtr>},
    {"aten::special_ndtri(Tensor self) -> Tensor", DoubleFn<Ndtri>},
    {"aten::special_entr(Tensor self) -> Tensor", FloatFn<Entr>},
};

}  // namespace

absl::Span<const OpEntry> SpecialOps() { return kOps; }

}  // namespace t2n
