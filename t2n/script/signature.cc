#include "t2n/script/signature.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/ir/dim_values.h"
#include "t2n/script/builtins.h"
#include "t2n/script/guess_inputs.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;
namespace tv = torchvalue;

// Takes `--inputs` entries by name, or in order.
class Specs {
 public:
  explicit Specs(const std::vector<InputSpec>& specs) {
    for (const InputSpec& s : specs) {
      names_.insert(s.name);
      left_.emplace(s.name, &s);
    }
  }

  const InputSpec* Take(const std::string& name) {
    auto it = left_.lower_bound(name);
    if (it == left_.end() || it->first != name) it = left_.begin();
    if (it == left_.end() || (it->first != name && !it->first.empty())) return nullptr;
    const InputSpec* taken = it->second;
    left_.erase(it);
    return taken;
  }

  // Whether a name starts with `prefix` (`x.` for the items of x).
  bool HasPrefix(const std::string& prefix) const {
    const auto it = names_.lower_bound(prefix);
    return it != names_.end() && absl::StartsWith(*it, prefix);
  }

  bool HasUnnamed() const { return !left_.empty() && left_.begin()->first.empty(); }

  // The first entry that was not taken, by its name or its type.
  std::optional<std::string> Unused() const {
    const InputSpec* first = nullptr;
    for (const auto& [name, spec] : left_) {
      if (!first || spec < first) first = spec;
    }
    if (!first) return std::nullopt;
    return first->name.empty() ? TypeToString(first->type) : first->name;
  }

 private:
  std::set<std::string> names_;
  std::multimap<std::string, const InputSpec*> left_;  // of one name, in order
};

class ArgumentMaker {
 public:
  ArgumentMaker(const InputRequest& request, Builder* builder)
      : request_(request), specs_(request.specs), builder_(*builder) {}

  // The argument `name` from an example value of the archive.
  absl::StatusOr<IValue> FromExample(const std::string& name, const tv::Value& example) {
    if (const auto* t = example.As<tv::TensorRecord>()) {
      std::optional<DType> dtype = DTypeFromTorch(static_cast<int64_t>(t->dtype));
      if (!dtype) {
        return absl::UnimplementedError(absl::StrCat("input ", name, " of an unsupported dtype"));
      }
      ValueType type{*dtype, Shape(t->sizes.begin(), t->sizes.end()), nullptr};
      return Leaf(name, type);
    }
    if (const auto* l = example.As<tv::List>()) return Children(name, l->items, true);
    if (const auto* l = example.As<tv::Tuple>()) return Children(name, l->items, false);
    if (const auto* d = example.As<tv::Dict>()) {
      auto dict = std::make_shared<Dict>();
      for (const auto& [key, item] : d->items) {
        T2N_ASSIGN_OR_RETURN(IValue k, FromExample(name, *key));
        T2N_ASSIGN_OR_RETURN(IValue v, FromExample(absl::StrCat(name, ".", Str(k)), *item));
        dict->items.emplace_back(std::move(k), std::move(v));
      }
      return IValue(dict);
    }
    if (const auto* v = example.As<bool>()) return IValue(*v);
    if (const auto* v = example.As<int64_t>()) return IValue(*v);
    if (const auto* v = example.As<double>()) return IValue(*v);
    if (const auto* v = example.As<std::string>()) return IValue(*v);
    return IValue();
  }

