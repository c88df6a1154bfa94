// The loops of elementwise primitives, over dense blocks of computed elements.
#ifndef T2N_KERNELS_ELEMENTWISE_H_
#define T2N_KERNELS_ELEMENTWISE_H_

#include "t2n/kernels/elements.h"

namespace t2n::kernels {

// Reads n elements of each operand, writes n results.
using BlockFn = void (*)(const void* const* in, int64_t n, void* out);

// What a loop writes: its operands' type, int64 0/1, or (Abs of complex numbers) doubles.
enum class Result : uint8_t { kSame, kBool, kReal };

struct BlockKernel {
  Op op;
  Result result;
  BlockFn loops[4];  // by Compute; null where the operation is not defined
};

absl::Span<const BlockKernel> UnaryLoops();
absl::Span<const BlockKernel> BinaryLoops();

// Bodies of BlockKernel::loops. F is called with one or two T; R is what it gives.
template <typename F, typename T, typename R = T>
void UnaryLoop(const void* const* in, int64_t n, void* out) {
  const T* x = static_cast<const T*>(in[0]);
  R* y = static_cast<R*>(out);
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<R>(F()(x[i]));
}

template <typename F, typename T, typename R = T>
void BinaryLoop(const void* const* in, int64_t n, void* out) {
  const T* a = static_cast<const T*>(in[0]);
  const T* b = static_cast<const T*>(in[1]);
  R* y = static_cast<R*>(out);
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<R>(F()(a[i], b[i]));
}

// Which compute types an operation is defined on.
enum Types : uint8_t { kOnInt = 1, kOnFloat = 2, kOnComplex = 4 };

}  // namespace t2n::kernels

#endif  // T2N_KERNELS_ELEMENTWISE_H_
