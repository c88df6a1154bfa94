// Counts of elements by value, and reductions of segments.
#include <algorithm>
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/reduce/ops.h"

namespace t2n {
namespace {

// 1 where the bin is the element's, for bins along a new last axis.
Val OneHotBins(Builder& b, const Val& bins, const Dim& count) {
  return b.Eq(b.Unsqueeze(bins, bins.rank()), b.Iota(count));
}

Arg OneHot(OpCall& c) {
  Val x = c.tensor("self");
  Dim classes = c.dim("num_classes");
  if (classes == Dim(-1)) {
    std::optional<std::vector<int64_t>> known = KnownInts(x);
    if (!known || known->empty()) {
      return c.RefuseArg("num_classes", "leaves the size of the result to the values");
    }
    classes = *std::max_element(known->begin(), known->end()) + 1;
  }
  return c.b.Cast(OneHotBins(c.b, c.b.Cast(x, DType::kI64), classes), DType::kI64);
}

Arg Bincount(OpCall& c) {
  Val x = c.tensor("self");
  std::optional<std::vector<int64_t>> known = KnownInts(x);
  int64_t size = c.integer("minlength");
  bool enough = x.dtype() == DType::kU8 && size > std::numeric_limits<uint8_t>::max();
  if (!known && !enough) return c.RefuseSize();
  for (int64_t v : known.value_or(std::vector<int64_t>())) size = std::max(size, v + 1);
  if (size > (1 << 24)) return c.Refuse("has too many bins");
  Val hits = OneHotBins(c.b, c.b.Cast(x, DType::kI64), size);
  if (!c.has("weights")) {
    return c.b.Reduce(Op::kReduceSum, c.b.Cast(hits, DType::kI64), {0}, false);
  }
  Val weights = c.tensor("weights");
  if (weights.dtype() != DType::kF32) weights = c.b.Cast(weights, DType::kF64);
  Val spread = c.b.Select(hits, c.b.Unsqueeze(weights, 1), c.b.ScalarLike(weights, 0));
  return c.b.Reduce(Op::kReduceSum, spread, {0}, false);
}

struct Ends {
  Val lo, hi;
};

// A range of bins; an empty one is widened: by 1 either way in histc, by 0.5 in histogram.
Ends Widened(Builder& b, const Val& lo, const Val& hi, double by) {
  Val flat = b.Eq(lo, hi);
  return {b.Select(flat, lo - by, lo), b.Select(flat, hi + by, hi)};
}
Ends RangeOf(Builder& b, const Val& x, double widen_by) {
  return Widened(b, b.Reduce(Op::kReduceMin, x, {0}, false),
                 b.Reduce(Op::kReduceMax, x, {0}, false), widen_by);
}

Arg Histc(OpCall& c) {
  Val x = Flat(c.b, c.tensor("self"));
  int64_t bins = c.integer("bins");
  double min = c.number("min"), max = c.number("max");
  if (bins < 1 || min > max) return c.Refuse("bins or bounds out of range");
  if (!IsFloat(x.dtype())) return c.Refuse("of integers");
  Ends e = min == max ? RangeOf(c.b, x, 1) : Ends{c.b.ScalarLike(x, min), c.b.ScalarLike(x, max)};
  Val inside = c.b.And(c.b.Ge(x, e.lo), c.b.Le(x, e.hi));
  Val at = c.b.Select(inside, (x - e.lo) * static_cast<double>(bins) / (e.hi - e.lo),
                      c.b.ScalarLike(x, -1));
  Val bin = c.b.Cast(c.b.Min(c.b.Floor(at), static_cast<double>(bins - 1)), DType::kI64);
  return c.b.Reduce(Op::kReduceSum, c.b.Cast(OneHotBins(c.b, bin, bins), x.dtype()), {0}, false);
}

// bins + 1 edges from lo to hi.
Val UniformEdges(Builder& b, const Ends& e, int64_t bins) {
  std::vector<double> up, down;
  for (int64_t i = 0; i <= bins; ++i) {
    up.push_back(static_cast<double>(i) / static_cast<double>(bins));
    down.push_back(static_cast<double>(bins - i) / static_cast<double>(bins));
  }
  return e.lo * b.Doubles(e.lo.dtype(), down) + e.hi * b.Doubles(e.lo.dtype(), up);
}

// One row an element of x [N]: 1 in its bin, nothing outside of the edges [bins + 1].
Val BinRows(Builder& b, const Val& x, const Val& edges) {
  Val v = b.Unsqueeze(x, 1);
  Dim bins = edges.dim(0) - 1;
  Val from = b.Ge(v, b.Slice(edges, 0, 0, bins));
  Val next = b.Slice(edges, 0, 1, bins + 1), last = b.Slice(edges, 0, bins, bins + 1);
  // The last bin has its upper edge too.
  Val below = b.Or(b.Lt(v, next), b.And(b.Eq(v, last), b.Eq(next, last)));
  return b.Cast(b.And(from, below), x.dtype());
}

// Bins of the axis `i` of a histogram: given edges, or a number over a range.
Val EdgesOf(OpCall& c, const Val& x, const Arg& bins, size_t i) {
  if (bins.is_tensor()) return bins.tensor();
  std::optional<int64_t> n = bins.is_int() ? bins.integer().constant() : std::nullopt;
  if (!n || *n < 1 || *n > (1 << 20)) return c.RefuseArg("bins");
  Ends e;
  if (c.has("range")) {
    std::vector<double> range = c.floats("range");
    if (range.size() < 2 * i + 2) return c.RefuseArg("range");
    e = Widened(c.b, c.b.ScalarLike(x, range[2 * i]), c.b.ScalarLike(x, range[2 * i + 1]), 0.5);
  } else {
    e = RangeOf(c.b, x, 0.5);
  }
  return UniformEdges(c.b, e, *n);
}

// Counts (or densities) of points x [N, D] in the bins of D axes.
Val CountPoints(OpCall& c, const Val& x, const std::vector<Val>& edges) {
  Builder& b = c.b;
  int64_t d = static_cast<int64_t>(edges.size());
  if (d > 12) return c.Refuse("over more than 12 axes");
  Val hist = b.Full({x.dim(0)}, x.dtype(), 1);
  if (c.has("weight")) hist = b.Cast(Flat(b, c.tensor("weight")), x.dtype());
  for (int64_t i = 0; i < d; ++i) {
    Val rows = BinRows(b, b.SelectIndex(x, 1, i), edges[i]);
    if (!b.ok() || hist.rank() == 0) return Val();
    Shape aligned(hist.rank(), Dim(1));
    aligned[0] = x.dim(0);
    aligned.push_back(rows.dim(1));
    hist = b.Unsqueeze(hist, hist.rank()) * b.Reshape(rows, aligned);
  }
  hist = b.Reduce(Op::kReduceSum, hist, {0}, false);
  if (!c.boolean("density") || !b.ok()) return hist;
  hist = hist / b.Reduce(Op::kReduceSum, hist, IntRange(0, d), false);
  for (int64_t i = 0; i < d; ++i) {
    Dim n = edges[i].dim(0) - 1;
    Shape along(d, Dim(1));
    along[i] = n;
    Val width = b.Slice(edges[i], 0, 1, n + 1) - b.Slice(edges[i], 0, 0, n);
    hist = hist / b.Reshape(width, along);
  }
  return hist;
}

Arg Histogram(OpCall& c) {
  Val x = Flat(c.b, c.tensor("self"));
  Val edges = EdgesOf(c, x, c.arg("bins"), 0);
  return Arg::Tuple({CountPoints(c, c.b.Unsqueeze(x, 1), {edges}), edges});
}

// Points [N, D] of a histogram over D axes, and the edges of each.
struct PointBins {
  Val points;
  std::vector<Val> edges;
};

PointBins PointBinsOf(OpCall& c) {
  Val x = c.tensor("self");
  std::optional<int64_t> d = x.dim(-1).constant();
  if (!d || *d < 1 || x.rank() < 2) return {c.Refuse("of points of an unknown number of axes"), {}};
  PointBins found{c.b.Reshape(x, {FloorDiv(x.numel(), *d), *d}), {}};
  const Arg& bins = c.arg("bins");
  bool list = bins.is_list();
  if (list && static_cast<int64_t>(bins.items().size()) != *d) return {c.RefuseArg("bins"), {}};
  for (int64_t i = 0; i < *d; ++i) {
    const Val axis = c.b.SelectIndex(found.points, 1, i);
    found.edges.push_back(EdgesOf(c, axis, list ? bins.items()[i] : bins, i));
  }
  return found;
}

Arg HistogramDd(OpCall& c) {
  const PointBins of = PointBinsOf(c);
  if (of.edges.empty()) return of.points;  // refused
  return Arg::Tuple({Arg(CountPoints(c, of.points, of.edges)), Arg::List(of.edges)});
}

Arg HistogramDdCounts(OpCall& c) {
  const PointBins of = PointBinsOf(c);
  return of.edges.empty() ? of.points : CountPoints(c, of.points, of.edges);
}

Arg HistogramDdEdges(OpCall& c) {
  c.ignore({"weight", "density"});
  return Arg::List(PointBinsOf(c).edges);
}

// Where each segment of `axis` begins and ends, along a last axis: [outer..., segments].
Ends SegmentEnds(OpCall& c) {
  if (c.has("lengths")) {
    Val lengths = c.b.Cast(c.tensor("lengths"), DType::kI64);
    Val ends = c.b.Cumulative(lengths, lengths.rank() - 1, "sum");
    return {ends - lengths, ends};
  }
  Val offsets = c.b.Cast(c.tensor("offsets"), DType::kI64);
  if (!offsets) return {c.Refuse("without lengths or offsets"), Val()};
  int64_t axis = offsets.rank() - 1;
  Dim n = offsets.dim(axis);
  return {c.b.Slice(offsets, axis, 0, n - 1), c.b.Slice(offsets, axis, 1, n)};
}

Arg SegmentReduce(OpCall& c) {
  c.ignore({"unsafe"});
  Builder& b = c.b;
  Val x = c.tensor("data");
  int64_t axis = c.axis("axis", x.rank());
  std::string reduce = c.str("reduce");
  bool mean = reduce == "mean";
  Ends e = SegmentEnds(c);
  if (!b.ok() || e.lo.rank() != axis + 1) return c.Refuse("segments that do not fit the axis");
  constexpr double kInf = std::numeric_limits<double>::infinity();
  double identity = reduce == "max" ? -kInf : reduce == "min" ? kInf : reduce == "prod" ? 1 : 0;
  Op op = reduce == "max"    ? Op::kReduceMax
          : reduce == "min"  ? Op::kReduceMin
          : reduce == "prod" ? Op::kReduceProd
                             : Op::kReduceSum;
  if (identity == 0 && !mean && reduce != "sum") return c.RefuseArg("reduce");
  Val i = b.Iota(x.dim(axis));
  Val mask = b.And(b.Ge(i, b.Unsqueeze(e.lo, axis + 1)), b.Lt(i, b.Unsqueeze(e.hi, axis + 1)));
  Shape aligned = mask.shape(), counts = e.lo.shape();
  aligned.resize(x.rank() + 1, Dim(1));
  counts.resize(x.rank(), Dim(1));
  Val picked = b.Select(b.Reshape(mask, aligned), b.Unsqueeze(x, axis), b.ScalarLike(x, identity));
  Val out = b.Reduce(op, picked, {axis + 1}, false);
  if (c.has("initial")) {
    Val initial = AsTensor(b, c.arg("initial"), x.dtype());
    out = reduce == "max"    ? b.Max(out, initial)
          : reduce == "min"  ? b.Min(out, initial)
          : reduce == "prod" ? out * initial
                             : out + initial;
  }
  if (!mean) return out;
  // An empty segment has the initial value, or no mean.
  Val count = b.Cast(b.Reshape(e.hi - e.lo, counts), x.dtype());
  return c.has("initial") ? out / b.Max(count, 1) : out / count;
}

constexpr OpEntry kOps[] = {
    {"aten::one_hot(Tensor self, int num_classes=-1) -> Tensor", OneHot},
    {"aten::bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor", Bincount},
    {"aten::histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor", Histc},
    {"aten::histogram.bin_ct(Tensor self, int bins=100, *, float[]? range=None, Tensor? "
     "weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)",
     Histogram},
    {"aten::histogram.bins_tensor(Tensor self, Tensor bins, *, Tensor? weight=None, bool "
     "density=False) -> (Tensor hist, Tensor bin_edges)",
     Histogram},
    {"aten::histogramdd(Tensor self, int[] bins, float[]? range=None, Tensor? weight=None, bool "
     "density=False) -> (Tensor hist, Tensor[] bin_edges)",
     HistogramDd},
    {"aten::histogramdd.int_bins(Tensor self, int bins, float[]? range=None, Tensor? weight=None, "
     "bool density=False) -> (Tensor hist, Tensor[] bin_edges)",
     HistogramDd},
    {"aten::histogramdd.TensorList_bins(Tensor self, Tensor[] bins, float[]? range=None, Tensor? "
     "weight=None, bool density=False) -> (Tensor hist, Tensor[] bin_edges)",
     HistogramDd},
    {"aten::_histogramdd_bin_edges(Tensor self, int[] bins, *, float[]? range=None, Tensor? "
     "weight=None, bool density=False) -> Tensor[]",
     HistogramDdEdges},
    {"aten::_histogramdd_from_bin_cts(Tensor self, int[] bins, *, float[]? range=None, Tensor? "
     "weight=None, bool density=False) -> Tensor",
     HistogramDdCounts},
    {"aten::_histogramdd_from_bin_tensors(Tensor self, Tensor[] bins, *, Tensor? weight=None, "
     "bool density=False) -> Tensor",
     HistogramDdCounts},
    {"aten::segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? "
     "indices=None, Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> "
     "Tensor",
     SegmentReduce},
};

}  // namespace

absl::Span<const OpEntry> HistogramOps() { return kOps; }

}  // namespace t2n
