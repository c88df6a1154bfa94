// Pooling to a given size (ATen/native/AdaptivePooling.h): output i covers the inputs
// [floor(i * in / out), ceil((i + 1) * in / out)).
#include <algorithm>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

constexpr int64_t kMaxWindows = 1 << 20;  // along an axis

struct Adaptive {
  Val x;  // [N, C, spatial...]
  bool batched = true;
  std::vector<int64_t> size;  // of the output, or kWhole
};

constexpr int64_t kWhole = -1;  // as the input, where that is open

Adaptive ReadAdaptive(OpCall& c, int64_t n) {
  Adaptive a;
  a.x = c.tensor("self");
  a.batched = a.x.rank() == n + 2;
  if (a.x.rank() != n + 1 && a.x.rank() != n + 2) c.Refuse("rank of the input");
  if (!a.batched) a.x = c.b.Unsqueeze(a.x, 0);
  Shape sizes = c.dims("output_size");
  if (sizes.size() == 1) sizes.assign(n, Dim(sizes[0]));
  if (!c.b.ok() || sizes.size() != static_cast<size_t>(n)) {
    c.RefuseArg("output_size");
    return a;
  }
  for (int64_t i = 0; i < n; ++i) {
    const Dim& size = sizes[i];
    const int64_t known = size.constant().value_or(kWhole);
    if (!size.is_const() && size != a.x.dim(i + 2)) {
      c.RefuseArg("output_size", "must be known, or the input's own size");
    }
    if (size.is_const() && known < 1) c.RefuseArg("output_size", "must be positive");
    if (known > kMaxWindows) c.RefuseArg("output_size", "is out of range");
    a.size.push_back(known);
  }
  return a;
}

// The begins and ends of the windows of one axis.
struct Bounds {
  Shape begin, end;
};

Bounds WindowBounds(const Dim& in, int64_t out) {
  Bounds w;
  for (int64_t i = 0; i < out; ++i) {
    w.begin.push_back(FloorDiv(in * i, out));
    w.end.push_back(CeilDiv(in * (i + 1), out));
  }
  return w;
}

// A pooling window that does the same, if every axis is known and divides.
std::optional<Window> EvenWindow(const Adaptive& a) {
  Window w;
  for (size_t i = 0; i < a.size.size(); ++i) {
    if (a.size[i] == kWhole) {
      w.size.push_back(1);
      continue;
    }
    std::optional<int64_t> in = a.x.dim(i + 2).constant();
    if (!in || *in % a.size[i] != 0 || *in == 0) return std::nullopt;
    w.size.push_back(*in / a.size[i]);
  }
  w.stride = w.size;
  w.dilation.assign(w.size.size(), 1);
  w.pad_before = w.pad_after = std::vector<int64_t>(w.size.size(), 0);
  return w;
}

bool IsIdentity(const Adaptive& a) {
  for (size_t i = 0; i < a.size.size(); ++i) {
    if (a.size[i] != kWhole && a.x.dim(i + 2) != Dim(a.size[i])) return false;
  }
  return true;
}

// Means along one axis as a product with the matrix [out, in] of the windows' weights.
Val AverageAxis(Builder& b, const Val& x, int64_t axis, int64_t out) {
  Dim in = x.dim(axis);
  Bounds w = WindowBounds(in, out);
  Val begin = b.Unsqueeze(b.DimVector(w.begin), 1), end = b.Unsqueeze(b.DimVector(w.end), 1);
  Val at = b.Iota(in);
  Val inside = b.And(b.Ge(at, begin), b.Lt(at, end));
  Val weights = b.Cast(inside, x.dtype());
  weights = b.Div(weights, b.Reduce(Op::kReduceSum, weights, {1}, true));
  return MultiplyAxis(b, x, axis, weights);
}

Val AdaptiveAvg(Builder& b, const Adaptive& a) {
  if (IsIdentity(a)) return a.x;
  std::vector<int64_t> whole;
  for (size_t i = 0; i < a.size.size(); ++i) {
    if (a.size[i] == 1) whole.push_back(i + 2);
  }
  if (whole.size() != a.size.size()) {
    if (auto window = EvenWindow(a)) return b.AvgPool(a.x, *window, true);
  }
  Val y = b.Reduce(Op::kReduceMean, a.x, whole, true);
  for (size_t i = 0; i < a.size.size(); ++i) {
    if (a.size[i] == kWhole) continue;
    if (a.size[i] != 1 && y.dim(i + 2) != Dim(a.size[i])) y = AverageAxis(b, y, i + 2, a.size[i]);
  }
  return y;
}