  // The argument `name` of declared type, from --inputs; nullopt if nothing is given for it.
  absl::StatusOr<std::optional<IValue>> FromSpecs(const std::string& name, const ts::Type& type) {
    switch (type.kind) {
      case ts::TypeKind::kTensor: {
        const InputSpec* spec = specs_.Take(name);
        if (!spec) return std::nullopt;
        return NewInput(name, spec->type);
      }
      case ts::TypeKind::kOptional:
        return FromSpecs(name, type.args[0]);
      case ts::TypeKind::kTuple: {
        std::vector<IValue> items;
        for (size_t i = 0; i < type.args.size(); ++i) {
          T2N_ASSIGN_OR_RETURN(std::optional<IValue> item,
                               FromSpecs(absl::StrCat(name, ".", i), type.args[i]));
          if (!item) return std::nullopt;
          items.push_back(*std::move(item));
        }
        return IValue::NewTuple(std::move(items));
      }
      case ts::TypeKind::kList: {
        std::vector<IValue> items;
        while (specs_.HasPrefix(absl::StrCat(name, ".", items.size())) ||
               (items.empty() && specs_.HasUnnamed())) {
          T2N_ASSIGN_OR_RETURN(std::optional<IValue> item,
                               FromSpecs(absl::StrCat(name, ".", items.size()), type.args[0]));
          if (!item) break;
          items.push_back(*std::move(item));
        }
        if (items.empty()) return std::nullopt;
        return IValue::NewList(std::move(items));
      }
      case ts::TypeKind::kDict: {
        auto dict = std::make_shared<Dict>();
        for (const InputSpec& spec : request_.specs) {
          if (spec.name.compare(0, name.size() + 1, name + ".") != 0) continue;
          T2N_ASSIGN_OR_RETURN(std::optional<IValue> item, FromSpecs(spec.name, type.args[1]));
          if (item) dict->Set(IValue(spec.name.substr(name.size() + 1)), *std::move(item));
        }
        if (dict->items.empty()) return std::nullopt;
        return IValue(dict);
      }
      default:
        return std::nullopt;
    }
  }

  const std::vector<std::pair<Dim, int64_t>>& examples() const { return examples_; }

  // Flags and entries that made no difference: `--inputs 'y'`.
  std::vector<std::string> Unused() const {
    std::vector<std::string> unused;
    if (auto spec = specs_.Unused()) unused.push_back(absl::StrCat("--inputs '", *spec, "'"));
    for (const DynamicAxis& d : request_.dynamic_axes) {
      if (inputs_.count(d.input)) continue;
      unused.push_back(absl::StrCat("--dynamic_axes '", d.input, "'"));
    }
    return unused;
  }

 private:
  absl::StatusOr<IValue> Children(const std::string& name,
                                  const std::vector<const tv::Value*>& children, bool list) {
    std::vector<IValue> items;
    for (size_t i = 0; i < children.size(); ++i) {
      T2N_ASSIGN_OR_RETURN(IValue v, FromExample(absl::StrCat(name, ".", i), *children[i]));
      items.push_back(std::move(v));
    }
    return list ? IValue::NewList(std::move(items)) : IValue::NewTuple(std::move(items));
  }

  absl::StatusOr<IValue> Leaf(const std::string& name, ValueType type) {
    const Shape traced = type.shape;
    if (const InputSpec* spec = specs_.Take(name)) type = spec->type;
    T2N_ASSIGN_OR_RETURN(IValue input, NewInput(name, std::move(type)));
    const Shape shape = input.tensor()->Read().shape();
    for (size_t i = 0; i < std::min(shape.size(), traced.size()); ++i) {
      if (!shape[i].is_const()) examples_.emplace_back(shape[i], traced[i].value());
    }
    return input;
  }

  absl::StatusOr<IValue> NewInput(const std::string& name, ValueType type) {
    inputs_.insert(name);
    for (const DynamicAxis& d : request_.dynamic_axes) {
      if (d.input != name) continue;
      int64_t rank = static_cast<int64_t>(type.shape.size());
      int64_t axis = d.axis < 0 ? d.axis + rank : d.axis;
      if (axis < 0 || axis >= rank) {
        return absl::InvalidArgumentError(
            absl::StrCat("--dynamic_axes: input ", name, " has no axis ", d.axis));
      }
      type.shape[axis] = OpenSize(d.symbol, request_.facts);
    }
    Val input = builder_.Input(name, std::move(type));
    for (const auto& [of, size] : request_.largest) {
      if (of == name) T2N_RETURN_IF_ERROR(SetLargest(input, size));
    }
    return IValue(TensorRef::New(input));
  }

  // Folding finds it there (t2n/ir/dim_values.h).
  static absl::Status SetLargest(const Val& input, const Dim& size) {
    if (!IsInteger(input.dtype())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--assert 'max(", input->name, ")': the input holds no integers"));
    }
    input->node->attrs.Set(kLargestElement, size);
    return absl::OkStatus();
  }

