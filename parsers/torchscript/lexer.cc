#include "parsers/torchscript/lexer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace t2n::torchscript {
namespace {

constexpr size_t kLongestKeyword = 8;
constexpr size_t kLongestQuote = 40;

TokenKind WordKind(absl::string_view word) {
  static const auto* const kKeywords = new absl::flat_hash_map<absl::string_view, TokenKind>({
      {"and", TokenKind::kAnd},       {"as", TokenKind::kAs},
      {"assert", TokenKind::kAssert}, {"break", TokenKind::kBreak},
      {"class", TokenKind::kClass},   {"continue", TokenKind::kContinue},
      {"def", TokenKind::kDef},       {"elif", TokenKind::kElif},
      {"else", TokenKind::kElse},     {"False", TokenKind::kFalse},
      {"for", TokenKind::kFor},       {"if", TokenKind::kIf},
      {"import", TokenKind::kImport}, {"in", TokenKind::kIn},
      {"is", TokenKind::kIs},         {"None", TokenKind::kNone},
      {"not", TokenKind::kNot},       {"or", TokenKind::kOr},
      {"pass", TokenKind::kPass},     {"raise", TokenKind::kRaise},
      {"return", TokenKind::kReturn}, {"True", TokenKind::kTrue},
      {"while", TokenKind::kWhile},   {"with", TokenKind::kWith},
  });
  if (word.size() > kLongestKeyword) return TokenKind::kName;
  auto it = kKeywords->find(word);
  return it == kKeywords->end() ? TokenKind::kName : it->second;
}

struct Operator {
  absl::string_view text;
  TokenKind kind;
};

// Of more than one character; longest first among those with a common beginning.
constexpr Operator kOperators[] = {
    {"**=", TokenKind::kAugAssign}, {"//=", TokenKind::kAugAssign},
    {"<<=", TokenKind::kAugAssign}, {">>=", TokenKind::kAugAssign},
    {"+=", TokenKind::kAugAssign},  {"-=", TokenKind::kAugAssign},
    {"*=", TokenKind::kAugAssign},  {"/=", TokenKind::kAugAssign},
    {"%=", TokenKind::kAugAssign},  {"@=", TokenKind::kAugAssign},
    {"&=", TokenKind::kAugAssign},  {"|=", TokenKind::kAugAssign},
    {"^=", TokenKind::kAugAssign},  {"->", TokenKind::kArrow},
    {"**", TokenKind::kDoubleStar}, {"//", TokenKind::kDoubleSlash},
    {"<<", TokenKind::kShiftLeft},  {">>", TokenKind::kShiftRight},
    {"==", TokenKind::kEqual},      {"!=", TokenKind::kNotEqual},
    {"<=", TokenKind::kLessEqual},  {">=", TokenKind::kGreaterEqual},
};
constexpr absl::string_view kSecondCharacters = "=>*/<";

// kError for a character that is none of the language.
TokenKind CharacterKind(char c) {
  static constexpr absl::string_view kCharacters = "()[]{},:.=+-*/%@&|^~<>";
  static constexpr TokenKind kKinds[] = {
      TokenKind::kLeftParen,    TokenKind::kRightParen, TokenKind::kLeftBracket,
      TokenKind::kRightBracket, TokenKind::kLeftBrace,  TokenKind::kRightBrace,
      TokenKind::kComma,        TokenKind::kColon,      TokenKind::kDot,
      TokenKind::kAssign,       TokenKind::kPlus,       TokenKind::kMinus,
      TokenKind::kStar,         TokenKind::kSlash,      TokenKind::kPercent,
      TokenKind::kAt,           TokenKind::kAmpersand,  TokenKind::kPipe,
      TokenKind::kCaret,        TokenKind::kTilde,      TokenKind::kLess,
      TokenKind::kGreater};
  static_assert(std::size(kKinds) == kCharacters.size());
  const size_t i = kCharacters.find(c);
  return i == absl::string_view::npos ? TokenKind::kError : kKinds[i];
}

// Bytes past ASCII belong to names, as letters of other scripts do in Python.
bool StartsWord(char c) {
  return absl::ascii_isalpha(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool ContinuesWord(char c) { return StartsWord(c) || absl::ascii_isdigit(c); }

}  // namespace

std::string Describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEof:
      return "end of file";
    case TokenKind::kNewline:
      return "end of line";
    case TokenKind::kIndent:
      return "indentation";
    case TokenKind::kDedent:
      return "end of block";
    default:
      return absl::StrCat("'", absl::CHexEscape(token.text.substr(0, kLongestQuote)),
                          token.text.size() > kLongestQuote ? "…'" : "'");
  }
}

