// Functions of Python and its math module on numbers, beyond plain arithmetic.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/values/numbers.h"
#include "t2n/values/scalar_math.h"

namespace t2n {
namespace {

// Quotient and remainder of floats; of mixed kinds torch narrows both to 32 bits.
BuiltinResult DivModFloats(const IValue& x, const IValue& y) {
  T2N_ASSIGN_OR_RETURN(double a, AsFloat(x));
  T2N_ASSIGN_OR_RETURN(double b, AsFloat(y));
  const std::optional<Dim> first = AsInt(x), second = AsInt(y);
  if (first) a = static_cast<int32_t>(first->value()), b = static_cast<float>(b);
  if (second) a = static_cast<float>(a), b = static_cast<int32_t>(second->value());
  if (b == 0) return Raised("ZeroDivisionError: float divmod()");
  if (first || second) {
    const double ratio = static_cast<float>(a) / static_cast<float>(b);
    if (!(std::fabs(ratio) <= 9223372036854775808.0)) {
      return Raised(absl::StrCat("Cannot convert float ", ratio, " to integer"));
    }
    const double quotient = static_cast<double>(TruncatedToInt(std::floor(ratio)));
    return IValue::NewTuple({quotient, a - quotient * b});
  }
  double rest = std::fmod(a, b);
  if (rest != 0 && (a < 0) != (b < 0)) rest += b;
  return IValue::NewTuple({(a - rest) / b, rest});
}

// (a // b, a % b).
BuiltinResult DivMod(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  const std::optional<Dim> a = AsInt(c.args[0]), b = AsInt(c.args[1]);
  if (!a || !b) return DivModFloats(c.args[0], c.args[1]);
  if (*b == Dim(0)) return Raised("ZeroDivisionError: integer division or modulo by zero");
  if (!a->is_const() || !b->is_const()) {
    return IValue::NewTuple({FloorDiv(*a, *b), Mod(*a, *b)});
  }
  T2N_ASSIGN_OR_RETURN(auto quotient, IntOperation("floordiv", a->value(), b->value()));
  const int64_t rest =
      WrappedAdd(a->value(), WrappedNegative(WrappedMultiply(*quotient, b->value())));
  return IValue::NewTuple({*quotient, rest});
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
  if ((*n)[0] > 1000000) return absl::OutOfRangeError(absl::StrCat("factorial(", (*n)[0], ")"));
  return IValue(WrappedFactorial((*n)[0]));
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
  if (!d || !d->is_const()) return std::nullopt;
  return IValue(std::ldexp(x, static_cast<int>(d->value())));
}

BuiltinResult Modf(const BuiltinCall& c) {
  if (!AllNumbers(c, 1)) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(double x, AsFloat(c.args[0]));
  double whole;
  double rest = std::modf(x, &whole);
  return IValue::NewTuple({rest, whole});
}

// min and max of two lists, item by item.
BuiltinResult ExtremeList(const BuiltinCall& c) {
  const auto l = c.args.size() == 2 ? c.args[0].list() : nullptr;
  const auto r = l ? c.args[1].list() : nullptr;
  if (!r) return std::nullopt;
  for (size_t i = 0; i < std::min(l->items.size(), r->items.size()); ++i) {
    if (Equals(l->items[i], r->items[i]) == true) continue;
    const std::vector<IValue> pair = {r->items[i], l->items[i]};
    T2N_ASSIGN_OR_RETURN(auto second, CallBuiltin(c.name == "min" ? "aten::lt" : "aten::gt", pair,
                                                  c.keywords, c.builder, c.env));
    if (!second) return std::nullopt;
    T2N_ASSIGN_OR_RETURN(bool truth, Truth(*second));
    return c.args[truth ? 1 : 0];
  }
  const bool first =
      c.name == "min" ? l->items.size() < r->items.size() : l->items.size() > r->items.size();
  return c.args[first ? 0 : 1];
}

// min and max of a list: the first of equal ones.
BuiltinResult Extreme(const BuiltinCall& c) {
  const auto list = c.args.size() == 1 ? c.args[0].list() : nullptr;
  if (!list) return std::nullopt;
  if (list->items.empty()) return Raised(absl::StrCat(c.name, "() arg is an empty sequence"));
  IValue best = list->items[0];
  for (size_t i = 1; i < list->items.size(); ++i) {
    const IValue& item = list->items[i];
    const auto *p = item.If<bool>(), *q = best.If<bool>();
    if (p && q) {
      best = c.name == "min" ? *p && *q : *p || *q;
      continue;
    }
    const std::vector<IValue> pair = {item, best};
    T2N_ASSIGN_OR_RETURN(
        auto v, CallBuiltin(absl::StrCat("prim::", c.name), pair, c.keywords, c.builder, c.env));
    if (!v) return std::nullopt;
    best = *v;
  }
  return best;
}

// sum of a list: ints in 32 bits.
BuiltinResult Sum(const BuiltinCall& c) {
  const auto list = c.args.size() == 1 ? c.args[0].list() : nullptr;
  if (!list) return std::nullopt;
  IValue total(0);
  if (!list->items.empty() && list->items[0].If<double>()) total = IValue(0.0);
  for (const IValue& item : list->items) {
    const std::vector<IValue> pair = {total, item};
    T2N_ASSIGN_OR_RETURN(auto v, CallBuiltin("aten::add", pair, c.keywords, c.builder, c.env));
    if (!v) return std::nullopt;
    total = *v;
    const Dim* d = total.If<Dim>();
    if (d && d->is_const()) total = IValue(int64_t{static_cast<int32_t>(d->value())});
  }
  return total;
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
    {"aten::hex", Digits<16>},
    {"aten::oct", Digits<8>},
    {"aten::bin", Digits<2>},
    {"prim::min", Extreme, kVisitsItems},
    {"prim::max", Extreme, kVisitsItems},
    {"prim::min", ExtremeList, kVisitsItems},
    {"prim::max", ExtremeList, kVisitsItems},
    {"aten::sum", Sum, kVisitsItems},
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

}  // namespace t2n
