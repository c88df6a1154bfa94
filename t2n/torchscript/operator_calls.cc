#include "t2n/torchscript/operator_calls.h"

#include "t2n/alias/tensor_ref.h"
#include "t2n/aten/registry.h"
#include "t2n/base/status.h"
#include "t2n/ir/dim_facts.h"
#include "t2n/ir/failure.h"
#include "t2n/program/charge.h"
#include "t2n/torchscript/loop_indices.h"
#include "t2n/torchscript/open_list.h"
#include "t2n/torchscript/parts.h"
#include "t2n/values/builtins.h"
#include "t2n/values/convert_args.h"
#include "t2n/values/sorting.h"
#include "t2n/values/unusable.h"

namespace t2n::script {
namespace {

bool IsOpenSize(const IValue& v) { return v.If<Dim>() && !v.If<Dim>()->is_const(); }

// A number, also one that the inputs decide or that cannot be had, a string or None.
bool IsPlain(const IValue& v) {
  const UnusableValue* unusable = AsUnusable(v);
  if (unusable) return unusable->number();
  if (const auto t = v.tensor()) return t->is_number();
  return v.is_none() || v.is_number() || v.If<std::string>();
}

// bool() of an open size is the question whether it is 0.
bool IsTruthOfOpenSize(const OperatorCall& call) {
  return call.Has(kTruth) && call.args.size() == 1 && IsOpenSize(call.args[0]);
}

// Operators that do something else where open sizes are.
struct OpenRow {
  absl::string_view name;
  Answer (*fn)(const OperatorCall& call, Machine& machine);
};

constexpr OpenRow kWithOpenSizes[] = {
    {"aten::__derive_index", BackwardIndex},
    {"aten::slice", WindowOfLoop},
    {"aten::unbind", UnbindOpenAxis},
};

Answer CallWithOpenSizes(const OperatorCall& call, Machine& machine) {
  for (const OpenRow& row : kWithOpenSizes) {
    if (row.name == call.name) return row.fn(call, machine);
  }
  return std::nullopt;
}

// Values and sizes with a behaviour of their own, before anything general is tried.
constexpr Answer (*kOwnBehaviour[])(const OperatorCall&, Machine&) = {CallOnOpenList,
                                                                      CallWithOpenSizes};

}  // namespace

absl::StatusOr<IValue> OperatorCalls::CallOp(const std::string& name,
                                             const std::vector<IValue>& args,
                                             const Keywords& keywords) {
  if (const auto from_the_end = FromTheEnd(args, m_)) return CallOp(name, *from_the_end, keywords);
  const OperatorCall call{name, args, keywords, TraitsOfBuiltin(name)};
  if (IsTruthOfOpenSize(call)) return CallOp("aten::ne", {args[0], IValue(0)}, {});
  for (const auto own : kOwnBehaviour) {
    T2N_ASSIGN_OR_RETURN(std::optional<IValue> answer, own(call, m_));
    if (answer) return *std::move(answer);
  }
  if (auto lost = Lost(call, absl::OkStatus())) return *std::move(lost);
  const uint64_t items = args.empty() ? 0 : ItemsIn(args[0]);
  T2N_RETURN_IF_ERROR(m_.budget.ChargeVisits(call.Has(kVisitsItems) ? items : 0));
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> sorted, SortObjects(call));
  if (sorted) return *std::move(sorted);
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> builtin, CallBuiltinOf(call, items));
  if (builtin) return *std::move(builtin);
  return CallOperator(call);
}

namespace {

// A question about two sizes with what would settle it.
absl::Status Settleable(const OperatorCall& call, const absl::Status& status) {
  if (!QuestionOf(status) || call.args.size() != 2) return status;
  const Dim *a = call.args[0].If<Dim>(), *b = call.args[1].If<Dim>();
  return a && b ? WithSettlingFacts(status, RemaindersThatEquate(*a, *b)) : status;
}

}  // namespace

Answer OperatorCalls::CallBuiltinOf(const OperatorCall& call, uint64_t items) {
  BuiltinResult answered = CallBuiltin(call.name, call.args, call.keywords, m_.builder, m_.env);
  if (std::optional<IValue> answer = AnswerTo(call, answered.status())) return *std::move(answer);
  if (!answered.ok()) {
    T2N_ASSIGN_OR_RETURN(IValue lost, *Lost(call, Settleable(call, answered.status())));
    return lost;
  }
  if (*answered) T2N_RETURN_IF_ERROR(m_.budget.ChargeResult(**answered, call.args, items));
  return answered;
}

