// Convolutions as matrix products: windows become columns (im2col), tile by tile.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "t2n/base/status.h"
#include "t2n/kernels/elements.h"
#include "t2n/kernels/gemm.h"

namespace t2n::kernels {
namespace {

using Results = absl::StatusOr<std::vector<Tensor>>;

// Elements of a tile of columns.
constexpr int64_t kTile = 1 << 22;

int64_t Product(absl::Span<const int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<int64_t>());
}

// The spatial part of a convolution. A window at position o of an axis of `outer` covers elements
// o * stride - before + k * dilation of `inner`. For Conv `inner` is the input and `outer` the
// output, for ConvTranspose it is the other way round.
struct Geometry {
  Sizes inner, outer, kernel, stride, dilation, before;

  // The element of `inner` at window position o and kernel index k; -1 when it is padding.
  int64_t At(size_t axis, int64_t o, int64_t k) const {
    int64_t i = o * stride[axis] - before[axis] + k * dilation[axis];
    return i >= 0 && i < inner[axis] ? i : -1;
  }
  bool IsPointwise() const {
    return Product(kernel) == 1 && inner == outer &&
           std::all_of(stride.begin(), stride.end(), [](int64_t s) { return s == 1; }) &&
           std::all_of(before.begin(), before.end(), [](int64_t p) { return p == 0; });
  }
};

// One kernel position of a plane against all windows from `first` to `last` of axis 0.
template <typename T>
class Plane {
 public:
  Plane(const Geometry& g, const Sizes& position) : g_(g), position_(position) {}

  // Writes what the windows see at the position; 0 in the padding.
  void Gather(const T* plane, int64_t first, int64_t last, T* out) const {
    Gather(0, plane, first, last, out);
  }
  // Adds what the windows hold to what they lie on.
  void ScatterAdd(const T* windows, T* plane) const { ScatterAdd(0, windows, plane); }

 private:
  void Gather(size_t axis, const T* in, int64_t first, int64_t last, T* out) const {
    const bool innermost = axis + 1 == g_.outer.size();
    const int64_t in_step = Product(absl::MakeSpan(g_.inner).subspan(axis + 1));
    const int64_t out_step = Product(absl::MakeSpan(g_.outer).subspan(axis + 1));
    for (int64_t o = first; o < last; ++o, out += out_step) {
      int64_t i = g_.At(axis, o, position_[axis]);
      if (i < 0) {
        std::fill_n(out, out_step, T(0));
      } else if (innermost) {
        *out = in[i];
      } else {
        Gather(axis + 1, in + i * in_step, 0, g_.outer[axis + 1], out);
      }
    }
  }

  void ScatterAdd(size_t axis, const T* windows, T* plane) const {
    const bool innermost = axis + 1 == g_.outer.size();
    const int64_t plane_step = Product(absl::MakeSpan(g_.inner).subspan(axis + 1));
    const int64_t window_step = Product(absl::MakeSpan(g_.outer).subspan(axis + 1));
    for (int64_t o = 0; o < g_.outer[axis]; ++o, windows += window_step) {
      int64_t i = g_.At(axis, o, position_[axis]);
      if (i < 0) continue;
      if (innermost) {
        plane[i] += *windows;
      } else {
        ScatterAdd(axis + 1, windows, plane + i * plane_step);
      }
    }
  }

