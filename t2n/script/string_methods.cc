// Methods of strings beyond those that programs use every day. Strings are bytes, classes of
// characters ASCII, as in torch (torch/csrc/jit/runtime/register_prim_ops.cpp).
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "parsers/limits.h"
#include "t2n/script/builtins.h"

namespace t2n::script {
namespace {

const std::string* Text(const BuiltinCall& c, size_t i, absl::string_view key) {
  const IValue* v = c.Get(i, key);
  return v ? v->If<std::string>() : nullptr;
}

// A known int argument; nullopt if it is there and not known.
std::optional<int64_t> Number(const BuiltinCall& c, size_t i, absl::string_view key,
                              int64_t otherwise) {
  const IValue* v = c.Get(i, key);
  if (!v) return otherwise;
  const Dim* d = v->If<Dim>();
  return d ? d->constant() : std::nullopt;
}

std::string Title(const std::string& s) {
  std::string out = s;
  bool inside = false;  // a word
  for (char& ch : out) {
    ch = inside ? absl::ascii_tolower(ch) : absl::ascii_toupper(ch);
    inside = absl::ascii_isalpha(ch);
  }
  return out;
}

BuiltinResult Case(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  if (c.name == "title") return IValue(Title(*s));
  std::string out = *s;
  for (size_t i = 0; i < out.size(); ++i) {
    bool upper = c.name == "capitalize" ? i == 0 : absl::ascii_islower(out[i]);
    out[i] = upper ? absl::ascii_toupper(out[i]) : absl::ascii_tolower(out[i]);
  }
  return IValue(out);
}

// Whether all characters are of a class, and at least one.
template <bool (*in)(unsigned char)>
BuiltinResult AllOf(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(!s->empty() && std::all_of(s->begin(), s->end(), in));
}

// isupper, islower: letters of one case, and at least one.
template <bool (*other)(unsigned char)>
BuiltinResult OneCase(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(std::none_of(s->begin(), s->end(), other) &&
                std::any_of(s->begin(), s->end(), absl::ascii_isalpha));
}

BuiltinResult IsTitle(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(std::any_of(s->begin(), s->end(), absl::ascii_isalpha) && *s == Title(*s));
}

BuiltinResult IsIdentifier(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(!s->empty() && !absl::ascii_isdigit((*s)[0]) &&
                std::all_of(s->begin(), s->end(), absl::ascii_isalnum));
}

BuiltinResult IsPrintable(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(std::all_of(s->begin(), s->end(), absl::ascii_isprint));
}

// center, ljust, rjust, zfill.
BuiltinResult Justify(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  std::optional<int64_t> width = Number(c, 1, "width", 0);
  if (!s || !width || *width > 100000) return std::nullopt;
  const std::string* given = Text(c, 2, "fillchar");
  char fill = c.name == "zfill" ? '0' : given && given->size() == 1 ? (*given)[0] : ' ';
  int64_t n = *width - static_cast<int64_t>(s->size());
  if (n <= 0) return IValue(*s);
  int64_t left = c.name == "ljust" ? 0 : n;
  if (c.name == "center") left = *width % 2 ? (n + 1) / 2 : n / 2;
  size_t sign = c.name == "zfill" && !s->empty() && ((*s)[0] == '-' || (*s)[0] == '+') ? 1 : 0;
  return IValue(absl::StrCat(s->substr(0, sign), std::string(left, fill), s->substr(sign),
                             std::string(n - left, fill)));
}

// find, rfind, index, rindex; count. `end` -1 is the string's own end.
BuiltinResult Find(const BuiltinCall& c) {
  const std::string *s = Text(c, 0, "self"), *part = Text(c, 1, "substr");
  std::optional<int64_t> start = Number(c, 2, "start", 0), end = Number(c, 3, "end", -1);
  if (!s || !part || !start || !end) return std::nullopt;
  const int64_t size = static_cast<int64_t>(s->size());
  int64_t first = std::max<int64_t>(*start < 0 ? *start + size : *start, 0);
  int64_t last = std::clamp<int64_t>(*end < 0 ? *end + size + 1 : *end, 0, size);
  int64_t found = -1, count = 0;
  const int64_t length = static_cast<int64_t>(part->size());
  for (int64_t i = first; i + length <= last; ++i) {
    if (s->compare(i, length, *part) != 0) continue;
    if (found < 0 || c.name[0] == 'r') found = i;
    ++count;
    if (c.name == "count" && length > 0) i += length - 1;
  }
  if (c.name == "count") return IValue(count);
  if (found < 0 && (c.name == "index" || c.name == "rindex")) {
    return Raised("ValueError: substring not found");
  }
  return IValue(found);
}

BuiltinResult Partition(const BuiltinCall& c) {
  const std::string *s = Text(c, 0, "self"), *by = Text(c, 1, "separator");
  if (!s || !by) return std::nullopt;
  const bool back = c.name == "rpartition";
  size_t at = back ? s->rfind(*by) : s->find(*by);
  if (at == std::string::npos) {
    return back ? IValue::NewTuple({"", "", *s}) : IValue::NewTuple({*s, "", ""});
  }
  return IValue::NewTuple({s->substr(0, at), *by, s->substr(at + by->size())});
}

// split and rsplit with at most `max` cuts (-1: any number), from the begin or from the end.
BuiltinResult Split(const BuiltinCall& c) {
  const std::string *s = Text(c, 0, "self"), *by = Text(c, 1, "separator");
  std::optional<int64_t> max = Number(c, 2, "max", -1);
  if (!s || !max || (by && by->empty())) return std::nullopt;
  if (!by && c.name == "split") return std::nullopt;
  const std::string separator = by ? *by : " ";
  std::vector<IValue> parts;
  std::string rest = *s;
  while (*max < 0 || static_cast<int64_t>(parts.size()) < *max) {
    size_t at = c.name == "split" ? rest.find(separator) : rest.rfind(separator);
    if (at == std::string::npos) break;
    std::string before = rest.substr(0, at), after = rest.substr(at + separator.size());
    parts.push_back(c.name == "split" ? before : after);
    rest = c.name == "split" ? after : before;
  }
  parts.push_back(rest);
  if (c.name == "rsplit") std::reverse(parts.begin(), parts.end());
  return IValue::NewList(std::move(parts));
}

BuiltinResult SplitLines(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  if (!s) return std::nullopt;
  const IValue* keep = c.Get(1, "keepends");
  const bool ends = keep && keep->If<bool>() && *keep->If<bool>();
  std::vector<IValue> lines;
  for (size_t begin = 0; begin < s->size();) {
    size_t at = s->find_first_of("\n\r\v\f", begin);
    if (at == std::string::npos) at = s->size();
    size_t next = at + (s->compare(at, 2, "\r\n") == 0 ? 2 : at < s->size() ? 1 : 0);
    lines.emplace_back(s->substr(begin, (ends ? next : at) - begin));
    begin = next;
  }
  return IValue::NewList(std::move(lines));
}

BuiltinResult ExpandTabs(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  std::optional<int64_t> size = Number(c, 1, "tabsize", 8);
  if (!s || !size || *size < 1 || *size > 1000) return std::nullopt;
  std::string out;
  int64_t column = 0;
  for (char ch : *s) {
    int64_t width = ch == '\t' ? *size - column % *size : 1;
    out.append(width, ch == '\t' ? ' ' : ch);
    column = ch == '\n' || ch == '\r' ? 0 : column + width;
  }
  return IValue(out);
}

BuiltinResult Repeat(const BuiltinCall& c) {
  const std::string* s = Text(c, 0, "self");
  std::optional<int64_t> n = Number(c, 1, "n", 0);
  if (!s || !n) return std::nullopt;
  if (*n > 0 && s->size() > limits::kMaxStringBytes / *n) {
    return absl::ResourceExhaustedError(absl::StrCat("a string repeated ", *n, " times"));
  }
  std::string out;
  for (int64_t i = 0; i < *n; ++i) out += *s;
  return IValue(out);
}

BuiltinResult Compare(const BuiltinCall& c) {
  const std::string *a = Text(c, 0, "a"), *b = Text(c, 1, "b");
  if (!a || !b) return std::nullopt;
  int order = a->compare(*b);
  if (c.name == "lt") return IValue(order < 0);
  if (c.name == "le") return IValue(order <= 0);
  return IValue(c.name == "gt" ? order > 0 : order >= 0);
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::lt", Compare},
    {"aten::le", Compare},
    {"aten::gt", Compare},
    {"aten::ge", Compare},
    {"aten::capitalize", Case},
    {"aten::title", Case},
    {"aten::swapcase", Case},
    {"aten::isalnum", AllOf<absl::ascii_isalnum>},
    {"aten::isalpha", AllOf<absl::ascii_isalpha>},
    {"aten::isdigit", AllOf<absl::ascii_isdigit>},
    {"aten::isdecimal", AllOf<absl::ascii_isdigit>},
    {"aten::isnumeric", AllOf<absl::ascii_isdigit>},
    {"aten::isspace", AllOf<absl::ascii_isspace>},
    {"aten::isupper", OneCase<absl::ascii_islower>},
    {"aten::islower", OneCase<absl::ascii_isupper>},
    {"aten::istitle", IsTitle},
    {"aten::isidentifier", IsIdentifier},
    {"aten::isprintable", IsPrintable},
    {"aten::center", Justify},
    {"aten::ljust", Justify},
    {"aten::rjust", Justify},
    {"aten::zfill", Justify},
    {"aten::find", Find},
    {"aten::rfind", Find},
    {"aten::index", Find},
    {"aten::rindex", Find},
    {"aten::count", Find},
    {"aten::partition", Partition},
    {"aten::rpartition", Partition},
    {"aten::split", Split},
    {"aten::rsplit", Split},
    {"aten::splitlines", SplitLines},
    {"aten::expandtabs", ExpandTabs},
    {"aten::mul", Repeat},
};

}  // namespace

absl::Span<const BuiltinEntry> StringMethods() { return kBuiltins; }

}  // namespace t2n::script