namespace {

// What an empty list that the operator gives would hold: sizes of a tensor without axes are ints.
std::optional<DType> ItemTypeOfResult(const std::string& op) {
  for (const std::string& text : Registry::Get().Schemas(op)) {
    const absl::StatusOr<Schema> schema = ParseSchema(text);
    if (!schema.ok() || schema->returns.size() != 1 || !schema->returns[0].list) continue;
    if (schema->returns[0].kind == SchemaType::Kind::kInt) return DType::kI64;
    if (schema->returns[0].kind == SchemaType::Kind::kFloat) return DType::kF32;
    if (schema->returns[0].kind == SchemaType::Kind::kBool) return DType::kBool;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<IValue> OperatorCalls::CallOperator(const OperatorCall& call) {
  std::vector<Operand> positional;
  for (const IValue& v : call.args) {
    T2N_ASSIGN_OR_RETURN(Operand o, ToOperand(v));
    positional.push_back(std::move(o));
  }
  std::vector<NamedOperand> named;
  for (const auto& [key, v] : call.keywords) {
    T2N_ASSIGN_OR_RETURN(Operand o, ToOperand(v));
    named.push_back({key, std::move(o)});
  }
  const Graph& graph = *m_.builder.graph();
  const size_t before = graph.nodes().size();
  T2N_ASSIGN_OR_RETURN(Operand result, m_.operators.Call(call.name, positional, named));
  T2N_RETURN_IF_ERROR(ChargeNodes(graph, before));
  IValue made = FromOperand(result);
  if (const auto list = made.list(); list && list->items.empty()) {
    list->item_type = ItemTypeOfResult(call.name);
  }
  T2N_RETURN_IF_ERROR(m_.budget.Charge(ItemsIn(made), 0));
  return made;
}

Answer OperatorCalls::SortObjects(const OperatorCall& call) {
  const std::vector<IValue>& args = call.args;
  const bool copies = call.Has(kSortsCopy);
  if (args.empty() || (!copies && !call.Has(kSortsInPlace))) return std::nullopt;
  const auto list = args[0].list();
  if (!list || list->items.empty() || !list->items[0].object()) return std::nullopt;
  const bool descending = args.size() > 1 && args[1].If<bool>() && *args[1].If<bool>();
  std::vector<IValue> items = list->items;
  T2N_RETURN_IF_ERROR(
      SortItems(items, [&](const IValue& a, const IValue& b) -> absl::StatusOr<bool> {
        const IValue &x = descending ? b : a, &y = descending ? a : b;
        if (!x.object()) return absl::InvalidArgumentError("sorting items of several kinds");
        T2N_ASSIGN_OR_RETURN(IValue less, parts_.calls.CallMethod(x.object(), "__lt__", {y}, {}));
        return Truth(less);
      }));
  if (copies) return IValue::NewList(std::move(items));
  list->items = std::move(items);
  return IValue();
}

std::optional<IValue> OperatorCalls::AnswerTo(const OperatorCall& call,
                                              const absl::Status& status) {
  const std::optional<std::string> question = QuestionOf(status);
  if (!question || !call.builtin || !call.builtin->compares) return std::nullopt;
  if (const Answers* answers = m_.questions.answers) {
    const auto it = answers->find(*question);
    if (it != answers->end()) return IValue(it->second);
  }
  const Dim* a = call.args[0].If<Dim>();
  const Dim* b = call.args.size() == 2 ? call.args[1].If<Dim>() : nullptr;
  if (!m_.questions.IsLeftOpen(*question) || m_.whiles > 0 || !a || !b) return std::nullopt;
  return NewOpenNumber(m_.builder.Binary(*call.builtin->compares, m_.builder.DimScalar(*a),
                                         m_.builder.DimScalar(*b)));
}

std::optional<absl::StatusOr<IValue>> OperatorCalls::Lost(const OperatorCall& call,
                                                          const absl::Status& failed) const {
  bool plain = call.builtin && !call.Has(kActs);
  const absl::Status* why = failed.ok() ? nullptr : &failed;
  auto look = [&](const IValue& v) {
    plain = plain && IsPlain(v);
    if (!why) why = WhyUnusable(v);
  };
  for (const IValue& v : call.args) look(v);
  for (const auto& [key, v] : call.keywords) look(v);
  if (!why) return std::nullopt;
  if (!plain || !absl::IsUnimplemented(*why) || QuestionOf(*why)) return *why;
  const PlacePtr place = m_.builder.place();
  return IValue(
      std::make_shared<const UnusableValue>(place ? WithPlace(*why, *place) : *why, true));
}

}  // namespace t2n::script
