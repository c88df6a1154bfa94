#include "t2n/exported/evaluator.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "parsers/exported/expression.h"
#include "t2n/aten/registry.h"
#include "t2n/base/status.h"
#include "t2n/builder/custom.h"
#include "t2n/exported/places.h"
#include "t2n/exported/subclass.h"
#include "t2n/exported/targets.h"
#include "t2n/exported/vmap.h"
#include "t2n/program/charge.h"
#include "t2n/program/cut.h"
#include "t2n/values/builtins.h"
#include "t2n/values/convert_args.h"

namespace t2n::exported {
namespace {

// The results of a call as one value each.
Values Several(const Node& node, const IValue& result) {
  if (node.outputs.empty()) return {};
  const bool one = node.outputs.size() == 1;
  if (const auto tuple = result.tuple(); tuple && !(one && node.outputs[0].As<TensorNames>())) {
    return tuple->items;
  }
  if (const auto list = result.list(); list && !one) return list->items;
  return {result};
}

// As people write it: `2*s77`.
std::string Spelled(absl::string_view expression) {
  const auto e = ParseExpression(expression);
  return e.ok() ? ToString(*e) : std::string(expression);
}

// A size's number, nullopt where it is open.
using Size = std::optional<int64_t>;

std::vector<Size> WithoutOnes(std::vector<Size> sizes) {
  sizes.erase(std::remove(sizes.begin(), sizes.end(), Size(1)), sizes.end());
  return sizes;
}

// Whether a value is what the program says of it, as far as both say it. torch before 2.13 tells
// one axis of 1 too many for the states of recurrent layers, so those are left out.
bool Agrees(const Val& v, const TensorMeta& meta, const Symbols& symbols) {
  const auto dtype = meta.dtype ? DTypeFromTorch(static_cast<int64_t>(*meta.dtype)) : std::nullopt;
  if (dtype && v.dtype() != *dtype) return false;
  std::vector<Size> is, told;
  for (const Dim& d : v.shape()) is.push_back(d.constant());
  for (const SymInt& size : meta.sizes) {
    const absl::StatusOr<Dim> d = symbols.Size(size);
    if (!d.ok()) return true;  // it may be 1
    told.push_back(d->constant());
  }
  is = WithoutOnes(std::move(is));
  told = WithoutOnes(std::move(told));
  return std::equal(is.begin(), is.end(), told.begin(), told.end(),
                    [](Size a, Size b) { return !a || !b || *a == *b; });
}

}  // namespace

absl::StatusOr<Values> Evaluator::Run(const Graph& graph, Values inputs,
                                      std::vector<std::pair<absl::string_view, IValue>> literals) {
  Scope scope{&graph, {}, nullptr, false};
  for (auto& [name, value] : literals) scope.values[name] = std::move(value);
  return RunIn(graph, std::move(inputs), &scope);
}

absl::StatusOr<Values> Evaluator::RunIn(const Graph& graph, Values inputs, Scope* scope) {
  if (inputs.size() != graph.inputs.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a graph of ", graph.inputs.size(), " inputs is given ", inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    T2N_RETURN_IF_ERROR(StoreOne(graph.inputs[i], std::move(inputs[i]), scope));
  }
  const absl::Status ran = RunNodes(graph.nodes, *scope);
  const bool ends = cut_ && !scope->place && cut_->complete();
  if (!ends) T2N_RETURN_IF_ERROR(ran);
  Values outputs;
  for (const Argument& output : graph.outputs) {
    const auto* name = output.As<TensorName>();
    if (ends && !(name && scope->values.contains(name->name))) {
      outputs.emplace_back();
      continue;
    }
    T2N_ASSIGN_OR_RETURN(IValue value, ValueOf(output, *scope));
    outputs.push_back(std::move(value));
  }
  return outputs;
}

absl::Status Evaluator::RunNodes(absl::Span<const Node> nodes, Scope& scope) {
  T2N_ASSIGN_OR_RETURN(const std::vector<Region> regions, FindRegions(nodes, scope));
  auto region = regions.begin();
  for (size_t i = 0; i < nodes.size(); ++i) {
    const PlacePtr place = PlaceOf(nodes[i], scope.place);
    b_.set_place(place);
    absl::Status status;
    const size_t first = i, before = b_.graph()->nodes().size();
    if (region != regions.end() && region->begin == i) {
      status = RunRegion(*region, scope);
      i = (region++)->end - 1;
    } else if (nodes[i].target == kVmapBegin) {
      const size_t end = EndOfVmap(nodes, i);
      if (end == nodes.size()) return absl::InvalidArgumentError("a vmap has no end");
      status = RunVmap(nodes[i], nodes.subspan(i + 1, end - i - 1), scope);
      i = end;
    } else {
      status = RunNode(nodes[i], scope);
    }
    if (status.ok()) status = b_.status();
    if (status.ok()) status = ChargeNodes(*b_.graph(), before);
    if (status.ok() && cut_ && !scope.place) status = MeetCalls(first, i, scope);
    if (!status.ok()) return WithPlace(std::move(status), *place);
  }
  return absl::OkStatus();
}

void Evaluator::set_cut(Cut* cut, const ExportedProgram* program) {
  cut_ = cut;
  if (cut) calls_ = ResultsOfCalls(*program);
}

// Tells of the modules whose calls end with the nodes from `begin` to `end`.
absl::Status Evaluator::MeetCalls(size_t begin, size_t end, const Scope& scope) {
  for (auto at = calls_.lower_bound(begin); at != calls_.end() && at->first <= end; ++at) {
    for (const CallResults& call : at->second) {
      Values results;
      for (absl::string_view name : call.tensors) {
        const auto value = scope.values.find(name);
        if (value != scope.values.end()) results.push_back(value->second);
      }
      T2N_RETURN_IF_ERROR(cut_->Meet(InnerTensor::Kind::kModule, call.path, "",
                                     IValue::NewTuple(std::move(results)), false));
    }
  }
  return absl::OkStatus();
}

absl::Status Evaluator::RunNode(const Node& node, Scope& scope) {
  if (IsHigherOrder(node.target)) {
    T2N_ASSIGN_OR_RETURN(Values results, CallHigherOrder(node, scope));
    return Store(node, std::move(results), &scope);
  }
  if (IsAssertion(node.target)) return absl::OkStatus();
  if (node.target == kVmapAdd) return AddBatch(node, &scope);
  if (node.target == kVmapRemove) return RemoveBatch(node, scope);
  T2N_ASSIGN_OR_RETURN(const IValue result, Call(node, scope));
  return Store(node, Several(node, result), &scope);
}

absl::StatusOr<IValue> Evaluator::Call(const Node& node, Scope& scope) {
  const absl::string_view builtin = BuiltinOf(node.target);
  if (!builtin.empty()) {
    std::vector<const Argument*> arguments;
    for (const NamedArgument& input : node.inputs) arguments.push_back(&input.value);
    T2N_ASSIGN_OR_RETURN(Values args, ValuesOf(arguments, scope));
    return CallScalar(builtin, std::move(args));
  }
  return CallOperator(node, scope);
}

absl::StatusOr<IValue> Evaluator::Compare(absl::string_view builtin, const Values& args,
                                          const absl::Status& undecided) {
  const auto answer = answers_.find(*QuestionOf(undecided));
  if (answer != answers_.end()) return IValue(answer->second);
  const Dim *a = args[0].If<Dim>(), *b = args[1].If<Dim>();
  const BuiltinTraits* traits = TraitsOfBuiltin(builtin);
  if (!a || !b || !traits || !traits->compares) return undecided;
  const Val value = b_.Binary(*traits->compares, b_.DimScalar(*a), b_.DimScalar(*b));
  T2N_RETURN_IF_ERROR(b_.status());
  questions_[value.get()] = undecided;
  return NewOpenNumber(value);
}

absl::StatusOr<IValue> Evaluator::CallScalar(absl::string_view builtin, Values args) {
  if (builtin == kItself && args.size() == 1) return args[0];
  if (builtin == kSubclassPart) return PartOf(args);
  if (absl::StartsWith(builtin, kSizePrefix)) return SizeOf(builtin, args);
  BuiltinResult result = CallBuiltin(builtin, args, {}, b_, env_);
  if (!result.ok() && QuestionOf(result.status()) && args.size() == 2) {
    return Compare(builtin, args, result.status());
  }
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> value, std::move(result));
  if (value) return *std::move(value);
  // Numbers that the inputs decide.
  std::vector<Operand> operands;
  for (const IValue& arg : args) {
    T2N_ASSIGN_OR_RETURN(Operand operand, ToOperand(arg));
    operands.push_back(std::move(operand));
  }
  T2N_ASSIGN_OR_RETURN(const Operand computed, operators_.Call(builtin, operands));
  return FromOperand(computed);
}

