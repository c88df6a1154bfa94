// Functions of Python and its math module on numbers, beyond plain arithmetic.
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/script/numbers.h"

namespace t2n::script {
namespace {

// (a // b, a % b).
BuiltinResult DivMod(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(auto quotient,
                       CallBuiltin("aten::floordiv", c.args, c.keywords, c.builder, c.env));
  T2N_ASSIGN_OR_RETURN(auto rest,
                       CallBuiltin("aten::remainder", c.args, c.keywords, c.builder, c.env));
  if (!quotient || !rest) return std::nullopt;
  return IValue::NewTuple({*quotient, *rest});
}

// The known ints of all arguments.
std::optional<std::vector<int64_t>> Ints(const BuiltinCall& c, size_t n) {
  if (c.args.size() != n) return std::nullopt;
  std::vector<int64_t> values;
  for (const IValue& v : c.args) {
    std::optional<Dim> d = AsInt(v);
    if (!d || !d->is_const()) return std::nullopt;
    values.push_back(d->value());
  }
  return values;
}

BuiltinResult Factorial(const BuiltinCall& c) {
  auto n = Ints(c, 1);
  if (!n) return std::nullopt;
  if ((*n)[0] < 0) return Raised("factorial() not defined for negative values");
  if ((*n)[0] > 20) return absl::OutOfRangeError(absl::StrCat("factorial(", (*n)[0], ")"));
  int64_t product = 1;
  for (int64_t i = 2; i <= (*n)[0]; ++i) product *= i;
  return IValue(product);
}

BuiltinResult Gcd(const BuiltinCall& c) {
  auto n = Ints(c, 2);
  if (!n) return std::nullopt;
  return IValue(static_cast<int64_t>(std::gcd((*n)[0], (*n)[1])));
}

// hex, oct, bin: `-0x1f`.
template <int base>
BuiltinResult Digits(const BuiltinCall& c) {
  auto n = Ints(c, 1);
  if (!n) return std::nullopt;
  uint64_t rest = (*n)[0] < 0 ? -static_cast<uint64_t>((*n)[0]) : (*n)[0];
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[rest % base]);
    rest /= base;
  } while (rest > 0);
  const char* prefix = base == 16 ? "0x" : base == 8 ? "0o" : "0b";
  return IValue(absl::StrCat((*n)[0] < 0 ? "-" : "", prefix, digits));
}

BuiltinResult FloatAbsolute(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  return IValue(std::fabs(x));
}

BuiltinResult Remainder(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  T2N_ASSIGN_OR_RETURN(double y, AsFloat(c.args[1]));
  return IValue(std::remainder(x, y));
}

BuiltinResult Frexp(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  int exponent;
  double mantissa = std::frexp(x, &exponent);
  return IValue::NewTuple({mantissa, exponent});
}

BuiltinResult Ldexp(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  std::optional<Dim> d = AsInt(c.args[1]);
  if (!d || !d->is_const() || std::abs(d->value()) > 100000) return std::nullopt;
  return IValue(std::ldexp(x, static_cast<int>(d->value())));
}

BuiltinResult Modf(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  double whole;
  double rest = std::modf(x, &whole);
  return IValue::NewTuple({rest, whole});
}

// ---- Numbers that the inputs decide ----

bool IsOpen(const IValue& v) { return v.tensor() && v.tensor()->is_number(); }

// Whether there are `n` numbers, some of them open.
bool OpenNumbers(const BuiltinCall& c, size_t n) {
  bool open = false;
  for (const IValue& v : c.args) {
    if (!IsOpen(v) && !v.is_number()) return false;
    open |= IsOpen(v);
  }
  return open && c.args.size() == n;
}

// As a tensor of rank 0: f32, i64 or bool. Null for complex numbers.
Val NumberValue(Builder& b, const IValue& v) {
  if (const bool* x = v.If<bool>()) return b.Scalar(DType::kBool, int64_t{*x});
  if (const Dim* x = v.If<Dim>()) return b.DimScalar(*x);
  if (const double* x = v.If<double>()) return b.Scalar(DType::kF32, *x);
  return v.tensor() ? b.Reshape(v.tensor()->Read(), {}) : Val();
}

// min(a, b), max(a, b): a float if one of them is.
BuiltinResult OpenExtreme(const BuiltinCall& c) {
  if (!OpenNumbers(c, 2)) return std::nullopt;
  Builder& b = c.builder;
  Val x = NumberValue(b, c.args[0]), y = NumberValue(b, c.args[1]);
  if (!x || !y) return std::nullopt;
  const DType dtype = IsFloat(x.dtype()) || IsFloat(y.dtype()) ? DType::kF32 : DType::kI64;
  x = b.Cast(x, dtype), y = b.Cast(y, dtype);
  return NewOpenNumber(c.name == "min" ? b.Min(x, y) : b.Max(x, y));
}

BuiltinResult OpenAbsolute(const BuiltinCall& c) {
  if (!OpenNumbers(c, 1)) return std::nullopt;
  return NewOpenNumber(c.builder.Abs(NumberValue(c.builder, c.args[0])));
}

// A power of ints is a float.
BuiltinResult OpenPower(const BuiltinCall& c) {
  if (!OpenNumbers(c, 2)) return std::nullopt;
  Builder& b = c.builder;
  Val x = NumberValue(b, c.args[0]), y = NumberValue(b, c.args[1]);
  if (!x || !y) return std::nullopt;
  return NewOpenNumber(b.Pow(b.Cast(x, DType::kF32), b.Cast(y, DType::kF32)));
}

// a & b, a | b of bools, one of them known: what bounds a loop that the inputs may end earlier.
BuiltinResult OpenLogic(const BuiltinCall& c) {
  if (!OpenNumbers(c, 2)) return std::nullopt;
  const bool* known = c.args[0].If<bool>() ? c.args[0].If<bool>() : c.args[1].If<bool>();
  const IValue& open = IsOpen(c.args[0]) ? c.args[0] : c.args[1];
  if (!known || open.tensor()->Read().dtype() != DType::kBool) return std::nullopt;
  bool decides = *known == (c.name == "__or__");
  return decides ? IValue(*known) : open;
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::__and__", OpenLogic},
    {"aten::__or__", OpenLogic},
    {"aten::divmod", DivMod},
    {"python::divmod", DivMod},
    {"aten::factorial", Factorial},
    {"aten::gcd", Gcd},
    {"aten::hex", Digits<16>},
    {"aten::oct", Digits<8>},
    {"aten::bin", Digits<2>},
    {"aten::fabs", FloatAbsolute},
    {"aten::mathremainder", Remainder},
    {"aten::frexp", Frexp},
    {"aten::ldexp", Ldexp},
    {"aten::modf", Modf},
    {"prim::min", OpenExtreme},
    {"prim::max", OpenExtreme},
    {"prim::abs", OpenAbsolute},
    {"aten::pow", OpenPower},
};

}  // namespace

absl::Span<const BuiltinEntry> NumberFunctions() { return kBuiltins; }

}  // namespace t2n::script
