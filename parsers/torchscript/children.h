// What a node of the syntax tree consists of, for walks that treat most kinds alike.
#ifndef PARSERS_TORCHSCRIPT_CHILDREN_H_
#define PARSERS_TORCHSCRIPT_CHILDREN_H_

#include "absl/functional/function_ref.h"
#include "parsers/torchscript/ast.h"

namespace t2n::torchscript {

using ExprVisitor = absl::FunctionRef<void(const Expr&)>;

// The expressions directly inside, in the order written; those left out are skipped.
void ForEachChild(const Expr& expr, ExprVisitor visit);

// The expressions that belong to a statement itself, targets of assignments among them.
void ForEachExpr(const Stmt& stmt, ExprVisitor visit);

// The blocks directly inside a statement.
void ForEachBlock(const Stmt& stmt, absl::FunctionRef<void(Block)> visit);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_CHILDREN_H_