absl::StatusOr<std::vector<NamedOperand>> Evaluator::Operands(const Node& node, Scope& scope) {
  std::vector<NamedOperand> operands;
  for (const NamedArgument& input : node.inputs) {
    T2N_ASSIGN_OR_RETURN(const IValue value, ValueOf(input.value, scope));
    T2N_ASSIGN_OR_RETURN(Operand operand, ToOperand(value));
    operands.push_back({std::string(input.name), std::move(operand)});
  }
  return operands;
}

// In an autocast region the program has the types of results, but not the casts of arguments.
absl::Status Evaluator::CastForAutocast(const Node& node, const Scope& scope,
                                        std::vector<NamedOperand>* operands) {
  const auto* name = node.outputs.size() == 1 ? node.outputs[0].As<TensorName>() : nullptr;
  const auto meta = name ? scope.graph->tensors.find(name->name) : scope.graph->tensors.end();
  if (meta == scope.graph->tensors.end() || !meta->second.dtype) return absl::OkStatus();
  const auto dtype = DTypeFromTorch(static_cast<int64_t>(*meta->second.dtype));
  if (!dtype || !IsFloat(*dtype)) return absl::OkStatus();
  const bool chosen = std::any_of(node.inputs.begin(), node.inputs.end(), [](const auto& input) {
    return input.value.template As<ElementType>() != nullptr;
  });
  if (chosen) return absl::OkStatus();
  for (NamedOperand& operand : *operands) {
    const auto tensor = operand.value.tensor();
    if (!tensor) continue;
    const Val value = tensor->Read();
    if (!IsFloat(value.dtype()) || value.dtype() == *dtype) continue;
    operand.value = Operand(TensorRef::New(b_.Cast(value, *dtype)));
  }
  return b_.status();
}

