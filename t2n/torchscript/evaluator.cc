#include "t2n/torchscript/evaluator.h"

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/values/builtins.h"
#include "t2n/values/unusable.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;

absl::Status At(absl::Status status, const ts::SourcePos& pos, const std::string& module_path) {
  Place place;
  place.entry = pos.entry ? *pos.entry : "";
  place.line = pos.line;
  place.column = pos.column;
  place.module_path = module_path;
  return WithPlace(std::move(status), place);
}

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

IValue NoConstant(const IValue& value) {
  std::shared_ptr<TensorRef> tensor = value.tensor();
  if (!tensor || tensor->origin() != Origin::kConstant) return value;
  auto plain = std::make_shared<TensorRef>(*tensor);
  plain->set_origin(Origin::kTensor);
  return IValue(plain);
}

PlacePtr Evaluator::MakePlace(const ts::SourcePos& pos, const Frame& frame) const {
  auto place = std::make_shared<Place>();
  place->caller = frame.caller;
  place->module_path = frame.module_path;
  place->entry = pos.entry ? *pos.entry : "";
  place->line = pos.line;
  place->column = pos.column;
  return place;
}

absl::StatusOr<std::shared_ptr<Object>> Evaluator::Root() {
  T2N_ASSIGN_OR_RETURN(IValue root, loader_.Load(code_->archive().root, ""));
  if (!root.object()) return absl::InvalidArgumentError("the archive holds no module");
  return root.object();
}

absl::StatusOr<IValue> Evaluator::CallMethod(const std::shared_ptr<Object>& object,
                                             absl::string_view method, std::vector<IValue> args,
                                             Keywords keywords) {
  T2N_RETURN_IF_ERROR(Materialize(object));
  T2N_ASSIGN_OR_RETURN(const ts::FunctionDef* def, code_->FindMethod(object->class_name, method));
  if (!def) {
    return absl::NotFoundError(
        absl::StrCat("class ", object->class_name, " has no method '", method, "'"));
  }
  args.insert(args.begin(), object);
  return CallFunction(*def, std::move(args), std::move(keywords), object->path);
}

absl::StatusOr<IValue> Evaluator::CallFunction(const ts::FunctionDef& def, std::vector<IValue> args,
                                               Keywords keywords, std::string module_path) {
  if (depth_ >= limits::kMaxCallDepth) {
    return At(absl::ResourceExhaustedError(
                  absl::StrCat("calls are nested more than ", limits::kMaxCallDepth, " deep")),
              def.pos, module_path);
  }
  if (++calls_ > limits::kMaxCalls) {
    return At(absl::ResourceExhaustedError(
                  absl::StrCat("the program makes more than ", limits::kMaxCalls, " calls")),
              def.pos, module_path);
  }
  ++depth_;
  auto leave = absl::MakeCleanup([this] { --depth_; });
  Frame frame;
  frame.module_path = std::move(module_path);
  frame.caller = builder_.place();
  if (args.size() > def.params.size()) {
    return At(absl::InvalidArgumentError(absl::StrCat(def.name, " takes ", def.params.size(),
                                                      " arguments, ", args.size(), " given")),
              def.pos, frame.module_path);
  }
  for (size_t i = 0; i < def.params.size(); ++i) {
    const ts::Param& param = def.params[i];
    if (i < args.size()) {
      frame.locals[param.name] = std::move(args[i]);
      continue;
    }
    bool found = false;
    for (auto& [name, value] : keywords) {
      if (name == param.name) frame.locals[param.name] = value, found = true;
    }
    if (found) continue;
    if (!param.default_value) {
      return At(absl::InvalidArgumentError(
                    absl::StrCat(def.name, ": argument '", param.name, "' is missing")),
                def.pos, frame.module_path);
    }
    T2N_ASSIGN_OR_RETURN(frame.locals[param.name], Eval(*param.default_value, frame));
  }
  T2N_ASSIGN_OR_RETURN(Flow flow, Run(def.body, frame));
  (void)flow;
  builder_.set_place(frame.caller);
  return std::move(frame.result);
}

