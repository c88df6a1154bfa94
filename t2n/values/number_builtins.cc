// Numbers: arithmetic on int (symbolic too), float, bool and complex, as torch's interpreter does
// it.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/values/numbers.h"
#include "t2n/values/scalar_math.h"

namespace t2n {

std::optional<Dim> AsInt(const IValue& v) {
  if (const bool* b = v.If<bool>()) return Dim(*b ? 1 : 0);
  if (const Dim* d = v.If<Dim>()) return *d;
  return std::nullopt;
}

absl::StatusOr<double> AsFloat(const IValue& v) {
  if (std::optional<Dim> d = AsInt(v)) {
    if (d->is_const()) return static_cast<double>(d->value());
    return absl::UnimplementedError(
        absl::StrCat("a float computed from the size ", d->ToString(),
                     ", which is not known at conversion; give the input a fixed size there"));
  }
  if (const double* d = v.If<double>()) return *d;
  return absl::InvalidArgumentError(absl::StrCat("a ", v.TypeName(), " as a float"));
}

bool AllNumbers(const BuiltinCall& c, size_t n) {
  if (c.args.size() != n) return false;
  for (const IValue& v : c.args) {
    if (!v.is_number()) return false;
  }
  return true;
}

namespace {

using Complex = std::complex<double>;

// A float in torch; a power of a symbolic size stays exact.
absl::StatusOr<IValue> PowerOfSize(const Dim& a, const Dim& b) {
  if (!b.is_const()) return absl::UnimplementedError("a power with a symbolic exponent");
  if (b.value() < 0) return absl::UnimplementedError("a negative power of a symbolic size");
  if (b.value() > 64) return absl::UnimplementedError("a power above 64 of an integer");
  Dim result = 1;
  for (int64_t i = 0; i < b.value(); ++i) result *= a;
  return IValue(result);
}

// Of which one at least is symbolic.
BuiltinResult SizeArithmetic(absl::string_view op, const Dim& a, const Dim& b) {
  if (op == "add") return IValue(a + b);
  if (op == "sub") return IValue(a - b);
  if (op == "mul") return IValue(a * b);
  if (op == "floordiv" || op == "floor_divide" || op == "remainder") {
    if (b == Dim(0)) return Raised("ZeroDivisionError: integer division or modulo by zero");
    return IValue(op == "remainder" ? Mod(a, b) : FloorDiv(a, b));
  }
  if ((op == "__rshift__" || op == "__lshift__") && b.is_const()) {
    if (b.value() < 0 || b.value() > 62) return absl::InvalidArgumentError("a shift out of range");
    Dim factor = int64_t{1} << b.value();
    return IValue(op == "__rshift__" ? FloorDiv(a, factor) : a * factor);
  }
  if (op == "pow") {
    T2N_ASSIGN_OR_RETURN(IValue v, PowerOfSize(a, b));
    return v;
  }
  if (op == "min") return IValue(Min(a, b));
  if (op == "max") return IValue(Max(a, b));
  return std::nullopt;
}

BuiltinResult IntArithmetic(absl::string_view op, const Dim& a, const Dim& b) {
  if (!a.is_const() || !b.is_const()) return SizeArithmetic(op, a, b);
  T2N_ASSIGN_OR_RETURN(std::optional<int64_t> result, IntOperation(op, a.value(), b.value()));
  if (!result) return std::nullopt;
  return IValue(*result);
}

absl::StatusOr<Complex> AsComplex(const IValue& v) {
  if (const auto* z = v.If<Complex>()) return *z;
  T2N_ASSIGN_OR_RETURN(double d, AsFloat(v));
  return Complex(d);
}

BuiltinResult ComplexArithmetic(const BuiltinCall& c) {
  const IValue &x = c.args[0], &y = c.args[1];
  T2N_ASSIGN_OR_RETURN(Complex a, AsComplex(x));
  T2N_ASSIGN_OR_RETURN(Complex b, AsComplex(y));
  if (c.name == "add") return IValue(a + b);
  if (c.name == "sub") return IValue(a - b);
  if (c.name == "mul") return IValue(Product(a, b));
  if (c.name == "pow") return IValue(std::pow(a, b));
  if (c.name != "div") return std::nullopt;
  if (!x.If<Complex>() || !y.If<Complex>()) return Raised("the numbers are not of one kind");
  return IValue(Quotient(a, b));
}

BuiltinResult Arithmetic(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  const IValue &x = c.args[0], &y = c.args[1];
  if (x.If<Complex>() || y.If<Complex>()) return ComplexArithmetic(c);
  std::optional<Dim> a = AsInt(x), b = AsInt(y);
  if (a && b) {
    T2N_ASSIGN_OR_RETURN(std::optional<IValue> v, IntArithmetic(c.name, *a, *b));
    if (v) return v;
  }
  T2N_ASSIGN_OR_RETURN(double p, AsFloat(x));
  T2N_ASSIGN_OR_RETURN(double q, AsFloat(y));
  T2N_ASSIGN_OR_RETURN(std::optional<double> result, FloatOperation(c.name, p, q));
  if (!result) return std::nullopt;
  return IValue(*result);
}

// std::lgamma writes the sign to a variable of the whole process.
double LogGamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

template <double (*fn)(double)>
BuiltinResult FloatFunction(const BuiltinCall& c) {
  if (!AllNumbers(c, 1) || c.args[0].If<Complex>()) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  return IValue(fn(x));
}

// floor, ceil, trunc of a float; floor of an int, which torch makes a float first.
BuiltinResult Rounded(absl::string_view name, double x) {
  if (!(std::fabs(x) <= 9223372036854775808.0)) {
    return Raised(absl::StrCat("Cannot convert float ", x, " to integer"));
  }
  const int64_t whole = TruncatedToInt(x);
  if (name == "floor" && static_cast<double>(whole) > x) return IValue(whole - 1);
  if (name == "ceil" && static_cast<double>(whole) < x) return IValue(whole + 1);
  return IValue(whole);
}

// floor, ceil, trunc: floats become ints.
BuiltinResult ToIntFunction(const BuiltinCall& c) {
  auto open = c.args.size() == 1 ? c.args[0].tensor() : nullptr;
  if (open && open->is_number()) {
    Builder& b = c.builder;
    Val x = open->Read();
    if (IsFloat(x.dtype()))
      x = c.name == "floor" ? b.Floor(x) : c.name == "ceil" ? b.Ceil(x) : b.Trunc(x);
    return NewOpenNumber(b.Cast(x, DType::kI64));
  }
  if (!AllNumbers(c, 1)) return std::nullopt;
  std::optional<Dim> d = AsInt(c.args[0]);
  if (d && (c.name != "floor" || !d->is_const())) return IValue(*d);
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  return Rounded(c.name, x);
}

BuiltinResult Negate(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  if (std::optional<Dim> d = AsInt(c.args[0])) {
    return IValue(d->is_const() ? Dim(WrappedNegative(d->value())) : -*d);
  }
  if (const auto* z = c.args[0].If<Complex>()) return IValue(-*z);
  return IValue(-*c.args[0].If<double>());
}

BuiltinResult Absolute(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  if (std::optional<Dim> d = AsInt(c.args[0])) {
    if (!d->is_const()) return IValue(Max(*d, -*d));
    return IValue(d->value() < 0 ? WrappedNegative(d->value()) : d->value());
  }
  if (const auto* z = c.args[0].If<Complex>()) return IValue(std::abs(*z));
  return IValue(std::fabs(*c.args[0].If<double>()));
}

template <bool (*fn)(double)>
BuiltinResult FloatTest(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  return IValue(fn(x));
}

bool IsNan(double x) { return std::isnan(x); }
bool IsInf(double x) { return std::isinf(x); }
bool IsFinite(double x) { return std::isfinite(x); }
double Degrees(double x) { return x * (180.0 / std::acos(-1.0)); }
double Radians(double x) { return x * (std::acos(-1.0) / 180.0); }

BuiltinResult Bitwise(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  bool bools = c.args[0].If<bool>() && c.args[1].If<bool>();
  std::optional<Dim> a = AsInt(c.args[0]), b = AsInt(c.args[1]);
  if (!a || !b) return std::nullopt;
  if (!a->is_const() || !b->is_const()) {
    return absl::UnimplementedError("bit operations on symbolic sizes");
  }
  T2N_ASSIGN_OR_RETURN(std::optional<int64_t> r, IntOperation(c.name, a->value(), b->value()));
  if (!r) return std::nullopt;
  return bools ? IValue(*r != 0) : IValue(*r);
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::add", Arithmetic},
    {"aten::sub", Arithmetic},
    {"aten::mul", Arithmetic},
    {"aten::div", Arithmetic},
    {"aten::floordiv", Arithmetic},
    {"aten::floor_divide", Arithmetic},
    {"aten::remainder", Arithmetic},
    {"aten::pow", Arithmetic},
    {"aten::fmod", Arithmetic},
    {"aten::mathremainder", Arithmetic},
    {"aten::atan2", Arithmetic},
    {"aten::copysign", Arithmetic},
    {"aten::__lshift__", Arithmetic},
    {"aten::__rshift__", Arithmetic},
    {"aten::log", Arithmetic},
    {"prim::min", Arithmetic},
    {"prim::max", Arithmetic},
    {"aten::neg", Negate},
    {"aten::abs", Absolute},
    {"prim::abs", Absolute},
    {"aten::floor", ToIntFunction},
    {"aten::ceil", ToIntFunction},
    {"aten::trunc", ToIntFunction},
    {"aten::round", FloatFunction<std::nearbyint>},
    {"aten::sqrt", FloatFunction<std::sqrt>},
    {"aten::exp", FloatFunction<std::exp>},
    {"aten::expm1", FloatFunction<std::expm1>},
    {"aten::log", FloatFunction<std::log>},
    {"aten::log2", FloatFunction<std::log2>},
    {"aten::log10", FloatFunction<std::log10>},
    {"aten::log1p", FloatFunction<std::log1p>},
    {"aten::sin", FloatFunction<std::sin>},
    {"aten::cos", FloatFunction<std::cos>},
    {"aten::tan", FloatFunction<std::tan>},
    {"aten::asin", FloatFunction<std::asin>},
    {"aten::acos", FloatFunction<std::acos>},
    {"aten::atan", FloatFunction<std::atan>},
    {"aten::sinh", FloatFunction<std::sinh>},
    {"aten::cosh", FloatFunction<std::cosh>},
    {"aten::tanh", FloatFunction<std::tanh>},
    {"aten::asinh", FloatFunction<std::asinh>},
    {"aten::acosh", FloatFunction<std::acosh>},
    {"aten::atanh", FloatFunction<std::atanh>},
    {"aten::erf", FloatFunction<std::erf>},
    {"aten::erfc", FloatFunction<std::erfc>},
    {"aten::gamma", FloatFunction<std::tgamma>},
    {"aten::lgamma", FloatFunction<LogGamma>},
    {"aten::fabs", FloatFunction<std::fabs>},
    {"aten::degrees", FloatFunction<Degrees>},
    {"aten::radians", FloatFunction<Radians>},
    {"aten::isnan", FloatTest<IsNan>},
    {"aten::isinf", FloatTest<IsInf>},
    {"aten::isfinite", FloatTest<IsFinite>},
    {"aten::__and__", Bitwise},
    {"aten::__or__", Bitwise},
    {"aten::__xor__", Bitwise},
    {"aten::gcd", Bitwise},
};

}  // namespace

absl::Span<const BuiltinEntry> NumberBuiltins() { return kBuiltins; }

}  // namespace t2n