  const Geometry& g_;
  const Sizes& position_;
};

// Calls each(number, position) for all positions in a kernel, row-major.
template <typename Each>
void ForEachPosition(const Sizes& kernel, Each each) {
  Sizes position(kernel.size());
  for (int64_t k = 0, n = Product(kernel); k < n; ++k) {
    each(k, position);
    for (int64_t i = kernel.size() - 1; i >= 0 && ++position[i] == kernel[i]; --i) position[i] = 0;
  }
}

struct Shapes {
  int64_t batch, groups, in_channels, out_channels;  // channels of one group
  Geometry g;
};

absl::StatusOr<Shapes> ShapesOf(const KernelCall& call) {
  const Sizes &x = call.inputs[0].sizes, &w = call.inputs[1].sizes;
  const bool transposed = call.op == Op::kConvTranspose;
  const int64_t groups = call.attrs.Int("groups");
  if (x.size() != w.size() || x.size() < 3 || groups < 1) return Invalid(call.op, "rank");
  if (x[1] % groups != 0 || w[0] % groups != 0 || (transposed ? w[0] : w[1] * groups) != x[1]) {
    return Invalid(call.op, "channels do not fit the groups");
  }
  Shapes s{x[0], groups, x[1] / groups, transposed ? w[1] : w[0] / groups, {}};
  Sizes out = OutputSizes(call);
  Sizes in_sizes(x.begin() + 2, x.end()), out_sizes(out.begin() + 2, out.end());
  for (int64_t size : out_sizes) {
    if (size < 1) return Invalid(call.op, "the output would be empty");
  }
  s.g = {transposed ? out_sizes : in_sizes, transposed ? in_sizes : out_sizes,
         Sizes(w.begin() + 2, w.end()),     call.attrs.Ints("stride"),
         call.attrs.Ints("dilation"),       call.attrs.Ints("pad_before")};
  if (call.inputs.size() > 2 && call.inputs[2].sizes != Sizes{groups * s.out_channels}) {
    return Invalid(call.op, "bias of the wrong size");
  }
  return s;
}

template <typename T>
void FillColumns(const Shapes& s, const T* x, int64_t first, int64_t last, T* columns) {
  const int64_t in_plane = Product(s.g.inner), kernel = Product(s.g.kernel);
  const int64_t width = Product(absl::MakeSpan(s.g.outer).subspan(1)) * (last - first);
  ForEachPosition(s.g.kernel, [&](int64_t k, const Sizes& position) {
    Plane<T> plane(s.g, position);
    for (int64_t c = 0; c < s.in_channels; ++c) {
      plane.Gather(x + c * in_plane, first, last, columns + (c * kernel + k) * width);
    }
  });
}

// One image and group: y [out_channels, windows] = w [out_channels, depth] columns.
template <typename T>
void ConvGroup(const Shapes& s, const T* x, const T* w, T* y, std::vector<T>* columns) {
  const int64_t depth = s.in_channels * Product(s.g.kernel), windows = Product(s.g.outer);
  if (s.g.IsPointwise()) {
    return MatMul(s.out_channels, windows, depth, w, x, windows, y, windows);
  }
  const int64_t rows = s.g.outer[0], row = windows / rows;
  const int64_t tile = std::clamp<int64_t>(kTile / std::max<int64_t>(depth * row, 1), 1, rows);
  columns->resize(depth * row * tile);
  for (int64_t first = 0; first < rows; first += tile) {
    int64_t last = std::min(first + tile, rows), width = (last - first) * row;
    FillColumns(s, x, first, last, columns->data());
    MatMul(s.out_channels, width, depth, w, columns->data(), width, y + first * row, windows);
  }
}

// One image and group: columns [out_channels * kernel, windows] = wt x, added up where they lie.
template <typename T>
void ConvTransposeGroup(const Shapes& s, const T* x, const T* wt, T* y, std::vector<T>* columns) {
  const int64_t kernel = Product(s.g.kernel), windows = Product(s.g.outer);
  const int64_t plane_size = Product(s.g.inner), rows = s.out_channels * kernel;
  columns->resize(rows * windows);
  MatMul(rows, windows, s.in_channels, wt, x, windows, columns->data(), windows);
  ForEachPosition(s.g.kernel, [&](int64_t k, const Sizes& position) {
    Plane<T> plane(s.g, position);
    for (int64_t o = 0; o < s.out_channels; ++o) {
      plane.ScatterAdd(columns->data() + (o * kernel + k) * windows, y + o * plane_size);
    }
  });
}

template <typename T>
absl::Status AddBias(const KernelCall& call, int64_t batch, std::vector<T>* y) {
  if (call.inputs.size() < 3) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(auto bias, Elements<T>::Read(call.inputs[2]));
  if (bias.size() == 0 || batch == 0) return absl::OkStatus();
  const int64_t plane = y->size() / (batch * bias.size());
  for (size_t i = 0; i < y->size(); ++i) (*y)[i] += bias[i / plane % bias.size()];
  return absl::OkStatus();
}

// The weights of a group with their two axes swapped.
template <typename T>
std::vector<T> Swapped(const T* w, int64_t rows, int64_t columns) {
  std::vector<T> out(rows * columns);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) out[j * rows + i] = w[i * columns + j];
  }
  return out;
}

template <typename T>
Results ConvOf(const KernelCall& call) {
  T2N_ASSIGN_OR_RETURN(Shapes s, ShapesOf(call));
  T2N_ASSIGN_OR_RETURN(auto x, Elements<T>::Read(call.inputs[0]));
  T2N_ASSIGN_OR_RETURN(auto w, Elements<T>::Read(call.inputs[1]));
  const bool transposed = call.op == Op::kConvTranspose;
  const int64_t kernel = Product(s.g.kernel), weights = s.in_channels * s.out_channels * kernel;
  const int64_t x_step = s.in_channels * Product(transposed ? s.g.outer : s.g.inner);
  const int64_t y_step = s.out_channels * Product(transposed ? s.g.inner : s.g.outer);
  Sizes sizes = OutputSizes(call);
  T2N_ASSIGN_OR_RETURN(int64_t count, CheckedCount(sizes, sizeof(T)));
  const int64_t depth = (transposed ? s.out_channels : s.in_channels) * kernel;
  const int64_t width = Product(s.g.outer) / (transposed ? 1 : s.g.outer[0]);
  T2N_RETURN_IF_ERROR(CheckedCount({depth, width}, sizeof(T)).status());
  std::vector<T> y(count), columns;
  for (int64_t group = 0; group < s.groups && count > 0; ++group) {
    const T* wg = w.data() + group * weights;
    std::vector<T> swapped;
    if (transposed) swapped = Swapped(wg, s.in_channels, s.out_channels * kernel);
    for (int64_t n = 0; n < s.batch; ++n) {
      const T* xg = x.data() + (n * s.groups + group) * x_step;
      T* yg = y.data() + (n * s.groups + group) * y_step;
      if (transposed) {
        ConvTransposeGroup(s, xg, swapped.data(), yg, &columns);
      } else {
        ConvGroup(s, xg, wg, yg, &columns);
      }
    }
  }
  T2N_RETURN_IF_ERROR(AddBias(call, s.batch, &y));
  T2N_ASSIGN_OR_RETURN(Tensor result, Store(call.inputs[0].dtype, std::move(sizes), y.data()));
  return std::vector<Tensor>{std::move(result)};
}

Results Conv(const KernelCall& call) {
  DType dtype = call.inputs[0].dtype;
  if (IsQuantized(dtype)) return NotDefined(call.op, dtype);
  return Dispatch(dtype, [&](auto v) { return ConvOf<decltype(v)>(call); });
}

constexpr KernelEntry kTable[] = {{Op::kConv, Conv}, {Op::kConvTranspose, Conv}};

}  // namespace

absl::Span<const KernelEntry> ConvKernels() { return kTable; }

}  // namespace t2n::kernels
