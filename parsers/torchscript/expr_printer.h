// Expressions -> source. Internal to the printer.
#ifndef PARSERS_TORCHSCRIPT_EXPR_PRINTER_H_
#define PARSERS_TORCHSCRIPT_EXPR_PRINTER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"
#include "parsers/torchscript/operators.h"

namespace t2n::torchscript {

// Appends `expr` to `out`, in parentheses where it was written so or binds more loosely than
// `loosest`.
void PrintExpr(const Expr& expr, Precedence loosest, std::string& out);

// Appends `object.name`, whatever the name is.
void PrintDotted(const AttributeExpr& attribute, std::string& out);

// Appends `a, b`.
void PrintExprs(ExprList exprs, std::string& out);

// Appends `value` as torch quotes strings: in double quotes, what is not printable ASCII escaped.
void PrintQuoted(absl::string_view value, std::string& out);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_EXPR_PRINTER_H_
