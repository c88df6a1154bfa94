// Bessel functions of orders 0 and 1 and Airy's function, in f64. Polynomials for small arguments
// and for the amplitudes of the asymptotic forms (Abramowitz & Stegun 9.2.5, 9.7.1, 10.4.59) were
// fitted on Chebyshev points; errors are below 1e-9 where not said otherwise.
#include <cmath>
#include <limits>

#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
// Where the oscillating functions and I pass to their asymptotic form.
constexpr double kLarge = 8;

using Coefficients = absl::Span<const double>;

// In (x / 8)^2, 0 <= x <= 8: J0; J1 / x; Y0 - 2/pi log(x/2) J0; (Y1 - 2/pi (log(x/2) J1 - 1/x)) /
// x.
constexpr double kJ0[] = {0.9999999999195, -15.99999997672,  63.99999888466,   -113.7777568279,
                          113.7775742111,  -72.81660855709,  32.35918804765,   -10.55735788906,
                          2.625220565642,  -0.5037809484697, 0.07079209927573, -0.005618801937403};
constexpr double kJ1[] = {0.4999999999968,   -3.999999999065,   10.66666662188,
                          -14.22222138138,   11.37776961239,    -6.06810128441,
                          2.311504556146,    -0.6600667590504,  0.1461066793018,
                          -0.02537334804175, 0.003291895724704, -0.0002470501418732};
constexpr double kY0[] = {0.3674669053236, 4.306445837999,  -37.5976144542,  90.98456785828,
                          -109.0925752076, 79.08905424671,  -38.57863475638, 13.54410123895,
                          -3.573914478248, 0.7194453215725, -0.104838243373, 0.008528105034045};
constexpr double kY1[] = {0.02457850951161, 1.71323123955,      -7.39803778139,
                          12.50484225012,   -11.63360837739,    6.912758374139,
                          -2.860942262016,  0.8731413442643,    -0.2041368847451,
                          0.0370754169081,  -0.004979395541793, 0.0003826272137089};
// Amplitudes in (8 / x)^2: P and Q x / 8 of 9.2.5 for orders 0 and 1.
constexpr double kP0[] = {0.9999999999944,     -0.001098632391679, 2.73757235078e-05,
                          -2.160113664071e-06, 3.09383235668e-07,  -4.026419984463e-08};
constexpr double kQ0[] = {-0.01562499999645,  0.0001430508820035,  -6.927507819519e-06,
                          8.085450457527e-07, -1.470980850081e-07, 2.160702443256e-08};
constexpr double kP1[] = {1.000000000006,     0.00183105422364,    -3.519830880367e-05,
                          2.554796117532e-06, -3.524582612851e-07, 4.514249619207e-08};
constexpr double kQ1[] = {0.04687499999612,    -0.000200271315855, 8.467374261299e-06,
                          -9.338676283267e-07, 1.653191316753e-07, -2.399418287379e-08};
// In (x / 8)^2: I0 and I1 / x.
constexpr double kI0[] = {1.0,
                          16.00000000002,
                          63.99999999903,
                          113.7777778043,
                          113.7777773848,
                          72.81778129417,
                          32.36343635872,
                          10.56773966433,
                          2.641696662033,
                          0.5222723814256,
                          0.08295808944219,
                          0.01151605391034,
                          0.000960693510637,
                          0.0001993360826587};
constexpr double kI1[] = {0.5,
                          3.999999999999,
                          10.66666666666,
                          14.22222222274,
                          11.37777776913,
                          6.068148230358,
                          2.311674982693,
                          0.6604807720916,
                          0.1467672301247,
                          0.02610435761525,
                          0.003780014645996,
                          0.0004739550020146,
                          3.913646966076e-05,
                          6.760289743716e-06};
// sqrt(x) exp(-x) times I0 and I1, in 8 / x.
constexpr double kI0Large[] = {0.3989422803692,     0.006233477633096,  0.0004381892011897,
                               5.793336257355e-05,  7.409772592055e-06, 1.021296190552e-05,
                               -7.207469057249e-06, 4.046556562304e-06};
constexpr double kI1Large[] = {0.3989422804417,     -0.01870042489379,   -0.0007303628460668,
                               -8.091833982299e-05, -9.946634010614e-06, -1.196331384457e-05,
                               8.184979101453e-06,  -4.582812135565e-06};
// In (x / 2)^2, x <= 2: K0 + log(x/2) I0, and x (K1 - log(x/2) I1).
constexpr double kK0[] = {-0.5772156649016,   0.4227843351039,   0.2306960836608,
                          0.03489215836599,   0.002614784052531, 0.0001184879791836,
                          3.603704339023e-06, 8.478436972126e-08};
constexpr double kK1[] = {1.000000000001,      0.1544313297181,    -0.672784333317,
                          -0.1815751811892,    -0.01918213407032,  -0.001115478055695,
                          -4.128316250414e-05, -1.156290334434e-06};
// sqrt(x) exp(x) times K0 and K1, in 2 / x.
constexpr double kK0Large[] = {1.253314137209,     -0.07833210637948,  0.02202974338904,
                               -0.01145436633786,  0.008602200344504,  -0.00786803916741,
                               0.007284323807247,  -0.005713760673935, 0.003263439508457,
                               -0.001154864305173, 0.0001864760833743};
