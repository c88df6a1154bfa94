#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/limits.h"
#include "t2n/base/program_limits.h"
#include "t2n/base/status.h"
#include "t2n/torchscript/evaluator.h"
#include "t2n/values/builtins.h"
#include "t2n/values/convert_args.h"
#include "t2n/values/sorting.h"
#include "t2n/values/unusable.h"

namespace t2n::script {

namespace ts = torchscript;

// `fork(function)`: run at once, the future is its result.
absl::StatusOr<IValue> Evaluator::Fork(const ts::CallExpr& expr, Frame& frame) {
  const auto* name = expr.args.size() == 1 ? expr.args[0]->If<ts::NameExpr>() : nullptr;
  auto it = name ? frame.closures.find(name->name) : frame.closures.end();
  if (it == frame.closures.end()) return absl::UnimplementedError("fork() of such a function");
  Frame inner;
  inner.locals = frame.locals;
  inner.closures = frame.closures;
  inner.module_path = frame.module_path;
  inner.caller = frame.caller;
  T2N_RETURN_IF_ERROR(Run(it->second->body, inner).status());
  return std::move(inner.result);
}

absl::StatusOr<IValue> Evaluator::EvalCall(const ts::CallExpr& expr, Frame& frame) {
  const auto* called = expr.callee->If<ts::NameExpr>();
  if (called && (called->name == "fork" || called->name == "awaitable")) return Fork(expr, frame);
  T2N_ASSIGN_OR_RETURN(std::vector<IValue> args, EvalAll(expr.args, frame));
  Keywords keywords;
  for (const auto& k : expr.kwargs) {
    T2N_ASSIGN_OR_RETURN(IValue v, Eval(*k.value, frame));
    keywords.emplace_back(std::string(k.name), std::move(v));
  }
  const PlacePtr place = MakePlace(expr.pos, frame);
  builder_.set_place(place);
  std::optional<FrozenSizes::Suspects> suspects;
  if (frozen_) {
    const FrozenSizes::Sources sources = {
        [&frame](absl::string_view name) {
          const auto it = frame.bound.find(name);
          return it == frame.bound.end() ? nullptr : it->second;
        },
        [&](const Expr& e) { return Eval(e, frame).value_or(IValue()); }};
    suspects = frozen_->Begin(expr, args, sources, *place);
  }
  auto result = [&]() -> absl::StatusOr<IValue> {
    if (std::optional<std::string> dotted = ts::DottedName(*expr.callee)) {
      absl::string_view root = absl::string_view(*dotted).substr(0, dotted->find('.'));
      if (!frame.locals.contains(root)) {
        return CallNamed(*dotted, std::move(args), std::move(keywords), frame);
      }
      if (const auto* function = frame.locals[root].If<FunctionRef>();
          function && root == *dotted) {
        return CallNamed(function->name, std::move(args), std::move(keywords), frame);
      }
    }
    const auto* method = expr.callee->If<ts::AttributeExpr>();
    if (!method) return absl::UnimplementedError("a call of a value that is no method");
    T2N_ASSIGN_OR_RETURN(IValue object, Eval(*method->object, frame));
    if (object.object()) {
      return CallMethod(object.object(), method->name, std::move(args), std::move(keywords));
    }
    args.insert(args.begin(), object);
    return CallOp(absl::StrCat(object.opaque() ? "packed::" : "aten::", method->name), args,
                  keywords);
  }();
  if (suspects) frozen_->End(*suspects, result.ok() ? &*result : nullptr);
  if (!result.ok()) return WithPlace(result.status(), *place);
  return result;
}

absl::StatusOr<IValue> Evaluator::CallNamed(const std::string& dotted, std::vector<IValue> args,
                                            Keywords keywords, Frame& frame) {
  absl::string_view name = dotted;
  if (absl::StartsWith(name, "__torch__.")) {
    T2N_ASSIGN_OR_RETURN(const ts::FunctionDef* function, code_->FindFunction(name));
    if (function) {
      return CallFunction(*function, std::move(args), std::move(keywords), frame.module_path);
    }
    T2N_ASSIGN_OR_RETURN(const ts::ClassDef* def, code_->FindClass(name));
    if (absl::ConsumeSuffix(&name, ".__new__")) {
      auto object = std::make_shared<Object>();
      object->class_name = std::string(name);
      return IValue(object);
    }
    if (def) return Construct(name, *def, std::move(args), std::move(keywords));
    return absl::NotFoundError(absl::StrCat("the archive has no code for ", name));
  }
  if (absl::ConsumePrefix(&name, "torch.")) {
    return CallOp(absl::StrCat("aten::", name), args, keywords);
  }
  if (absl::ConsumePrefix(&name, "ops.")) {
    size_t dot = name.find('.');
    if (dot != absl::string_view::npos) {
      return CallOp(absl::StrCat(name.substr(0, dot), "::", name.substr(dot + 1)), args, keywords);
    }
  }
  // Python's own: int(x), len(x), range(n) ...
  return CallOp(absl::StrCat("python::", name), args, keywords);
}

absl::StatusOr<IValue> Evaluator::Construct(absl::string_view class_name, const ts::ClassDef& def,
                                            std::vector<IValue> args, Keywords keywords) {
  if (def.class_kind == ts::ClassKind::kNamedTuple) {
    auto tuple = std::make_shared<Tuple>();
    tuple->type_name = std::string(class_name);
    for (const Stmt* stmt : def.body) {
      const auto* field = stmt->If<ts::AttributeDecl>();
      if (!field) continue;
      size_t i = tuple->fields.size();
      tuple->fields.emplace_back(field->name);
      IValue value;
      if (i < args.size()) {
        value = args[i];
      } else if (field->value) {
        Frame empty;
        T2N_ASSIGN_OR_RETURN(value, Eval(*field->value, empty));
      }
      for (auto& [k, v] : keywords) {
        if (k == field->name) value = v;
      }
      tuple->items.push_back(std::move(value));
    }
    return IValue(tuple);
  }
  auto object = std::make_shared<Object>();
  object->class_name = std::string(class_name);
  T2N_RETURN_IF_ERROR(
      CallMethod(object, "__init__", std::move(args), std::move(keywords)).status());
  return IValue(object);
}

absl::Status Evaluator::Materialize(const std::shared_ptr<Object>& object) {
  if (!object->pending_state) return absl::OkStatus();
  const torchvalue::Value* state = object->pending_state;
  T2N_ASSIGN_OR_RETURN(const ts::FunctionDef* setstate,
                       code_->FindMethod(object->class_name, "__setstate__"));
  object->pending_state = nullptr;
  if (!setstate) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(IValue value, loader_.Load(state, object->path));
  T2N_RETURN_IF_ERROR(CallFunction(*setstate, {object, value}, {}, object->path).status());
  for (Attribute& a : Attributes(object)) {
    if (!object->path.empty()) a.path = absl::StrCat(object->path, ".", a.path);
    restored_.push_back(std::move(a));
  }
  return absl::OkStatus();
}

namespace {

// Of a list, tuple or dict.
uint64_t ItemsIn(const IValue& v) {
  if (auto l = v.list()) return l->items.size();
  if (auto t = v.tuple()) return t->items.size();
  if (auto d = v.dict()) return d->items.size();
  return 0;
}

}  // namespace

absl::Status Evaluator::Charge(uint64_t items, uint64_t characters) {
  items_ += items;
  characters_ += characters;
  if (items_ > limits::kMaxComputedItems) {
    return absl::ResourceExhaustedError(absl::StrCat("the program puts more than ",
                                                     limits::kMaxComputedItems,
                                                     " items into its lists, tuples and dicts"));
  }
  if (characters_ > limits::kMaxComputedText) {
    return absl::ResourceExhaustedError(absl::StrCat("the program makes strings of more than ",
                                                     limits::kMaxComputedText, " bytes in all"));
  }
  return absl::OkStatus();
}

absl::Status Evaluator::ChargeVisits(uint64_t items) {
  visited_ += items;
  if (visited_ + (ValuesVisited() - visited_before_) <= limits::kMaxVisitedItems) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(absl::StrCat("the program goes through more than ",
                                                   limits::kMaxVisitedItems,
                                                   " items of lists and dicts in all"));
}

absl::Status Evaluator::ChargeResult(const IValue& made, const std::vector<IValue>& args,
                                     uint64_t before) {
  const uint64_t after = args.empty() ? 0 : ItemsIn(args[0]);
  if (after > limits::kMaxItems) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a ", args[0].TypeName(), " of more than ", limits::kMaxItems, " items"));
  }
  if (after > before) T2N_RETURN_IF_ERROR(Charge(after - before, 0));
  if (!args.empty() && SameThing(made, args[0])) return absl::OkStatus();
  const auto* text = made.If<std::string>();
  return Charge(ItemsIn(made), text ? text->size() : 0);
}

