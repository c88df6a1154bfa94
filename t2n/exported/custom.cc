// Modules that the user converts in his own way: the nodes that torch says to be of their forward
// are one call of a function.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/exported/module_calls.h"
#include "t2n/exported/places.h"
#include "t2n/exported/targets.h"
#include "t2n/values/convert_args.h"

namespace t2n::exported {
namespace {

using Names = absl::flat_hash_set<absl::string_view>;

// Names in the order in which they were added, each once.
struct OrderedNames {
  Names all;
  std::vector<absl::string_view> order;

  bool contains(absl::string_view name) const { return all.contains(name); }
  void Add(absl::string_view name) {
    if (all.insert(name).second) order.push_back(name);
  }
};

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

// Those of `made` that nodes from `end` on or the graph's outputs use, in the order they are made.
std::vector<absl::string_view> UsedLater(absl::Span<const Node> nodes, size_t end,
                                         const Graph& graph, const OrderedNames& made) {
  Names later;
  for (const Node& node : nodes.subspan(end)) {
    for (absl::string_view name : TensorsOf(node)) later.insert(name);
  }
  std::vector<absl::string_view> outputs;
  for (const Argument& output : graph.outputs) AddTensors(output, &outputs);
  later.insert(outputs.begin(), outputs.end());
  std::vector<absl::string_view> used;
  for (absl::string_view name : made.order) {
    if (later.contains(name)) used.push_back(name);
  }
  return used;
}

// Values of the leaves, nested as the tree says.
absl::StatusOr<IValue> Nested(const SpecTree& tree, Values::const_iterator* leaf) {
  if (tree.is_leaf()) return *(*leaf)++;
  Values items;
  for (const SpecTree& child : tree.children) {
    T2N_ASSIGN_OR_RETURN(IValue item, Nested(child, leaf));
    items.push_back(std::move(item));
  }
  if (tree.type == "builtins.list") return IValue::NewList(std::move(items));
  if (tree.type == "builtins.tuple") return IValue::NewTuple(std::move(items));
  return absl::UnimplementedError(absl::StrCat("its forward takes a ", tree.type));
}

bool WritesInPlace(const Node& node) {
  const std::optional<OperatorTarget> target = ParseTarget(node.target);
  return target && absl::EndsWith(target->name, "_") && !absl::EndsWith(target->name, "__");
}

// Whether it is known which of forward's results `tensors` results are.
bool TellsResults(const CustomModule& module, size_t tensors) {
  const size_t told = module.made.size();
  return tensors == 0 || told == tensors || (tensors == 1 && told == 0);
}

// What of a region is not what forward takes and gives; empty if nothing is.
std::string Misfit(const CallSignature& signature, absl::Span<const absl::string_view> inputs,
                   absl::Span<const absl::string_view> outputs) {
  std::vector<absl::string_view> taken, given;
  for (const Argument& input : signature.inputs) AddTensors(input, &taken);
  for (const Argument& output : signature.outputs) AddTensors(output, &given);
  for (absl::string_view name : inputs) {
    if (absl::c_linear_search(taken, name)) continue;
    return absl::StrCat("uses ", name, ", which is none of its arguments");
  }
  for (absl::string_view name : outputs) {
    if (absl::c_linear_search(given, name)) continue;
    return absl::StrCat("keeps ", name, ", which is none of its results");
  }
  const SpecTree& spec = signature.in_spec;
  const bool calls = spec.children.size() == 2 && spec.leaves() == signature.inputs.size() &&
                     spec.children[1].names.size() == spec.children[1].children.size();
  return calls ? "" : "has a signature that does not fit its arguments";
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
  Region region{begin, end, &module, call.path, call.class_name, {}, {}, nullptr};
  const auto refuse = [&](absl::string_view why) {
    return absl::UnimplementedError(absl::StrCat("module ", call.path, " (", call.class_name,
                                                 "), which --extend replaces, ", why));
  };
  if (!TellsCallsApart(program_->torch_version)) {
    return refuse("is of a torch before 2.6, whose files do not tell its calls apart");
  }
  const Names stored = StoredNames(*program_);
  OrderedNames made;
  Names taken;
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
    for (absl::string_view name : outputs) made.Add(name);
  }
  region.outputs = UsedLater(nodes, end, *scope.graph, made);
  region.signature = SignatureOf(*program_, call);
  if (region.signature) {
    const std::string misfit = Misfit(*region.signature, region.inputs, region.outputs);
    if (!misfit.empty()) return refuse(misfit);
  } else if (!TellsResults(module, region.outputs.size())) {
    return refuse(absl::StrCat(
        "gives ", region.outputs.size(), " tensors (", absl::StrJoin(region.outputs, ", "),
        "), and the program does not tell which results of forward they are: export with "
        "preserve_module_call_signature=(\"",
        call.path,
        "\",), or say in the file of --extend in "
        "which order forward computes its results, a number a line: made: 0"));
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

absl::StatusOr<std::vector<Arg>> Evaluator::ArgumentsOf(const Region& region,
                                                        const Scope& scope) const {
  const auto read = [](const IValue& value) -> absl::StatusOr<Arg> {
    T2N_ASSIGN_OR_RETURN(const Operand operand, ToOperand(value));
    return operand.Read();
  };
  if (!region.signature) {
    std::vector<Arg> tensors;
    for (absl::string_view name : region.inputs) {
      T2N_ASSIGN_OR_RETURN(const IValue value, Lookup(name, scope));
      T2N_ASSIGN_OR_RETURN(Arg arg, read(value));
      tensors.push_back(std::move(arg));
    }
    return ArgumentsByUse(*region.module, tensors);
  }
  std::vector<const Argument*> leaves;
  for (const Argument& input : region.signature->inputs) leaves.push_back(&input);
  T2N_ASSIGN_OR_RETURN(const Values values, ValuesOf(leaves, scope));
  auto leaf = values.begin();
  std::vector<Arg> positional;
  std::vector<NamedArg> named;
  const SpecTree& spec = region.signature->in_spec;  // (arguments, keywords)
  for (const SpecTree& child : spec.children[0].children) {
    T2N_ASSIGN_OR_RETURN(const IValue value, Nested(child, &leaf));
    T2N_ASSIGN_OR_RETURN(Arg arg, read(value));
    positional.push_back(std::move(arg));
  }
  for (size_t i = 0; i < spec.children[1].children.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(const IValue value, Nested(spec.children[1].children[i], &leaf));
    T2N_ASSIGN_OR_RETURN(Arg arg, read(value));
    named.push_back({spec.children[1].names[i], std::move(arg)});
  }
  return ArgumentsInOrder(*region.module, positional, named);
}

// The results of forward are told by the signature, or by the order in which they are made.
absl::Status Evaluator::StoreResults(const Region& region, const Arg& result, Scope& scope) {
  std::vector<Arg> results = {result};
  if (result.is_tuple() || result.is_list()) {
    results.assign(result.items().begin(), result.items().end());
  }
  std::vector<absl::string_view> names;
  if (region.signature) {
    for (const Argument& output : region.signature->outputs) AddTensors(output, &names);
  } else if (region.module->made.empty()) {
    names = region.outputs;
  } else {
    names.resize(region.outputs.size());
    for (size_t i = 0; i < names.size(); ++i) names[region.module->made[i]] = region.outputs[i];
  }
  if (region.outputs.empty()) return absl::OkStatus();
  if (results.size() != names.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "module ", region.path, " (", region.class_name, "), which --extend replaces, gives ",
        names.size(), " tensors in the program, ", results.size(), " in the schema"));
  }
  const Names wanted(region.outputs.begin(), region.outputs.end());
  for (size_t i = 0; i < names.size(); ++i) {
    if (!wanted.contains(names[i])) continue;  // nobody uses it, or it is an argument as it was
    T2N_RETURN_IF_ERROR(
        StoreOne(Argument{TensorName{names[i]}}, FromOperand(OperandOf(results[i])), &scope));
  }
  return absl::OkStatus();
}

absl::Status Evaluator::RunRegion(const Region& region, Scope& scope) {
  auto place = std::make_shared<Place>(*b_.place());
  place->module_path = region.path;
  b_.set_place(place);
  T2N_ASSIGN_OR_RETURN(std::vector<Arg> args, ArgumentsOf(region, scope));
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
  return StoreResults(region, result, scope);
}

}  // namespace t2n::exported
