// Max and average pooling with windows of one size (ATen/native/Pool.h).
#include <algorithm>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

struct Pooling {
  Val x;  // [N, C, spatial...]
  bool batched = true;
  int64_t n = 0;  // spatial axes
  std::vector<int64_t> size, stride, dilation, padding;
  bool ceil_mode = false;
  Shape output;  // spatial sizes
};

// The padding behind the input. With ceil_mode the last window may reach past the padded input, as
// long as it does not start behind the input and its left padding: so it is less than a window.
int64_t MostAfter(const Pooling& p, int64_t i) {
  if (!p.ceil_mode) return p.padding[i];
  return std::min(p.padding[i] + p.stride[i] - 1, p.dilation[i] * (p.size[i] - 1));
}

// The number of windows.
Dim OutputSize(const Pooling& p, int64_t i) {
  const Dim padded = p.x.dim(i + 2) + p.padding[i] + MostAfter(p, i);
  return FloorDiv(padded - p.dilation[i] * (p.size[i] - 1) - 1, p.stride[i]) + 1;
}

Pooling ReadPooling(OpCall& c, int64_t n) {
  Pooling p;
  p.n = n;
  p.x = c.tensor("self");
  p.batched = p.x.rank() == n + 2;
  if (p.x.rank() != n + 1 && p.x.rank() != n + 2) c.Refuse("rank of the input");
  if (!p.batched) p.x = c.b.Unsqueeze(p.x, 0);
  p.size = c.ints("kernel_size", n, 1);
  p.stride = c.ints("stride");
  p.stride = p.stride.empty() ? p.size : c.ints("stride", n, 1);
  p.padding = c.ints("padding", n, 0);
  p.dilation = c.ints("dilation", n, 1);
  p.ceil_mode = c.boolean("ceil_mode");
  for (int64_t i = 0; i < n; ++i) {
    if (p.stride[i] < 1 || p.size[i] < 1 || p.padding[i] < 0 || 2 * p.padding[i] > p.size[i]) {
      c.Refuse("kernel_size, stride or padding out of range");
      return p;
    }
    p.output.push_back(OutputSize(p, i));
  }
  return p;
}

// The window, and what its last one needs behind the input, or can need of an open size.
Window WindowOf(const Pooling& p) {
  Window w{p.size, p.stride, p.dilation, p.padding, p.padding};
  for (int64_t i = 0; i < p.n; ++i) {
    const Dim &in = p.x.dim(i + 2), field = p.dilation[i] * (p.size[i] - 1) + 1;
    if (p.output[i] == FloorDiv(in + 2 * p.padding[i] - field, p.stride[i]) + 1) continue;
    const Dim end = (p.output[i] - 1) * p.stride[i] + field - in - p.padding[i];
    w.pad_after[i] = end.is_const() ? std::max<int64_t>(end.value(), 0) : MostAfter(p, i);
  }
  return w;
}

// The input [N, C, spatial...], if the one window is as large as it is, in sizes that are not all
// known; else null.
Val WithinOneWindow(OpCall& c, int64_t n) {
  const Val x = c.tensor("self");
  const Shape size = c.dims("kernel_size");
  if (ConstantShape(size) || static_cast<int64_t>(size.size()) != n || x.rank() < n) return Val();
  const std::vector<int64_t> padding = c.ints("padding", n, 0), dilation = c.ints("dilation", n, 1);
  for (int64_t i = 0; i < n; ++i) {
    if (size[i] != x.dim(i - n) || padding[i] != 0 || dilation[i] != 1) return Val();
  }
  c.ignore({"stride", "ceil_mode", "count_include_pad"});
  return x;
}

Val OfOneWindow(OpCall& c, Op reduction, const Val& x, int64_t n) {
  std::vector<int64_t> axes;
  for (int64_t axis = x.rank() - n; axis < x.rank(); ++axis) axes.push_back(axis);
  return c.b.Reduce(reduction, x, axes, true);
}

std::vector<Val> MaxPoolAll(OpCall& c, int64_t n) {
  Builder& b = c.b;
  Pooling p = ReadPooling(c, n);
  if (!b.ok()) return {Val(), Val()};
  std::vector<Val> y = b.MaxPool(p.x, WindowOf(p));
  if (!p.batched) y = {b.Squeeze(y[0], 0), b.Squeeze(y[1], 0)};
  return y;
}

template <int kAxes>
Arg MaxPool(OpCall& c) {
  if (const Val x = WithinOneWindow(c, kAxes)) return OfOneWindow(c, Op::kReduceMax, x, kAxes);
  return MaxPoolAll(c, kAxes)[0];
}

