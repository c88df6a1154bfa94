#include "t2n/torchscript/argument_maker.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/builder/dim_values.h"
#include "t2n/values/builtins.h"

namespace t2n::script {

namespace ts = torchscript;
namespace tv = torchvalue;

namespace {

constexpr int kMaxDepth = 32;  // hostile classes hold themselves

absl::Status Missing(const InputPath& path, const ts::Type& type, bool tensor) {
  return absl::FailedPreconditionError(absl::StrCat(
      "argument '", path.ToString(), "' (", ts::ToString(type), ") has no value; add ",
      tensor ? "--inputs \"" : "--args \"", path.ToString(), tensor ? "=f32[...]\"" : "=VALUE\"",
      tensor ? " with the type and the sizes filled in" : ""));
}

}  // namespace

// ---- From what is given for the places ----

ArgumentMaker::Made ArgumentMaker::FromGiven(const InputPath& path, const ts::Type& type,
                                             Given* given) {
  if ((!given && !given_.HasUnnamed()) || path.steps.size() > kMaxDepth) return std::nullopt;
  if (given && given->value && given->is_leaf()) {
    given->taken = true;
    T2N_ASSIGN_OR_RETURN(IValue value, FromLiteral(path, type, *given->value));
    return value;
  }
  switch (type.kind) {
    case ts::TypeKind::kTensor: {
      if (given && !given->spec) return std::nullopt;
      const InputSpec* spec = given ? given->spec : given_.TakeUnnamed();
      if (given) given->taken = true;
      if (spec->sizes_of_example) {
        return absl::FailedPreconditionError(
            absl::StrCat("the archive does not say the sizes of '", path.ToString(),
                         "': they go where --inputs has dots, a number or a letter each"));
      }
      T2N_ASSIGN_OR_RETURN(IValue input, NewInput(path, spec->type));
      return input;
    }
    case ts::TypeKind::kOptional:
      return FromGiven(path, type.args[0], given);
    case ts::TypeKind::kUnion:
      return UnionOf(path, type, given);
    default:
      return FromItems(path, type, given);
  }
}

ArgumentMaker::Made ArgumentMaker::FromItems(const InputPath& path, const ts::Type& type,
                                             Given* given) {
  switch (type.kind) {
    case ts::TypeKind::kTuple:
      return TupleOf(path, NumberedFields(type.args), "", given);
    case ts::TypeKind::kList:
      return ListOf(path, type.args[0], given);
    case ts::TypeKind::kDict:
      return DictOf(path, type, given);
    default:
      break;
  }
  const auto fields = FieldsOf(code_, type);
  if (!fields) return std::nullopt;
  return TupleOf(path, *fields, type.name, given);
}

ArgumentMaker::Made ArgumentMaker::TupleOf(const InputPath& path, const std::vector<Field>& fields,
                                           const std::string& class_name, Given* given) {
  std::vector<IValue> items;
  for (const Field& field : fields) {
    const InputPath at = path.Child({field.name});
    Given* own = given ? given->Find({field.name}) : nullptr;
    if (given && !own && !given_.HasUnnamed()) {
      if (field.type.kind != ts::TypeKind::kOptional) {
        return Missing(at, field.type, HoldsTensor(code_, field.type));
      }
      items.emplace_back();
      continue;
    }
    T2N_ASSIGN_OR_RETURN(std::optional<IValue> item, FromGiven(at, field.type, own));
    if (!item && field.type.kind == ts::TypeKind::kOptional) item = IValue();
    if (!item && given) return Missing(at, field.type, HoldsTensor(code_, field.type));
    if (!item) return std::nullopt;
    items.push_back(*std::move(item));
  }
  return NewNamedTuple(std::move(items), fields, class_name);
}

ArgumentMaker::Made ArgumentMaker::ListOf(const InputPath& path, const ts::Type& item_type,
                                          Given* given) {
  std::vector<IValue> items;
  while (true) {
    const PathStep step = {absl::StrCat(items.size())};
    Given* own = given ? given->Find(step) : nullptr;
    if (!own && !(items.empty() && given_.HasUnnamed())) break;
    T2N_ASSIGN_OR_RETURN(std::optional<IValue> item, FromGiven(path.Child(step), item_type, own));
    if (!item) break;
    items.push_back(*std::move(item));
  }
  if (items.empty()) return std::nullopt;
  return IValue::NewList(std::move(items));
}

ArgumentMaker::Made ArgumentMaker::DictOf(const InputPath& path, const ts::Type& type,
                                          Given* given) {
  auto dict = std::make_shared<Dict>();
  if (!given) return std::nullopt;
  for (const auto& [step, own] : given->items) {
    const std::optional<IValue> key = AsKey(step, type.args[0]);
    if (!key) continue;
    T2N_ASSIGN_OR_RETURN(std::optional<IValue> item,
                         FromGiven(path.Child(step), type.args[1], own.get()));
    if (item) dict->Set(*key, *std::move(item));
  }
  if (dict->items.empty()) return std::nullopt;
  return IValue(dict);
}

ArgumentMaker::Made ArgumentMaker::UnionOf(const InputPath& path, const ts::Type& type,
                                           Given* given) {
  for (const ts::Type& t : type.args) {
    if (given ? !Fits(*given, t) : t.kind != ts::TypeKind::kTensor) continue;
    return FromGiven(path, t, given);
  }
  return std::nullopt;
}

bool ArgumentMaker::Fits(const Given& given, const ts::Type& type, int depth) {
  if (depth > kMaxDepth) return false;
  const auto all = [&](const std::function<const ts::Type*(const PathStep&)>& type_of) {
    return !given.spec && std::all_of(given.items.begin(), given.items.end(), [&](const auto& i) {
      const ts::Type* t = type_of(i.first);
      return t && Fits(*i.second, *t, depth + 1);
    });
  };
  const auto of_fields = [&](const std::vector<Field>& fields) {
    return all([&](const PathStep& step) -> const ts::Type* {
      for (const Field& f : fields) {
        if (f.name == step.text && !step.quoted) return &f.type;
      }
      return nullptr;
    });
  };
  if (given.is_leaf() && given.value) {
    if (IsInstance(*given.value, type)) return true;
    const bool numbers = given.value->is_number() || given.value->list();
    return type.kind == ts::TypeKind::kTensor && numbers;
  }
  switch (type.kind) {
    case ts::TypeKind::kTensor:
      return given.spec && given.is_leaf();
    case ts::TypeKind::kOptional:
    case ts::TypeKind::kUnion:
      return std::any_of(type.args.begin(), type.args.end(),
                         [&](const ts::Type& t) { return Fits(given, t, depth + 1); });
    case ts::TypeKind::kTuple:
      return of_fields(NumberedFields(type.args));
    case ts::TypeKind::kList:
      return all([&](const PathStep& step) {
        return AsKey(step, ts::Type{ts::TypeKind::kInt, "int", {}}) ? &type.args[0] : nullptr;
      });
    case ts::TypeKind::kDict:
      return all([&](const PathStep& step) {
        return AsKey(step, type.args[0]) ? &type.args[1] : nullptr;
      });
    default:
      break;
  }
  const auto fields = FieldsOf(code_, type);
  return fields && of_fields(*fields);
}

// ---- Inputs ----

absl::StatusOr<IValue> ArgumentMaker::NewInput(const InputPath& path, ValueType type) {
  const std::string name = path.ToString();
  inputs_.insert(name);
  for (const DynamicAxis& d : request_.dynamic_axes) {
    if (d.input != name) continue;
    const int64_t rank = static_cast<int64_t>(type.shape.size());
    const int64_t axis = d.axis < 0 ? d.axis + rank : d.axis;
    if (axis < 0 || axis >= rank) {
      return absl::InvalidArgumentError(
          absl::StrCat("--dynamic_axes: input ", name, " has no axis ", d.axis));
    }
    type.shape[axis] = OpenSize(d.symbol, request_.facts);
  }
  const Val input = builder_.Input(path.Label(), std::move(type));
  for (const auto& [of, size] : request_.largest) {
    if (of != name) continue;
    if (!IsInteger(input.dtype())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--assert 'max(", name, ")': the input holds no integers"));
    }
    input->node->attrs.Set(kLargestElement, size);  // folding finds it (t2n/ir/dim_values.h)
  }
  return IValue(TensorRef::New(input));
}

absl::StatusOr<IValue> ArgumentMaker::InputLikeExample(const InputPath& path, ValueType type,
                                                       Given* given) {
  const Shape traced = type.shape;
  const InputSpec* spec = given ? given->spec : nullptr;
  if (spec) given->taken = true;
  if (!spec) spec = given_.TakeUnnamed();
  if (spec) type.dtype = spec->type.dtype;
  if (spec && !spec->sizes_of_example) type.shape = spec->type.shape;
  T2N_ASSIGN_OR_RETURN(IValue input, NewInput(path, std::move(type)));
  const Shape shape = input.tensor()->Read().shape();
  for (size_t i = 0; i < std::min(shape.size(), traced.size()); ++i) {
    if (!shape[i].is_const()) examples_.emplace_back(shape[i], traced[i].value());
  }
  return input;
}

absl::StatusOr<IValue> ArgumentMaker::TensorLikeExample(const InputPath& path,
                                                        const tv::TensorRecord& example,
                                                        Given* given) {
  const std::optional<DType> dtype = DTypeFromTorch(static_cast<int64_t>(example.dtype));
  if (!dtype) {
    return absl::UnimplementedError(
        absl::StrCat("input ", path.ToString(), " of an unsupported dtype"));
  }
  const Strided seen{Shape(example.sizes.begin(), example.sizes.end()),
                     Shape(example.strides.begin(), example.strides.end())};
  T2N_ASSIGN_OR_RETURN(IValue input, InputLikeExample(path, {*dtype, seen.sizes, nullptr}, given));
  if (const auto tensor = input.tensor()) {
    tensor->storage()->order = OrderLike(seen, tensor->Read().shape());
  }
  return input;
}

absl::StatusOr<IValue> ArgumentMaker::FromExample(const InputPath& path, const tv::Value& example,
                                                  Given* given) {
  if (given && given->value && given->is_leaf()) {
    given->taken = true;
    const bool tensor = example.As<tv::TensorRecord>() != nullptr;
    if (tensor) return TensorOf(path, WithOpenSizes(*given->value));
    return WithOpenSizes(*given->value);
  }
  if (const auto* t = example.As<tv::TensorRecord>()) return TensorLikeExample(path, *t, given);
  const auto child = [&](PathStep step, const tv::Value& value) {
    Given* own = given ? given->Find(step) : nullptr;
    return FromExample(path.Child(std::move(step)), value, own);
  };
  const auto* l = example.As<tv::List>();
  if (const auto* t = example.As<tv::Tuple>(); t || l) {
    std::vector<IValue> items;
    for (const tv::Value* item : t ? t->items : l->items) {
      T2N_ASSIGN_OR_RETURN(IValue v, child({absl::StrCat(items.size())}, *item));
      items.push_back(std::move(v));
    }
    return l ? IValue::NewList(std::move(items)) : IValue::NewTuple(std::move(items));
  }
  if (const auto* d = example.As<tv::Dict>()) {
    auto dict = std::make_shared<Dict>();
    for (const auto& [key, item] : d->items) {
      T2N_ASSIGN_OR_RETURN(IValue k, FromExample(path, *key, nullptr));
      T2N_ASSIGN_OR_RETURN(IValue v, child(StepTo(k), *item));
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

std::vector<std::string> ArgumentMaker::Unused() const {
  std::vector<std::string> unused;
  for (const DynamicAxis& d : request_.dynamic_axes) {
    if (!inputs_.count(d.input)) unused.push_back(AstrayAxis(request_, d.input));
  }
  return unused;
}

}  // namespace t2n::script
