// Recursive descent over expressions, with Python's precedences. Internal to the parser.
#ifndef PARSERS_TORCHSCRIPT_EXPR_PARSER_H_
#define PARSERS_TORCHSCRIPT_EXPR_PARSER_H_

#include <vector>

#include "parsers/torchscript/ast.h"
#include "parsers/torchscript/lexer.h"
#include "parsers/torchscript/operators.h"
#include "parsers/torchscript/parser_state.h"

namespace t2n::torchscript {

// How the comma before a closing bracket was written.
TrailingComma LayoutOf(const Token& comma, const Token& close);

// Every Parse… returns nullptr (or false) on an error, which the state then tells.
class ExprParser {
 public:
  explicit ExprParser(ParserState& state) : state_(state) {}

  Expr* ParseExpr();
  // `a`, or a tuple without parentheses: `a, b`, `a,`.
  Expr* ParseExprList();
  // What `for` assigns to: names, attributes, subscripts, or a tuple of them.
  Expr* ParseTargetList();

 private:
  Expr* ParseListOf(Expr* (ExprParser::*parse_item)());
  Expr* ParseTernary();
  Expr* ParseBinary(Precedence loosest);
  Expr* ParseRun(Expr* first, Precedence precedence);
  Expr* ParseUnary();
  Expr* ParseUnaryOperator();
  Expr* ParsePower();
  Expr* ParsePostfix();
  Expr* ParseAtom();
  Expr* ParseName();
  Expr* ParseNumber();
  Expr* ParseString();
  Expr* ParseParenthesised();
  Expr* ParseList();
  Expr* ParseDict();
  Expr* ParseAttribute(const Expr* object);
  Expr* ParseSubscript(const Expr* object);
  Expr* ParseIndexItem();
  Expr* ParseCall(const Expr* callee);
  Expr* ParseGetattr();
  template <typename Node>
  Expr* ParseTypedValue();  // annotate, unchecked_cast
  Expr* ParseUninitialized();
  Expr* ParseIsInstance();
  bool ParseItems(TokenKind close, std::vector<const Expr*>& items, TrailingComma& trailing);
  bool ParseTypeList(std::vector<const Type*>& types, char& bracket);

  // Makes `child` a part of `parent`, nullptr passing through; false when the tree gets too deep.
  bool Adopt(Expr* parent, const Expr* child);
  bool Adopt(Expr* parent, const std::vector<const Expr*>& children);
  Expr* TooDeep();

  ParserState& state_;
  int depth_ = 0;  // of the recursion
};

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_EXPR_PARSER_H_