template <int kAxes>
Arg MaxPoolWithIndices(OpCall& c) {
  return Arg::Tuple(MaxPoolAll(c, kAxes));
}

// How many elements each window of axis `i` counts: those within the padded input, or only those
// of the input itself. Shape [output], followed by ones up to the last axis.
Val WindowCounts(Builder& b, const Pooling& p, int64_t i, bool count_include_pad, DType dtype) {
  Val start = b.Mul(b.Iota(p.output[i]), static_cast<double>(p.stride[i])) - p.padding[i];
  Val end = start + static_cast<double>(p.size[i]);
  Dim limit = p.x.dim(i + 2) + (count_include_pad ? p.padding[i] : 0);
  end = b.Min(end, b.DimScalar(limit));
  if (!count_include_pad) start = b.Max(start, 0.0);
  return AlongAxis(b, b.Cast(b.Sub(end, start), dtype), i, p.n);
}

bool EndsInPadding(const Pooling& p) {
  for (int64_t i = 0; i < p.n; ++i) {
    Dim end = (p.output[i] - 1) * p.stride[i] + p.size[i];
    if (LessEqual(end, p.x.dim(i + 2) + 2 * p.padding[i]) != true) return false;
  }
  return true;
}

// Sums of windows divided by their counts or by `divisor`.
Val AvgBySums(OpCall& c, const Pooling& p, bool count_include_pad, std::optional<double> divisor) {
  Builder& b = c.b;
  double volume = 1;
  for (int64_t s : p.size) volume *= static_cast<double>(s);
  Val mean = b.AvgPool(p.x, WindowOf(p), true);
  if (divisor) return mean * (volume / *divisor);
  Val counts;
  for (int64_t i = 0; i < p.n; ++i) {
    Val along = WindowCounts(b, p, i, count_include_pad, mean.dtype());
    counts = counts ? b.Mul(counts, along) : along;
  }
  return b.Mul(mean, volume / counts);
}

template <int kAxes>
Arg AvgPool(OpCall& c) {
  Builder& b = c.b;
  bool count_include_pad = c.boolean("count_include_pad");
  std::optional<double> divisor;
  if (c.has("divisor_override")) divisor = c.number("divisor_override");
  if (divisor == 0.0) return c.RefuseArg("divisor_override");
  if (!divisor) {
    if (const Val x = WithinOneWindow(c, kAxes)) return OfOneWindow(c, Op::kReduceMean, x, kAxes);
  }
  Pooling p = ReadPooling(c, kAxes);
  if (!b.ok()) return Val();
  const bool within = EndsInPadding(p);
  const bool pads = std::any_of(p.padding.begin(), p.padding.end(), [](auto n) { return n > 0; });
  Val y;
  if (!divisor && (within || !count_include_pad || !pads)) {
    y = b.AvgPool(p.x, WindowOf(p), within && count_include_pad);
  } else {
    y = AvgBySums(c, p, count_include_pad, divisor);
  }
  return p.batched ? y : b.Squeeze(y, 0);
}

constexpr OpEntry kOps[] = {
    {"aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], "
     "int[1] dilation=[1], bool ceil_mode=False) -> Tensor",
     MaxPool<1>, &kOrderUnstated, OnQuantized::kSteps},
    {"aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] "
     "dilation=1, bool ceil_mode=False) -> Tensor",
     MaxPool<2>, nullptr, OnQuantized::kSteps},
    {"aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] "
     "dilation=1, bool ceil_mode=False) -> Tensor",
     MaxPool<3>, nullptr, OnQuantized::kSteps},
    {"aten::max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] "
     "padding=[0], int[1] dilation=[1], bool ceil_mode=False) -> (Tensor, Tensor)",
     MaxPoolWithIndices<1>, &kOrderUnstated},
    {"aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] "
     "padding=0, int[2] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
     MaxPoolWithIndices<2>},
    {"aten::max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] "
     "padding=0, int[3] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
     MaxPoolWithIndices<3>},
    {"aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], bool "
     "ceil_mode=False, bool count_include_pad=True) -> Tensor",
     AvgPool<1>, &kOrderUnstated, OnQuantized::kMean},
    {"aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool "
     "ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor",
     AvgPool<2>, nullptr, OnQuantized::kMean},
    {"aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool "
     "ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor",
     AvgPool<3>, &kOrderUnstated, OnQuantized::kMean},
};

}  // namespace

absl::Span<const OpEntry> PoolingOps() { return kOps; }

}  // namespace t2n