constexpr double kK1Large[] = {1.253314137429,     0.2349963712951,    -0.03671690326916,
                               0.01604190862695,   -0.01109009782561,  0.009713299239867,
                               -0.008806091977664, 0.006848294220627,  -0.003901954417567,
                               0.001381481477856,  -0.0002234713579986};

// The parts of sqrt(2 / (pi x)) (P cos(chi) - Q sin(chi)) and its partner, chi = x - phase.
struct Wave {
  Val cosine, sine;  // J and Y
};
Wave LargeArgument(Builder& b, const Val& x, Coefficients p, Coefficients q, double phase) {
  Val u = b.Square(kLarge / x);
  Val amplitude = b.Sqrt((2 / M_PI) / x);
  Val in = Polynomial(b, u, p), across = Polynomial(b, u, q) * (kLarge / x);
  Val c = b.Cos(x - phase), s = b.Sin(x - phase);
  return {amplitude * (in * c - across * s), amplitude * (in * s + across * c)};
}

Val Scaled(Builder& b, const Val& x, double by) { return b.Square(x * (1 / by)); }

Val J0(Builder& b, const Val& x) {
  Val abs = b.Abs(x);
  Val large = LargeArgument(b, abs, kP0, kQ0, M_PI_4).cosine;
  return Below(b, abs, kLarge, Polynomial(b, Scaled(b, x, kLarge), kJ0), large);
}

Val J1(Builder& b, const Val& x) {
  Val abs = b.Abs(x);
  Val large = LargeArgument(b, abs, kP1, kQ1, 3 * M_PI_4).cosine * b.Sign(x);
  return Below(b, abs, kLarge, x * Polynomial(b, Scaled(b, x, kLarge), kJ1), large);
}

// -infinity at 0, NaN below.
Val FromZero(Builder& b, const Val& x, double at_zero, const Val& y) {
  Val low = b.Select(b.Eq(x, 0), b.ScalarLike(x, at_zero), b.ScalarLike(x, std::nan("")));
  return b.Select(b.Gt(x, 0), y, b.Select(b.IsNan(x), x, low));
}

Val Y0(Builder& b, const Val& x) {
  Val u = Scaled(b, x, kLarge);
  Val small = b.Log(x * 0.5) * Polynomial(b, u, kJ0) * M_2_PI + Polynomial(b, u, kY0);
  Val large = LargeArgument(b, x, kP0, kQ0, M_PI_4).sine;
  return FromZero(b, x, -kInf, Below(b, x, kLarge, small, large));
}

Val Y1(Builder& b, const Val& x) {
  Val u = Scaled(b, x, kLarge);
  Val log = b.Log(x * 0.5) * x * Polynomial(b, u, kJ1);
  Val small = (log - b.Recip(x)) * M_2_PI + x * Polynomial(b, u, kY1);
  Val large = LargeArgument(b, x, kP1, kQ1, 3 * M_PI_4).sine;
  return FromZero(b, x, -kInf, Below(b, x, kLarge, small, large));
}

// I0 and I1 times exp(-|x|).
Val ScaledI0(Builder& b, const Val& x) {
  Val abs = b.Abs(x);
  Val small = Polynomial(b, Scaled(b, x, kLarge), kI0) * b.Exp(-abs);
  return Below(b, abs, kLarge, small, Polynomial(b, kLarge / abs, kI0Large) / b.Sqrt(abs));
}
Val ScaledI1(Builder& b, const Val& x) {
  Val abs = b.Abs(x);
  Val small = abs * Polynomial(b, Scaled(b, x, kLarge), kI1) * b.Exp(-abs);
  Val large = Polynomial(b, kLarge / abs, kI1Large) / b.Sqrt(abs);
  return b.Sign(x) * Below(b, abs, kLarge, small, large);
}
Val I0(Builder& b, const Val& x) { return ScaledI0(b, x) * b.Exp(b.Abs(x)); }
Val I1(Builder& b, const Val& x) { return ScaledI1(b, x) * b.Exp(b.Abs(x)); }

// K0 and K1 times exp(x).
Val ScaledK0(Builder& b, const Val& x) {
  Val small = Polynomial(b, Scaled(b, x, 2), kK0) - b.Log(x * 0.5) * I0(b, x);
  Val large = Polynomial(b, 2.0 / x, kK0Large) / b.Sqrt(x);
  return FromZero(b, x, kInf, Below(b, x, 2, small * b.Exp(x), large));
}
Val ScaledK1(Builder& b, const Val& x) {
  Val small = Polynomial(b, Scaled(b, x, 2), kK1) / x + b.Log(x * 0.5) * I1(b, x);
  Val large = Polynomial(b, 2.0 / x, kK1Large) / b.Sqrt(x);
  return FromZero(b, x, kInf, Below(b, x, 2, small * b.Exp(x), large));
}
Val K0(Builder& b, const Val& x) { return ScaledK0(b, x) * b.Exp(-x); }
Val K1(Builder& b, const Val& x) { return ScaledK1(b, x) * b.Exp(-x); }