  const InputRequest& request_;
  Specs specs_;
  Builder& builder_;
  std::set<std::string> inputs_;
  std::vector<std::pair<Dim, int64_t>> examples_;
};

// A value of --args for a tensor: a constant, as torch.tensor() makes it.
absl::StatusOr<IValue> TensorArgument(const std::string& name, const IValue& value,
                                      Builder* builder) {
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> tensor,
                       CallBuiltin("aten::tensor", {value}, {}, *builder, OpEnv()));
  if (tensor) return *std::move(tensor);
  return absl::InvalidArgumentError(
      absl::StrCat("--args '", name, "': a tensor is a number or a list of numbers"));
}

// A value of --args with open sizes in the place of their names.
IValue WithOpenSizes(const IValue& value, const InputRequest& request) {
  if (const std::string* name = value.If<std::string>()) {
    return request.open_sizes.count(*name) ? IValue(OpenSize(*name, request.facts)) : value;
  }
  if (!value.list()) return value;
  std::vector<IValue> items;
  for (const IValue& item : value.list()->items) items.push_back(WithOpenSizes(item, request));
  return IValue::NewList(std::move(items));
}

bool IsTensor(const ts::Type& type) {
  return type.kind == ts::TypeKind::kTensor ||
         (type.kind == ts::TypeKind::kOptional && IsTensor(type.args[0]));
}

}  // namespace

absl::StatusOr<CallArguments> MakeArguments(const ts::FunctionDef& method,
                                            absl::string_view method_name,
                                            const InputRequest& request, Code* code,
                                            Builder* builder) {
  const std::vector<const tv::Value*>* examples = nullptr;
  for (const auto& [name, values] : code->archive().traced_inputs) {
    if (name == method_name) examples = &values;
  }
  ArgumentMaker maker(request, builder);
  CallArguments out;
  bool positional = true;
  for (size_t i = 1; i < method.params.size(); ++i) {
    const ts::Param& param = method.params[i];
    std::string name(param.name);
    std::optional<IValue> value;
    for (const auto& [n, v] : request.args) {
      if (n == name) value = v;
    }
    // Without an annotation a parameter is a Tensor.
    ts::Type type;
    type.kind = ts::TypeKind::kTensor;
    if (param.type) type = *param.type;
    if (value && !absl::StrContains(ts::ToString(type), "str")) {
      value = WithOpenSizes(*value, request);
    }
    if (value && !value->is_none() && IsTensor(type)) {
      T2N_ASSIGN_OR_RETURN(value, TensorArgument(name, *value, builder));
    }
    if (!value && examples && i - 1 < examples->size()) {
      T2N_ASSIGN_OR_RETURN(value, maker.FromExample(name, *(*examples)[i - 1]));
    }
    if (!value) {
      T2N_ASSIGN_OR_RETURN(value, maker.FromSpecs(name, type));
    }
    if (!value && param.default_value) {
      positional = false;
      continue;
    }
    if (!value && HoldsTensor(type) && type.kind != ts::TypeKind::kOptional) {
      return absl::FailedPreconditionError(
          absl::StrCat("the archive does not say the sizes of '", name, "' (", ts::ToString(type),
                       "); add ", InputsFlag(code, method),
                       " with the sizes filled in (a letter is a size that stays open)"));
    }
    if (!value && type.kind == ts::TypeKind::kOptional) value = IValue();
    if (!value) {
      return absl::FailedPreconditionError(
          absl::StrCat("argument '", name, "' (", ts::ToString(type),
                       ") has no value; add --args \"", name, "=VALUE\""));
    }
    if (positional) {
      out.positional.push_back(*std::move(value));
    } else {
      out.keywords.emplace_back(name, *std::move(value));
    }
  }
  out.examples = maker.examples();
  out.unused = maker.Unused();
  for (const auto& [name, value] : request.args) {
    const bool known = std::any_of(method.params.begin(), method.params.end(),
                                   [&, n = name](const ts::Param& p) { return p.name == n; });
    if (!known) out.unused.push_back(absl::StrCat("--args '", name, "'"));
  }
  return out;
}

}  // namespace t2n::script
