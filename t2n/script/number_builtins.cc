// Numbers: Python's arithmetic on int (exact, symbolic), float, bool and complex.
#include <cmath>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/script/numbers.h"
#include "t2n/script/outline.h"

namespace t2n::script {

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

BuiltinResult Known(Builder& builder, Op op, std::optional<bool> answer, const Dim& a,
                    absl::string_view sign, const Dim& b) {
  if (!answer && (IsLoopDim(a) || IsLoopDim(b))) {
    return NewOpenNumber((builder.Binary(op, builder.DimScalar(a), builder.DimScalar(b))));
  }
  if (!answer) return Undecided(absl::StrCat(a.ToString(), sign, b.ToString()), a - b);
  return IValue(*answer);
}

// Comparisons, by the table below.
enum class Cmp { kEq, kNe, kLt, kLe, kGt, kGe };

template <Cmp cmp>
BuiltinResult Compare(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  std::optional<Dim> x = AsInt(c.args[0]), y = AsInt(c.args[1]);
  if (x && y) {
    auto negate = [](std::optional<bool> r) -> std::optional<bool> {
      if (!r) return r;
      return !*r;
    };
    switch (cmp) {
      case Cmp::kEq:
        return Known(c.builder, Op::kEq, Equal(*x, *y), *x, "==", *y);
      case Cmp::kNe:
        return Known(c.builder, Op::kNe, negate(Equal(*x, *y)), *x, "!=", *y);
      case Cmp::kLt:
        return Known(c.builder, Op::kLt, Less(*x, *y), *x, "<", *y);
      case Cmp::kLe:
        return Known(c.builder, Op::kLe, LessEqual(*x, *y), *x, "<=", *y);
      case Cmp::kGt:
        return Known(c.builder, Op::kGt, Less(*y, *x), *x, ">", *y);
      case Cmp::kGe:
        return Known(c.builder, Op::kGe, LessEqual(*y, *x), *x, ">=", *y);
    }
  }
  if (c.args[0].If<Complex>() || c.args[1].If<Complex>()) {
    std::optional<bool> same = Equals(c.args[0], c.args[1]);
    return IValue((cmp == Cmp::kEq) == same.value_or(false));
  }
  T2N_ASSIGN_OR_RETURN(double a, AsFloat(c.args[0]));
  T2N_ASSIGN_OR_RETURN(double b, AsFloat(c.args[1]));
  switch (cmp) {
    case Cmp::kEq:
      return IValue(a == b);
    case Cmp::kNe:
      return IValue(a != b);
    case Cmp::kLt:
      return IValue(a < b);
    case Cmp::kLe:
      return IValue(a <= b);
    case Cmp::kGt:
      return IValue(a > b);
    case Cmp::kGe:
      return IValue(a >= b);
  }
  return std::nullopt;
}

// Equality of what are no numbers.
template <bool equal>
BuiltinResult CompareAny(const BuiltinCall& c) {
  if (c.args.size() != 2 || c.args[0].tensor() || c.args[1].tensor()) return std::nullopt;
  std::optional<bool> same = Equals(c.args[0], c.args[1]);
  if (!same) {
    return Undecided(absl::StrCat(Str(c.args[0]), equal ? "==" : "!=", Str(c.args[1])), 0);
  }
  return IValue(*same == equal);
}

// A float in torch; a power of a symbolic size stays exact.
absl::StatusOr<IValue> PowInts(const Dim& a, const Dim& b) {
  if (!b.is_const()) return absl::UnimplementedError("a power with a symbolic exponent");
  if (a.is_const()) {
    return IValue(std::pow(static_cast<double>(a.value()), static_cast<double>(b.value())));
  }
  if (b.value() < 0) return absl::UnimplementedError("a negative power of a symbolic size");
  if (b.value() > 64) return absl::UnimplementedError("a power above 64 of an integer");
  Dim result = 1;
  for (int64_t i = 0; i < b.value(); ++i) result *= a;
  return IValue(result);
}

BuiltinResult IntArithmetic(absl::string_view op, const Dim& a, const Dim& b) {
  if (op == "add") return IValue(a + b);
  if (op == "sub") return IValue(a - b);
  if (op == "mul") return IValue(a * b);
  if (op == "floordiv" || op == "floor_divide" || op == "remainder") {
    if (b == Dim(0)) return absl::InvalidArgumentError("integer division by zero");
    return IValue(op == "remainder" ? Mod(a, b) : FloorDiv(a, b));
  }
  if ((op == "__rshift__" || op == "__lshift__") && b.is_const()) {
    if (b.value() < 0 || b.value() > 62) return absl::InvalidArgumentError("a shift out of range");
    Dim factor = int64_t{1} << b.value();
    return IValue(op == "__rshift__" ? FloorDiv(a, factor) : a * factor);
  }
  if (op == "pow") {
    T2N_ASSIGN_OR_RETURN(IValue v, PowInts(a, b));
    return v;
  }
  if (op == "min") return IValue(Min(a, b));
  if (op == "max") return IValue(Max(a, b));
  return std::nullopt;
}

double FloatArithmetic(absl::string_view op, double a, double b) {
  if (op == "add") return a + b;
  if (op == "sub") return a - b;
  if (op == "mul") return a * b;
  if (op == "div") return a / b;
  if (op == "pow") return std::pow(a, b);
  if (op == "floordiv" || op == "floor_divide") return std::floor(a / b);
  if (op == "remainder") return a - b * std::floor(a / b);
  if (op == "fmod") return std::fmod(a, b);
  if (op == "min") return b < a ? b : a;
  if (op == "max") return b > a ? b : a;
  if (op == "atan2") return std::atan2(a, b);
  if (op == "copysign") return std::copysign(a, b);
  if (op == "log") return std::log(a) / std::log(b);
  return std::numeric_limits<double>::quiet_NaN();
}

Complex ComplexArithmetic(absl::string_view op, Complex a, Complex b) {
  if (op == "add") return a + b;
  if (op == "sub") return a - b;
  if (op == "mul") return a * b;
  if (op == "div") return a / b;
  return std::pow(a, b);
}

BuiltinResult Arithmetic(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  const IValue &x = c.args[0], &y = c.args[1];
  if (x.If<Complex>() || y.If<Complex>()) {
    auto as_complex = [](const IValue& v) -> absl::StatusOr<Complex> {
      if (const auto* z = v.If<Complex>()) return *z;
      T2N_ASSIGN_OR_RETURN(double d, AsFloat(v));
      return Complex(d);
    };
    T2N_ASSIGN_OR_RETURN(Complex a, as_complex(x));
    T2N_ASSIGN_OR_RETURN(Complex b, as_complex(y));
    return IValue(ComplexArithmetic(c.name, a, b));
  }
  std::optional<Dim> a = AsInt(x), b = AsInt(y);
  if (a && b) {
    T2N_ASSIGN_OR_RETURN(std::optional<IValue> v, IntArithmetic(c.name, *a, *b));
    if (v) return v;
  }
  T2N_ASSIGN_OR_RETURN(double p, AsFloat(x));
  T2N_ASSIGN_OR_RETURN(double q, AsFloat(y));
  if (q == 0 && (c.name == "div" || c.name == "floordiv")) {
    return absl::InvalidArgumentError("division by zero");
  }
  return IValue(FloatArithmetic(c.name, p, q));
}

template <double (*fn)(double)>
BuiltinResult FloatFunction(const BuiltinCall& c) {
  if (!AllNumbers(c, 1) || c.args[0].If<Complex>()) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  return IValue(fn(x));
}

// floor, ceil: floats become ints.
template <double (*fn)(double)>
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
  if (std::optional<Dim> d = AsInt(c.args[0])) return IValue(*d);
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  return IValue(static_cast<int64_t>(fn(x)));
}