absl::StatusOr<Evaluator::Flow> Evaluator::Run(ts::Block block, Frame& frame) {
  for (const Stmt* stmt : block) {
    absl::StatusOr<Flow> flow = RunStatement(*stmt, frame);
    if (!flow.ok()) return At(flow.status(), stmt->pos, frame.module_path);
    if (*flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunInner(ts::Block block, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(Flow flow, Run(block, frame));
  for (const Stmt* stmt : block) {
    const auto* assign = stmt->If<ts::AssignStmt>();
    if (!assign) continue;
    for (const Expr* target : assign->targets) {
      const auto* name = target->If<ts::NameExpr>();
      auto it = name ? frame.locals.find(name->name) : frame.locals.end();
      if (it != frame.locals.end()) it->second = NoConstant(it->second);
    }
  }
  frame.result = NoConstant(frame.result);
  return flow;
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunStatement(const Stmt& stmt, Frame& frame) {
  switch (stmt.kind) {
    case ts::StmtKind::kAssign: {
      const auto& s = stmt.As<ts::AssignStmt>();
      T2N_ASSIGN_OR_RETURN(IValue value, Eval(*s.value, frame));
      T2N_RETURN_IF_ERROR(Assign(s.targets, s.unpack, std::move(value), frame));
      const auto* name = s.targets[0]->If<ts::NameExpr>();
      if (frozen_ && name && !s.unpack) frame.bound[name->name] = s.value;
      return Flow::kNext;
    }
    case ts::StmtKind::kExpr:
      T2N_RETURN_IF_ERROR(Eval(*stmt.As<ts::ExprStmt>().value, frame).status());
      return Flow::kNext;
    case ts::StmtKind::kReturn: {
      const auto& s = stmt.As<ts::ReturnStmt>();
      if (s.value) {
        T2N_ASSIGN_OR_RETURN(frame.result, Eval(*s.value, frame));
      }
      return Flow::kReturn;
    }
    case ts::StmtKind::kIf:
      return RunIf(stmt.As<ts::IfStmt>(), 0, frame);
    case ts::StmtKind::kFor:
      return RunFor(stmt.As<ts::ForStmt>(), frame);
    case ts::StmtKind::kWhile:
      return RunWhile(stmt.As<ts::WhileStmt>(), frame);
    case ts::StmtKind::kWith:
      return RunWith(stmt.As<ts::WithStmt>(), frame);
    case ts::StmtKind::kAssert:
      return RunAssert(stmt.As<ts::AssertStmt>(), frame);
    case ts::StmtKind::kRaise: {
      const auto& s = stmt.As<ts::RaiseStmt>();
      std::string message;
      if (s.exception) {
        if (const auto* call = s.exception->If<ts::CallExpr>(); call && !call->args.empty()) {
          T2N_ASSIGN_OR_RETURN(IValue v, Eval(*call->args[0], frame));
          message = Str(v);
        }
      }
      return Raised(message);
    }
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

absl::Status Evaluator::CountIteration(const Stmt&) {
  if (++iterations_ > limits::kMaxIterations) {
    return absl::ResourceExhaustedError(
        absl::StrCat("loops run more than ", limits::kMaxIterations, " times in all"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunFor(const ts::ForStmt& stmt, Frame& frame) {
  const auto* call = stmt.iterable->If<ts::CallExpr>();
  const auto* called = call ? call->callee->If<ts::NameExpr>() : nullptr;
  if (called && called->name == "range" && call->args.size() == 1) {
    T2N_ASSIGN_OR_RETURN(IValue count, Eval(*call->args[0], frame));
    if (const Dim* n = count.If<Dim>(); n && !n->is_const()) return RunOpenLoop(stmt, *n, frame);
    if (OpenNumber(count, DType::kI64)) {
      return absl::UnimplementedError(
          "how often the loop runs is a number that the inputs' values decide; it must follow from "
          "sizes, constants or --args: loop as often as it may be, and mask what is beyond");
    }
  }
  T2N_ASSIGN_OR_RETURN(IValue iterable, Eval(*stmt.iterable, frame));
  T2N_ASSIGN_OR_RETURN(std::vector<IValue> items, Items(iterable));
  T2N_RETURN_IF_ERROR(Charge(items.size(), 0));
  for (IValue& item : items) {
    T2N_RETURN_IF_ERROR(CountIteration(stmt));
    T2N_RETURN_IF_ERROR(Assign(stmt.targets, stmt.unpack, std::move(item), frame));
    T2N_ASSIGN_OR_RETURN(Flow flow, RunInner(stmt.body, frame));
    if (flow == Flow::kBreak) break;
    if (flow == Flow::kReturn) return flow;
  }
  return Flow::kNext;
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunWhile(const ts::WhileStmt& stmt, Frame& frame) {
  ++whiles_;
  auto leave = absl::MakeCleanup([this] { --whiles_; });
  while (true) {
    absl::StatusOr<Decision> again = Decide(*stmt.condition, frame);
    if (!again.ok()) return WhileFailed(again.status());
    if (again->open) return RunOpenWhile(stmt, again->open, frame);
    if (!again->taken) return Flow::kNext;
    T2N_RETURN_IF_ERROR(CountIteration(stmt));
    absl::StatusOr<Flow> ran = RunInner(stmt.body, frame);  // computes the next condition too
    if (!ran.ok()) return WhileFailed(ran.status());
    Flow flow = *ran;
    if (flow == Flow::kBreak) return Flow::kNext;
    if (flow == Flow::kReturn) return flow;
  }
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunWith(const ts::WithStmt& stmt, Frame& frame) {
  std::vector<std::shared_ptr<Object>> contexts;
  for (const auto& item : stmt.items) {
    T2N_ASSIGN_OR_RETURN(IValue context, Eval(*item.context, frame));
    std::shared_ptr<Object> object = context.object();
    if (!object) return absl::InvalidArgumentError("'with' needs an object");
    T2N_ASSIGN_OR_RETURN(IValue entered, CallMethod(object, "__enter__", {}, {}));
    contexts.push_back(std::move(object));
    if (item.target) T2N_RETURN_IF_ERROR(AssignOne(*item.target, std::move(entered), frame));
  }
  T2N_ASSIGN_OR_RETURN(Flow flow, Run(stmt.body, frame));
  for (auto it = contexts.rbegin(); it != contexts.rend(); ++it) {
    T2N_RETURN_IF_ERROR(CallMethod(*it, "__exit__", {IValue(), IValue(), IValue()}, {}).status());
  }
  return flow;
}

absl::Status Evaluator::Assign(ts::ExprList targets, bool unpack, IValue value, Frame& frame) {
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

absl::Status Evaluator::AssignOne(const Expr& target, IValue value, Frame& frame) {
  if (const auto* name = target.If<ts::NameExpr>()) {
    if (auto ref = value.tensor()) {
      Val v = ref->Read();
      // torch's own temporaries (`_12`) say nothing.
      if (v && v->name.empty() && !absl::StartsWith(name->name, "_"))
        v->name = std::string(name->name);
    }
    frame.locals[name->name] = std::move(value);
    return absl::OkStatus();
  }
  if (const auto* attribute = target.If<ts::AttributeExpr>()) {
    if (const absl::Status* why = WhyUnusable(value)) return *why;
    T2N_ASSIGN_OR_RETURN(IValue object, Eval(*attribute->object, frame));
    if (!object.object()) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot set '", attribute->name, "' of a ", object.TypeName()));
    }
    object.object()->Set(attribute->name, std::move(value));
    return absl::OkStatus();
  }
  if (const auto* subscript = target.If<ts::SubscriptExpr>()) {
    T2N_ASSIGN_OR_RETURN(IValue object, Eval(*subscript->object, frame));
    T2N_ASSIGN_OR_RETURN(IValue index, Eval(*subscript->index, frame));
    return CallOp("aten::_set_item", {object, index, std::move(value)}, {}).status();
  }
  return absl::UnimplementedError("assignment to such a target");
}

}  // namespace t2n::script
