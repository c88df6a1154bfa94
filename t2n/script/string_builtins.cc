// Strings, messages, and what has no effect on values.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "parsers/limits.h"
#include "t2n/base/status.h"
#include "t2n/script/builtins.h"

namespace t2n::script {
namespace {

const std::string* Text(const BuiltinCall& c, size_t i) {
  return i < c.args.size() ? c.args[i].If<std::string>() : nullptr;
}

absl::Status TooLong() {
  return absl::ResourceExhaustedError(
      absl::StrCat("a string of more than ", limits::kMaxStringBytes, " bytes"));
}

BuiltinResult Length(const BuiltinCall& c) {
  const std::string* s = c.args.size() == 1 ? Text(c, 0) : nullptr;
  if (!s) return std::nullopt;
  return IValue(static_cast<int64_t>(s->size()));
}

BuiltinResult Join2(const BuiltinCall& c) {
  const std::string *a = Text(c, 0), *b = Text(c, 1);
  if (!a || !b) return std::nullopt;
  return IValue(absl::StrCat(*a, *b));
}

BuiltinResult Contains(const BuiltinCall& c) {
  const std::string *a = Text(c, 0), *b = Text(c, 1);
  if (!a || !b) return std::nullopt;
  return IValue(absl::StrContains(*a, *b));
}

BuiltinResult Character(const BuiltinCall& c) {
  const std::string* s = Text(c, 0);
  const Dim* d = s && c.args.size() == 2 ? c.args[1].If<Dim>() : nullptr;
  if (!d || !d->is_const()) return std::nullopt;
  int64_t n = static_cast<int64_t>(s->size());
  int64_t i = d->value() < 0 ? d->value() + n : d->value();
  if (i < 0 || i >= n) return absl::OutOfRangeError("index of a string");
  return IValue(s->substr(i, 1));
}

BuiltinResult Substring(const BuiltinCall& c) {
  const std::string* s = Text(c, 0);
  if (!s) return std::nullopt;
  int64_t n = static_cast<int64_t>(s->size());
  auto number = [&](size_t i, absl::string_view key, int64_t otherwise) {
    const IValue* v = c.Get(i, key);
    const Dim* d = v ? v->If<Dim>() : nullptr;
    return d && d->is_const() ? d->value() : otherwise;
  };
  auto bound = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + n : at, 0, n); };
  int64_t step = number(3, "step", 1);
  if (step < 1) return absl::UnimplementedError("a slice of a string that goes backwards");
  std::string out;
  int64_t end = bound(number(2, "end", n));
  for (int64_t i = bound(number(1, "start", 0)); i < end; i += step) out += (*s)[i];
  return IValue(out);
}

BuiltinResult Case(const BuiltinCall& c) {
  const std::string* s = Text(c, 0);
  if (!s) return std::nullopt;
  return IValue(c.name == "lower" ? absl::AsciiStrToLower(*s) : absl::AsciiStrToUpper(*s));
}

BuiltinResult Strip(const BuiltinCall& c) {
  const std::string* s = Text(c, 0);
  if (!s) return std::nullopt;
  const std::string* set = Text(c, 1);
  std::string chars = set ? *set : " \t\n\v\f\r";
  size_t begin = c.name == "rstrip" ? 0 : s->find_first_not_of(chars);
  if (begin == std::string::npos) return IValue("");
  size_t end = c.name == "lstrip" ? s->size() : s->find_last_not_of(chars) + 1;
  return IValue(s->substr(begin, end - begin));
}

BuiltinResult Affix(const BuiltinCall& c) {
  const std::string *a = Text(c, 0), *b = Text(c, 1);
  if (!a || !b || c.args.size() > 2) return std::nullopt;
  return IValue(c.name == "startswith" ? absl::StartsWith(*a, *b) : absl::EndsWith(*a, *b));
}

BuiltinResult Replace(const BuiltinCall& c) {
  const std::string *s = Text(c, 0), *from = Text(c, 1), *to = Text(c, 2);
  if (!s || !from || !to || from->empty() || c.args.size() > 3) return std::nullopt;
  if (s->size() / from->size() * to->size() > limits::kMaxStringBytes) return TooLong();
  return IValue(absl::StrReplaceAll(*s, {{*from, *to}}));
}

