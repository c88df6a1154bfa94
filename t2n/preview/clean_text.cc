#include "t2n/preview/clean_text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace t2n {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

bool Continues(unsigned char c) { return (c & 0xC0) == 0x80; }

// How many bytes the character at the front takes; 0 if there is none (RFC 3629: no overlong forms,
// no surrogates, nothing past U+10FFFF).
size_t LengthOfFirst(absl::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char c = at(0);
  if (c < 0x80) return 1;
  const size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
  if (c < 0xC2 || c > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!Continues(at(i))) return 0;
  }
  if ((c == 0xE0 && at(1) < 0xA0) || (c == 0xED && at(1) >= 0xA0)) return 0;
  if ((c == 0xF0 && at(1) < 0x90) || (c == 0xF4 && at(1) >= 0x90)) return 0;
  return length;
}

// C0 and C1 controls and DEL.
bool IsControl(absl::string_view character) {
  const auto c = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return (c < 0x20 && c != '\t') || c == 0x7F;
  return c == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

}  // namespace

std::string CleanText(absl::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const size_t length = LengthOfFirst(text);
    const absl::string_view character = text.substr(0, length == 0 ? 1 : length);
    absl::StrAppend(&clean, length == 0 || IsControl(character) ? kReplacement : character);
    text.remove_prefix(character.size());
  }
  return clean;
}

}  // namespace t2n
