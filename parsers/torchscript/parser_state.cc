#include "parsers/torchscript/parser_state.h"

#include "absl/strings/str_cat.h"
#include "parsers/torchscript/type_parser.h"

namespace t2n::torchscript {

Token ParserState::Take() {
  const Token token = current();
  lexer_.Advance();
  return token;
}

bool ParserState::Accept(TokenKind kind) {
  if (!Is(kind)) return false;
  lexer_.Advance();
  return true;
}

bool ParserState::Expect(TokenKind kind, absl::string_view wanted) {
  if (Accept(kind)) return true;
  Fail(wanted);
  return false;
}

std::nullptr_t ParserState::Fail(absl::string_view wanted) {
  if (error_.empty()) error_ = lexer_.Expected(wanted);
  return nullptr;
}

std::nullptr_t ParserState::Reject(SourcePos at, absl::string_view message) {
  if (error_.empty()) error_ = absl::StrCat(at.line, ":", at.column, ": ", message);
  return nullptr;
}

const Type* ParserState::ParseType() {
  Type type;
  std::string error;
  if (!torchscript::ParseType(lexer_, type, error)) {
    if (error_.empty()) error_ = error;
    return nullptr;
  }
  file_.types.push_back(std::move(type));
  return &file_.types.back();
}

bool ParserState::ParseDottedName(absl::string_view& name) {
  std::string dotted;
  std::string error;
  if (!torchscript::ParseDottedName(lexer_, dotted, error)) {
    if (error_.empty()) error_ = error;
    return false;
  }
  name = Keep(dotted);
  return true;
}

}  // namespace t2n::torchscript
