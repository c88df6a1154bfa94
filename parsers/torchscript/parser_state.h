// What the parsers of expressions and statements share: the tokens, the tree under construction,
// the first error. Internal to the parser.
#ifndef PARSERS_TORCHSCRIPT_PARSER_STATE_H_
#define PARSERS_TORCHSCRIPT_PARSER_STATE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"
#include "parsers/torchscript/lexer.h"

namespace t2n::torchscript {

class ParserState {
 public:
  // Positions count from behind so many lines and columns.
  ParserState(SourceFile& file, uint32_t lines_before, uint32_t columns_before)
      : file_(file), lexer_(file.text, lines_before, columns_before) {}

  const Token& current() const { return lexer_.current(); }
  const Token& following() const { return lexer_.following(); }
  bool Is(TokenKind kind) const { return current().kind == kind; }
  Token Take();  // the current token, stepping past it
  bool Accept(TokenKind kind);
  bool Expect(TokenKind kind, absl::string_view wanted);

  // Both keep "line:column: …" as the error unless there is one already.
  std::nullptr_t Fail(absl::string_view wanted);  // "expected `wanted`, found …"
  std::nullptr_t Reject(SourcePos at, absl::string_view message);
  const std::string& error() const { return error_; }

  const Type* ParseType();  // nullptr on an error
  bool ParseDottedName(absl::string_view& name);

  SourcePos PosOf(const Token& token) const { return {&file_.entry, token.line, token.column}; }
  SourcePos Here() const { return PosOf(current()); }

  template <typename Node>
  Node* New(SourcePos pos) {
    Node* node = file_.arena.New<Node>();
    node->pos = pos;
    return node;
  }
  template <typename T>
  absl::Span<const T> Keep(const std::vector<T>& items) {
    return file_.arena.Copy(absl::MakeConstSpan(items));
  }
  absl::string_view Keep(absl::string_view text) { return file_.arena.Copy(text); }

 private:
  SourceFile& file_;
  Lexer lexer_;
  std::string error_;
};

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_PARSER_STATE_H_
