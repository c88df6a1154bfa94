#include "t2n/torchscript/calls.h"

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/ir/failure.h"
#include "t2n/program/cut.h"
#include "t2n/torchscript/custom_calls.h"
#include "t2n/torchscript/operator_name.h"
#include "t2n/torchscript/parts.h"

namespace t2n::script {

namespace ts = torchscript;

// `fork(function)`: run at once, the future is its result.
absl::StatusOr<IValue> Calls::Fork(const ts::CallExpr& expr, Frame& frame) {
  const auto* name = expr.args.size() == 1 ? expr.args[0]->If<ts::NameExpr>() : nullptr;
  auto it = name ? frame.closures.find(name->name) : frame.closures.end();
  if (it == frame.closures.end()) return absl::UnimplementedError("fork() of such a function");
  Frame inner;
  inner.locals = frame.locals;
  inner.closures = frame.closures;
  inner.module_path = frame.module_path;
  inner.caller = frame.caller;
  T2N_RETURN_IF_ERROR(parts_.statements.Run(it->second->body, inner).status());
  return std::move(inner.result);
}

absl::StatusOr<IValue> Calls::EvalCall(const ts::CallExpr& expr, Frame& frame) {
  const auto* called = expr.callee->If<ts::NameExpr>();
  if (called && (called->name == "fork" || called->name == "awaitable")) return Fork(expr, frame);
  T2N_ASSIGN_OR_RETURN(std::vector<IValue> args, parts_.expressions.EvalAll(expr.args, frame));
  Keywords keywords;
  for (const auto& k : expr.kwargs) {
    T2N_ASSIGN_OR_RETURN(IValue v, parts_.expressions.Eval(*k.value, frame));
    keywords.emplace_back(std::string(k.name), std::move(v));
  }
  const PlacePtr place = MakePlace(expr.pos, frame);
  m_.builder.set_place(place);
  std::optional<FrozenSizes::Suspects> suspects;
  if (m_.frozen) {
    const FrozenSizes::Sources sources = {
        [&frame](absl::string_view name) {
          const auto it = frame.bound.find(name);
          return it == frame.bound.end() ? nullptr : it->second;
        },
        [&](const ts::Expr& e) { return parts_.expressions.Eval(e, frame).value_or(IValue()); }};
    suspects = m_.frozen->Begin(expr, args, sources, *place);
  }
  auto result = CallCallee(expr, std::move(args), std::move(keywords), frame);
  if (suspects) m_.frozen->End(*suspects, result.ok() ? &*result : nullptr);
  if (!result.ok()) return WithPlace(result.status(), *place);
  return result;
}

absl::StatusOr<IValue> Calls::CallCallee(const ts::CallExpr& expr, std::vector<IValue> args,
                                         Keywords keywords, Frame& frame) {
  if (std::optional<std::string> dotted = ts::DottedName(*expr.callee)) {
    absl::string_view root = absl::string_view(*dotted).substr(0, dotted->find('.'));
    if (!frame.locals.contains(root)) {
      return CallNamed(*dotted, std::move(args), std::move(keywords), frame);
    }
    if (const auto* function = frame.locals[root].If<FunctionRef>(); function && root == *dotted) {
      return CallNamed(function->name, std::move(args), std::move(keywords), frame);
    }
  }
  const auto* method = expr.callee->If<ts::AttributeExpr>();
  if (!method) return absl::UnimplementedError("a call of a value that is no method");
  T2N_ASSIGN_OR_RETURN(IValue object, parts_.expressions.Eval(*method->object, frame));
  if (object.object()) {
    return CallMethod(object.object(), method->name, std::move(args), std::move(keywords));
  }
  args.insert(args.begin(), object);
  return parts_.operators.CallOp(
      absl::StrCat(object.opaque() ? "packed::" : "aten::", method->name), args, keywords);
}

absl::StatusOr<IValue> Calls::CallNamed(const std::string& dotted, std::vector<IValue> args,
                                        Keywords keywords, Frame& frame) {
  if (absl::StartsWith(dotted, "__torch__.")) {
    return CallOfProgram(dotted, std::move(args), std::move(keywords), frame);
  }
  return parts_.operators.CallOp(FunctionName(dotted), args, keywords);
}

absl::StatusOr<IValue> Calls::CallOfProgram(absl::string_view name, std::vector<IValue> args,
                                            Keywords keywords, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(const ts::FunctionDef* function, m_.code.FindFunction(name));
  if (function) {
    return CallFunction(*function, std::move(args), std::move(keywords), frame.module_path);
  }
  T2N_ASSIGN_OR_RETURN(const ts::ClassDef* def, m_.code.FindClass(name));
  if (absl::ConsumeSuffix(&name, ".__new__")) {
    auto object = std::make_shared<Object>();
    object->class_name = std::string(name);
    return IValue(object);
  }
  if (def) return Construct(name, *def, std::move(args), std::move(keywords));
  return absl::NotFoundError(absl::StrCat("the archive has no code for ", name));
}

absl::StatusOr<IValue> Calls::CallMethod(const std::shared_ptr<Object>& object,
                                         absl::string_view method, std::vector<IValue> args,
                                         Keywords keywords) {
  T2N_RETURN_IF_ERROR(Materialize(object));
  T2N_ASSIGN_OR_RETURN(const ts::FunctionDef* def, m_.code.FindMethod(object->class_name, method));
  if (!def) {
    return absl::NotFoundError(
        absl::StrCat("class ", object->class_name, " has no method '", method, "'"));
  }
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> result,
                       CallCustom(m_, parts_, object, method, *def, args, keywords));
  if (!result) {
    args.insert(args.begin(), object);
    T2N_ASSIGN_OR_RETURN(result,
                         CallFunction(*def, std::move(args), std::move(keywords), object->path));
  }
  if (m_.cut && !object->path.empty()) T2N_RETURN_IF_ERROR(MeetResult(*object, method, *result));
  return *std::move(result);
}

