#include "t2n/extend/inside.h"

#include <functional>
#include <set>
#include <utility>

#include "t2n/alias/tensor_ref.h"

namespace t2n {
namespace {

// Calls `visit` for every tensor in a value; objects that are in themselves are gone into once.
void ForEachTensor(const IValue& value, std::set<const Object*>* seen,
                   const std::function<void(const Val&)>& visit) {
  const auto all = [&](const std::vector<IValue>& items) {
    for (const IValue& item : items) ForEachTensor(item, seen, visit);
  };
  if (const auto tensor = value.tensor()) visit(tensor->Read());
  if (const auto list = value.list()) all(list->items);
  if (const auto tuple = value.tuple()) all(tuple->items);
  if (const auto dict = value.dict()) {
    for (const auto& [key, item] : dict->items) ForEachTensor(item, seen, visit);
  }
  const auto object = value.object();
  if (!object || !seen->insert(object.get()).second) return;
  for (const auto& [name, item] : object->attributes) ForEachTensor(item, seen, visit);
}

}  // namespace

std::vector<Val> OpenTensors(const std::vector<IValue>& values) {
  std::vector<Val> open;
  std::set<const Value*> found;
  std::set<const Object*> seen;
  for (const IValue& value : values) {
    ForEachTensor(value, &seen, [&](const Val& v) {
      if (v && !v.is_constant() && found.insert(v.get()).second) open.push_back(v);
    });
  }
  return open;
}

Val Inside::CopyTensor(const Val& tensor) {
  const auto param = params_.find(tensor.get());
  if (param != params_.end()) return param->second;
  return tensor && tensor.is_constant() ? b_.Constant(*tensor->constant, tensor->type.quant)
                                        : Val();
}

IValue Inside::Copy(const IValue& value) {
  const auto all = [&](const std::vector<IValue>& items) {
    std::vector<IValue> copies;
    for (const IValue& item : items) copies.push_back(Copy(item));
    return copies;
  };
  if (const auto tensor = value.tensor()) return IValue(TensorRef::New(CopyTensor(tensor->Read())));
  if (const auto list = value.list()) return IValue::NewList(all(list->items));
  if (const auto tuple = value.tuple()) {
    auto copy = std::make_shared<Tuple>(*tuple);
    copy->items = all(tuple->items);
    return IValue(copy);
  }
  if (const auto dict = value.dict()) {
    auto copy = std::make_shared<Dict>();
    for (const auto& [key, item] : dict->items) copy->Set(key, Copy(item));
    return IValue(copy);
  }
  const auto object = value.object();
  if (!object) return value;
  const auto [it, is_new] = objects_.try_emplace(object.get());
  if (!is_new) return IValue(it->second);
  auto copy = std::make_shared<Object>();
  it->second = copy;
  copy->class_name = object->class_name;
  copy->path = object->path;
  copy->pending_state = object->pending_state;
  for (const auto& [name, item] : object->attributes) copy->Set(name, Copy(item));
  return IValue(copy);
}

}  // namespace t2n
