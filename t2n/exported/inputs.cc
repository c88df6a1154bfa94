#include "t2n/exported/inputs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/builder/dim_values.h"
#include "t2n/program/input_path.h"
#include "t2n/values/builtins.h"

namespace t2n::exported {
namespace {

// What torch calls an input: before 2.4 it has names of no meaning (arg0_1), but for 2.2, which
// says `l_pair_0_` of L['pair'][0].
std::string NameOf(absl::string_view placeholder, const ExportedProgram& program) {
  if (absl::StartsWith(placeholder, "arg")) return "";
  const bool of_locals = program.schema_major == 2 && absl::ConsumePrefix(&placeholder, "l_");
  if (of_locals) absl::ConsumeSuffix(&placeholder, "_");
  return std::string(placeholder);
}

void AddPaths(const SpecTree& tree, const InputPath& path, std::vector<InputPath>* paths) {
  if (tree.is_leaf()) paths->push_back(path);
  for (size_t i = 0; i < tree.children.size(); ++i) {
    const std::string step = tree.names.empty() ? absl::StrCat(i) : tree.names[i];
    AddPaths(tree.children[i], path.Child({step, false}), paths);
  }
}

// Where each of the user's inputs lies in forward's arguments. An argument's name is empty where
// the tree has none: there the names of inputs may tell it.
std::vector<InputPath> PathsOf(const ExportedProgram& program) {
  const SpecTree& all = program.in_spec;
  const bool both = all.children.size() == 2 && all.names.empty() &&
                    all.children[0].type == "builtins.tuple" &&
                    all.children[1].type == "builtins.dict";
  const SpecTree& positional = both ? all.children[0] : all;
  std::vector<InputPath> paths;
  for (size_t i = 0; i < positional.children.size(); ++i) {
    const bool named = i < program.forward_arg_names.size();
    AddPaths(positional.children[i], {named ? program.forward_arg_names[i] : "", {}}, &paths);
  }
  if (!both) return paths;
  const SpecTree& keywords = all.children[1];
  for (size_t i = 0; i < keywords.children.size() && !keywords.names.empty(); ++i) {
    AddPaths(keywords.children[i], {keywords.names[i], {}}, &paths);
  }
  return paths;
}

// What the steps of a path are called in the name of an input.
std::string Suffix(const InputPath& path) {
  std::string suffix;
  for (const PathStep& step : path.steps) absl::StrAppend(&suffix, "_", step.text);
  for (char& c : suffix) c = absl::ascii_isalnum(c) ? c : '_';
  return suffix;
}

absl::string_view PlaceholderOf(const Argument& input) {
  if (const auto* tensor = input.As<TensorName>()) return tensor->name;
  if (const auto* number = input.As<SymName>()) return number->name;
  return "";
}

bool IsCalled(const UserInput& input, const std::string& text) {
  if (text == input.name) return true;
  const auto path = ParseInputPath(text);
  return path.ok() && !input.path.empty() && path->Label() == input.path;
}

bool IsOne(const std::vector<UserInput>& inputs, const std::string& text) {
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const UserInput& input) { return IsCalled(input, text); });
}

const IValue* Given(const UserInput& input, const InputRequest& request) {
  for (const auto& [of, value] : request.args) {
    if (IsCalled(input, of)) return &value;
  }
  return nullptr;
}

// What --inputs says of an input: by name, or in order.
class Specs {
 public:
  explicit Specs(const std::vector<t2n::InputSpec>& specs)
      : specs_(specs), used_(specs.size(), false) {}

  const t2n::InputSpec* Take(const UserInput& input) {
    for (const bool named : {true, false}) {
      for (size_t i = 0; i < specs_.size(); ++i) {
        const std::string& name = specs_[i].name;
        if (used_[i] || (named ? !IsCalled(input, name) : !name.empty())) continue;
        used_[i] = true;
        return &specs_[i];
      }
    }
    return nullptr;
  }

  // The first that was not taken, by its name or its type.
  std::optional<std::string> Unused() const {
    for (size_t i = 0; i < specs_.size(); ++i) {
      if (used_[i]) continue;
      return specs_[i].name.empty() ? TypeToString(specs_[i].type) : specs_[i].name;
    }
    return std::nullopt;
  }

