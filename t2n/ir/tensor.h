// Constant tensors: strided views of bytes that may lie in the archive's memory map.
#ifndef T2N_IR_TENSOR_H_
#define T2N_IR_TENSOR_H_

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "t2n/base/byte_sink.h"
#include "t2n/ir/dtype.h"

namespace t2n {

// Bytes of a constant. Reading may fail (a checksum may not match), so it returns a status.
class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual size_t size() const = 0;
  // All bytes, little-endian elements; checked on first use.
  virtual absl::StatusOr<absl::Span<const uint8_t>> Bytes() const = 0;
  // All bytes in order, in pieces; a failure at the end may mean that they were damaged. May be
  // called from several threads, as Bytes may.
  virtual absl::Status Stream(const ByteSink& sink) const;
  // A hint that the bytes are not needed for now (mapped pages may be dropped).
  virtual void Release() const {}

  // A buffer that owns its bytes.
  static std::shared_ptr<const Buffer> Own(std::vector<uint8_t> bytes);
};

// A view of a buffer. Invariant (checked by whoever makes one from untrusted numbers): every
// element lies inside the buffer.
struct Tensor {
  DType dtype = DType::kF32;
  std::vector<int64_t> sizes;
  std::vector<int64_t> strides;  // in elements; 0 for expanded axes
  int64_t offset = 0;            // in elements
  std::shared_ptr<const Buffer> buffer;

  int64_t rank() const { return static_cast<int64_t>(sizes.size()); }
  int64_t numel() const;
  // Bytes that a dense copy takes.
  int64_t nbytes() const { return numel() * ItemSize(dtype); }
  // Elements lie densely in row-major order.
  bool is_contiguous() const;
  // Some axis of size > 1 has stride 0: a dense copy is larger than what is stored.
  bool is_expanded() const;

  // A dense tensor over `bytes` (numel * item size of them).
  static Tensor Dense(DType dtype, std::vector<int64_t> sizes, std::vector<uint8_t> bytes);
  // A rank-0 tensor; the value is converted as C++ converts it.
  static Tensor Scalar(DType dtype, double value);
  static Tensor Scalar(DType dtype, int64_t value);
  static Tensor Scalar(DType dtype, std::complex<double> value);
  // A rank-1 i64 tensor.
  static Tensor Ints(absl::Span<const int64_t> values);
  // `scalar` (rank 0) seen with `sizes`: all strides 0.
  static Tensor Expand(Tensor scalar, std::vector<int64_t> sizes);
  // A dense tensor of zeros; `*data` is where to write its elements before anyone reads them.
  static Tensor Allocate(DType dtype, std::vector<int64_t> sizes, uint8_t** data);
};

// Row-major strides in elements.
std::vector<int64_t> ContiguousStrides(absl::Span<const int64_t> sizes);

// The same elements densely in row-major order: the tensor itself if it is so already.
absl::StatusOr<Tensor> MakeContiguous(const Tensor& t);

// Pointer to the first element of a contiguous tensor.
absl::StatusOr<const uint8_t*> ContiguousData(const Tensor& t);

// The elements' bytes of a contiguous tensor, as Buffer::Stream gives them.
absl::Status StreamContiguous(const Tensor& t, const ByteSink& sink);

// Elements as double / int64 / complex, in row-major order, any dtype (complex only by the last).
// Meant for small tensors; ReadInts refuses floats.
absl::StatusOr<std::vector<double>> ReadDoubles(const Tensor& t);
absl::StatusOr<std::vector<int64_t>> ReadInts(const Tensor& t);
absl::StatusOr<std::vector<std::complex<double>>> ReadComplex(const Tensor& t);

// IEEE half and bfloat16.
float HalfToFloat(uint16_t h);
uint16_t FloatToHalf(float f);
float BFloat16ToFloat(uint16_t h);
uint16_t FloatToBFloat16(float f);

}  // namespace t2n

#endif  // T2N_IR_TENSOR_H_
