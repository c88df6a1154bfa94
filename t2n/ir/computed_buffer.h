// Bytes that are made from others when they are asked for, such as weights in a wider type.
#ifndef T2N_IR_COMPUTED_BUFFER_H_
#define T2N_IR_COMPUTED_BUFFER_H_

#include <cstdint>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// A class of it says size() and Stream().
class ComputedBuffer : public Buffer {
 public:
  // All that Stream() gives, kept until Release().
  absl::StatusOr<absl::Span<const uint8_t>> Bytes() const override;
  void Release() const override;

 private:
  mutable std::mutex mutex_;
  mutable std::vector<uint8_t> bytes_;  // empty until someone asks
};

// A tensor's elements in row-major order, as Buffer::Stream gives bytes; every piece holds whole
// elements.
absl::Status StreamDense(const Tensor& tensor, const ByteSink& sink);

// All bytes of a buffer, in a vector of one's own.
absl::StatusOr<std::vector<uint8_t>> CopyOfBytes(const Buffer& buffer);

}  // namespace t2n

#endif  // T2N_IR_COMPUTED_BUFFER_H_
