// Strings: letters and their classes (ASCII, as in torch), filling, comparison.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/values/builtins.h"
#include "t2n/values/strings.h"

namespace t2n {
namespace {

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
  const std::string* s = TextOf(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  if (c.name == "title") return IValue(Title(*s));
  if (c.name == "lower") return IValue(absl::AsciiStrToLower(*s));
  if (c.name == "upper") return IValue(absl::AsciiStrToUpper(*s));
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
  const std::string* s = TextOf(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(!s->empty() && std::all_of(s->begin(), s->end(), in));
}

// isupper, islower: letters of one case, and at least one.
template <bool (*other)(unsigned char)>
BuiltinResult OneCase(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(std::none_of(s->begin(), s->end(), other) &&
                std::any_of(s->begin(), s->end(), absl::ascii_isalpha));
}

BuiltinResult IsTitle(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(std::any_of(s->begin(), s->end(), absl::ascii_isalpha) && *s == Title(*s));
}

BuiltinResult IsIdentifier(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(!s->empty() && !absl::ascii_isdigit((*s)[0]) &&
                std::all_of(s->begin(), s->end(), absl::ascii_isalnum));
}

BuiltinResult IsPrintable(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  if (!s || c.args.size() != 1) return std::nullopt;
  return IValue(std::all_of(s->begin(), s->end(), absl::ascii_isprint));
}

// center, ljust, rjust, zfill. An odd rest goes to the left where the width is odd.
BuiltinResult Justify(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  std::optional<int64_t> width = NumberOf(c, 1, "width", 0);
  if (!s || !width) return std::nullopt;
  const std::string* given = TextOf(c, 2, "fillchar");
  if (given && given->size() != 1) {
    return Raised("TypeError: The fill character must be exactly one character long");
  }
  if (c.name == "center" && *width < 0) return Raised("center() of a negative width does not end");
  if (*width > static_cast<int64_t>(limits::kMaxStringBytes)) return TooLong();
  const char fill = c.name == "zfill" ? '0' : given ? (*given)[0] : ' ';
  const int64_t n = std::max<int64_t>(0, *width - static_cast<int64_t>(s->size()));
  int64_t left = c.name == "ljust" ? 0 : n;
  if (c.name == "center") left = *width % 2 ? (n + 1) / 2 : n / 2;
  return IValue(absl::StrCat(std::string(left, fill), *s, std::string(n - left, fill)));
}

// Columns are counted from the begin of the string, whatever lines it has.
BuiltinResult ExpandTabs(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  std::optional<int64_t> size = NumberOf(c, 1, "tabsize", 8);
  if (!s || !size) return std::nullopt;
  std::string out;
  for (char ch : *s) {
    if (ch != '\t') {
      out += ch;
    } else if (*size > 0) {
      const int64_t width = *size - static_cast<int64_t>(out.size()) % *size;
      if (out.size() + width > limits::kMaxStringBytes) return TooLong();
      out.append(width, ' ');
    }
  }
  return IValue(out);
}

BuiltinResult Ord(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "string");
  if (!s) return std::nullopt;
  if (s->size() != 1) return Raised("String for ord() must be 1 character");
  return IValue(static_cast<int64_t>(static_cast<unsigned char>((*s)[0])));
}

// A string of the lowest byte.
BuiltinResult Chr(const BuiltinCall& c) {
  std::optional<int64_t> code = NumberOf(c, 0, "i", -1);
  if (c.args.size() != 1 || !code) return std::nullopt;
  if (*code < 0 || *code >= 0x10ffff) return Raised("chr() arg not in range(0x110000)");
  return IValue(std::string(1, static_cast<char>(*code)));
}

BuiltinResult Repeat(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  std::optional<int64_t> n = NumberOf(c, 1, "n", 0);
  if (!s || !n) return std::nullopt;
  if (s->empty() || *n <= 0) return IValue("");
  if (*n > static_cast<int64_t>(limits::kMaxStringBytes / s->size())) return TooLong();
  std::string out;
  for (int64_t i = 0; i < *n; ++i) out += *s;
  return IValue(out);
}

BuiltinResult Compare(const BuiltinCall& c) {
  const std::string *a = TextOf(c, 0, "a"), *b = TextOf(c, 1, "b");
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
    {"aten::lower", Case},
    {"aten::upper", Case},
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
    {"aten::expandtabs", ExpandTabs},
    {"aten::ord", Ord},
    {"python::ord", Ord},
    {"aten::chr", Chr},
    {"python::chr", Chr},
    {"aten::mul", Repeat},
};

}  // namespace

absl::Span<const BuiltinEntry> StringMethods() { return kBuiltins; }

}  // namespace t2n