// sin(x) / x
Val SphericalJ0(Builder& b, const Val& x) {
  Val usable = b.And(b.Ne(x, 0), b.Le(b.Abs(x), MaxFinite(x.dtype())));
  Val one = b.ScalarLike(x, 1), t = b.Select(usable, x, one);
  Val y = b.Select(b.IsInf(x), b.ScalarLike(x, 0), b.Sin(t) / t);
  return b.Select(b.IsNan(x), x, b.Select(b.Eq(x, 0), one, y));
}

// Ai on [-4.5, 2.5] (absolute error 5e-9); its amplitude right of that in 1 / zeta, zeta = 2/3
// x^1.5; and the two amplitudes left of that in (zeta0 / zeta)^2.
constexpr double kAiMiddle[] = {0.3550280538219,    -0.2588193770981,    7.853533894367e-10,
                                0.05917116866967,   -0.02156829927947,   3.310155778296e-07,
                                0.001972432826452,  -0.0005138145425027, -6.931188088265e-08,
                                2.752204231572e-05, -5.663833430856e-06, -3.133176166362e-08,
                                1.938349084835e-07, -3.278829317625e-08, 2.451085050734e-09,
                                8.925510143926e-10, -3.781729481118e-10, -2.298301134118e-11,
                                1.132945990897e-11, 1.284324368152e-12,  2.682975954372e-14};
constexpr double kAiRight[] = {
    0.9999999999662,  -0.06944442636635, 0.03713182257262, -0.03793200505798, 0.05647220713964,
    -0.1023400628889, 0.1842586994272,   -0.2671790353934, 0.2527215932528,   -0.1116135574281};
constexpr double kAiP[] = {0.999999999997,      -0.0009168759332048, 3.514136616506e-05,
                           -4.354828173858e-06, 1.028414382454e-06,  -2.829240049572e-07,
                           4.840337524783e-08};
constexpr double kAiQ[] = {0.06944444442868,    -0.0009380985956503, 7.07532123764e-05,
                           -1.302317616075e-05, 3.940429335927e-06,  -1.239225942386e-06,
                           2.262389261464e-07};

Val AiryAi(Builder& b, const Val& x) {
  constexpr double kLeft = -4.5, kRight = 2.5, kZeta0 = 6.363961030678928;
  Val z = b.Max(b.Abs(x), 1);
  Val zeta = z * b.Sqrt(z) * (2.0 / 3);
  Val fourth_root = b.Sqrt(b.Sqrt(z));
  Val right =
      Polynomial(b, b.Recip(zeta), kAiRight) * b.Exp(-zeta) / (fourth_root * (2 * std::sqrt(M_PI)));
  Val u = b.Square(kZeta0 / zeta), angle = zeta + M_PI_4;
  Val left =
      (b.Sin(angle) * Polynomial(b, u, kAiP) - b.Cos(angle) * (Polynomial(b, u, kAiQ) / zeta)) /
      (fourth_root * std::sqrt(M_PI));
  Val middle = Polynomial(b, b.Min(b.Max(x, kLeft), kRight), kAiMiddle);
  return Below(b, x, kLeft, left, b.Select(b.Gt(x, kRight), right, middle));
}

constexpr OpEntry kOps[] = {
    {"aten::special_airy_ai(Tensor x) -> Tensor", DoubleFn<AiryAi>},
    {"aten::special_bessel_j0(Tensor self) -> Tensor", DoubleFn<J0>},
    {"aten::special_bessel_j1(Tensor self) -> Tensor", DoubleFn<J1>},
    {"aten::special_bessel_y0(Tensor self) -> Tensor", DoubleFn<Y0>},
    {"aten::special_bessel_y1(Tensor self) -> Tensor", DoubleFn<Y1>},
    {"aten::i0(Tensor self) -> Tensor", DoubleFn<I0>},
    {"aten::special_i0e(Tensor self) -> Tensor", DoubleFn<ScaledI0>},
    {"aten::special_i1(Tensor self) -> Tensor", DoubleFn<I1>},
    {"aten::special_i1e(Tensor self) -> Tensor", DoubleFn<ScaledI1>},
    {"aten::special_modified_bessel_i0(Tensor self) -> Tensor", DoubleFn<I0>},
    {"aten::special_modified_bessel_i1(Tensor self) -> Tensor", DoubleFn<I1>},
    {"aten::special_modified_bessel_k0(Tensor self) -> Tensor", DoubleFn<K0>},
    {"aten::special_modified_bessel_k1(Tensor self) -> Tensor", DoubleFn<K1>},
    {"aten::special_scaled_modified_bessel_k0(Tensor x) -> Tensor", DoubleFn<ScaledK0>},
    {"aten::special_scaled_modified_bessel_k1(Tensor x) -> Tensor", DoubleFn<ScaledK1>},
    {"aten::special_spherical_bessel_j0(Tensor x) -> Tensor", DoubleFn<SphericalJ0>},
};

}  // namespace

absl::Span<const OpEntry> BesselOps() { return kOps; }

}  // namespace t2n
