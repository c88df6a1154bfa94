// Source text -> tokens, one at a time, with Python's rules for indentation, line joining inside
// brackets, comments and string literals. Internal to the parser.
#ifndef PARSERS_TORCHSCRIPT_LEXER_H_
#define PARSERS_TORCHSCRIPT_LEXER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace t2n::torchscript {

enum class TokenKind : uint8_t {
  kError,  // the text is not TorchScript here: see Lexer::error()
  kEof,
  kNewline,
  kIndent,
  kDedent,
  kName,
  kInt,
  kFloat,
  kImaginary,
  kString,  // with its quotes
  // Keywords
  kAnd,
  kAs,
  kAssert,
  kBreak,
  kClass,
  kContinue,
  kDef,
  kElif,
  kElse,
  kFalse,
  kFor,
  kIf,
  kImport,
  kIn,
  kIs,
  kNone,
  kNot,
  kOr,
  kPass,
  kRaise,
  kReturn,
  kTrue,
  kWhile,
  kWith,
  // Operators and punctuation
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kComma,
  kColon,
  kDot,
  kArrow,
  kAssign,
  kAugAssign,  // `+=` and the like; the text tells which
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kDoubleSlash,
  kPercent,
  kAt,
  kDoubleStar,
  kAmpersand,
  kPipe,
  kCaret,
  kTilde,
  kShiftLeft,
  kShiftRight,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
};

struct Token {
  TokenKind kind = TokenKind::kEof;
  uint32_t line = 1;
  uint32_t column = 1;
  absl::string_view text;

  // A name or keyword: what may follow a dot.
  bool IsWord() const {
    return kind == TokenKind::kName || (kind >= TokenKind::kAnd && kind <= TokenKind::kWith);
  }
};

// "end of line", "indentation", "'foo'"
std::string Describe(const Token& token);

// Whether `text` is spelled like one name or keyword.
bool IsWord(absl::string_view text);

class Lexer {
 public:
  // `text` must outlive the lexer and its tokens. Lines and columns count from behind so many.
  explicit Lexer(absl::string_view text, uint32_t lines_before = 0, uint32_t columns_before = 0);

  const Token& current() const { return current_; }
  const Token& following() const { return following_; }  // the one after current()
  void Advance() {
    current_ = following_;
    following_ = Lex();
  }

  // "3:5: expected `wanted`, found 'x'", or the lexer's own complaint when the current token is an
  // error.
  std::string Expected(absl::string_view wanted) const;

 private:
  Token Lex();
  bool SkipBlanks();
  Token LexLineStart();
  Token LexWord();
  Token LexNumber();
  Token LexString();
  Token LexOperator();
  Token Make(TokenKind kind, size_t bytes);
  Token Error(std::string message);
  char At(size_t offset) const { return pos_ + offset < text_.size() ? text_[pos_ + offset] : 0; }
  size_t NewlineBytes() const;
  void StartLine();

  absl::string_view text_;
  size_t pos_ = 0;
  size_t line_begin_ = 0;
  uint32_t line_ = 1;
  uint32_t lines_before_, columns_before_;
  int brackets_ = 0;
  bool at_line_start_ = true;
  std::vector<uint32_t> indents_ = {0};
  int dedents_due_ = 0;
  std::string error_;
  Token current_;
  Token following_;
};

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_LEXER_H_
