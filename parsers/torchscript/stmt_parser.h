// Statements and blocks. Internal to the parser.
#ifndef PARSERS_TORCHSCRIPT_STMT_PARSER_H_
#define PARSERS_TORCHSCRIPT_STMT_PARSER_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"
#include "parsers/torchscript/expr_parser.h"
#include "parsers/torchscript/parser_state.h"

namespace t2n::torchscript {

// Every Parse… returns nullptr (or false) on an error, which the state then tells.
class StmtParser {
 public:
  explicit StmtParser(ParserState& state) : state_(state), exprs_(state) {}

  // Everything up to the end of the file.
  bool ParseFile(Block& body);

 private:
  enum class Scope { kCode, kClass };

  Stmt* ParseStmt(Scope scope);
  Stmt* ParseSimple(Scope scope);  // one that ends with its line
  Stmt* ParseExprStmt();
  Stmt* ParseAssign(SourcePos pos, const Expr* target);
  Stmt* ParseAnnotatedAssign(SourcePos pos, const Expr* target, uint32_t target_end);
  Stmt* ParseAttributeDecl();
  Stmt* ParseAnnotationsEntry();
  Stmt* ParseReturn();
  Stmt* ParseAssert();
  Stmt* ParseRaise();
  Stmt* ParseImport();
  Stmt* ParseIf();
  Stmt* ParseFor();
  Stmt* ParseWhile();
  Stmt* ParseWith();
  Stmt* ParseFunction();
  bool ParseParam(Param& param);
  Stmt* ParseClass();
  bool ParseBlock(Scope scope, Block& body);  // `:`, and the lines indented below
  bool CheckTarget(const Expr& target);
  bool SetTargets(const Expr* target, ExprList& targets, bool& unpack, bool& trailing_comma);

  template <typename Node>
  Stmt* ParseKeyword();  // pass, break, continue

  ParserState& state_;
  ExprParser exprs_;
  int depth_ = 0;  // of blocks
};

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_STMT_PARSER_H_
