// What every kernel shares: the four types kernels compute in, reading a strided tensor as one of
// them, and writing results.
//
// f16, bf16 and f32 are computed in float (f16 and bf16 are rounded when stored), integers and bool
// in int64_t (wrapped to their width when stored), complex numbers in std::complex<double>.
#ifndef T2N_KERNELS_ELEMENTS_H_
#define T2N_KERNELS_ELEMENTS_H_

#include <complex>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/kernels/kernel.h"

namespace t2n::kernels {

using Complex = std::complex<double>;
using Sizes = std::vector<int64_t>;

enum class Compute : uint8_t { kInt, kF32, kF64, kComplex };

// The type that elements of `dtype` are computed in; quantized ones count as their integers.
Compute ComputeOf(DType dtype);
// Bytes of one such element.
int64_t ComputeSize(Compute c);

template <typename T>
constexpr Compute kComputeOf = Compute::kInt;
template <>
inline constexpr Compute kComputeOf<float> = Compute::kF32;
template <>
inline constexpr Compute kComputeOf<double> = Compute::kF64;
template <>
inline constexpr Compute kComputeOf<Complex> = Compute::kComplex;

// The dtype that holds a compute type as it is.
DType DTypeOf(Compute c);

// Calls f(T{}) with the compute type of `dtype`; f returns absl::StatusOr<...>.
template <typename F>
auto Dispatch(DType dtype, F f) {
  switch (ComputeOf(dtype)) {
    case Compute::kInt:
      return f(int64_t{});
    case Compute::kF32:
      return f(float{});
    case Compute::kF64:
      return f(double{});
    default:
      return f(Complex{});
  }
}

// The same without complex numbers, which are answered with kUnimplemented.
template <typename F>
auto DispatchReal(Op op, DType dtype, F f) -> decltype(f(float{})) {
  switch (ComputeOf(dtype)) {
    case Compute::kInt:
      return f(int64_t{});
    case Compute::kF32:
      return f(float{});
    case Compute::kF64:
      return f(double{});
    default:
      return absl::UnimplementedError(absl::string_view(OpName(op)));
  }
}

// Sums and products of integers wrap around.
template <typename T>
T Plus(T a, T b) {
  if constexpr (std::is_same_v<T, int64_t>) {
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  } else {
    return a + b;
  }
}
template <typename T>
T Times(T a, T b) {
  if constexpr (std::is_same_v<T, int64_t>) {
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  } else {
    return a * b;
  }
}

// `ReduceMax of c64: not defined` and the like.
absl::Status NotDefined(Op op, DType dtype);
absl::Status Invalid(Op op, absl::string_view what);

// The product of `sizes`, or kResourceExhausted when a tensor of so many elements of `item_size`
// bytes is past limits::kMaxComputedTensorBytes (or a size is negative).
absl::StatusOr<int64_t> CheckedCount(absl::Span<const int64_t> sizes, int64_t item_size);

// A dense tensor of zeros to be filled through `*data`. Errors: as CheckedCount, or out of memory.
absl::StatusOr<Tensor> NewTensor(DType dtype, Sizes sizes, uint8_t** data);

// The sizes of output `i` of a call.
Sizes OutputSizes(const KernelCall& call, int i = 0);

// Converts n elements that lie `stride` bytes apart to a compute type; converts back, densely.
using LoadFn = void (*)(const uint8_t* p, int64_t stride, int64_t n, void* out);
using StoreFn = void (*)(const void* in, int64_t n, uint8_t* out);
LoadFn FindLoad(DType from, Compute to);
// Floats become integers as x86 converts them: truncated; NaN and what does not fit become the
// least int32 (for types up to 32 bits) or int64, then are wrapped.
StoreFn FindStore(Compute from, DType to);

// Reads a strided tensor in row-major order, block by block, as a compute type.
class Reader {
 public:
  static constexpr int64_t kBlock = 1024;

  // `t` seen with `sizes`, of its rank: its axes of size 1 are repeated. Errors: kDataLoss from the
  // buffer; kResourceExhausted when there are too many elements to walk.
  static absl::StatusOr<Reader> Make(const Tensor& t, absl::Span<const int64_t> sizes, Compute to);

  // The next n <= kBlock elements; valid until the next call.
  const void* Next(int64_t n);

 private:
  struct Axis {
    int64_t size, stride, index;
  };
  void Carry();

  std::shared_ptr<const Buffer> buffer_;
  const uint8_t* p_ = nullptr;
  std::vector<Axis> axes_;  // strides in bytes; the last one runs fastest; never empty
  LoadFn load_ = nullptr;
  int64_t item_ = 0;     // bytes of a compute element
  bool direct_ = false;  // the bytes need no conversion
  std::vector<uint64_t> block_;
};

// All elements of a tensor, densely, as T: in place if they lie so already.
template <typename T>
class Elements {
 public:
  static absl::StatusOr<Elements> Read(const Tensor& t);
  Elements(Elements&&) noexcept = default;
  Elements& operator=(Elements&&) noexcept = default;
  const T* data() const { return data_; }
  int64_t size() const { return size_; }
  const T& operator[](int64_t i) const { return data_[i]; }

 private:
  Elements() = default;

  std::shared_ptr<const Buffer> buffer_;
  std::vector<T> own_;
  const T* data_ = nullptr;
  int64_t size_ = 0;
};
extern template class Elements<int64_t>;
extern template class Elements<float>;
extern template class Elements<double>;
extern template class Elements<Complex>;

// A dense tensor of `dtype` from as many computed elements as `sizes` say.
template <typename T>
absl::StatusOr<Tensor> Store(DType dtype, Sizes sizes, const T* data) {
  uint8_t* out;
  auto t = NewTensor(dtype, std::move(sizes), &out);
  if (t.ok()) FindStore(kComputeOf<T>, dtype)(data, t->numel(), out);
  return t;
}

// MakeContiguous under the limits of CheckedCount.
absl::StatusOr<Tensor> Dense(const Tensor& t);
// Pointer to the element at index 0 of a strided tensor.
absl::StatusOr<const uint8_t*> Origin(const Tensor& t);

// One row of a family's table.
struct KernelEntry {
  Op op;
  Kernel kernel;
};

// The families; each is the file of its name.
absl::Span<const KernelEntry> ElementwiseKernels();
absl::Span<const KernelEntry> ReduceKernels();
absl::Span<const KernelEntry> LayoutKernels();
absl::Span<const KernelEntry> QuantKernels();
absl::Span<const KernelEntry> IndexKernels();
absl::Span<const KernelEntry> EinsumKernels();
absl::Span<const KernelEntry> ConvKernels();
absl::Span<const KernelEntry> PoolKernels();
absl::Span<const KernelEntry> ResizeKernels();
absl::Span<const KernelEntry> FftKernels();

}  // namespace t2n::kernels

#endif  // T2N_KERNELS_ELEMENTS_H_
