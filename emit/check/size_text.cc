#include "emit/check/size_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace t2n {
namespace {

bool TakeDigits(absl::string_view* text) {
  size_t n = 0;
  while (n < text->size() && absl::ascii_isdigit((*text)[n])) ++n;
  text->remove_prefix(n);
  return n > 0;
}

class SizeReader {
 public:
  SizeReader(absl::string_view text, const absl::flat_hash_set<absl::string_view>& symbols)
      : text_(text), symbols_(symbols) {}

  bool ReadAll() { return Sum(0) && text_.empty(); }

 private:
  static constexpr int kMaxDepth = 200;

  bool Take(char c) { return absl::ConsumePrefix(&text_, absl::string_view(&c, 1)); }

  bool Sum(int depth) {
    if (depth > kMaxDepth || !Product(depth)) return false;
    while (Take('+') || Take('-')) {
      if (!Product(depth)) return false;
    }
    return true;
  }

  bool Product(int depth) {
    if (!Factor(depth)) return false;
    while (Take('*') || Take('/') || Take('%')) {
      if (!Factor(depth)) return false;
    }
    return true;
  }

  bool Factor(int depth) {
    if (Take('(')) return Sum(depth + 1) && Take(')');
    if (Take('-')) return TakeDigits(&text_);
    if (TakeDigits(&text_)) return true;
    if (absl::ConsumePrefix(&text_, "min(") || absl::ConsumePrefix(&text_, "max(")) {
      return Sum(depth + 1) && Take(',') && Sum(depth + 1) && Take(')');
    }
    size_t n = 0;
    while (n < text_.size() && (absl::ascii_isalnum(text_[n]) || text_[n] == '_')) ++n;
    const bool known = symbols_.contains(text_.substr(0, n));
    text_.remove_prefix(n);
    return known;
  }

  absl::string_view text_;
  const absl::flat_hash_set<absl::string_view>& symbols_;
};

}  // namespace

bool IsIntegerText(absl::string_view text) {
  int64_t value;
  const absl::string_view whole = text;
  absl::ConsumePrefix(&text, "-");
  return TakeDigits(&text) && text.empty() && absl::SimpleAtoi(whole, &value);
}

bool IsNumberText(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  if (text == "inf") return true;
  if (!TakeDigits(&text)) return false;
  if (absl::ConsumePrefix(&text, ".") && !TakeDigits(&text)) return false;
  if (absl::ConsumePrefix(&text, "e")) {
    absl::ConsumePrefix(&text, "-");
    if (!TakeDigits(&text)) return false;
  }
  return text.empty();
}

bool IsSizeText(absl::string_view text, const absl::flat_hash_set<absl::string_view>& symbols) {
  return SizeReader(text, symbols).ReadAll();
}

}  // namespace t2n