bool IsWord(absl::string_view text) {
  return !text.empty() && StartsWord(text[0]) &&
         std::all_of(text.begin(), text.end(), ContinuesWord);
}

Lexer::Lexer(absl::string_view text, uint32_t lines_before, uint32_t columns_before)
    : text_(text), lines_before_(lines_before), columns_before_(columns_before) {
  following_ = Lex();
  Advance();
}

std::string Lexer::Expected(absl::string_view wanted) const {
  const std::string place = absl::StrCat(current_.line, ":", current_.column, ": ");
  if (current_.kind == TokenKind::kError) return absl::StrCat(place, error_);
  return absl::StrCat(place, "expected ", wanted, ", found ", Describe(current_));
}

Token Lexer::Make(TokenKind kind, size_t bytes) {
  Token token;
  token.kind = kind;
  token.line = line_ - std::min(line_, lines_before_);
  const uint32_t column = static_cast<uint32_t>(pos_ - line_begin_);
  token.column = column - std::min(column, columns_before_) + 1;
  token.text = text_.substr(pos_, bytes);
  pos_ += bytes;
  return token;
}

// Stays where it is: every later token is the same error.
Token Lexer::Error(std::string message) {
  error_ = std::move(message);
  return Make(TokenKind::kError, 0);
}

size_t Lexer::NewlineBytes() const {
  if (At(0) == '\n') return 1;
  return At(0) == '\r' && At(1) == '\n' ? 2 : 0;
}

void Lexer::StartLine() {
  ++line_;
  line_begin_ = pos_;
}

// Blanks, comments, joined lines; true when a newline that ends a statement comes next.
bool Lexer::SkipBlanks() {
  while (pos_ < text_.size()) {
    const char c = text_[pos_];
    if (c == ' ' || c == '\t') {
      ++pos_;
    } else if (c == '#') {
      pos_ = std::min(text_.find('\n', pos_), text_.size());
    } else if (const size_t newline = NewlineBytes(); newline > 0) {
      if (brackets_ == 0) return true;
      pos_ += newline;
      StartLine();
    } else if (c == '\\' && (At(1) == '\n' || (At(1) == '\r' && At(2) == '\n'))) {
      pos_ += At(1) == '\n' ? 2 : 3;
      StartLine();
    } else {
      return false;
    }
  }
  return false;
}

// Measures the indentation of the next line that holds anything.
Token Lexer::LexLineStart() {
  uint32_t width = 0;
  while (true) {
    width = 0;
    while (At(width) == ' ') ++width;
    pos_ += width;
    if (At(0) == '\t') return Error("tab in indentation: torch indents by spaces");
    const bool newline = SkipBlanks();
    if (!newline) break;
    pos_ += NewlineBytes();
    StartLine();
  }
  at_line_start_ = false;
  if (pos_ >= text_.size()) width = 0;
  if (width > indents_.back()) {
    indents_.push_back(width);
    return Make(TokenKind::kIndent, 0);
  }
  while (width < indents_.back()) {
    indents_.pop_back();
    ++dedents_due_;
  }
  if (width != indents_.back()) return Error("indentation matches no enclosing block");
  return Lex();
}

