// Modules that the user converts in his own way: the nodes that torch says to be of their forward
// are one call of a function.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/exported/places.h"
#include "t2n/exported/targets.h"
#include "t2n/values/convert_args.h"

namespace t2n::exported {
namespace {

using Names = absl::flat_hash_set<absl::string_view>;

// The tensors that an argument names.
void AddTensors(const Argument& argument, std::vector<absl::string_view>* names) {
  if (const auto* v = argument.As<TensorName>()) names->push_back(v->name);
  if (const auto* v = argument.As<TensorNames>()) {
    for (const TensorName& tensor : *v) names->push_back(tensor.name);
  }
  if (const auto* v = argument.As<List>()) {
    for (const Argument& item : *v) AddTensors(item, names);
  }
}

std::vector<absl::string_view> TensorsOf(const Node& node) {
  std::vector<absl::string_view> names;
  for (const NamedArgument& input : node.inputs) AddTensors(input.value, &names);
  return names;
}

// Weights and the like, by the name that the graph has for them.
Names StoredNames(const ExportedProgram& program) {
  Names names;
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    const auto kind = program.inputs[i].kind;
    const auto* tensor = program.graph.inputs[i].As<TensorName>();
    const bool given =
        kind == InputSpec::Kind::kUserInput || kind == InputSpec::Kind::kConstantInput;
    if (tensor && !given) names.insert(tensor->name);
  }
  return names;
}

// Whether calls of one module can be told apart: from torch 2.6 on.
bool TellsCallsApart(absl::string_view version) {
  const std::vector<absl::string_view> parts = absl::StrSplit(version, '.');
  int major = 0, minor = 0;
  return parts.size() >= 2 && absl::SimpleAtoi(parts[0], &major) &&
         absl::SimpleAtoi(parts[1], &minor) && std::make_pair(major, minor) >= std::make_pair(2, 6);
}

bool WritesInPlace(const Node& node) {
  const std::optional<OperatorTarget> target = ParseTarget(node.target);
  return target && absl::EndsWith(target->name, "_") && !absl::EndsWith(target->name, "__");
}

}  // namespace

absl::StatusOr<std::vector<Evaluator::Region>> Evaluator::FindRegions(absl::Span<const Node> nodes,
                                                                      const Scope& scope) const {
  std::vector<Region> regions;
  if (!custom_ || custom_->modules.empty() || scope.place) return regions;
  std::set<std::string> seen;
  for (size_t i = 0; i < nodes.size();) {
    const std::vector<t2n::exported::ModuleCall> stack = ModulesOf(nodes[i]);
    const CustomModule* module = nullptr;
    size_t depth = 0;
    while (depth < stack.size() && !module) {
      module = custom_->modules.Find(stack[depth].class_name);
      if (!module) ++depth;
    }
    if (!module) {
      ++i;
      continue;
    }
    const std::string& key = stack[depth].key;
    size_t end = i + 1;
    for (; end < nodes.size(); ++end) {
      const auto other = ModulesOf(nodes[end]);
      if (other.size() <= depth || other[depth].key != key) break;
    }
    if (!seen.insert(key).second) {
      return absl::UnimplementedError(
          absl::StrCat("the nodes of module ", stack[depth].path, " (", stack[depth].class_name,
                       "), which --extend replaces, do not stand together in the program"));
    }
    T2N_ASSIGN_OR_RETURN(Region region, MakeRegion(nodes, i, end, depth, *module, scope));
    regions.push_back(std::move(region));
    i = end;
  }
  return regions;
}

