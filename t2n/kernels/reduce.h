// Reductions, and walking the rows of a tensor along some of its axes.
#ifndef T2N_KERNELS_REDUCE_H_
#define T2N_KERNELS_REDUCE_H_

#include <algorithm>

#include "t2n/base/status.h"
#include "t2n/kernels/elements.h"

namespace t2n::kernels {

// `t` summed over `axes` (sorted), which keep size 1, as `dtype`; floats are added up in double.
absl::StatusOr<Tensor> SumAxes(const Tensor& t, absl::Span<const int64_t> axes, DType dtype);

// The tensor seen with its axes in another order: axis i is axis perm[i] of `t`.
Tensor Permuted(const Tensor& t, absl::Span<const int64_t> perm);
// The order that brings `axes` (sorted) behind all others, and the order that undoes `perm`.
Sizes AxesLast(int64_t rank, absl::Span<const int64_t> axes);
Sizes InversePerm(absl::Span<const int64_t> perm);

// A row is the elements that differ only in `axes`. Calls step(element, its number in the row) for
// each element of a row, then done(); rows come in row-major order.
template <typename T, typename Step, typename Done>
absl::Status ForEachRow(const Tensor& t, absl::Span<const int64_t> axes, Step step, Done done) {
  Tensor rows = Permuted(t, AxesLast(t.rank(), axes));
  T2N_ASSIGN_OR_RETURN(Reader reader, Reader::Make(rows, rows.sizes, kComputeOf<T>));
  int64_t count = t.numel(), length = 1, at = 0;
  for (int64_t axis : axes) length *= t.sizes[axis];
  for (int64_t i = 0; i < count; i += Reader::kBlock) {
    int64_t n = std::min(Reader::kBlock, count - i);
    const T* x = static_cast<const T*>(reader.Next(n));
    for (int64_t k = 0; k < n; ++k) {
      step(x[k], at);
      if (++at == length) done(), at = 0;
    }
  }
  return absl::OkStatus();
}

}  // namespace t2n::kernels

#endif  // T2N_KERNELS_REDUCE_H_