BuiltinResult Round(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  return IValue(std::nearbyint(x));
}

BuiltinResult Negate(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  if (std::optional<Dim> d = AsInt(c.args[0])) return IValue(-*d);
  if (const auto* z = c.args[0].If<Complex>()) return IValue(-*z);
  return IValue(-*c.args[0].If<double>());
}

BuiltinResult Absolute(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  if (std::optional<Dim> d = AsInt(c.args[0])) return IValue(Max(*d, -*d));
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
double Degrees(double x) { return x * 180 / M_PI; }
double Radians(double x) { return x * M_PI / 180; }

BuiltinResult Bitwise(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  bool bools = c.args[0].If<bool>() && c.args[1].If<bool>();
  std::optional<Dim> a = AsInt(c.args[0]), b = AsInt(c.args[1]);
  if (!a || !b) return std::nullopt;
  if (!a->is_const() || !b->is_const()) {
    return absl::UnimplementedError("bit operations on symbolic sizes");
  }
  int64_t x = a->value(), y = b->value();
  int64_t r = c.name == "__and__" ? x & y : c.name == "__or__" ? x | y : x ^ y;
  return bools ? IValue(r != 0) : IValue(r);
}

// int(x), float(x), bool(x) and their spellings as operators.
BuiltinResult ToInt(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (Val open = OpenNumber(c.args[0], DType::kI64)) return NewOpenNumber(open);
  IValue v = c.args[0];
  if (auto t = v.tensor()) {
    T2N_ASSIGN_OR_RETURN(v, ScalarOf(t->Read()));
  }
  if (std::optional<Dim> d = AsInt(v)) return IValue(*d);
  if (const double* d = v.If<double>()) {
    if (!(std::fabs(*d) < 9.2e18)) return absl::OutOfRangeError("int() of a float out of range");
    return IValue(static_cast<int64_t>(*d));
  }
  if (const auto* s = v.If<std::string>()) {
    int64_t i;
    if (absl::SimpleAtoi(*s, &i)) return IValue(i);
    return absl::InvalidArgumentError(absl::StrCat("int(\"", *s, "\")"));
  }
  return std::nullopt;
}

BuiltinResult ToFloat(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (Val open = OpenNumber(c.args[0], DType::kF32)) return NewOpenNumber(open);
  IValue v = c.args[0];
  if (auto t = v.tensor()) {
    T2N_ASSIGN_OR_RETURN(v, ScalarOf(t->Read()));
  }
  if (const auto* s = v.If<std::string>()) {
    double d;
    if (absl::SimpleAtod(*s, &d)) return IValue(d);
    return absl::InvalidArgumentError(absl::StrCat("float(\"", *s, "\")"));
  }
  if (!v.is_number()) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double d, AsFloat(v));
  return IValue(d);
}