 private:
  const std::vector<t2n::InputSpec>& specs_;
  std::vector<bool> used_;
};

absl::Status AskByType(const t2n::InputSpec& spec, UserTensor* tensor) {
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("--inputs: input ", tensor->name, " ", why));
  };
  const std::optional<DType> dtype =
      tensor->meta->dtype ? DTypeFromTorch(static_cast<int64_t>(*tensor->meta->dtype))
                          : std::nullopt;
  if (dtype && spec.type.dtype != *dtype) {
    return refuse(absl::StrCat("is ", DTypeName(*dtype), " in the program"));
  }
  if (spec.type.shape.size() != tensor->asked.size()) {
    return refuse(absl::StrCat("has ", tensor->asked.size(), " axes in the program"));
  }
  for (size_t i = 0; i < tensor->asked.size(); ++i) tensor->asked[i] = spec.type.shape[i];
  return absl::OkStatus();
}

absl::Status AskByAxis(const DynamicAxis& axis, const SymbolFacts& facts, UserTensor* tensor) {
  const int64_t rank = static_cast<int64_t>(tensor->asked.size());
  const int64_t at = axis.axis < 0 ? axis.axis + rank : axis.axis;
  if (at < 0 || at >= rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("--dynamic_axes: input ", tensor->name, " has no axis ", axis.axis));
  }
  tensor->asked[at] = OpenSize(axis.symbol, facts);
  return absl::OkStatus();
}

// The sizes of a value of --args, a list of lists.
absl::Status AskByValue(const IValue& value, UserTensor* tensor) {
  const IValue* inner = &value;
  for (std::optional<Dim>& asked : tensor->asked) {
    const auto list = inner->list();
    if (!list) {
      return absl::InvalidArgumentError(absl::StrCat("--args '", tensor->name, "': it has ",
                                                     tensor->asked.size(),
                                                     " axes in the program: as many lists"));
    }
    asked = Dim(static_cast<int64_t>(list->items.size()));
    if (list->items.empty()) break;
    inner = &list->items[0];
  }
  return absl::OkStatus();
}

// A value of --args with open sizes in the place of their names.
IValue WithOpenSizes(const IValue& value, const InputRequest& request) {
  const std::string* name = value.If<std::string>();
  if (!name || !request.open_sizes.count(*name)) return value;
  return IValue(OpenSize(*name, request.facts));
}

absl::StatusOr<IValue> GivenTensor(const std::string& name, const IValue& value, Builder* builder) {
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> tensor,
                       CallBuiltin("aten::tensor", {value}, {}, *builder, OpEnv()));
  if (tensor) return *std::move(tensor);
  return absl::InvalidArgumentError(
      absl::StrCat("--args '", name, "': a tensor is a number or a list of numbers"));
}