Token Lexer::Lex() {
  if (following_.kind == TokenKind::kError) return following_;
  if (at_line_start_ && brackets_ == 0) return LexLineStart();
  if (dedents_due_ > 0) {
    --dedents_due_;
    return Make(TokenKind::kDedent, 0);
  }
  if (SkipBlanks()) {
    Token token = Make(TokenKind::kNewline, NewlineBytes());
    StartLine();
    at_line_start_ = true;
    return token;
  }
  if (pos_ >= text_.size()) {
    if (brackets_ > 0) return Error("end of file inside brackets");
    if (following_.kind == TokenKind::kEof || following_.kind == TokenKind::kNewline ||
        following_.kind == TokenKind::kDedent) {
      return Make(TokenKind::kEof, 0);
    }
    at_line_start_ = true;  // closes the open blocks
    return Make(TokenKind::kNewline, 0);
  }
  const char c = text_[pos_];
  if (StartsWord(c)) return LexWord();
  if (absl::ascii_isdigit(c) || (c == '.' && absl::ascii_isdigit(At(1)))) return LexNumber();
  if (c == '"' || c == '\'') return LexString();
  return LexOperator();
}

Token Lexer::LexWord() {
  size_t n = 1;
  while (ContinuesWord(At(n))) ++n;
  return Make(WordKind(text_.substr(pos_, n)), n);
}

Token Lexer::LexNumber() {
  size_t n = 0;
  TokenKind kind = TokenKind::kInt;
  while (absl::ascii_isdigit(At(n))) ++n;
  if (At(n) == '.') {
    kind = TokenKind::kFloat;
    ++n;
    while (absl::ascii_isdigit(At(n))) ++n;
  }
  if (At(n) == 'e' || At(n) == 'E') {
    size_t digits = n + 1;
    if (At(digits) == '+' || At(digits) == '-') ++digits;
    if (absl::ascii_isdigit(At(digits))) {
      kind = TokenKind::kFloat;
      n = digits;
      while (absl::ascii_isdigit(At(n))) ++n;
    }
  }
  if (At(n) == 'j') {
    kind = TokenKind::kImaginary;
    ++n;
  }
  if (ContinuesWord(At(n))) return Error("malformed number");
  return Make(kind, n);
}

Token Lexer::LexString() {
  const char quote = At(0);
  const size_t quotes = At(1) == quote && At(2) == quote ? 3 : 1;
  uint32_t lines = 0;
  size_t line_begin = line_begin_;
  size_t end = pos_ + quotes;
  while (true) {
    if (end >= text_.size()) return Error("string without an end");
    const char c = text_[end];
    if (c == quote && text_.substr(end, quotes) == std::string(quotes, quote)) break;
    const bool escape = c == '\\';
    const char last = escape && end + 1 < text_.size() ? text_[end + 1] : c;
    if (last == '\n') {
      if (!escape && quotes == 1) return Error("string without an end on its line");
      ++lines;
      line_begin = end + (escape ? 2 : 1);
    }
    end += escape ? 2 : 1;
  }
  const Token token = Make(TokenKind::kString, end + quotes - pos_);
  line_ += lines;
  line_begin_ = line_begin;
  return token;
}

Token Lexer::LexOperator() {
  const absl::string_view rest = text_.substr(pos_, 3);
  if (rest.size() > 1 && kSecondCharacters.find(rest[1]) != absl::string_view::npos) {
    for (const Operator& op : kOperators) {
      if (absl::StartsWith(rest, op.text)) return Make(op.kind, op.text.size());
    }
  }
  const TokenKind kind = CharacterKind(rest[0]);
  switch (kind) {
    case TokenKind::kError:
      return Error(
          absl::StrCat("unexpected character '", absl::CHexEscape(rest.substr(0, 1)), "'"));
    case TokenKind::kLeftParen:
    case TokenKind::kLeftBracket:
    case TokenKind::kLeftBrace:
      ++brackets_;
      break;
    case TokenKind::kRightParen:
    case TokenKind::kRightBracket:
    case TokenKind::kRightBrace:
      if (brackets_ > 0) --brackets_;
      break;
    default:
      break;
  }
  return Make(kind, 1);
}

}  // namespace t2n::torchscript