BuiltinResult Split(const BuiltinCall& c) {
  const std::string* s = Text(c, 0);
  if (!s || c.args.size() > 2) return std::nullopt;
  std::vector<IValue> parts;
  if (const std::string* by = Text(c, 1)) {
    for (absl::string_view p : absl::StrSplit(*s, *by)) parts.emplace_back(std::string(p));
  } else {
    for (absl::string_view p :
         absl::StrSplit(*s, absl::ByAnyChar(" \t\n\v\f\r"), absl::SkipEmpty())) {
      parts.emplace_back(std::string(p));
    }
  }
  return IValue::NewList(std::move(parts));
}

BuiltinResult JoinList(const BuiltinCall& c) {
  const std::string* by = Text(c, 0);
  if (!by || c.args.size() != 2 || !c.args[1].list()) return std::nullopt;
  T2N_RETURN_IF_ERROR(CheckBounded(c.args[1]));
  std::vector<std::string> parts;
  for (const IValue& v : c.args[1].list()->items) parts.push_back(Str(v));
  return IValue(absl::StrJoin(parts, *by));
}

// "{} of {}".format(...)
BuiltinResult Format(const BuiltinCall& c) {
  const std::string* format = Text(c, 0);
  if (!format) return std::nullopt;
  std::string out;
  size_t next = 1;
  for (size_t i = 0; i < format->size(); ++i) {
    if ((*format)[i] != '{') {
      out += (*format)[i];
      continue;
    }
    size_t close = format->find('}', i);
    if (close == std::string::npos) break;
    out += next < c.args.size() ? Str(c.args[next]) : "{}";
    if (out.size() > limits::kMaxStringBytes) return TooLong();
    ++next;
    i = close;
  }
  return IValue(out);
}

BuiltinResult PercentFormat(const BuiltinCall& c) {
  const std::string* format = Text(c, 0);
  if (!format) return std::nullopt;
  std::vector<IValue> values(c.args.begin() + 1, c.args.end());
  if (auto tuple = values.size() == 1 ? values[0].tuple() : nullptr) values = tuple->items;
  std::string out;
  size_t next = 0;
  for (size_t i = 0; i < format->size(); ++i) {
    if ((*format)[i] != '%' || i + 1 == format->size()) {
      out += (*format)[i];
    } else if ((*format)[++i] == '%') {
      out += '%';
    } else {
      out += next < values.size() ? Str(values[next]) : "";
      if (out.size() > limits::kMaxStringBytes) return TooLong();
      ++next;
    }
  }
  return IValue(out);
}

BuiltinResult ToStr(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  return IValue(Str(c.args[0]));
}

BuiltinResult Ord(const BuiltinCall& c) {
  const std::string* s = Text(c, 0);
  if (!s || s->size() != 1) return std::nullopt;
  return IValue(static_cast<int64_t>(static_cast<unsigned char>((*s)[0])));
}

BuiltinResult Chr(const BuiltinCall& c) {
  const Dim* d = c.args.size() == 1 ? c.args[0].If<Dim>() : nullptr;
  if (!d || !d->is_const() || d->value() < 0 || d->value() > 127) return std::nullopt;
  return IValue(std::string(1, static_cast<char>(d->value())));
}

BuiltinResult Raise(const BuiltinCall& c) {
  std::string message = c.args.empty() ? "" : Str(c.args[0]);
  return Raised(message);
}

BuiltinResult Nothing(const BuiltinCall&) { return IValue(); }
BuiltinResult False(const BuiltinCall&) { return IValue(false); }
BuiltinResult True(const BuiltinCall&) { return IValue(true); }

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::len", Length},
    {"python::len", Length},
    {"aten::add", Join2},
    {"aten::__contains__", Contains},
    {"aten::__getitem__", Character},
    {"aten::slice", Substring},
    {"aten::lower", Case},
    {"aten::upper", Case},
    {"aten::strip", Strip},
    {"aten::lstrip", Strip},
    {"aten::rstrip", Strip},
    {"aten::startswith", Affix},
    {"aten::endswith", Affix},
    {"aten::replace", Replace},
    {"aten::split", Split},
    {"aten::join", JoinList},
    {"aten::format", Format},
    {"aten::percentFormat", PercentFormat},
    {"aten::str", ToStr},
    {"python::str", ToStr},
    {"aten::ord", Ord},
    {"python::ord", Ord},
    {"aten::chr", Chr},
    {"python::chr", Chr},
    {"prim::RaiseException", Raise},
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

absl::Span<const BuiltinEntry> StringBuiltins() { return kBuiltins; }

}  // namespace t2n::script