BuiltinResult ToBool(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (Val open = OpenNumber(c.args[0], DType::kBool)) return NewOpenNumber(open);
  T2N_ASSIGN_OR_RETURN(bool truth, Truth(c.args[0]));
  return IValue(truth);
}

BuiltinResult ToComplex(const BuiltinCall& c) {
  if (c.args.empty()) return std::nullopt;
  if (const auto* z = c.args[0].If<Complex>(); z && c.args.size() == 1) return IValue(*z);
  if (!AllNumbers(c, c.args.size())) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double re, AsFloat(c.args[0]));
  double im = 0;
  if (c.args.size() > 1) {
    T2N_ASSIGN_OR_RETURN(im, AsFloat(c.args[1]));
  }
  return IValue(Complex(re, im));
}

BuiltinResult Not(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (Val open = OpenNumber(c.args[0], DType::kBool)) {
    return NewOpenNumber(c.builder.Not(open));
  }
  T2N_ASSIGN_OR_RETURN(bool truth, Truth(c.args[0]));
  return IValue(!truth);
}

template <bool same>
BuiltinResult Is(const BuiltinCall& c) {
  if (c.args.size() != 2) return std::nullopt;
  if (c.args[0].tensor() && c.args[1].tensor())
    return IValue((c.args[0].tensor() == c.args[1].tensor()) == same);
  bool none = c.args[0].is_none() || c.args[1].is_none();
  bool equal =
      none ? c.args[0].is_none() && c.args[1].is_none() : Equals(c.args[0], c.args[1]) == true;
  return IValue(equal == same);
}