// Tells of what a module gives: forward by the module's path, other methods by theirs.
absl::Status Calls::MeetResult(const Object& object, absl::string_view method,
                               const IValue& result) {
  if (absl::StartsWith(method, "_")) return absl::OkStatus();
  const bool forward = absl::StartsWith(method, "forward");
  return m_.cut->Meet(InnerTensor::Kind::kModule, object.path, forward ? "" : method, result,
                      m_.passing > 0);
}

absl::StatusOr<IValue> Calls::CallFunction(const ts::FunctionDef& def, std::vector<IValue> args,
                                           Keywords keywords, std::string module_path) {
  if (depth_ >= limits::kMaxCallDepth) {
    return At(absl::ResourceExhaustedError(
                  absl::StrCat("calls are nested more than ", limits::kMaxCallDepth, " deep")),
              def.pos, module_path);
  }
  if (absl::Status status = m_.budget.CountCall(); !status.ok()) {
    return At(std::move(status), def.pos, module_path);
  }
  ++depth_;
  auto leave = absl::MakeCleanup([this] { --depth_; });
  Frame frame;
  frame.module_path = std::move(module_path);
  frame.caller = m_.builder.place();
  T2N_RETURN_IF_ERROR(Bind(def, std::move(args), keywords, &frame));
  T2N_RETURN_IF_ERROR(parts_.statements.Run(def.body, frame).status());
  m_.builder.set_place(frame.caller);
  return std::move(frame.result);
}

absl::Status Calls::Bind(const ts::FunctionDef& def, std::vector<IValue> args,
                         const Keywords& keywords, Frame* frame) {
  if (args.size() > def.params.size()) {
    return At(absl::InvalidArgumentError(absl::StrCat(def.name, " takes ", def.params.size(),
                                                      " arguments, ", args.size(), " given")),
              def.pos, frame->module_path);
  }
  for (size_t i = 0; i < def.params.size(); ++i) {
    const ts::Param& param = def.params[i];
    if (i < args.size()) {
      frame->locals[param.name] = std::move(args[i]);
      continue;
    }
    bool found = false;
    for (auto& [name, value] : keywords) {
      if (name == param.name) frame->locals[param.name] = value, found = true;
    }
    if (found) continue;
    if (!param.default_value) {
      return At(absl::InvalidArgumentError(
                    absl::StrCat(def.name, ": argument '", param.name, "' is missing")),
                def.pos, frame->module_path);
    }
    T2N_ASSIGN_OR_RETURN(frame->locals[param.name],
                         parts_.expressions.Eval(*param.default_value, *frame));
  }
  return absl::OkStatus();
}

absl::StatusOr<IValue> Calls::Construct(absl::string_view class_name, const ts::ClassDef& def,
                                        std::vector<IValue> args, Keywords keywords) {
  if (def.class_kind == ts::ClassKind::kNamedTuple) {
    return ConstructTuple(class_name, def, args, keywords);
  }
  auto object = std::make_shared<Object>();
  object->class_name = std::string(class_name);
  T2N_RETURN_IF_ERROR(
      CallMethod(object, "__init__", std::move(args), std::move(keywords)).status());
  return IValue(object);
}

absl::StatusOr<IValue> Calls::ConstructTuple(absl::string_view class_name, const ts::ClassDef& def,
                                             const std::vector<IValue>& args,
                                             const Keywords& keywords) {
  auto tuple = std::make_shared<Tuple>();
  tuple->type_name = std::string(class_name);
  for (const ts::Stmt* stmt : def.body) {
    const auto* field = stmt->If<ts::AttributeDecl>();
    if (!field) continue;
    size_t i = tuple->fields.size();
    tuple->fields.emplace_back(field->name);
    IValue value;
    if (i < args.size()) {
      value = args[i];
    } else if (field->value) {
      Frame empty;
      T2N_ASSIGN_OR_RETURN(value, parts_.expressions.Eval(*field->value, empty));
    }
    for (auto& [k, v] : keywords) {
      if (k == field->name) value = v;
    }
    tuple->items.push_back(std::move(value));
  }
  return IValue(tuple);
}

absl::Status Calls::Materialize(const std::shared_ptr<Object>& object) {
  if (!object->pending_state) return absl::OkStatus();
  const torchvalue::Value* state = object->pending_state;
  T2N_ASSIGN_OR_RETURN(const ts::FunctionDef* setstate,
                       m_.code.FindMethod(object->class_name, "__setstate__"));
  object->pending_state = nullptr;
  if (!setstate) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(IValue value, m_.loader.Load(state, object->path));
  T2N_RETURN_IF_ERROR(CallFunction(*setstate, {object, value}, {}, object->path).status());
  for (Attribute& a : Attributes(object)) {
    if (!object->path.empty()) a.path = absl::StrCat(object->path, ".", a.path);
    m_.restored.push_back(std::move(a));
  }
  return absl::OkStatus();
}

}  // namespace t2n::script
