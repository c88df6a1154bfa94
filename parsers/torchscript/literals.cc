#include "parsers/torchscript/literals.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/numbers.h"

namespace t2n::torchscript {
namespace {

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

int HexValue(char c) {
  if (absl::ascii_isdigit(c)) return c - '0';
  return absl::ascii_isxdigit(c) ? absl::ascii_tolower(c) - 'a' + 10 : -1;
}

// The character a one-letter escape stands for, or 0.
char SimpleEscape(char c) {
  switch (c) {
    case '\\':
    case '\'':
    case '"':
      return c;
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return 0;
  }
}

// Decodes the escape at the head of `body` (after the backslash) and drops it from there.
bool DecodeEscape(absl::string_view& body, std::string& value) {
  const char c = body.empty() ? 0 : body[0];
  if (c == '\n') {  // a joined line
    body.remove_prefix(1);
    return true;
  }
  if (const char simple = SimpleEscape(c); simple != 0) {
    value += simple;
    body.remove_prefix(1);
    return true;
  }
  if (c == 'x') {
    const int high = body.size() > 2 ? HexValue(body[1]) : -1;
    const int low = body.size() > 2 ? HexValue(body[2]) : -1;
    if (high < 0 || low < 0) return false;
    value += static_cast<char>(high * 16 + low);
    body.remove_prefix(3);
    return true;
  }
  int code = 0;
  size_t digits = 0;
  while (digits < 3 && digits < body.size() && IsOctal(body[digits])) {
    code = code * 8 + (body[digits++] - '0');
  }
  if (digits == 0 || code > std::numeric_limits<unsigned char>::max()) return false;
  value += static_cast<char>(code);
  body.remove_prefix(digits);
  return true;
}

}  // namespace

bool DecodeInt(absl::string_view text, int64_t& value) { return absl::SimpleAtoi(text, &value); }

double DecodeFloat(absl::string_view text) {
  double value = 0;
  const auto result = absl::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::result_out_of_range && value > 1) {
    return std::numeric_limits<double>::infinity();
  }
  return value;
}

bool DecodeString(absl::string_view literal, std::string& value) {
  const size_t quotes = literal.size() >= 6 && literal[1] == literal[0] ? 3 : 1;
  absl::string_view body = literal.substr(quotes, literal.size() - 2 * quotes);
  while (!body.empty()) {
    const size_t plain = std::min(body.find('\\'), body.size());
    value.append(body.data(), plain);
    body.remove_prefix(plain);
    if (body.empty()) break;
    body.remove_prefix(1);
    if (!DecodeEscape(body, value)) return false;
  }
  return true;
}

}  // namespace t2n::torchscript