// min and max over a list of numbers.
BuiltinResult Extreme(const BuiltinCall& c) {
  if (c.args.size() != 1 || !c.args[0].list() || c.args[0].list()->items.empty()) {
    return std::nullopt;
  }
  const auto& items = c.args[0].list()->items;
  IValue best = items[0];
  for (size_t i = 1; i < items.size(); ++i) {
    std::vector<IValue> pair = {best, items[i]};
    T2N_ASSIGN_OR_RETURN(std::optional<IValue> v,
                         Arithmetic({c.name, pair, c.keywords, c.builder, c.env}));
    if (!v) return std::nullopt;
    best = *v;
  }
  return best;
}

// sum over a list of numbers.
BuiltinResult Sum(const BuiltinCall& c) {
  if (c.args.size() != 1 || !c.args[0].list()) return std::nullopt;
  IValue total(0);
  for (const IValue& item : c.args[0].list()->items) {
    std::vector<IValue> pair = {total, item};
    T2N_ASSIGN_OR_RETURN(std::optional<IValue> v,
                         Arithmetic({"add", pair, c.keywords, c.builder, c.env}));
    if (!v) return std::nullopt;
    total = *v;
  }
  return total;
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::eq", Compare<Cmp::kEq>},
    {"aten::eq", CompareAny<true>},
    {"aten::ne", Compare<Cmp::kNe>},
    {"aten::ne", CompareAny<false>},
    {"aten::lt", Compare<Cmp::kLt>},
    {"aten::le", Compare<Cmp::kLe>},
    {"aten::gt", Compare<Cmp::kGt>},
    {"aten::ge", Compare<Cmp::kGe>},
    {"aten::add", Arithmetic},
    {"aten::sub", Arithmetic},
    {"aten::mul", Arithmetic},
    {"aten::div", Arithmetic},
    {"aten::floordiv", Arithmetic},
    {"aten::floor_divide", Arithmetic},
    {"aten::remainder", Arithmetic},
    {"aten::fmod", Arithmetic},
    {"aten::pow", Arithmetic},
    {"aten::atan2", Arithmetic},
    {"aten::copysign", Arithmetic},
    {"aten::__lshift__", Arithmetic},
    {"aten::__rshift__", Arithmetic},
    {"prim::min", Arithmetic},
    {"prim::max", Arithmetic},
    {"prim::min", Extreme},
    {"prim::max", Extreme},
    {"aten::sum", Sum},
    {"aten::neg", Negate},
    {"aten::abs", Absolute},
    {"prim::abs", Absolute},
    {"aten::floor", ToIntFunction<std::floor>},
    {"aten::ceil", ToIntFunction<std::ceil>},
    {"aten::trunc", ToIntFunction<std::trunc>},
    {"aten::round", Round},
    {"aten::sqrt", FloatFunction<std::sqrt>},
    {"aten::exp", FloatFunction<std::exp>},
    {"aten::expm1", FloatFunction<std::expm1>},
    {"aten::log", FloatFunction<std::log>},
    {"aten::log", Arithmetic},
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
    {"aten::lgamma", FloatFunction<std::lgamma>},
    {"aten::degrees", FloatFunction<Degrees>},
    {"aten::radians", FloatFunction<Radians>},
    {"aten::isnan", FloatTest<IsNan>},
    {"aten::isinf", FloatTest<IsInf>},
    {"aten::isfinite", FloatTest<IsFinite>},
    {"aten::__and__", Bitwise},
    {"aten::__or__", Bitwise},
    {"aten::__xor__", Bitwise},
    {"aten::__not__", Not},
    {"aten::__is__", Is<true>},
    {"aten::__isnot__", Is<false>},
    {"python::int", ToInt},
    {"aten::Int", ToInt},
    {"aten::IntImplicit", ToInt},
    {"prim::Int", ToInt},
    {"python::float", ToFloat},
    {"aten::Float", ToFloat},
    {"aten::FloatImplicit", ToFloat},
    {"python::bool", ToBool},
    {"aten::Bool", ToBool},
    {"python::complex", ToComplex},
    {"aten::Complex", ToComplex},
    {"aten::ComplexImplicit", ToComplex},
};

}  // namespace

absl::Span<const BuiltinEntry> NumberBuiltins() { return kBuiltins; }

}  // namespace t2n::script
