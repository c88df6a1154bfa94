// Number literals with their signs. Internal to the parser.
#ifndef PARSERS_TORCHSCRIPT_NUMBER_PARSER_H_
#define PARSERS_TORCHSCRIPT_NUMBER_PARSER_H_

#include "parsers/torchscript/ast.h"
#include "parsers/torchscript/lexer.h"
#include "parsers/torchscript/parser_state.h"

namespace t2n::torchscript {

// The literal that `token` spells (a number, or one of the names inf, nan, infj, nanj), or nullptr.
Expr* NumberOf(ParserState& state, const Token& token);

// `-` before the number literal `operand`, as a literal; nullptr when `operand` is none, has a sign
// already or stands in parentheses.
Expr* NegatedNumber(ParserState& state, const Token& minus, const Expr& operand);

// `1.+2.j`, which is how torch prints complex numbers, as one literal; nullptr when it is none.
Expr* ComplexSum(ParserState& state, const Expr& first, BinaryOp op, const Expr& second);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_NUMBER_PARSER_H_
