#include "t2n/ir/computed_buffer.h"

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