// Sorts a list of class instances by their __lt__; nullopt for anything else.
absl::StatusOr<std::optional<IValue>> Evaluator::SortObjects(const std::string& name,
                                                             const std::vector<IValue>& args) {
  if (args.empty() || (name != "aten::sort" && name != "aten::sorted")) return std::nullopt;
  const auto list = args[0].list();
  if (!list || list->items.empty() || !list->items[0].object()) return std::nullopt;
  const bool descending = args.size() > 1 && args[1].If<bool>() && *args[1].If<bool>();
  std::vector<IValue> items = list->items;
  T2N_RETURN_IF_ERROR(
      SortItems(items, [&](const IValue& a, const IValue& b) -> absl::StatusOr<bool> {
        const IValue &x = descending ? b : a, &y = descending ? a : b;
        if (!x.object()) return absl::InvalidArgumentError("sorting items of several kinds");
        T2N_ASSIGN_OR_RETURN(IValue less, CallMethod(x.object(), "__lt__", {y}, {}));
        return Truth(less);
      }));
  if (name == "aten::sorted") return IValue::NewList(std::move(items));
  list->items = std::move(items);
  return IValue();
}

// What is assumed of a comparison that could not be decided, or the comparison itself.
std::optional<IValue> Evaluator::AnswerTo(absl::string_view name, const std::vector<IValue>& args,
                                          const absl::Status& status) {
  static const auto* const kComparisons = new absl::flat_hash_map<absl::string_view, Op>{
      {"aten::eq", Op::kEq}, {"aten::ne", Op::kNe}, {"aten::lt", Op::kLt},
      {"aten::le", Op::kLe}, {"aten::gt", Op::kGt}, {"aten::ge", Op::kGe}};
  const auto op = kComparisons->find(name);
  const std::optional<std::string> question = QuestionOf(status);
  if (!question || op == kComparisons->end()) return std::nullopt;
  if (answers_) {
    const auto it = answers_->find(*question);
    if (it != answers_->end()) return IValue(it->second);
  }
  const bool open = leave_all_open_ || (left_open_ && left_open_->count(*question));
  const Dim *a = args[0].If<Dim>(), *b = args.size() == 2 ? args[1].If<Dim>() : nullptr;
  if (!open || whiles_ > 0 || !a || !b) return std::nullopt;
  return NewOpenNumber(builder_.Binary(op->second, builder_.DimScalar(*a), builder_.DimScalar(*b)));
}

