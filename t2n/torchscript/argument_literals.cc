// Values of --args as what a method takes: nested as its types are, numbers as tensors.
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/torchscript/argument_maker.h"
#include "t2n/values/builtins.h"

namespace t2n::script {

namespace ts = torchscript;

namespace {

const std::vector<IValue>* ItemsOf(const IValue& value) {
  if (auto l = value.list()) return &l->items;
  if (auto t = value.tuple()) return &t->items;
  return nullptr;
}

}  // namespace

absl::StatusOr<IValue> ArgumentMaker::FromLiteral(const InputPath& path, const ts::Type& type,
                                                  const IValue& value) {
  switch (type.kind) {
    case ts::TypeKind::kTensor:
      if (value.is_none()) return value;
      return TensorOf(path, WithOpenSizes(value));
    case ts::TypeKind::kOptional:
      return value.is_none() ? value : FromLiteral(path, type.args[0], value);
    case ts::TypeKind::kUnion: {
      for (const ts::Type& t : type.args) {
        if (IsInstance(value, t)) return FromLiteral(path, t, value);
      }
      Given alone;
      alone.value = &value;
      for (const ts::Type& t : type.args) {
        if (Fits(alone, t)) return FromLiteral(path, t, value);
      }
      return value;
    }
    case ts::TypeKind::kFloat:
      if (const Dim* d = value.If<Dim>(); d && d->is_const()) {
        return IValue(static_cast<double>(d->value()));
      }
      return WithOpenSizes(value);
    case ts::TypeKind::kStr:
      return value;
    default:
      return ItemsOfLiteral(path, type, value);
  }
}

absl::StatusOr<IValue> ArgumentMaker::ItemsOfLiteral(const InputPath& path, const ts::Type& type,
                                                     const IValue& value) {
  const std::vector<IValue>* items = ItemsOf(value);
  if (type.kind == ts::TypeKind::kDict && value.dict()) {
    auto dict = std::make_shared<Dict>();
    for (const auto& [key, item] : value.dict()->items) {
      T2N_ASSIGN_OR_RETURN(IValue made, FromLiteral(path.Child(StepTo(key)), type.args[1], item));
      dict->Set(key, std::move(made));
    }
    return IValue(dict);
  }
  std::optional<std::vector<Field>> fields;
  if (type.kind == ts::TypeKind::kTuple) fields = NumberedFields(type.args);
  const bool named = type.kind == ts::TypeKind::kClass;
  if (named) fields = FieldsOf(code_, type);
  if (!items || (!fields && type.kind != ts::TypeKind::kList)) return WithOpenSizes(value);
  if (fields && fields->size() != items->size()) {
    return absl::InvalidArgumentError(absl::StrCat("--args '", path.ToString(),
                                                   "': ", items->size(), " values for ",
                                                   fields->size(), " of ", ts::ToString(type)));
  }
  std::vector<IValue> made;
  for (const IValue& item : *items) {
    const size_t i = made.size();
    T2N_ASSIGN_OR_RETURN(IValue v, FromLiteral(path.Child({absl::StrCat(i)}),
                                               fields ? (*fields)[i].type : type.args[0], item));
    made.push_back(std::move(v));
  }
  if (!fields) return IValue::NewList(std::move(made));
  return NewNamedTuple(std::move(made), *fields, named ? type.name : "");
}

// A constant, as torch.tensor() makes it.
absl::StatusOr<IValue> ArgumentMaker::TensorOf(const InputPath& path, const IValue& value) {
  T2N_ASSIGN_OR_RETURN(std::optional<IValue> tensor,
                       CallBuiltin("aten::tensor", {value}, {}, builder_, OpEnv()));
  if (tensor) return *std::move(tensor);
  return absl::InvalidArgumentError(
      absl::StrCat("--args '", path.ToString(), "': a tensor is a number or a list of numbers"));
}

// A value with open sizes in the place of their names.
IValue ArgumentMaker::WithOpenSizes(const IValue& value) const {
  if (const std::string* name = value.If<std::string>()) {
    return request_.open_sizes.count(*name) ? IValue(OpenSize(*name, request_.facts)) : value;
  }
  if (!value.list()) return value;
  std::vector<IValue> items;
  for (const IValue& item : value.list()->items) items.push_back(WithOpenSizes(item));
  return IValue::NewList(std::move(items));
}

}  // namespace t2n::script
