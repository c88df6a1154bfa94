#include "t2n/torchscript/mentions.h"

#include <algorithm>
#include <optional>

#include "parsers/torchscript/children.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;

// {"self", "layer"} of `self.layer`; nullopt for what is no name with attributes.
std::optional<std::vector<absl::string_view>> PathOf(const ts::Expr& expr) {
  std::vector<absl::string_view> path;
  const ts::Expr* e = &expr;
  while (const auto* attribute = e->If<ts::AttributeExpr>()) {
    path.push_back(attribute->name);
    e = attribute->object;
  }
  const auto* name = e->If<ts::NameExpr>();
  if (!name) return std::nullopt;
  path.push_back(name->name);
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace

void Mentions::Add(const ts::Expr& expr) {
  if (auto path = PathOf(expr)) {
    read.insert(*std::move(path));
  } else {
    ts::ForEachChild(expr, [this](const ts::Expr& child) { Add(child); });
  }
}

void Mentions::AddTarget(const ts::Expr& target) {
  if (const auto* name = target.If<ts::NameExpr>()) {
    assigned.insert(name->name);
  } else if (auto path = PathOf(target)) {
    set.insert(*std::move(path));
  } else {
    Add(target);
  }
}

void Mentions::Add(const ts::Stmt& stmt) {
  if (const auto* s = stmt.If<ts::AssignStmt>()) {
    for (const ts::Expr* target : s->targets) AddTarget(*target);
    Add(*s->value);
  } else if (const auto* s = stmt.If<ts::AugAssignStmt>()) {
    AddTarget(*s->target);
    Add(*s->target);
    Add(*s->value);
  } else if (const auto* s = stmt.If<ts::ForStmt>()) {
    for (const ts::Expr* target : s->targets) AddTarget(*target);
    Add(*s->iterable);
  } else if (const auto* s = stmt.If<ts::WithStmt>()) {
    for (const auto& item : s->items) {
      Add(*item.context);
      if (item.target) AddTarget(*item.target);
    }
  } else {
    ts::ForEachExpr(stmt, [this](const ts::Expr& e) { Add(e); });
  }
  ts::ForEachBlock(stmt, [this](ts::Block block) {
    for (const ts::Stmt* s : block) Add(*s);
  });
}

}  // namespace t2n::script
