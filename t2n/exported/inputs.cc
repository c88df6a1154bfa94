#include "t2n/exported/inputs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/builder/dim_values.h"
#include "t2n/values/builtins.h"

namespace t2n::exported {
namespace {

// Before torch 2.4 inputs have names of no meaning: arg0_1.
bool IsNamed(absl::string_view placeholder) { return !absl::StartsWith(placeholder, "arg"); }

// The names that keywords give their leaves, behind those of positional arguments.
std::vector<std::string> KeywordNames(const SpecTree& in_spec) {
  const bool both = in_spec.children.size() == 2 && in_spec.names.empty() &&
                    in_spec.children[0].type == "builtins.tuple" &&
                    in_spec.children[1].type == "builtins.dict";
  if (!both) return {};
  std::vector<std::string> names(in_spec.children[0].leaves());
  for (std::string& name : LeafNames(in_spec.children[1])) names.push_back(std::move(name));
  return names;
}

absl::string_view PlaceholderOf(const Argument& input) {
  if (const auto* tensor = input.As<TensorName>()) return tensor->name;
  if (const auto* number = input.As<SymName>()) return number->name;
  return "";
}

const IValue* Given(const std::string& name, const InputRequest& request) {
  for (const auto& [of, value] : request.args) {
    if (of == name) return &value;
  }
  return nullptr;
}

// What --inputs says of an input: by name, or in order.
class Specs {
 public:
  explicit Specs(const std::vector<t2n::InputSpec>& specs)
      : specs_(specs), used_(specs.size(), false) {}

  const t2n::InputSpec* Take(const std::string& name) {
    for (const std::string& wanted : {name, std::string()}) {
      for (size_t i = 0; i < specs_.size(); ++i) {
        if (used_[i] || specs_[i].name != wanted) continue;
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
absl::Status SetLargest(const Val& input, const InputRequest& request) {
  for (const auto& [of, size] : request.largest) {
    if (of != input->name) continue;
    if (!IsInteger(input.dtype())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--assert 'max(", of, ")': the input holds no integers"));
    }
    input->node->attrs.Set(kLargestElement, size);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<UserInput> UserInputs(const ExportedProgram& program) {
  const std::vector<std::string> keywords = KeywordNames(program.in_spec);
  std::vector<UserInput> inputs;
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    const InputSpec& spec = program.inputs[i];
    if (spec.kind != InputSpec::Kind::kUserInput && spec.kind != InputSpec::Kind::kConstantInput) {
      continue;
    }
    const size_t position = inputs.size();
    UserInput input{std::string(PlaceholderOf(program.graph.inputs[i])), position,
                    &program.graph.inputs[i]};
    if (!IsNamed(input.name) && position < keywords.size() && !keywords[position].empty()) {
      input.name = keywords[position];
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

absl::StatusOr<std::vector<UserTensor>> UserTensors(const ExportedProgram& program,
                                                    const InputRequest& request) {
  std::vector<UserTensor> tensors;
  std::set<std::string> names;
  Specs specs(request.specs);
  for (const UserInput& input : UserInputs(program)) {
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
    if (const IValue* value = Given(input.name, request)) {
      T2N_RETURN_IF_ERROR(AskByValue(*value, &user));
      tensors.push_back(std::move(user));
      continue;
    }
    if (const t2n::InputSpec* spec = specs.Take(input.name)) {
      T2N_RETURN_IF_ERROR(AskByType(*spec, &user));
    }
    for (const DynamicAxis& axis : request.dynamic_axes) {
      if (axis.input == input.name) T2N_RETURN_IF_ERROR(AskByAxis(axis, request.facts, &user));
    }
    tensors.push_back(std::move(user));
  }
  std::string unused;
  if (const auto spec = specs.Unused()) unused = absl::StrCat("--inputs '", *spec, "'");
  for (const DynamicAxis& axis : request.dynamic_axes) {
    if (!names.count(axis.input)) unused = absl::StrCat("--dynamic_axes '", axis.input, "'");
  }
  for (const auto& [name, value] : request.args) {
    if (!names.count(name)) unused = absl::StrCat("--args '", name, "'");
  }
  if (unused.empty()) return tensors;
  return absl::InvalidArgumentError(
      absl::StrCat(unused, " fits no argument of the program (", absl::StrJoin(names, ", "), ")"));
}

absl::StatusOr<IValue> MakeInput(const UserInput& input, const Graph& graph, const Symbols& symbols,
                                 const InputRequest& request, Builder* builder) {
  const IValue* given = Given(input.name, request);
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
  T2N_RETURN_IF_ERROR(SetLargest(value, request));
  return IValue(TensorRef::New(value, std::move(order)));
}

}  // namespace t2n::exported
