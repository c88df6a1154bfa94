// Pooling over the spatial axes, plane by plane.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "t2n/base/status.h"
#include "t2n/kernels/elements.h"

namespace t2n::kernels {
namespace {

using Results = absl::StatusOr<std::vector<Tensor>>;

// The windows of a plane.
struct Windows {
  Sizes in, out, size, stride, dilation, before;

  // Calls take(offset in the plane) for the elements of the window at `place` (padding is left
  // out), in row-major order.
  template <typename Take>
  void Visit(const Sizes& place, size_t axis, int64_t offset, const Take& take) const {
    for (int64_t k = 0; k < size[axis]; ++k) {
      int64_t i = place[axis] * stride[axis] - before[axis] + k * dilation[axis];
      if (i < 0) continue;
      if (i >= in[axis]) break;
      int64_t at = offset * in[axis] + i;
      if (axis + 1 == in.size()) {
        take(at);
      } else {
        Visit(place, axis + 1, at, take);
      }
    }
  }

  // Calls each(window number, place) for all windows.
  template <typename Each>
  void ForEach(const Each& each) const {
    Sizes place(out.size());
    int64_t count = 1;
    for (int64_t n : out) count *= n;
    for (int64_t w = 0; w < count; ++w) {
      each(w, place);
      for (int64_t i = out.size() - 1; i >= 0 && ++place[i] == out[i]; --i) place[i] = 0;
    }
  }
};

absl::StatusOr<Windows> WindowsOf(const KernelCall& call) {
  const Sizes& in = call.inputs[0].sizes;
  Sizes out = OutputSizes(call);
  if (out.size() != in.size() || in.size() < 3) return Invalid(call.op, "rank");
  for (int64_t n : out) {
    if (n < 0) return Invalid(call.op, "the output would be empty");
  }
  return Windows{Sizes(in.begin() + 2, in.end()), Sizes(out.begin() + 2, out.end()),
                 call.attrs.Ints("size"),         call.attrs.Ints("stride"),
                 call.attrs.Ints("dilation"),     call.attrs.Ints("pad_before")};
}

int64_t Product(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<int64_t>());
}

template <typename T>
Results MaxPoolOf(const KernelCall& call) {
  T2N_ASSIGN_OR_RETURN(Windows windows, WindowsOf(call));
  T2N_ASSIGN_OR_RETURN(auto x, Elements<T>::Read(call.inputs[0]));
  Sizes sizes = OutputSizes(call);
  T2N_ASSIGN_OR_RETURN(int64_t count, CheckedCount(sizes, sizeof(int64_t)));
  using Limits = std::numeric_limits<T>;
  const T padding = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  std::vector<T> values(count, padding);
  Sizes indices(count);
  const int64_t in_plane = Product(windows.in), out_plane = Product(windows.out);
  windows.ForEach([&](int64_t w, const Sizes& place) {
    for (int64_t p = 0; p < count / out_plane; ++p) {
      const T* plane = x.data() + p * in_plane;
      T best = padding;
      int64_t best_at = -1;
      windows.Visit(place, 0, 0, [&](int64_t at) {
        T v = plane[at];
        if (best_at < 0 || v > best || v != v) best = v, best_at = at;
      });
      values[p * out_plane + w] = best;
      indices[p * out_plane + w] = std::max<int64_t>(best_at, 0);
    }
  });
  T2N_ASSIGN_OR_RETURN(Tensor v, Store(call.inputs[0].dtype, sizes, values.data()));
  T2N_ASSIGN_OR_RETURN(Tensor i, Store(DType::kI64, sizes, indices.data()));
  return std::vector<Tensor>{std::move(v), std::move(i)};
}

template <typename T>
Results AvgPoolOf(const KernelCall& call) {
  using A = std::conditional_t<std::is_same_v<T, float>, double, T>;
  T2N_ASSIGN_OR_RETURN(Windows windows, WindowsOf(call));
  T2N_ASSIGN_OR_RETURN(auto x, Elements<T>::Read(call.inputs[0]));
  Sizes sizes = OutputSizes(call);
  T2N_ASSIGN_OR_RETURN(int64_t count, CheckedCount(sizes, sizeof(A)));
  std::vector<A> out(count);
  const bool padding_counts = call.attrs.Bool("count_include_pad");
  const int64_t whole = Product(windows.size);
  const int64_t in_plane = Product(windows.in), out_plane = Product(windows.out);
  absl::Status status;
  windows.ForEach([&](int64_t w, const Sizes& place) {
    for (int64_t p = 0; p < count / out_plane; ++p) {
      const T* plane = x.data() + p * in_plane;
      A sum(0);
      int64_t seen = 0;
      windows.Visit(place, 0, 0,
                    [&](int64_t at) { sum = Plus(sum, static_cast<A>(plane[at])), ++seen; });
      int64_t divisor = padding_counts ? whole : seen;
      if (std::is_same_v<T, int64_t> && divisor == 0) {
        status = Invalid(call.op, "a window of nothing but padding");
        divisor = 1;
      }
      out[p * out_plane + w] = sum / static_cast<A>(divisor);
    }
  });
  T2N_RETURN_IF_ERROR(status);
  T2N_ASSIGN_OR_RETURN(Tensor result, Store(call.inputs[0].dtype, sizes, out.data()));
  return std::vector<Tensor>{std::move(result)};
}

Results MaxPool(const KernelCall& call) {
  DType dtype = call.inputs[0].dtype;
  if (IsComplex(dtype) || dtype == DType::kU64) return NotDefined(call.op, dtype);
  return DispatchReal(call.op, dtype, [&](auto v) { return MaxPoolOf<decltype(v)>(call); });
}

Results AvgPool(const KernelCall& call) {
  DType dtype = call.inputs[0].dtype;
  if (IsComplex(dtype) || IsQuantized(dtype)) return NotDefined(call.op, dtype);
  return DispatchReal(call.op, dtype, [&](auto v) { return AvgPoolOf<decltype(v)>(call); });
}

constexpr KernelEntry kTable[] = {{Op::kMaxPool, MaxPool}, {Op::kAvgPool, AvgPool}};

}  // namespace

absl::Span<const KernelEntry> PoolKernels() { return kTable; }

}  // namespace t2n::kernels
