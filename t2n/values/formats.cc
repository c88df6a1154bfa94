// Values as text: str(), format, % (torch/csrc/jit/runtime/vararg_functions.cpp), messages.
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/values/builtins.h"
#include "t2n/values/strings.h"
#include "t2n/values/text.h"

namespace t2n {
namespace {

const std::string* FormatOf(const BuiltinCall& c) {
  return c.args.empty() ? nullptr : c.args[0].If<std::string>();
}

bool IsOpenValue(const IValue& v) {
  if (const Dim* d = v.If<Dim>()) return !d->is_const();
  if (auto l = v.list()) return l->tail || absl::c_any_of(l->items, IsOpenValue);
  if (auto t = v.tuple()) return absl::c_any_of(t->items, IsOpenValue);
  if (auto d = v.dict()) {
    return absl::c_any_of(
        d->items, [](const auto& p) { return IsOpenValue(p.first) || IsOpenValue(p.second); });
  }
  return v.tensor() != nullptr;
}

// `v` as torch writes it.
std::string Written(const IValue& v) {
  const bool open = !IsBounded(v) || IsOpenValue(v);
  return absl::StrCat(open ? std::string(1, kOpenMark) : "", Str(v));
}

// "{} of {}".format(...): nothing else between the braces is a place.
BuiltinResult Format(const BuiltinCall& c) {
  const std::string* format = FormatOf(c);
  if (!format) return std::nullopt;
  std::string out;
  size_t begin = 0, next = 1;
  for (size_t at; (at = format->find("{}", begin)) != std::string::npos; begin = at + 2) {
    out.append(*format, begin, at - begin);
    if (next == c.args.size()) return Raised("Too few arguments for format string");
    out += Written(c.args[next++]);
    if (out.size() > limits::kMaxStringBytes) return TooLong();
  }
  return IValue(out.append(*format, begin));
}

absl::Status WrongKind(char key, const IValue& value) {
  return Raised(absl::StrCat("%", std::string(1, key),
                             " requires a number for formatting, but got ", value.TypeName()));
}

// %d of a float: what does not fit in 32 bits is the smallest int.
int32_t Narrowed(double x) {
  constexpr double kLimit = 2147483648.0;
  const bool fits = x > -kLimit - 1 && x < kLimit;
  return fits ? static_cast<int32_t>(x) : std::numeric_limits<int32_t>::min();
}

// `value` as `%` and the character `key` write it.
absl::StatusOr<std::string> PercentText(char key, const IValue& value) {
  const Dim* i = value.If<Dim>();
  const double* d = value.If<double>();
  const auto* s = value.If<std::string>();
  switch (key) {
    case 'd':
    case 'i':
      if (i) return Written(value);
      if (!d) return WrongKind(key, value);
      return absl::StrCat(Narrowed(*d));
    case 'e':
    case 'E':
    case 'f':
    case 'F': {
      if (!d && !(i && i->is_const())) return WrongKind(key, value);
      const float x = d ? static_cast<float>(*d) : static_cast<float>(i->value());
      if (key == 'e') return absl::StrFormat("%.6e", x);
      if (key == 'E') return absl::StrFormat("%.6E", x);
      return absl::StrFormat("%.6f", x);
    }
    case 'c':
      if (i && i->is_const()) return std::string(1, static_cast<char>(i->value()));
      if (s && s->size() == 1) return *s;
      return WrongKind(key, value);
    case 's':
      return Written(value);
    default:
      return Raised(absl::StrCat("The specifier %", std::string(1, key),
                                 " is not supported in TorchScript format strings"));
  }
}

BuiltinResult PercentFormat(const BuiltinCall& c) {
  const std::string* format = FormatOf(c);
  if (!format) return std::nullopt;
  std::vector<IValue> values(c.args.begin() + 1, c.args.end());
  if (auto tuple = values.size() == 1 ? values[0].tuple() : nullptr) values = tuple->items;
  std::string out;
  size_t begin = 0, next = 0;
  for (size_t at; (at = format->find('%', begin)) != std::string::npos; begin = at + 2) {
    if (at + 1 == format->size()) return Raised("Incomplete format specifier");
    out.append(*format, begin, at - begin);
    if ((*format)[at + 1] == '%') {
      out += '%';
      continue;
    }
    if (next == values.size()) return Raised("Too few arguments for format string");
    T2N_ASSIGN_OR_RETURN(std::string text, PercentText((*format)[at + 1], values[next++]));
    out += text;
    if (out.size() > limits::kMaxStringBytes) return TooLong();
  }
  if (next != values.size()) return Raised("Too many arguments for format string");
  return IValue(out.append(*format, begin));
}

BuiltinResult ToStr(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  return IValue(Written(c.args[0]));
}

BuiltinResult Raise(const BuiltinCall& c) { return Raised(c.args.empty() ? "" : Str(c.args[0])); }

BuiltinResult Nothing(const BuiltinCall&) { return IValue(); }
BuiltinResult False(const BuiltinCall&) { return IValue(false); }
BuiltinResult True(const BuiltinCall&) { return IValue(true); }

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::format", Format},
    {"aten::percentFormat", PercentFormat},
    {"aten::str", ToStr},
    {"python::str", ToStr},
    {"prim::RaiseException", Raise, kActs},
    {"aten::warn", Nothing},
    {"python::print", Nothing},
    {"prim::Print", Nothing},
    {"aten::is_grad_enabled", False},
    {"aten::set_grad_enabled", Nothing},
    {"aten::is_autocast_enabled", False},
    {"aten::is_autocast_cpu_enabled", False},
    {"aten::_is_tracing", False},
    {"aten::is_scripting", True},
    {"prim::is_scripting", True},
};

}  // namespace

absl::Span<const BuiltinEntry> FormatBuiltins() { return kBuiltins; }

}  // namespace t2n
