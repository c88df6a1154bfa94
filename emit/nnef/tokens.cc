#include "emit/nnef/tokens.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace t2n::nnef {
namespace {

bool StartsName(char c) { return absl::ascii_isalpha(c) || c == '_'; }

}  // namespace

Token Lexer::At(size_t* at) const {
  while (*at < text_.size()) {
    if (absl::ascii_isspace(text_[*at])) {
      ++*at;
    } else if (text_[*at] == '#') {
      *at = std::min(text_.find('\n', *at), text_.size());
    } else {
      break;
    }
  }
  if (*at == text_.size()) return {};
  const size_t end = End(*at);
  return {KindOf(*at, end), text_.substr(*at, end - *at)};
}

std::string Lexer::Place(const std::string& file, size_t at) const {
  const absl::string_view before = text_.substr(0, at);
  const size_t line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t begin = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return absl::StrCat(file, ":", line, ":", at - begin + 1);
}

Token::Kind Lexer::KindOf(size_t at, size_t end) const {
  const char c = text_[at];
  if (StartsName(c)) return Token::Kind::kName;
  if (absl::ascii_isdigit(c)) return Token::Kind::kNumber;
  const bool quoted = c == '"' || c == '\'';
  if (!quoted) return Token::Kind::kMark;
  return end - at > 1 && text_[end - 1] == c ? Token::Kind::kString : Token::Kind::kBad;
}

size_t Lexer::End(size_t at) const {
  const char c = text_[at];
  size_t end = at + 1;
  if (StartsName(c)) {
    while (end < text_.size() && (absl::ascii_isalnum(text_[end]) || text_[end] == '_')) ++end;
    return end;
  }
  if (absl::ascii_isdigit(c)) return EndOfNumber(end);
  if (c == '"' || c == '\'') {
    while (end < text_.size() && text_[end] != c && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    return std::min(end + 1, text_.size());
  }
  for (absl::string_view two : {"->", "<=", ">=", "==", "!=", "&&", "||"}) {
    if (absl::StartsWith(text_.substr(at), two)) return at + 2;
  }
  return end;
}

size_t Lexer::EndOfNumber(size_t end) const {
  for (; end < text_.size(); ++end) {
    const char c = text_[end], before = text_[end - 1];
    const bool sign = (c == '-' || c == '+') && (before == 'e' || before == 'E');
    if (!absl::ascii_isalnum(c) && c != '.' && !sign) break;
  }
  return end;
}

}  // namespace t2n::nnef
