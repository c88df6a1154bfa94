#include "t2n/torchscript/scan.h"

#include "parsers/torchscript/children.h"
#include "t2n/aten/registry.h"
#include "t2n/torchscript/operator_name.h"
#include "t2n/values/builtins.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;

class Scanner {
 public:
  explicit Scanner(std::map<std::string, OperatorUse>* uses) : uses_(*uses) {}

  void Visit(ts::Block block) {
    for (const ts::Stmt* s : block) VisitStmt(*s);
  }

 private:
  void VisitStmt(const ts::Stmt& stmt) {
    switch (stmt.kind) {
      case ts::StmtKind::kAssign:
        return Visit(stmt.As<ts::AssignStmt>().value);
      case ts::StmtKind::kAugAssign:
        return Visit(stmt.As<ts::AugAssignStmt>().value);
      case ts::StmtKind::kExpr:
        return Visit(stmt.As<ts::ExprStmt>().value);
      case ts::StmtKind::kReturn:
        return Visit(stmt.As<ts::ReturnStmt>().value);
      case ts::StmtKind::kIf:
        for (const auto& b : stmt.As<ts::IfStmt>().branches) Visit(b.condition), Visit(b.body);
        return Visit(stmt.As<ts::IfStmt>().else_body);
      case ts::StmtKind::kFor:
        Visit(stmt.As<ts::ForStmt>().iterable);
        return Visit(stmt.As<ts::ForStmt>().body);
      case ts::StmtKind::kWhile:
        Visit(stmt.As<ts::WhileStmt>().condition);
        return Visit(stmt.As<ts::WhileStmt>().body);
      case ts::StmtKind::kWith:
        return Visit(stmt.As<ts::WithStmt>().body);
      case ts::StmtKind::kAssert:
        return Visit(stmt.As<ts::AssertStmt>().condition);
      case ts::StmtKind::kFunction:
        // Saving a module calls it, running one never does.
        if (stmt.As<ts::FunctionDef>().name == "__getstate__") return;
        return Visit(stmt.As<ts::FunctionDef>().body);
      case ts::StmtKind::kClass:
        return Visit(stmt.As<ts::ClassDef>().body);
      default:
        return;
    }
  }

  void Visit(const ts::Expr* e) {
    if (!e) return;
    if (const auto* call = e->If<ts::CallExpr>()) return VisitCall(*call);
    ts::ForEachChild(*e, [this](const ts::Expr& child) { Visit(&child); });
  }

  void VisitCall(const ts::CallExpr& call) {
    for (const ts::Expr* arg : call.args) Visit(arg);
    for (const auto& k : call.kwargs) Visit(k.value);
    std::optional<std::string> dotted = ts::DottedName(*call.callee);
    if (!dotted) return Visit(call.callee);
    const std::optional<std::string> op = OperatorName(*dotted);
    if (!op) return;
    OperatorUse& use = uses_[*op];
    if (use.count++ == 0) {
      use.first_place = call.pos.ToString();
      use.known = HasBuiltin(*op) || Registry::Get().Has(*op);
    }
  }

  std::map<std::string, OperatorUse>& uses_;
};

}  // namespace

std::map<std::string, OperatorUse> ScanOperators(Code* code,
                                                 std::vector<absl::Status>* unreadable) {
  std::map<std::string, OperatorUse> uses;
  Scanner scanner(&uses);
  for (const std::string& entry : code->archive().code_entries) {
    absl::StatusOr<const ts::SourceFile*> file = code->File(entry);
    if (file.ok()) {
      scanner.Visit((*file)->body);
    } else if (unreadable) {
      unreadable->push_back(file.status());
    }
  }
  return uses;
}

}  // namespace t2n::script
