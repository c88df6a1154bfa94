// int(x), float(x), bool(x), complex(x, y) and their spellings as operators.
#include <cerrno>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/values/numbers.h"
#include "t2n/values/scalar_math.h"

namespace t2n {
namespace {

using Complex = std::complex<double>;

// What std::stoll and std::stod take, as torch calls them: blanks before the number, none behind.
template <typename T, typename Read>
std::optional<T> Parsed(const std::string& text, Read read) {
  char* end = nullptr;
  errno = 0;
  const T value = read(text.c_str(), &end);
  if (end == text.c_str() || end != text.c_str() + text.size() || errno == ERANGE) {
    return std::nullopt;
  }
  return value;
}

BuiltinResult ParseInt(const std::string& text) {
  auto value = Parsed<int64_t>(text, [](const char* s, char** end) { return strtoll(s, end, 10); });
  if (value) return IValue(*value);
  return Raised(absl::StrCat("invalid literal for int() with base 10: '", text, "'"));
}

BuiltinResult ParseFloat(const std::string& text) {
  auto value = Parsed<double>(text, [](const char* s, char** end) { return strtod(s, end); });
  if (value) return IValue(*value);
  return Raised(absl::StrCat("could not convert string to float: '", text, "'"));
}

BuiltinResult ToInt(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (Val open = OpenNumber(c.args[0], DType::kI64)) return NewOpenNumber(open);
  IValue v = c.args[0];
  if (auto t = v.tensor()) {
    T2N_ASSIGN_OR_RETURN(v, ScalarOf(t->Read()));
  }
  if (std::optional<Dim> d = AsInt(v)) return IValue(*d);
  if (const double* d = v.If<double>()) return IValue(TruncatedToInt(*d));
  if (const auto* s = v.If<std::string>()) return ParseInt(*s);
  return std::nullopt;
}

BuiltinResult ToFloat(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (Val open = OpenNumber(c.args[0], DType::kF32)) return NewOpenNumber(open);
  IValue v = c.args[0];
  if (auto t = v.tensor()) {
    T2N_ASSIGN_OR_RETURN(v, ScalarOf(t->Read()));
  }
  if (const auto* s = v.If<std::string>()) return ParseFloat(*s);
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

constexpr BuiltinEntry kBuiltins[] = {
    {"python::int", ToInt},           {"aten::Int", ToInt},
    {"aten::IntImplicit", ToInt},     {"prim::Int", ToInt},
    {"python::float", ToFloat},       {"aten::Float", ToFloat},
    {"aten::FloatImplicit", ToFloat}, {"python::bool", ToBool, kTruth},
    {"aten::Bool", ToBool, kTruth},   {"python::complex", ToComplex},
    {"aten::Complex", ToComplex},     {"aten::ComplexImplicit", ToComplex},
};

}  // namespace

absl::Span<const BuiltinEntry> ConversionBuiltins() { return kBuiltins; }

}  // namespace t2n
