// The words of NNEF's text format.
#ifndef EMIT_NNEF_TOKENS_H_
#define EMIT_NNEF_TOKENS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace t2n::nnef {

struct Token {
  // kMark: an operator or a bracket. kBad: a quoted text without its end.
  enum class Kind { kEnd, kName, kNumber, kString, kMark, kBad };
  Kind kind = Kind::kEnd;
  absl::string_view text;
};

class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  // The token at `at`, white space and comments before it left out; `at` moves there.
  Token At(size_t* at) const;

  // `my.nnef:12:9`
  std::string Place(const std::string& file, size_t at) const;

 private:
  Token::Kind KindOf(size_t at, size_t end) const;
  size_t End(size_t at) const;
  size_t EndOfNumber(size_t end) const;

  absl::string_view text_;
};

}  // namespace t2n::nnef

#endif  // EMIT_NNEF_TOKENS_H_
