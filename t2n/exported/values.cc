// Arguments of nodes as values.
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/values/unusable.h"

namespace t2n::exported {
namespace {

// torch's own numbers (c10/core/Layout.h, MemoryFormat.h), as TorchScript has them.
int64_t CodeOf(Layout layout) {
  switch (layout) {
    case Layout::kSparseCoo:
      return 1;
    case Layout::kSparseCsr:
      return 2;
    case Layout::kMkldnn:
      return 3;
    case Layout::kSparseCsc:
      return 4;
    case Layout::kSparseBsr:
      return 5;
    case Layout::kSparseBsc:
      return 6;
    default:
      return 0;
  }
}

int64_t CodeOf(MemoryFormat format) {
  switch (format) {
    case MemoryFormat::kPreserve:
      return 1;
    case MemoryFormat::kChannelsLast:
      return 2;
    case MemoryFormat::kChannelsLast3d:
      return 3;
    default:
      return 0;
  }
}

template <typename T>
IValue ListFrom(const std::vector<T>& items) {
  return IValue::NewList(Values(items.begin(), items.end()));
}

}  // namespace

absl::StatusOr<IValue> Evaluator::Lookup(absl::string_view name, const Scope& scope) const {
  const auto it = scope.values.find(name);
  if (it == scope.values.end()) {
    return absl::InternalError(absl::StrCat("value '", name, "' is not there"));
  }
  if (const auto opaque = it->second.opaque()) {
    const auto* unusable = dynamic_cast<const UnusableValue*>(opaque.get());
    if (unusable) return unusable->status();
  }
  return it->second;
}

absl::StatusOr<IValue> Evaluator::ValueOf(const Argument& argument, const Scope& scope) const {
  if (const auto* v = argument.As<TensorName>()) return Lookup(v->name, scope);
  if (const auto* v = argument.As<SymName>()) return Lookup(v->name, scope);
  if (const auto* v = argument.As<CustomObject>()) return Lookup(v->name, scope);
  if (const auto* v = argument.As<bool>()) return IValue(*v);
  if (const auto* v = argument.As<int64_t>()) return IValue(*v);
  if (const auto* v = argument.As<double>()) return IValue(*v);
  if (const auto* v = argument.As<std::complex<double>>()) return IValue(*v);
  if (const auto* v = argument.As<Text>()) return IValue(std::string(v->value));
  if (const auto* v = argument.As<Device>()) return IValue(std::string(v->type));
  if (const auto* v = argument.As<Layout>()) return IValue(CodeOf(*v));
  if (const auto* v = argument.As<MemoryFormat>()) return IValue(CodeOf(*v));
  if (const auto* v = argument.As<ElementType>()) {
    if (v->type) return IValue(static_cast<int64_t>(*v->type));
    return absl::UnimplementedError("an element type that is not known");
  }
  if (const auto* v = argument.As<Ints>()) return ListFrom(*v);
  if (const auto* v = argument.As<Floats>()) return ListFrom(*v);
  if (const auto* v = argument.As<TensorNames>()) {
    Values items;
    for (const TensorName& tensor : *v) {
      T2N_ASSIGN_OR_RETURN(IValue item, Lookup(tensor.name, scope));
      items.push_back(std::move(item));
    }
    return IValue::NewList(std::move(items));
  }
  if (const auto* v = argument.As<List>()) {
    Values items;
    for (const Argument& a : *v) {
      T2N_ASSIGN_OR_RETURN(IValue item, ValueOf(a, scope));
      items.push_back(std::move(item));
    }
    return IValue::NewList(std::move(items));
  }
  if (argument.As<None>()) return IValue();
  return absl::UnimplementedError("an argument of a kind that operators do not take");
}

absl::StatusOr<Values> Evaluator::ValuesOf(absl::Span<const Argument* const> arguments,
                                           const Scope& scope) const {
  Values values;
  for (const Argument* argument : arguments) {
    T2N_ASSIGN_OR_RETURN(IValue value, ValueOf(*argument, scope));
    values.push_back(std::move(value));
  }
  return values;
}

// The items of a list; none if there is no such argument.
absl::StatusOr<Values> Evaluator::ListOf(const Argument* argument, const Scope& scope) const {
  if (argument == nullptr) return Values();
  T2N_ASSIGN_OR_RETURN(const IValue value, ValueOf(*argument, scope));
  if (value.list()) return value.list()->items;
  return value.is_none() ? Values() : Values{value};
}

}  // namespace t2n::exported
