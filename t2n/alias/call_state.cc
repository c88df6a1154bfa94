#include "t2n/alias/call_state.h"

#include <algorithm>

namespace t2n {
namespace {

void AddTensors(const Operand& operand, std::vector<std::shared_ptr<TensorRef>>* tensors) {
  if (auto t = operand.tensor()) tensors->push_back(std::move(t));
  if (!operand.items()) return;
  for (const Operand& item : *operand.items()) AddTensors(item, tensors);
}

}  // namespace

const Operand* CallState::Given(size_t i) const {
  const SchemaArg& formal = choice.schema->args[i];
  if (i < positional.size() && !formal.keyword_only) return &positional[i];
  for (const NamedOperand& k : keywords) {
    if (k.name == formal.name) return &k.value;
  }
  return nullptr;
}

std::shared_ptr<TensorRef> CallState::Tensor(size_t i) const {
  const Operand* operand = Given(i);
  return operand ? operand->tensor() : nullptr;
}

std::vector<std::shared_ptr<TensorRef>> CallState::Tensors() const {
  std::vector<std::shared_ptr<TensorRef>> tensors;
  for (size_t i = 0; i < choice.schema->args.size(); ++i) {
    if (const Operand* operand = Given(i)) AddTensors(*operand, &tensors);
  }
  return tensors;
}

std::shared_ptr<TensorRef> CallState::MarkedArgument() const {
  const Schema& schema = *choice.schema;
  const bool marked = std::any_of(schema.returns.begin(), schema.returns.end(),
                                  [](const SchemaType& r) { return !r.alias.empty(); });
  for (size_t i = 0; marked && i < schema.args.size(); ++i) {
    if (!schema.args[i].type.alias.empty()) return Tensor(i);
  }
  return nullptr;
}

const Arg* CallState::Argument(absl::string_view argument) const {
  const int i = choice.schema->IndexOf(argument);
  return i < 0 ? nullptr : &choice.args[i];
}

}  // namespace t2n