absl::StatusOr<Evaluator::Region> Evaluator::MakeRegion(absl::Span<const Node> nodes, size_t begin,
                                                        size_t end, size_t depth,
                                                        const CustomModule& module,
                                                        const Scope& scope) const {
  const auto call = ModulesOf(nodes[begin])[depth];
  Region region{begin, end, &module, call.path, call.class_name, {}, ""};
  const auto refuse = [&](absl::string_view why) {
    return absl::UnimplementedError(absl::StrCat("module ", call.path, " (", call.class_name,
                                                 "), which --extend replaces, ", why));
  };
  if (!TellsCallsApart(program_->torch_version)) {
    return refuse("is of a torch before 2.6, whose files do not tell its calls apart");
  }
  const Names stored = StoredNames(*program_);
  Names made, taken;
  for (const Node& node : nodes.subspan(begin, end - begin)) {
    const std::vector<absl::string_view> tensors = TensorsOf(node);
    for (absl::string_view name : tensors) {
      if (made.contains(name) || stored.contains(name)) continue;
      if (taken.insert(name).second) region.inputs.push_back(name);
    }
    if (WritesInPlace(node) && !tensors.empty() && !made.contains(tensors[0])) {
      return refuse(absl::StrCat("writes to ", tensors[0], ", which is not its own"));
    }
    std::vector<absl::string_view> outputs;
    for (const Argument& output : node.outputs) AddTensors(output, &outputs);
    made.insert(outputs.begin(), outputs.end());
  }
  std::vector<absl::string_view> later;
  for (const Node& node : nodes.subspan(end)) {
    for (absl::string_view name : TensorsOf(node)) later.push_back(name);
  }
  for (const Argument& output : scope.graph->outputs) AddTensors(output, &later);
  Names given;
  for (absl::string_view name : later) {
    if (made.contains(name) && given.insert(name).second) region.output = name;
  }
  if (given.size() > 1) {
    return refuse(absl::StrCat("gives ", given.size(),
                               " tensors, or keeps some; only one is carried in a .pt2"));
  }
  return region;
}

// The module as an object: its tensors by name.
std::shared_ptr<Object> Evaluator::SelfOf(absl::string_view path, const Scope& scope) const {
  auto self = std::make_shared<Object>();
  self->path = std::string(path);
  for (size_t i = 0; i < program_->inputs.size(); ++i) {
    absl::string_view name = program_->inputs[i].name;
    const auto* tensor = program_->graph.inputs[i].As<TensorName>();
    if (!path.empty() && !(absl::ConsumePrefix(&name, path) && absl::ConsumePrefix(&name, "."))) {
      continue;
    }
    const auto value = tensor ? scope.values.find(tensor->name) : scope.values.end();
    if (name.empty() || value == scope.values.end() || !value->second.tensor()) continue;
    std::shared_ptr<Object> owner = self;
    const std::vector<absl::string_view> parts = absl::StrSplit(name, '.');
    for (size_t k = 0; k + 1 < parts.size(); ++k) {
      const IValue* inner = owner->Find(parts[k]);
      auto next = inner ? inner->object() : std::make_shared<Object>();
      if (!next) break;
      if (!inner) owner->Set(parts[k], IValue(next));
      owner = std::move(next);
    }
    owner->Set(parts.back(), value->second);
  }
  return self;
}

absl::Status Evaluator::RunRegion(const Region& region, Scope& scope) {
  auto place = std::make_shared<Place>(*b_.place());
  place->module_path = region.path;
  b_.set_place(place);
  std::vector<Arg> tensors;
  for (absl::string_view name : region.inputs) {
    T2N_ASSIGN_OR_RETURN(const IValue value, Lookup(name, scope));
    T2N_ASSIGN_OR_RETURN(const Operand operand, ToOperand(value));
    T2N_ASSIGN_OR_RETURN(Arg arg, operand.Read());
    tensors.push_back(std::move(arg));
  }
  T2N_ASSIGN_OR_RETURN(std::vector<Arg> args, ArgumentsByUse(*region.module, tensors));
  std::shared_ptr<Object> self = SelfOf(region.path, scope);
  self->class_name = region.class_name;
  const Schema& schema = SchemaOf(*region.module, args.size());
  const auto attributes = [&](absl::string_view path) -> absl::StatusOr<IValue> {
    IValue value = self;
    for (absl::string_view name : absl::StrSplit(path, '.')) {
      const IValue* found = value.object() ? value.object()->Find(name) : nullptr;
      if (!found) return absl::NotFoundError("a .pt2 has tensors alone, and none of that name");
      value = *found;
    }
    return value;
  };
  t2n::ModuleCall call(&b_, &schema, std::move(args), &env_, self, attributes, nullptr);
  T2N_ASSIGN_OR_RETURN(const Arg result, CallModule(*region.module, call));
  if (region.output.empty()) return absl::OkStatus();
  return StoreOne(Argument{TensorName{region.output}}, FromOperand(OperandOf(result)), &scope);
}

}  // namespace t2n::exported
