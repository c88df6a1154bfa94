#include "t2n/ir/uniform.h"

#include <cstring>

namespace t2n {

std::optional<Tensor> UniformElement(const Tensor& t) {
  Tensor stored = t;
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    if (t.strides[i] == 0 && t.sizes[i] > 1) stored.sizes[i] = 1;
  }
  if (stored.numel() == 0) return std::nullopt;
  if (stored.numel() > 1) {
    absl::StatusOr<Tensor> dense = MakeContiguous(stored);
    absl::StatusOr<const uint8_t*> data = dense.ok() ? ContiguousData(*dense) : dense.status();
    if (!data.ok()) return std::nullopt;
    const int64_t item = ItemSize(t.dtype);
    if (std::memcmp(*data, *data + item, item * (dense->numel() - 1)) != 0) return std::nullopt;
  }
  stored.sizes.clear();
  stored.strides.clear();
  return stored;
}

const Value& BeforeBroadcast(const Value& value) {
  const bool repeats = !value.constant && !value.dims && value.node->op == Op::kBroadcast;
  return repeats ? BeforeBroadcast(*value.node->inputs[0]) : value;
}

std::optional<Tensor> UniformElement(const Value& value) {
  const Value& source = BeforeBroadcast(value);
  if (!source.constant || source.type.quant) return std::nullopt;
  return UniformElement(*source.constant);
}

}  // namespace t2n
