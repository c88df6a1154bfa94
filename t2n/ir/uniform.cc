#include "t2n/ir/uniform.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

namespace t2n {
namespace {

constexpr int64_t kHeldBytes = 1 << 20;  // what is larger is streamed

// The same elements in the order in which they are stored.
Tensor InStoredOrder(const Tensor& t) {
  std::vector<size_t> order(t.sizes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&t](size_t a, size_t b) { return t.strides[a] > t.strides[b]; });
  Tensor sorted = t;
  for (size_t i = 0; i < order.size(); ++i) {
    sorted.sizes[i] = t.sizes[order[i]];
    sorted.strides[i] = t.strides[order[i]];
  }
  return sorted;
}

// Whether bytes that begin with `element` repeat it; the last time perhaps in part.
bool Repeats(const std::vector<uint8_t>& element, absl::Span<const uint8_t> bytes) {
  const size_t item = element.size(), first = std::min(item, bytes.size());
  return std::memcmp(bytes.data(), element.data(), first) == 0 &&
         std::memcmp(bytes.data(), bytes.data() + first, bytes.size() - first) == 0;
}

// The element that all of a dense tensor's are; its bytes are streamed up to the first other one.
std::optional<Tensor> StreamedUniformElement(const Tensor& t) {
  std::vector<uint8_t> element;
  const absl::Status status = StreamContiguous(t, [&](absl::Span<const uint8_t> piece) {
    const size_t item = ItemSize(t.dtype);
    const size_t missing = std::min(item - element.size(), piece.size());
    element.insert(element.end(), piece.begin(), piece.begin() + missing);
    piece.remove_prefix(missing);
    if (piece.empty()) return absl::OkStatus();
    if (!Repeats(element, piece)) return absl::CancelledError();
    // The next piece begins where in the element this one has ended.
    std::rotate(element.begin(), element.begin() + piece.size() % item, element.end());
    return absl::OkStatus();
  });
  if (!status.ok()) return std::nullopt;
  return Tensor::Dense(t.dtype, {}, std::move(element));
}

bool AllAlike(const Tensor& t) {
  absl::StatusOr<Tensor> dense = MakeContiguous(t);
  absl::StatusOr<const uint8_t*> data = dense.ok() ? ContiguousData(*dense) : dense.status();
  const int64_t item = ItemSize(t.dtype);
  return data.ok() && std::memcmp(*data, *data + item, item * (dense->numel() - 1)) == 0;
}

}  // namespace

std::optional<Tensor> UniformElement(const Tensor& t) {
  Tensor stored = t;
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    if (t.strides[i] == 0 && t.sizes[i] > 1) stored.sizes[i] = 1;
  }
  if (stored.numel() == 0) return std::nullopt;
  if (stored.nbytes() > kHeldBytes) {
    const Tensor sorted = InStoredOrder(stored);
    if (sorted.is_contiguous()) return StreamedUniformElement(sorted);
  }
  if (stored.numel() > 1 && !AllAlike(stored)) return std::nullopt;
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
