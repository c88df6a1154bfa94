#include "t2n/torchscript/evaluator.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n::script {

namespace ts = torchscript;

namespace {

// Hooks of the module that is called: torch runs them around forward, its code names them in the
// class. Those of modules inside are calls in the code.
//
// The strings of `__forward_hooks__ = ["a", ]` in a class.
std::vector<std::string> HookNames(ts::Block body, absl::string_view list) {
  std::vector<std::string> names;
  for (const ts::Stmt* stmt : body) {
    const auto* assign = stmt->If<ts::AssignStmt>();
    const auto* target = assign ? assign->targets[0]->If<ts::NameExpr>() : nullptr;
    const auto* items = assign ? assign->value->If<ts::ListExpr>() : nullptr;
    if (!target || !items || target->name != list) continue;
    for (const ts::Expr* item : items->items) {
      if (const auto* name = item->If<ts::StringExpr>()) names.emplace_back(name->value);
    }
  }
  return names;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Object>> Evaluator::Root() {
  T2N_ASSIGN_OR_RETURN(IValue root, machine_.loader.Load(machine_.code.archive().root, ""));
  if (!root.object()) return absl::InvalidArgumentError("the archive holds no module");
  return root.object();
}

absl::StatusOr<IValue> Evaluator::CallMethod(const std::shared_ptr<Object>& object,
                                             absl::string_view method, std::vector<IValue> args,
                                             Keywords keywords) {
  return parts_.calls.CallMethod(object, method, std::move(args), std::move(keywords));
}

absl::StatusOr<IValue> Evaluator::CallOutside(const ts::FunctionDef& def,
                                              std::vector<IValue> args) {
  const PlacePtr place = machine_.builder.place();
  return parts_.calls.CallFunction(def, std::move(args), {}, place ? place->module_path : "");
}

absl::StatusOr<IValue> Evaluator::CallRoot(const std::shared_ptr<Object>& root,
                                           absl::string_view method, std::vector<IValue> args,
                                           Keywords keywords) {
  if (method != "forward") return CallMethod(root, method, std::move(args), std::move(keywords));
  T2N_ASSIGN_OR_RETURN(ts::Block body, machine_.code.MethodsOf(root->class_name));
  const std::vector<std::string> before = HookNames(body, "__forward_pre_hooks__");
  const std::vector<std::string> after = HookNames(body, "__forward_hooks__");
  if (!keywords.empty() && !(before.empty() && after.empty())) {
    return absl::UnimplementedError(
        absl::StrCat("the model has hooks, which see all arguments; give '", keywords[0].first,
                     "' and those before it values with --args or --inputs"));
  }
  for (const std::string& hook : before) {
    T2N_ASSIGN_OR_RETURN(IValue replaced, CallMethod(root, hook, {IValue::NewTuple(args)}, {}));
    if (auto tuple = replaced.tuple()) {
      args = tuple->items;
    } else if (!replaced.is_none()) {
      args = {replaced};
    }
  }
  T2N_ASSIGN_OR_RETURN(IValue result, CallMethod(root, method, args, std::move(keywords)));
  for (const std::string& hook : after) {
    T2N_ASSIGN_OR_RETURN(IValue replaced,
                         CallMethod(root, hook, {IValue::NewTuple(args), result}, {}));
    if (!replaced.is_none()) result = std::move(replaced);
  }
  return result;
}

}  // namespace t2n::script
