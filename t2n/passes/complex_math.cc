#include "t2n/passes/complex_math.h"

namespace t2n {
namespace {

constexpr double kPi = 3.14159265358979323846;

Parts Add(Builder& b, const Parts& x, const Parts& y) {
  return {b.Add(x.re, y.re), b.Add(x.im, y.im)};
}
Parts Sub(Builder& b, const Parts& x, const Parts& y) {
  return {b.Sub(x.re, y.re), b.Sub(x.im, y.im)};
}
Parts Neg(Builder& b, const Parts& z) { return {b.Neg(z.re), b.Neg(z.im)}; }
Parts Scale(Builder& b, const Parts& z, double by) { return {b.Mul(z.re, by), b.Mul(z.im, by)}; }
Parts Shift(Builder& b, const Parts& z, double by) { return {b.Add(z.re, by), z.im}; }
Parts TimesI(Builder& b, const Parts& z) { return {b.Neg(z.im), z.re}; }
Val SquaredAbs(Builder& b, const Parts& z) { return b.Add(b.Square(z.re), b.Square(z.im)); }

Parts Select(Builder& b, const Val& condition, const Parts& x, const Parts& y) {
  return {b.Select(condition, x.re, y.re), b.Select(condition, x.im, y.im)};
}

Parts Recip(Builder& b, const Parts& z) {
  Val norm = SquaredAbs(b, z);
  return {b.Div(z.re, norm), b.Neg(b.Div(z.im, norm))};
}

Parts Div(Builder& b, const Parts& x, const Parts& y) {
  Parts top = ComplexMul(b, x, {y.re, b.Neg(y.im)});
  Val norm = SquaredAbs(b, y);
  return {b.Div(top.re, norm), b.Div(top.im, norm)};
}

// The angle of z in (-pi, pi].
Val Arg(Builder& b, const Parts& z) {
  Val slope = b.Atan(b.Div(z.im, z.re));
  Val below = b.Lt(z.im, 0);
  Val turn = b.Select(below, b.ScalarLike(z.re, -kPi), b.ScalarLike(z.re, kPi));
  Val angle = b.Select(b.Lt(z.re, 0), b.Add(slope, turn), slope);
  Val upright = b.Mul(b.Sign(z.im), kPi / 2);
  return b.Select(b.Eq(z.re, 0), upright, angle);
}

Parts Log(Builder& b, const Parts& z) { return {b.Log(ComplexAbs(b, z)), Arg(b, z)}; }

Parts Exp(Builder& b, const Parts& z) {
  Val e = b.Exp(z.re);
  return {b.Mul(e, b.Cos(z.im)), b.Mul(e, b.Sin(z.im))};
}

// Of the two square roots the one with a real part >= 0.
Parts Sqrt(Builder& b, const Parts& z) {
  Val larger = b.Sqrt(b.Mul(b.Add(ComplexAbs(b, z), b.Abs(z.re)), 0.5));
  Val none = b.Eq(larger, 0);
  Val smaller = b.Div(z.im, b.Mul(larger, 2));
  smaller = b.Select(none, b.ScalarLike(z.re, 0), smaller);
  Val signed_larger = b.Select(b.Lt(z.im, 0), b.Neg(larger), larger);
  return Select(b, b.Lt(z.re, 0), {b.Abs(smaller), signed_larger}, {larger, smaller});
}

Parts Sinh(Builder& b, const Parts& z) {
  return {b.Mul(b.Sinh(z.re), b.Cos(z.im)), b.Mul(b.Cosh(z.re), b.Sin(z.im))};
}
Parts Cosh(Builder& b, const Parts& z) {
  return {b.Mul(b.Cosh(z.re), b.Cos(z.im)), b.Mul(b.Sinh(z.re), b.Sin(z.im))};
}
// sin(z) = -i sinh(iz), cos(z) = cosh(iz)
Parts Sin(Builder& b, const Parts& z) { return Neg(b, TimesI(b, Sinh(b, TimesI(b, z)))); }
Parts Cos(Builder& b, const Parts& z) { return Cosh(b, TimesI(b, z)); }

// log(z + sqrt(z^2 + 1))
Parts Asinh(Builder& b, const Parts& z) {
  Parts root = Sqrt(b, Shift(b, ComplexMul(b, z, z), 1));
  return Log(b, Add(b, z, root));
}
// log(z + sqrt(z + 1) sqrt(z - 1))
Parts Acosh(Builder& b, const Parts& z) {
  Parts root = ComplexMul(b, Sqrt(b, Shift(b, z, 1)), Sqrt(b, Shift(b, z, -1)));
  return Log(b, Add(b, z, root));
}
// (log(1 + z) - log(1 - z)) / 2
Parts Atanh(Builder& b, const Parts& z) {
  Parts difference = Sub(b, Log(b, Shift(b, z, 1)), Log(b, Shift(b, Neg(b, z), 1)));
  return Scale(b, difference, 0.5);
}
// asin(z) = -i asinh(iz), atan(z) = -i atanh(iz)
Parts Asin(Builder& b, const Parts& z) { return Neg(b, TimesI(b, Asinh(b, TimesI(b, z)))); }
Parts Atan(Builder& b, const Parts& z) { return Neg(b, TimesI(b, Atanh(b, TimesI(b, z)))); }
Parts Acos(Builder& b, const Parts& z) { return Shift(b, Neg(b, Asin(b, z)), kPi / 2); }

// exp(y log x), with 0^y = 0 but 0^0 = 1.
Parts Pow(Builder& b, const Parts& x, const Parts& y) {
  Parts power = Exp(b, ComplexMul(b, y, Log(b, x)));
  Val zero = b.ScalarLike(x.re, 0), one = b.ScalarLike(x.re, 1);
  auto is_zero = [&](const Parts& z) { return b.And(b.Eq(z.re, 0), b.Eq(z.im, 0)); };
  power = Select(b, is_zero(x), {zero, zero}, power);
  return Select(b, is_zero(y), {one, zero}, power);
}

}  // namespace

Val ComplexAbs(Builder& b, const Parts& z) { return b.Sqrt(SquaredAbs(b, z)); }

Parts ComplexMul(Builder& b, const Parts& x, const Parts& y) {
  return {b.Sub(b.Mul(x.re, y.re), b.Mul(x.im, y.im)), b.Add(b.Mul(x.re, y.im), b.Mul(x.im, y.re))};
}

namespace {

Parts RecipSqrt(Builder& b, const Parts& z) { return Recip(b, Sqrt(b, z)); }
Parts Square(Builder& b, const Parts& z) { return ComplexMul(b, z, z); }
Parts Tan(Builder& b, const Parts& z) { return Div(b, Sin(b, z), Cos(b, z)); }
Parts Tanh(Builder& b, const Parts& z) { return Div(b, Sinh(b, z), Cosh(b, z)); }
Parts Sigmoid(Builder& b, const Parts& z) { return Recip(b, Shift(b, Exp(b, Neg(b, z)), 1)); }

// What is not here is refused.
constexpr struct {
  Op op;
  Parts (*fn)(Builder&, const Parts&);
} kUnary[] = {
    {Op::kNeg, Neg},     {Op::kExp, Exp},         {Op::kLog, Log},       {Op::kSqrt, Sqrt},
    {Op::kRecip, Recip}, {Op::kRsqrt, RecipSqrt}, {Op::kSquare, Square}, {Op::kSin, Sin},
    {Op::kCos, Cos},     {Op::kTan, Tan},         {Op::kSinh, Sinh},     {Op::kCosh, Cosh},
    {Op::kTanh, Tanh},   {Op::kAsin, Asin},       {Op::kAcos, Acos},     {Op::kAtan, Atan},
    {Op::kAsinh, Asinh}, {Op::kAcosh, Acosh},     {Op::kAtanh, Atanh},   {Op::kSigmoid, Sigmoid}};

constexpr struct {
  Op op;
  Parts (*fn)(Builder&, const Parts&, const Parts&);
} kBinary[] = {
    {Op::kAdd, Add}, {Op::kSub, Sub}, {Op::kMul, ComplexMul}, {Op::kDiv, Div}, {Op::kPow, Pow}};

}  // namespace

std::optional<Parts> ComplexUnary(Builder& b, Op op, const Parts& z) {
  for (const auto& row : kUnary) {
    if (row.op == op) return row.fn(b, z);
  }
  return std::nullopt;
}

std::optional<Parts> ComplexBinary(Builder& b, Op op, const Parts& x, const Parts& y) {
  for (const auto& row : kBinary) {
    if (row.op == op) return row.fn(b, x, y);
  }
  return std::nullopt;
}

}  // namespace t2n