// Folding finds the largest element there (t2n/ir/dim_values.h).
absl::Status SetLargest(const UserInput& input, const Val& value, const InputRequest& request) {
  for (const auto& [of, size] : request.largest) {
    if (!IsCalled(input, of)) continue;
    if (!IsInteger(value.dtype())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--assert 'max(", of, ")': the input holds no integers"));
    }
    value->node->attrs.Set(kLargestElement, size);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<UserInput> UserInputs(const ExportedProgram& program) {
  std::vector<InputPath> paths = PathsOf(program);
  std::vector<UserInput> inputs;
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    const InputSpec& spec = program.inputs[i];
    if (spec.kind != InputSpec::Kind::kUserInput && spec.kind != InputSpec::Kind::kConstantInput) {
      continue;
    }
    const size_t position = inputs.size();
    const absl::string_view placeholder = PlaceholderOf(program.graph.inputs[i]);
    UserInput input{NameOf(placeholder, program), "", position, &program.graph.inputs[i]};
    if (position < paths.size()) {
      InputPath& path = paths[position];
      const std::string suffix = Suffix(path);
      if (path.argument.empty() && absl::EndsWith(input.name, suffix)) {
        path.argument = input.name.substr(0, input.name.size() - suffix.size());
      }
      if (!path.argument.empty()) input.path = path.Label();
      if (input.name.empty() && !path.argument.empty()) input.name = path.argument + suffix;
    }
    if (input.name.empty()) input.name = std::string(placeholder);
    inputs.push_back(std::move(input));
  }
  return inputs;
}

absl::StatusOr<std::vector<UserTensor>> UserTensors(const ExportedProgram& program,
                                                    const InputRequest& request) {
  std::vector<UserTensor> tensors;
  std::set<std::string> names;
  Specs specs(request.specs);
  const std::vector<UserInput> inputs = UserInputs(program);
  for (const UserInput& input : inputs) {
    if (!input.name.empty()) names.insert(input.name);
    const auto* tensor = input.input->As<TensorName>();
    if (tensor == nullptr) continue;
    const auto meta = program.graph.tensors.find(tensor->name);
    if (meta == program.graph.tensors.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the program does not say what its input ", input.name, " is"));
    }
    UserTensor user{input.name, input.position, &meta->second, {}};
    user.asked.resize(meta->second.sizes.size());
    if (const IValue* value = Given(input, request)) {
      T2N_RETURN_IF_ERROR(AskByValue(*value, &user));
      tensors.push_back(std::move(user));
      continue;
    }
    if (const t2n::InputSpec* spec = specs.Take(input)) {
      T2N_RETURN_IF_ERROR(AskByType(*spec, &user));
    }
    for (const DynamicAxis& axis : request.dynamic_axes) {
      if (IsCalled(input, axis.input)) T2N_RETURN_IF_ERROR(AskByAxis(axis, request.facts, &user));
    }
    tensors.push_back(std::move(user));
  }
  std::string unused;
  if (const auto spec = specs.Unused()) unused = absl::StrCat("--inputs '", *spec, "'");
  for (const DynamicAxis& axis : request.dynamic_axes) {
    if (!IsOne(inputs, axis.input)) unused = AstrayAxis(request, axis.input);
  }
  for (const auto& [name, value] : request.args) {
    if (!IsOne(inputs, name)) unused = absl::StrCat("--args '", name, "'");
  }
  if (unused.empty()) return tensors;
  return absl::InvalidArgumentError(
      absl::StrCat(unused, " fits no argument of the program (", absl::StrJoin(names, ", "), ")"));
}

absl::StatusOr<IValue> MakeInput(const UserInput& input, const Graph& graph, const Symbols& symbols,
                                 const InputRequest& request, Builder* builder) {
  const IValue* given = Given(input, request);
  if (const auto* number = input.input->As<SymName>()) {
    if (given) return WithOpenSizes(*given, request);
    const DType dtype = number->type == SymName::Type::kInt     ? DType::kI64
                        : number->type == SymName::Type::kFloat ? DType::kF32
                                                                : DType::kBool;
    return NewOpenNumber(builder->Input(input.name, ValueType{dtype, {}, nullptr}));
  }
  const auto* tensor = input.input->As<TensorName>();
  if (tensor == nullptr) return IValue();  // what no node refers to
  const TensorMeta& meta = graph.tensors.at(tensor->name);
  const std::optional<DType> dtype =
      meta.dtype ? DTypeFromTorch(static_cast<int64_t>(*meta.dtype)) : std::nullopt;
  if (given && dtype) {
    T2N_ASSIGN_OR_RETURN(const IValue value, GivenTensor(input.name, *given, builder));
    return IValue(TensorRef::New(builder->Cast(value.tensor()->Read(), *dtype)));
  }
  if (!dtype || meta.layout != Layout::kStrided) {
    return absl::UnimplementedError(
        absl::StrCat("input ", input.name, " is ", dtype ? "sparse" : "of an unsupported type"));
  }
  ValueType type{*dtype, {}, nullptr};
  for (const SymInt& size : meta.sizes) {
    T2N_ASSIGN_OR_RETURN(Dim d, symbols.Size(size));
    type.shape.push_back(std::move(d));
  }
  Shape strides;
  for (const SymInt& stride : meta.strides) {
    T2N_ASSIGN_OR_RETURN(Dim d, symbols.Size(stride));
    strides.push_back(std::move(d));
  }
  MemoryOrder order = MemoryOrder::Of(std::move(strides), type.shape);
  const Val value = builder->Input(input.name, std::move(type));
  T2N_RETURN_IF_ERROR(SetLargest(input, value, request));
  return IValue(TensorRef::New(value, std::move(order)));
}

}  // namespace t2n::exported
