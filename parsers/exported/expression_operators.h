// Python's operators in expressions of sizes, as they are read and written. Internal to them.
#ifndef PARSERS_EXPORTED_EXPRESSION_OPERATORS_H_
#define PARSERS_EXPORTED_EXPRESSION_OPERATORS_H_

#include "absl/strings/string_view.h"
#include "parsers/exported/expression.h"
#include "parsers/torchscript/ast.h"

namespace t2n::exported {

struct ExpressionOperator {
  torchscript::BinaryOp op;
  Expression::Kind kind;
  absl::string_view text;  // with the blanks around it
};
inline constexpr ExpressionOperator kExpressionOperators[] = {
    {torchscript::BinaryOp::kPow, Expression::Kind::kPow, "**"},
    {torchscript::BinaryOp::kFloorDiv, Expression::Kind::kFloorDiv, "//"},
    {torchscript::BinaryOp::kMod, Expression::Kind::kMod, " % "},
    {torchscript::BinaryOp::kDiv, Expression::Kind::kTrueDiv, "/"},
    {torchscript::BinaryOp::kEq, Expression::Kind::kEq, " == "},
    {torchscript::BinaryOp::kNe, Expression::Kind::kNe, " != "},
    {torchscript::BinaryOp::kLt, Expression::Kind::kLt, " < "},
    {torchscript::BinaryOp::kLe, Expression::Kind::kLe, " <= "},
    {torchscript::BinaryOp::kGt, Expression::Kind::kGt, " > "},
    {torchscript::BinaryOp::kGe, Expression::Kind::kGe, " >= "},
    {torchscript::BinaryOp::kAnd, Expression::Kind::kAnd, " and "},
    {torchscript::BinaryOp::kOr, Expression::Kind::kOr, " or "},
};

}  // namespace t2n::exported

#endif  // PARSERS_EXPORTED_EXPRESSION_OPERATORS_H_