namespace {

bool IsOpenSize(const IValue& v) { return v.If<Dim>() && !v.If<Dim>()->is_const(); }

// A number, also one that the inputs decide or that cannot be had, a string or None.
bool IsPlain(const IValue& v) {
  const UnusableValue* unusable = AsUnusable(v);
  if (unusable) return unusable->number();
  if (const auto t = v.tensor()) return t->is_number();
  return v.is_none() || v.is_number() || v.If<std::string>();
}

}  // namespace

std::optional<absl::StatusOr<IValue>> Evaluator::Lost(const std::string& name,
                                                      const std::vector<IValue>& args,
                                                      const Keywords& keywords,
                                                      const absl::Status& failed) const {
  bool plain = OnlyComputes(name);
  const absl::Status* why = failed.ok() ? nullptr : &failed;
  auto look = [&](const IValue& v) {
    plain = plain && IsPlain(v);
    if (!why) why = WhyUnusable(v);
  };
  for (const IValue& v : args) look(v);
  for (const auto& [key, v] : keywords) look(v);
  if (!why) return std::nullopt;
  if (!plain || !absl::IsUnimplemented(*why) || QuestionOf(*why)) return *why;
  const PlacePtr place = builder_.place();
  return IValue(
      std::make_shared<const UnusableValue>(place ? WithPlace(*why, *place) : *why, true));
}

absl::StatusOr<IValue> Evaluator::CallOp(const std::string& name, const std::vector<IValue>& args,
                                         const Keywords& keywords) {
  if (!open_counts_.empty() && CountsFromTheEnd(args)) {
    return CallOp(name, FromTheEnd(args), keywords);
  }
  if ((name == "python::bool" || name == "aten::Bool") && args.size() == 1 && IsOpenSize(args[0])) {
    return CallOp("aten::ne", {args[0], IValue(0)}, {});
  }
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> on_list, CallOnOpenList(name, args, keywords));
  if (on_list) return *std::move(on_list);
  if (std::optional<IValue> index = BackwardIndex(name, args)) return *std::move(index);
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> window, SliceInOpenLoop(name, args));
  if (window) return *std::move(window);
  if (auto lost = Lost(name, args, keywords, absl::OkStatus())) return *std::move(lost);
  const uint64_t before = args.empty() ? 0 : ItemsIn(args[0]);
  T2N_RETURN_IF_ERROR(ChargeVisits(VisitsItems(name) ? before : 0));
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> sorted, SortObjects(name, args));
  if (sorted) return *std::move(sorted);
  BuiltinResult answered = CallBuiltin(name, args, keywords, builder_, env_);
  if (std::optional<IValue> answer = AnswerTo(name, args, answered.status())) return *answer;
  if (!answered.ok()) return *Lost(name, args, keywords, answered.status());
  const std::optional<IValue> builtin = *std::move(answered);
  if (builtin) {
    T2N_RETURN_IF_ERROR(ChargeResult(*builtin, args, before));
    return *builtin;
  }
  std::vector<Operand> positional;
  for (const IValue& v : args) {
    T2N_ASSIGN_OR_RETURN(Operand o, ToOperand(v));
    positional.push_back(std::move(o));
  }
  std::vector<NamedOperand> named;
  for (const auto& [key, v] : keywords) {
    T2N_ASSIGN_OR_RETURN(Operand o, ToOperand(v));
    named.push_back({key, std::move(o)});
  }
  T2N_ASSIGN_OR_RETURN(Operand result, operators_.Call(name, positional, named));
  IValue made = FromOperand(result);
  T2N_RETURN_IF_ERROR(Charge(ItemsIn(made), 0));
  return made;
}

}  // namespace t2n::script
