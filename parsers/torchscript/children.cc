#include "parsers/torchscript/children.h"

namespace t2n::torchscript {
namespace {

// Visits those that are there.
void VisitThese(ExprVisitor visit, std::initializer_list<const Expr*> exprs) {
  for (const Expr* e : exprs) {
    if (e) visit(*e);
  }
}

void VisitAll(ExprVisitor visit, ExprList exprs) {
  for (const Expr* e : exprs) visit(*e);
}

}  // namespace

void ForEachChild(const Expr& expr, ExprVisitor visit) {
  if (const auto* e = expr.If<TupleExpr>()) return VisitAll(visit, e->items);
  if (const auto* e = expr.If<ListExpr>()) return VisitAll(visit, e->items);
  if (const auto* e = expr.If<AttributeExpr>()) return visit(*e->object);
  if (const auto* e = expr.If<SubscriptExpr>()) return VisitThese(visit, {e->object, e->index});
  if (const auto* e = expr.If<SliceExpr>()) {
    return VisitThese(visit, {e->start, e->stop, e->step});
  }
  if (const auto* e = expr.If<UnaryExpr>()) return visit(*e->operand);
  if (const auto* e = expr.If<TernaryExpr>()) {
    return VisitThese(visit, {e->condition, e->if_true, e->if_false});
  }
  if (const auto* e = expr.If<AnnotateExpr>()) return visit(*e->value);
  if (const auto* e = expr.If<UncheckedCastExpr>()) return visit(*e->value);
  if (const auto* e = expr.If<IsInstanceExpr>()) return visit(*e->value);
  if (const auto* e = expr.If<DictExpr>()) {
    for (size_t i = 0; i < e->keys.size(); ++i) VisitThese(visit, {e->keys[i], e->values[i]});
  }
  if (const auto* e = expr.If<CallExpr>()) {
    visit(*e->callee);
    VisitAll(visit, e->args);
    for (const KeywordArg& k : e->kwargs) visit(*k.value);
  }
  if (const auto* e = expr.If<BinaryExpr>()) {
    visit(*e->first);
    for (const BinaryExpr::Operand& operand : e->rest) visit(*operand.value);
  }
}

void ForEachExpr(const Stmt& stmt, ExprVisitor visit) {
  if (const auto* s = stmt.If<AssignStmt>()) {
    VisitAll(visit, s->targets);
    return visit(*s->value);
  }
  if (const auto* s = stmt.If<AugAssignStmt>()) return VisitThese(visit, {s->target, s->value});
  if (const auto* s = stmt.If<AttributeDecl>()) return VisitThese(visit, {s->value});
  if (const auto* s = stmt.If<ExprStmt>()) return visit(*s->value);
  if (const auto* s = stmt.If<ReturnStmt>()) return VisitThese(visit, {s->value});
  if (const auto* s = stmt.If<WhileStmt>()) return visit(*s->condition);
  if (const auto* s = stmt.If<AssertStmt>()) return VisitThese(visit, {s->condition, s->message});
  if (const auto* s = stmt.If<RaiseStmt>()) return VisitThese(visit, {s->exception});
  if (const auto* s = stmt.If<IfStmt>()) {
    for (const IfStmt::Branch& b : s->branches) visit(*b.condition);
  }
  if (const auto* s = stmt.If<ForStmt>()) {
    VisitAll(visit, s->targets);
    visit(*s->iterable);
  }
  if (const auto* s = stmt.If<WithStmt>()) {
    for (const WithStmt::Item& item : s->items) VisitThese(visit, {item.context, item.target});
  }
}

void ForEachBlock(const Stmt& stmt, absl::FunctionRef<void(Block)> visit) {
  if (const auto* s = stmt.If<IfStmt>()) {
    for (const IfStmt::Branch& b : s->branches) visit(b.body);
    visit(s->else_body);
  }
  if (const auto* s = stmt.If<ForStmt>()) visit(s->body);
  if (const auto* s = stmt.If<WhileStmt>()) visit(s->body);
  if (const auto* s = stmt.If<WithStmt>()) visit(s->body);
  if (const auto* s = stmt.If<FunctionDef>()) visit(s->body);
  if (const auto* s = stmt.If<ClassDef>()) visit(s->body);
}

}  // namespace t2n::torchscript