template <int kAxes>
Arg AdaptiveAvgPool(OpCall& c) {
  Adaptive a = ReadAdaptive(c, kAxes);
  if (!c.b.ok()) return Val();
  Val y = AdaptiveAvg(c.b, a);
  return a.batched ? y : c.b.Squeeze(y, 0);
}

// Positions [out, width] of each window along an axis; shorter windows repeat their last one.
Val WindowPositions(Builder& b, const Dim& in, int64_t out) {
  Bounds w = WindowBounds(in, out);
  Dim width = 1;
  for (int64_t i = 0; i < out; ++i) {
    width = in.is_const() ? Max(width, w.end[i] - w.begin[i]) : CeilDiv(in, out) + 1;
  }
  Val begin = b.Unsqueeze(b.DimVector(w.begin), 1), end = b.Unsqueeze(b.DimVector(w.end), 1);
  return b.Min(b.Add(begin, b.Iota(width)), b.Sub(end, b.Scalar(DType::kI64, int64_t{1})));
}

// (values, flat positions): every window is gathered, [N, C, out..., width...] flattened behind.
std::vector<Val> MaxByGather(Builder& b, const Adaptive& a) {
  int64_t n = a.size.size();
  Val windows = a.x, flat;
  std::vector<int64_t> perm = {0, 1};
  Shape shape = {a.x.dim(0), a.x.dim(1)};
  Dim width = 1, plane = 1;
  for (int64_t i = n; i-- > 0;) {
    Val at = WindowPositions(b, a.x.dim(i + 2), a.size[i]);
    windows = b.Gather(windows, i + 2, at);
    // Flat positions, shaped [out_0, ..., width_0, ...].
    Shape aligned(2 * n, Dim(1));
    aligned[i] = a.size[i];
    aligned[n + i] = at.dim(1);
    Val part = b.Reshape(b.Mul(at, b.DimScalar(plane)), aligned);
    flat = flat ? b.Add(flat, part) : part;
    width *= at.dim(1);
    plane *= a.x.dim(i + 2);
  }
  for (int64_t k : {0, 1}) {
    for (int64_t i = 0; i < n; ++i) perm.push_back(2 + 2 * i + k);
  }
  Shape flat_shape(a.size.begin(), a.size.end());
  shape.insert(shape.end(), flat_shape.begin(), flat_shape.end());
  shape.push_back(width);
  flat_shape.push_back(width);
  Val w = b.Reshape(b.Transpose(windows, perm), shape);
  flat = b.BroadcastTo(b.Reshape(flat, flat_shape), shape);
  Val best = b.ArgReduce(Op::kArgMax, w, n + 2, true);
  return {b.Reduce(Op::kReduceMax, w, {n + 2}, false),
          b.Squeeze(b.GatherElements(flat, n + 2, best), n + 2)};
}

template <int kAxes>
Arg AdaptiveMaxPool(OpCall& c) {
  Adaptive a = ReadAdaptive(c, kAxes);
  if (!c.b.ok()) return Val();
  std::optional<Window> window = EvenWindow(a);
  const bool open = std::count(a.size.begin(), a.size.end(), kWhole) > 0;
  if (!window && open)
    return c.RefuseArg("output_size", "keeps an open axis beside uneven windows");
  std::vector<Val> y = window ? c.b.MaxPool(a.x, *window) : MaxByGather(c.b, a);
  if (!a.batched) y = {c.b.Squeeze(y[0], 0), c.b.Squeeze(y[1], 0)};
  return Arg::Tuple(y);
}

constexpr OpEntry kOps[] = {
    {"aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor", AdaptiveAvgPool<1>,
     &kOrderUnstated, OnQuantized::kMean},
    {"aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor", AdaptiveAvgPool<2>,
     nullptr, OnQuantized::kMean},
    {"aten::_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor", AdaptiveAvgPool<2>,
     nullptr, OnQuantized::kMean},
    {"aten::adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor", AdaptiveAvgPool<3>,
     &kOrderUnstated, OnQuantized::kMean},
    {"aten::_adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor", AdaptiveAvgPool<3>,
     nullptr, OnQuantized::kMean},
    {"aten::adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)",
     AdaptiveMaxPool<1>, &kOrderUnstated, OnQuantized::kSteps},
    {"aten::adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)",
     AdaptiveMaxPool<2>, nullptr, OnQuantized::kSteps},
    {"aten::adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, Tensor)",
     AdaptiveMaxPool<3>, &kOrderUnstated, OnQuantized::kSteps},
};

}  // namespace

absl::Span<const OpEntry> AdaptivePoolingOps() { return kOps; }

}  // namespace t2n
