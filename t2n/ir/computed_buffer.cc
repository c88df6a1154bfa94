#include "t2n/ir/computed_buffer.h"

#include <utility>

#include "t2n/base/status.h"

namespace t2n {

absl::StatusOr<absl::Span<const uint8_t>> ComputedBuffer::Bytes() const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (bytes_.empty()) {
    T2N_ASSIGN_OR_RETURN(bytes_, CopyOfBytes(*this));
  }
  return absl::MakeConstSpan(bytes_);
}

void ComputedBuffer::Release() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<uint8_t>().swap(bytes_);
}

absl::Status StreamDense(const Tensor& tensor, const ByteSink& sink) {
  const bool whole = tensor.is_contiguous() && tensor.offset == 0 &&
                     tensor.nbytes() == static_cast<int64_t>(tensor.buffer->size());
  if (whole) return tensor.buffer->Stream(sink);
  // A copy, since the tensor's own bytes are gone when another of its readers releases them.
  Tensor copy = tensor;
  T2N_ASSIGN_OR_RETURN(std::vector<uint8_t> bytes, CopyOfBytes(*tensor.buffer));
  copy.buffer = Buffer::Own(std::move(bytes));
  T2N_ASSIGN_OR_RETURN(const Tensor dense, MakeContiguous(copy));
  return StreamContiguous(dense, sink);
}

absl::StatusOr<std::vector<uint8_t>> CopyOfBytes(const Buffer& buffer) {
  std::vector<uint8_t> bytes;
  bytes.reserve(buffer.size());
  T2N_RETURN_IF_ERROR(buffer.Stream([&](absl::Span<const uint8_t> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return absl::OkStatus();
  }));
  return bytes;
}

}  // namespace t2n
