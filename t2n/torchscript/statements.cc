#include "t2n/torchscript/statements.h"

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/ir/failure.h"
#include "t2n/program/cut.h"
#include "t2n/torchscript/open_loop.h"
#include "t2n/torchscript/parts.h"
#include "t2n/values/builtins.h"
#include "t2n/values/unusable.h"

namespace t2n::script {

namespace ts = torchscript;

namespace {

// Says of a question about sizes that it decides how often a while loop runs.
absl::Status WhileFailed(const absl::Status& status) {
  const std::optional<std::string> question = QuestionOf(status);
  if (!question) return status;
  return Retold(status, absl::UnimplementedError(absl::StrCat(
                            "a while loop goes on as long as ", *question,
                            ", where the sizes are open; give them numbers with --inputs, or loop "
                            "with for i in range(size)")));
}

}  // namespace

absl::StatusOr<Flow> Statements::Run(ts::Block block, Frame& frame) {
  for (const ts::Stmt* stmt : block) {
    absl::StatusOr<Flow> flow = RunStatement(*stmt, frame);
    if (!flow.ok()) return At(flow.status(), stmt->pos, frame.module_path);
    if (*flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

absl::StatusOr<Flow> Statements::RunInner(ts::Block block, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(Flow flow, Run(block, frame));
  for (const ts::Stmt* stmt : block) {
    const auto* assign = stmt->If<ts::AssignStmt>();
    if (!assign) continue;
    for (const ts::Expr* target : assign->targets) {
      const auto* name = target->If<ts::NameExpr>();
      auto it = name ? frame.locals.find(name->name) : frame.locals.end();
      if (it != frame.locals.end()) it->second = NoConstant(it->second);
    }
  }
  frame.result = NoConstant(frame.result);
  return flow;
}

absl::StatusOr<Flow> Statements::RunStatement(const ts::Stmt& stmt, Frame& frame) {
  switch (stmt.kind) {
    case ts::StmtKind::kAssign:
      return RunAssign(stmt.As<ts::AssignStmt>(), frame);
    case ts::StmtKind::kExpr:
      T2N_RETURN_IF_ERROR(parts_.expressions.Eval(*stmt.As<ts::ExprStmt>().value, frame).status());
      return Flow::kNext;
    case ts::StmtKind::kReturn:
      return RunReturn(stmt.As<ts::ReturnStmt>(), frame);
    case ts::StmtKind::kIf:
      return parts_.branches.RunIf(stmt.As<ts::IfStmt>(), 0, frame);
    case ts::StmtKind::kFor:
      return RunFor(stmt.As<ts::ForStmt>(), frame);
    case ts::StmtKind::kWhile:
      return RunWhile(stmt.As<ts::WhileStmt>(), frame);
    case ts::StmtKind::kWith:
      return RunWith(stmt.As<ts::WithStmt>(), frame);
    case ts::StmtKind::kAssert:
      return parts_.branches.RunAssert(stmt.As<ts::AssertStmt>(), frame);
    case ts::StmtKind::kRaise:
      return RunRaise(stmt.As<ts::RaiseStmt>(), frame);
    case ts::StmtKind::kFunction: {
      const auto& s = stmt.As<ts::FunctionDef>();
      frame.closures[s.name] = &s;
      return Flow::kNext;
    }
    case ts::StmtKind::kPass:
    case ts::StmtKind::kImport:
    case ts::StmtKind::kAttributeDecl:
      return Flow::kNext;
    case ts::StmtKind::kBreak:
      return Flow::kBreak;
    case ts::StmtKind::kContinue:
      return Flow::kContinue;
    default:
      return absl::UnimplementedError("a statement that torch does not print in methods");
  }
}

absl::StatusOr<Flow> Statements::RunAssign(const ts::AssignStmt& stmt, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue value, parts_.expressions.Eval(*stmt.value, frame));
  T2N_RETURN_IF_ERROR(Assign(stmt.targets, stmt.unpack, std::move(value), frame));
  const auto* name = stmt.targets[0]->If<ts::NameExpr>();
  if (m_.frozen && name && !stmt.unpack) frame.bound[name->name] = stmt.value;
  return Flow::kNext;
}

absl::StatusOr<Flow> Statements::RunReturn(const ts::ReturnStmt& stmt, Frame& frame) {
  if (stmt.value) {
    T2N_ASSIGN_OR_RETURN(frame.result, parts_.expressions.Eval(*stmt.value, frame));
  }
  return Flow::kReturn;
}

absl::StatusOr<Flow> Statements::RunRaise(const ts::RaiseStmt& stmt, Frame& frame) {
  const auto* call = stmt.exception ? stmt.exception->If<ts::CallExpr>() : nullptr;
  if (!call || call->args.empty()) return Raised("");
  T2N_ASSIGN_OR_RETURN(const IValue message, parts_.expressions.Eval(*call->args[0], frame));
  return Raised(Str(message));
}

absl::StatusOr<Flow> Statements::RunFor(const ts::ForStmt& stmt, Frame& frame) {
  const auto* call = stmt.iterable->If<ts::CallExpr>();
  const auto* called = call ? call->callee->If<ts::NameExpr>() : nullptr;
  if (called && called->name == "range" && call->args.size() == 1) {
    T2N_ASSIGN_OR_RETURN(IValue count, parts_.expressions.Eval(*call->args[0], frame));
    if (const Dim* n = count.If<Dim>(); n && !n->is_const()) {
      T2N_ASSIGN_OR_RETURN(const Flow flow, RunOpenLoop(m_, parts_, stmt, *n, frame));
      const Mentions& mentions = parts_.branches.MentionsOf<ts::Stmt>(stmt);
      T2N_RETURN_IF_ERROR(parts_.branches.MeetAssigned(mentions, frame));
      return flow;
    }
    if (OpenNumber(count, DType::kI64)) {
      return absl::UnimplementedError(
          "how often the loop runs is a number that the inputs' values decide; it must follow from "
          "sizes, constants or --args: loop as often as it may be, and mask what is beyond");
    }
  }
  T2N_ASSIGN_OR_RETURN(IValue iterable, parts_.expressions.Eval(*stmt.iterable, frame));
  T2N_ASSIGN_OR_RETURN(std::vector<IValue> items, Items(iterable));
  T2N_RETURN_IF_ERROR(m_.budget.Charge(items.size(), 0));
  for (IValue& item : items) {
    T2N_RETURN_IF_ERROR(m_.budget.CountIteration());
    T2N_RETURN_IF_ERROR(Assign(stmt.targets, stmt.unpack, std::move(item), frame));
    T2N_ASSIGN_OR_RETURN(Flow flow, RunInner(stmt.body, frame));
    if (flow == Flow::kBreak) break;
    if (flow == Flow::kReturn) return flow;
  }
  return Flow::kNext;
}

absl::StatusOr<Flow> Statements::RunWhile(const ts::WhileStmt& stmt, Frame& frame) {
  ++m_.whiles;
  auto leave = absl::MakeCleanup([this] { --m_.whiles; });
  while (true) {
    absl::StatusOr<Decision> again = parts_.branches.Decide(*stmt.condition, frame);
    if (!again.ok()) return WhileFailed(again.status());
    if (again->open) return parts_.branches.RunOpenWhile(stmt, again->open, frame);
    if (!again->taken) return Flow::kNext;
    T2N_RETURN_IF_ERROR(m_.budget.CountIteration());
    absl::StatusOr<Flow> ran = RunInner(stmt.body, frame);  // computes the next condition too
    if (!ran.ok()) return WhileFailed(ran.status());
    Flow flow = *ran;
    if (flow == Flow::kBreak) return Flow::kNext;
    if (flow == Flow::kReturn) return flow;
  }
}

absl::StatusOr<Flow> Statements::RunWith(const ts::WithStmt& stmt, Frame& frame) {
  std::vector<std::shared_ptr<Object>> contexts;
  for (const auto& item : stmt.items) {
    T2N_ASSIGN_OR_RETURN(IValue context, parts_.expressions.Eval(*item.context, frame));
    std::shared_ptr<Object> object = context.object();
    if (!object) return absl::InvalidArgumentError("'with' needs an object");
    T2N_ASSIGN_OR_RETURN(IValue entered, parts_.calls.CallMethod(object, "__enter__", {}, {}));
    contexts.push_back(std::move(object));
    if (item.target) T2N_RETURN_IF_ERROR(AssignOne(*item.target, std::move(entered), frame));
  }
  T2N_ASSIGN_OR_RETURN(Flow flow, Run(stmt.body, frame));
  for (auto it = contexts.rbegin(); it != contexts.rend(); ++it) {
    T2N_RETURN_IF_ERROR(
        parts_.calls.CallMethod(*it, "__exit__", {IValue(), IValue(), IValue()}, {}).status());
  }
  return flow;
}

absl::Status Statements::Assign(ts::ExprList targets, bool unpack, IValue value, Frame& frame) {
  if (!unpack) return AssignOne(*targets[0], std::move(value), frame);
  T2N_ASSIGN_OR_RETURN(std::vector<IValue> items, Items(value));
  if (items.size() != targets.size()) {
    return Raised(absl::StrCat("Expected ", targets.size(), " elements but found ", items.size()));
  }
  for (size_t i = 0; i < items.size(); ++i) {
    T2N_RETURN_IF_ERROR(AssignOne(*targets[i], std::move(items[i]), frame));
  }
  return absl::OkStatus();
}

absl::Status Statements::AssignOne(const ts::Expr& target, IValue value, Frame& frame) {
  if (const auto* name = target.If<ts::NameExpr>()) {
    if (auto ref = value.tensor()) {
      Val v = ref->Read();
      // torch's own temporaries (`_12`) say nothing.
      if (v && v->name.empty() && !absl::StartsWith(name->name, "_"))
        v->name = std::string(name->name);
    }
    if (m_.cut) {
      T2N_RETURN_IF_ERROR(m_.cut->Meet(InnerTensor::Kind::kVariable, frame.module_path, name->name,
                                       value, m_.passing > 0));
    }
    frame.locals[name->name] = std::move(value);
    return absl::OkStatus();
  }
  if (const auto* attribute = target.If<ts::AttributeExpr>()) {
    if (const absl::Status* why = WhyUnusable(value)) return *why;
    T2N_ASSIGN_OR_RETURN(IValue object, parts_.expressions.Eval(*attribute->object, frame));
    if (!object.object()) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot set '", attribute->name, "' of a ", object.TypeName()));
    }
    object.object()->Set(attribute->name, std::move(value));
    return absl::OkStatus();
  }
  if (const auto* subscript = target.If<ts::SubscriptExpr>()) {
    T2N_ASSIGN_OR_RETURN(IValue object, parts_.expressions.Eval(*subscript->object, frame));
    T2N_ASSIGN_OR_RETURN(IValue index, parts_.expressions.Eval(*subscript->index, frame));
    return parts_.operators.CallOp("aten::_set_item", {object, index, std::move(value)}, {})
        .status();
  }
  return absl::UnimplementedError("assignment to such a target");
}

}  // namespace t2n::script
