// Operators that take graphs, or the names of operators: what they wrap is run in their place.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "t2n/aten/refused.h"
#include "t2n/aten/registry.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/exported/targets.h"
#include "t2n/exported/vmap.h"
#include "t2n/values/convert_args.h"

namespace t2n::exported {

const Argument* Evaluator::HopCall::Find(absl::string_view name) const {
  for (const NamedArgument& input : node.inputs) {
    if (input.name == name) return &input.value;
  }
  return nullptr;
}

const absl::flat_hash_map<absl::string_view, Evaluator::Hop>& Evaluator::Hops() {
  static const auto* const kHops = new absl::flat_hash_map<absl::string_view, Hop>{
      {"cond", &Evaluator::Cond},
      {"while_loop", &Evaluator::WhileLoop},
      {"scan", &Evaluator::ScanLoop},
      {"map_impl", &Evaluator::Map},
      {"map", &Evaluator::Map},
      {"wrap_with_set_grad_enabled", &Evaluator::WithGradients},
      {"wrap_with_autocast", &Evaluator::WithAutocast},
      {"hints_wrapper", &Evaluator::Hinted},
      {"strict_mode", &Evaluator::Hinted},
      {"invoke_subgraph", &Evaluator::Invoked},
      {"tag_activation_checkpoint", &Evaluator::Checkpointed},
      {"wrap_activation_checkpoint", &Evaluator::Checkpointed},
      {"wrap", &Evaluator::Checkpointed},
      {"out_dtype", &Evaluator::OutDtype},
      {"with_effects", &Evaluator::WithEffects},
      {"auto_functionalized", &Evaluator::Functionalized},
      {"auto_functionalized_v2", &Evaluator::Functionalized},
  };
  return *kHops;
}

bool IsKnownTarget(absl::string_view target) {
  if (IsHigherOrder(target)) return Evaluator::KnowsHigherOrder(HigherOrderName(target));
  if (!BuiltinOf(target).empty() || IsAssertion(target)) return true;
  for (const absl::string_view mark : {kVmapBegin, kVmapEnd, kVmapAdd, kVmapRemove}) {
    if (target == mark) return true;
  }
  const std::optional<OperatorTarget> op = ParseTarget(target);
  return op && (Registry::Get().Has(op->name) || !RefusalOf(op->name).empty());
}

bool Evaluator::KnowsHigherOrder(absl::string_view name) { return Hops().contains(name); }

absl::StatusOr<Values> Evaluator::CallHigherOrder(const Node& node, Scope& scope) {
  const auto hop = Hops().find(HigherOrderName(node.target));
  if (hop == Hops().end()) {
    return absl::NotFoundError(absl::StrCat("operator ", node.target, " is not known"));
  }
  HopCall call{node, scope, {}};
  for (const NamedArgument& input : node.inputs) {
    if (input.name.empty()) call.args.push_back(&input.value);
  }
  return (this->*hop->second)(call);
}

absl::StatusOr<Values> Evaluator::RunSubGraph(const Argument* graph, Values inputs, bool autocast) {
  const auto* sub = graph ? graph->As<SubGraph>() : nullptr;
  if (sub == nullptr) return absl::InvalidArgumentError("a graph is missing");
  Scope scope{&sub->graph, {}, b_.place(), autocast};
  const PlacePtr place = b_.place();
  T2N_ASSIGN_OR_RETURN(Values outputs, RunIn(sub->graph, std::move(inputs), &scope));
  b_.set_place(place);
  return outputs;
}

// The graph that is argument `graph`, of the arguments from `operands` on.
absl::StatusOr<Values> Evaluator::Inlined(const HopCall& call, size_t graph, size_t operands) {
  if (call.args.size() < std::max(graph + 1, operands)) {
    return absl::InvalidArgumentError("arguments are missing");
  }
  T2N_ASSIGN_OR_RETURN(Values inputs,
                       ValuesOf(absl::MakeConstSpan(call.args).subspan(operands), call.scope));
  return RunSubGraph(call.args[graph], std::move(inputs), call.scope.autocast);
}

absl::StatusOr<Values> Evaluator::WithGradients(const HopCall& call) { return Inlined(call, 1, 2); }
absl::StatusOr<Values> Evaluator::Invoked(const HopCall& call) { return Inlined(call, 0, 2); }
absl::StatusOr<Values> Evaluator::Checkpointed(const HopCall& call) { return Inlined(call, 0, 1); }

// (device, dtype, enabled, cache, graph, *operands)
absl::StatusOr<Values> Evaluator::WithAutocast(const HopCall& call) {
  const bool* enabled = call.args.size() >= 5 ? call.args[2]->As<bool>() : nullptr;
  if (enabled == nullptr) return absl::InvalidArgumentError("arguments are missing");
  T2N_ASSIGN_OR_RETURN(Values inputs,
                       ValuesOf(absl::MakeConstSpan(call.args).subspan(5), call.scope));
  return RunSubGraph(call.args[4], std::move(inputs), *enabled);
}

// (graph, [operands], ...)
absl::StatusOr<Values> Evaluator::Hinted(const HopCall& call) {
  if (call.args.size() < 2) return absl::InvalidArgumentError("arguments are missing");
  T2N_ASSIGN_OR_RETURN(Values inputs, ListOf(call.args[1], call.scope));
  return RunSubGraph(call.args[0], std::move(inputs), call.scope.autocast);
}

absl::StatusOr<IValue> Evaluator::CallByName(absl::string_view target, Values positional,
                                             std::vector<NamedOperand> keywords) {
  const std::optional<OperatorTarget> op = ParseTarget(target);
  if (!op) return absl::NotFoundError(absl::StrCat("operator ", target, " is not known"));
  std::vector<Operand> operands;
  for (const IValue& value : positional) {
    T2N_ASSIGN_OR_RETURN(Operand operand, ToOperand(value));
    operands.push_back(std::move(operand));
  }
  T2N_ASSIGN_OR_RETURN(const Operand result,
                       operators_.CallOverload(op->name, op->overload, operands, keywords));
  return FromOperand(result);
}

namespace {

absl::StatusOr<absl::string_view> OperatorNameOf(const std::vector<const Argument*>& args,
                                                 size_t index) {
  const auto* name = args.size() > index ? args[index]->As<OperatorName>() : nullptr;
  if (name == nullptr) return absl::InvalidArgumentError("an operator's name is missing");
  return name->name;
}

Values Results(IValue value) {
  if (value.is_none()) return {};
  if (value.tuple()) return value.tuple()->items;
  return {std::move(value)};
}

}  // namespace

// (operator, dtype, *args): the operator on arguments of that type.
absl::StatusOr<Values> Evaluator::OutDtype(const HopCall& call) {
  T2N_ASSIGN_OR_RETURN(const absl::string_view name, OperatorNameOf(call.args, 0));
  const auto* type = call.args.size() > 1 ? call.args[1]->As<ElementType>() : nullptr;
  const auto dtype =
      type && type->type ? DTypeFromTorch(static_cast<int64_t>(*type->type)) : std::nullopt;
  if (!dtype) return absl::InvalidArgumentError("an element type is missing");
  T2N_ASSIGN_OR_RETURN(Values args,
                       ValuesOf(absl::MakeConstSpan(call.args).subspan(2), call.scope));
  for (IValue& arg : args) {
    if (arg.tensor()) arg = IValue(TensorRef::New(b_.Cast(arg.tensor()->Read(), *dtype)));
  }
  T2N_ASSIGN_OR_RETURN(IValue result, CallByName(name, std::move(args), {}));
  return Results(std::move(result));
}

// (token, operator, *args) -> token, results
absl::StatusOr<Values> Evaluator::WithEffects(const HopCall& call) {
  T2N_ASSIGN_OR_RETURN(const absl::string_view name, OperatorNameOf(call.args, 1));
  const Values nothing = {IValue(), IValue()};
  if (IsAssertion(name)) return nothing;
  T2N_ASSIGN_OR_RETURN(Values args,
                       ValuesOf(absl::MakeConstSpan(call.args).subspan(2), call.scope));
  T2N_ASSIGN_OR_RETURN(IValue result, CallByName(name, std::move(args), {}));
  if (result.is_none()) return nothing;
  Values results = Results(std::move(result));
  results.insert(results.begin(), IValue());
  return results;
}

// (operator, arguments by name) -> results, then what it has written: only of custom operators.
absl::StatusOr<Values> Evaluator::Functionalized(const HopCall& call) {
  T2N_ASSIGN_OR_RETURN(const absl::string_view name, OperatorNameOf(call.args, 0));
  return absl::NotFoundError(absl::StrCat("operator ", name, " is not known"));
}

}  // namespace t2n::exported