absl::StatusOr<IValue> Evaluator::CallOperator(const Node& node, Scope& scope) {
  const std::optional<OperatorTarget> target = ParseTarget(node.target);
  if (!target) {
    return absl::NotFoundError(absl::StrCat("operator ", node.target, " is not known"));
  }
  T2N_ASSIGN_OR_RETURN(std::vector<NamedOperand> operands, Operands(node, scope));
  if (scope.autocast) T2N_RETURN_IF_ERROR(CastForAutocast(node, scope, &operands));
  // In place the first argument is `self`, whatever the pure form calls it.
  std::vector<Operand> first;
  if (absl::EndsWith(target->name, "_") && !operands.empty() && operands[0].name == "self") {
    first.push_back(std::move(operands[0].value));
    operands.erase(operands.begin());
  }
  T2N_ASSIGN_OR_RETURN(const Operand result,
                       operators_.CallOverload(target->name, target->overload, first, operands));
  return FromOperand(result);
}

absl::Status Evaluator::StoreOne(const Argument& name, IValue value, Scope* scope) {
  if (const auto* v = name.As<TensorName>()) {
    T2N_RETURN_IF_ERROR(Check(v->name, value, *scope));
    if (cut_) {
      T2N_RETURN_IF_ERROR(cut_->Meet(InnerTensor::Kind::kVariable, "", v->name, value,
                                     scope->place || !vmaps_.empty()));
    }
    scope->values[v->name] = std::move(value);
  } else if (const auto* v = name.As<SymName>()) {
    scope->values[v->name] = std::move(value);
  } else if (const auto* v = name.As<CustomObject>()) {
    scope->values[v->name] = std::move(value);
  } else if (const auto* v = name.As<TensorNames>()) {
    const auto items = value.list()    ? value.list()->items
                       : value.tuple() ? value.tuple()->items
                                       : Values{value};
    if (items.size() < v->size()) {
      return absl::UnimplementedError(
          absl::StrCat("it gives ", items.size(), " tensors, the program ", "takes ", v->size()));
    }
    for (size_t i = 0; i < v->size(); ++i) {
      T2N_RETURN_IF_ERROR(StoreOne(Argument{(*v)[i]}, items[i], scope));
    }
  }
  return absl::OkStatus();
}

absl::Status Evaluator::Store(const Node& node, Values results, Scope* scope) {
  if (results.size() < node.outputs.size()) {
    return absl::UnimplementedError(absl::StrCat("it gives ", results.size(), " results, the ",
                                                 "program takes ", node.outputs.size()));
  }
  // A higher-order operator may give a list of tensors for all of its results.
  if (node.outputs.size() == 1 && node.outputs[0].As<TensorNames>() && results.size() != 1) {
    return StoreOne(node.outputs[0], IValue::NewList(std::move(results)), scope);
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    T2N_RETURN_IF_ERROR(StoreOne(node.outputs[i], std::move(results[i]), scope));
  }
  return absl::OkStatus();
}

// The program says what every tensor is: a result that is something else would be wrong.
absl::Status Evaluator::Check(absl::string_view name, const IValue& value, const Scope& scope) {
  const auto meta = scope.graph->tensors.find(name);
  const auto tensor = value.tensor();
  if (meta == scope.graph->tensors.end() || !tensor) return absl::OkStatus();
  const Val v = tensor->Read();
  if (!v) return absl::OkStatus();  // its failure is told elsewhere
  const auto dtype =
      meta->second.dtype ? DTypeFromTorch(static_cast<int64_t>(*meta->second.dtype)) : std::nullopt;
  if (Agrees(v, meta->second, symbols_)) return absl::OkStatus();
  std::string told(dtype ? DTypeName(*dtype) : "?");
  for (size_t i = 0; i < meta->second.sizes.size(); ++i) {
    const SymInt& size = meta->second.sizes[i];
    absl::StrAppend(&told, i == 0 ? "[" : ",",
                    size.is_number() ? absl::StrCat(*size.value) : Spelled(size.expression));
  }
  absl::StrAppend(&told, meta->second.sizes.empty() ? "[]" : "]");
  return absl::UnimplementedError(absl::StrCat(
      "'", name, "' is ", told, " in the program, but ", TypeToString(v->type),
      IsCustom(*v->node) ? " as --extend declares it" : " as converted; please report this"));
}

}  // namespace t2n::exported
