// Pooling of regions of images (torchvision/csrc/ops/cpu: roi_align, roi_pool, ps_roi_align).
#include <limits>
#include <vector>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/nn/plane_sampler.h"
#include "t2n/aten/nn/quotient.h"
#include "t2n/aten/nn/vision.h"

namespace t2n {
namespace {

// Regions along an axis of the image, cut into bins of one size. All are [K, 1], of the type of the
// regions: torch computes in it where samples lie.
struct Cut {
  Val begin, size, bin;
  int64_t bins;
};

// The operands of roi_align and ps_roi_align: regions [K, 5] of image, x1, y1, x2, y2.
struct Regions {
  Val x, rois;
  double scale = 1, offset = 0;
  bool at_least_one = false;  // element, in size
  int64_t bins[2] = {1, 1};
  int64_t samples = 0;  // along each axis of a bin; none: as many as it has elements

  bool valid() const {
    return x.rank() == 4 && rois.rank() == 2 && IsFloat(x.dtype()) && rois.dtype() == x.dtype() &&
           bins[0] > 0 && bins[1] > 0;
  }
  Val Images(Builder& b) const { return b.Cast(b.SelectIndex(rois, 1, 0), DType::kI64); }
  Cut Along(Builder& b, int axis) const;
};

Cut Regions::Along(Builder& b, int axis) const {
  auto edge = [&](int64_t i) {
    Val at = b.Slice(rois, 1, i, i + 1) * scale;
    return offset == 0 ? at : at - offset;
  };
  Cut cut{edge(axis == 0 ? 2 : 1), Val(), Val(), bins[axis]};
  cut.size = edge(axis == 0 ? 4 : 3) - cut.begin;
  if (at_least_one) cut.size = b.Max(cut.size, 1.0);
  cut.bin = Quotient(b, cut.size, b.ScalarLike(cut.size, static_cast<double>(cut.bins)));
  return cut;
}

// The first position of every bin: [K, bins].
Val BinBegins(Builder& b, const Cut& cut) {
  return cut.begin + b.Iota(cut.bins, cut.bin.dtype()) * cut.bin;
}

// A given number of samples a bin: their positions [K, bins * samples].
Val GivenSamples(Builder& b, const Cut& cut, int64_t samples) {
  Val step = (b.Iota(samples, cut.bin.dtype()) + 0.5) * cut.bin;
  step = Quotient(b, step, b.ScalarLike(cut.bin, static_cast<double>(samples)));
  Val at = b.Unsqueeze(BinBegins(b, cut), 2) + b.Unsqueeze(step, 1);
  return Widen(b, b.Reshape(at, {cut.bin.dim(0), Dim(cut.bins * samples)}));
}

// What each of `size` elements along the axis weighs in the sum of a bin's `samples` [K, 1]
// samples: [K, bins, size]. Their number depends on the regions, but at most five are near an
// element: where there are two or more they are at least half an element apart. Two more are looked
// at on either side, as positions are rounded.
Val SummedWeights(Builder& b, const Cut& cut, const Val& samples, const Dim& size) {
  const DType dtype = cut.bin.dtype();
  const int64_t slack = IsHalf(dtype) ? 2 : 1, near = 5 + 2 * slack;
  auto behind = [&](const Val& v) { return b.Unsqueeze(b.Unsqueeze(v, 2), 3); };
  Val begin = behind(BinBegins(b, cut)), bin = behind(cut.bin), count = behind(samples);
  Val element = b.Unsqueeze(b.Iota(size, Widen(b, cut.bin).dtype()), 1);  // [size, 1]
  Val apart = b.Max(Widen(b, bin) / b.Max(Widen(b, count), 1.0), 0.5);
  Val first =
      b.Floor((element - 1.0 - Widen(b, begin)) / apart - (0.5 + static_cast<double>(slack)));
  Val last_first = b.Max(Widen(b, count) - static_cast<double>(near), 0.0);
  first = b.Max(b.Min(first, last_first), 0.0);
  Val i = b.Cast(first + b.Iota(near, first.dtype()), dtype);  // [K, bins, size, near]
  Val at = Widen(b, begin + Quotient(b, (i + 0.5) * bin, count));
  Val end = b.Cast(b.DimScalar(size), element.dtype());
  Val seen = b.And(b.Lt(i, count), b.And(b.Ge(at, -1.0), b.Le(at, end)));
  Val weight = b.Max(1.0 - b.Abs(b.Min(b.Max(at, 0.0), end - 1.0) - element), 0.0);
  weight = b.Select(seen, weight, b.ScalarLike(weight, 0));
  return b.Reduce(Op::kReduceSum, weight, {3}, false);
}

// The samples of `samples` x `samples` places a bin: [K, rows, samples, columns, samples, C].
Val Sample(Builder& b, const Regions& r) {
  Val at[2];
  Dim k = r.rois.dim(0), rows = r.bins[0] * r.samples, columns = r.bins[1] * r.samples;
  Shape grid = {k, rows, columns}, flat = {k, rows * columns};
  for (int axis = 0; axis < 2; ++axis) {
    at[axis] = b.Unsqueeze(GivenSamples(b, r.Along(b, axis), r.samples), axis == 0 ? 2 : 1);
    at[axis] = b.Reshape(b.BroadcastTo(at[axis], grid), flat);
  }
  Val y = PlaneSampler(b, r.x, Outside::kClamped)(r.Images(b), at[0], at[1]);
  return b.Reshape(y,
                   {k, Dim(r.bins[0]), Dim(r.samples), Dim(r.bins[1]), Dim(r.samples), y.dim(2)});
}

// As many samples as the bins have elements, as products with the weights of rows and columns:
// their sums of x [N, C, H, W], or of every bin's own x [N, C, rows, columns, H, W], and how many
// there are: [K, C, rows, columns], [K, 1, 1, 1].
std::vector<Val> SumAdaptively(Builder& b, const Regions& r, const Val& x) {
  const bool of_bins = x.rank() == 6;
  Val weights[2], count;
  for (int axis = 0; axis < 2; ++axis) {
    Cut cut = r.Along(b, axis);
    Val samples = b.Ceil(cut.bin);
    weights[axis] = SummedWeights(b, cut, samples, x.dim(axis - 2));
    count = count ? b.Mul(count, samples) : samples;
  }
  Val wide = Widen(b, x), lines;
  if (x.dim(0) == Dim(1)) {
    wide = b.Squeeze(wide, 0);
    lines = b.Einsum(of_bins ? "kpy,cpqyx->kcpqx" : "kpy,cyx->kcpx", {weights[0], wide});
  } else {
    Val image = b.Eq(b.Unsqueeze(r.Images(b), 1), b.Iota(x.dim(0)));  // [K, N]
    image = b.Unsqueeze(b.Unsqueeze(b.Cast(image, wide.dtype()), 1), 3);
    Val rows = b.Mul(b.Unsqueeze(weights[0], 2), image);
    lines = b.Einsum(of_bins ? "kpny,ncpqyx->kcpqx" : "kpny,ncyx->kcpx", {rows, wide});
  }
  Val sum = b.Einsum(of_bins ? "kcpqx,kqx->kcpq" : "kcpx,kqx->kcpq", {lines, weights[1]});
  return {sum, b.Unsqueeze(b.Unsqueeze(Widen(b, count), 2), 3)};
}

}  // namespace

Arg RoiAlign(OpCall& c) {
  Builder& b = c.b;
  Regions r{c.tensor("input"), c.tensor("rois"), c.number("spatial_scale")};
  r.bins[0] = c.integer("pooled_height"), r.bins[1] = c.integer("pooled_width");
  r.samples = c.integer("sampling_ratio");
  const bool aligned = c.boolean("aligned");
  r.offset = aligned ? 0.5 : 0;
  r.at_least_one = !aligned;
  if (!r.valid()) return c.Refuse("ranks, dtypes or sizes of the operands");
  Val y;
  if (r.samples > 0) {
    y = b.Reduce(Op::kReduceMean, Sample(b, r), {2, 4}, false);
    y = b.Transpose(y, {0, 3, 1, 2});
  } else {
    std::vector<Val> sum = SumAdaptively(b, r, r.x);
    y = b.Div(sum[0], b.Max(sum[1], 1.0));
  }
  return b.Cast(y, r.x.dtype());
}

// The channels in groups, one for each bin; every bin is of its own channels.
Arg PsRoiAlign(OpCall& c) {
  Builder& b = c.b;
  Regions r{c.tensor("input"), c.tensor("rois"), c.number("spatial_scale"), 0.5};
  r.bins[0] = c.integer("pooled_height"), r.bins[1] = c.integer("pooled_width");
  r.samples = c.integer("sampling_ratio");
  if (!r.valid()) return c.Refuse("ranks, dtypes or sizes of the operands");
  const Dim rows = r.bins[0], columns = r.bins[1], channels = FloorDiv(r.x.dim(1), rows * columns);
  Val y;
  if (r.samples > 0) {
    y = b.Reduce(Op::kReduceMean, Sample(b, r), {2, 4}, false);  // [K, rows, columns, C]
    y = b.Reshape(y, {y.dim(0), rows * columns, channels, rows * columns});
    Val own = b.Eq(IotaAlong(b, rows * columns, 0, 3), IotaAlong(b, rows * columns, 2, 3));
    y = b.Select(own, y, b.ScalarLike(y, 0));
    y = b.SwapAxes(b.Reduce(Op::kReduceSum, y, {3}, false), 1, 2);
    y = b.Reshape(y, {y.dim(0), channels, rows, columns});
  } else {
    Val x = b.Reshape(r.x, {r.x.dim(0), channels, rows, columns, r.x.dim(2), r.x.dim(3)});
    std::vector<Val> sum = SumAdaptively(b, r, x);
    y = b.Div(sum[0], sum[1]);
  }
  Val order = b.Reshape(b.Iota(channels * rows * columns), {Dim(1), channels, rows, columns});
  return Arg::Tuple(std::vector<Val>{b.Cast(y, r.x.dtype()),
                                     b.BroadcastTo(b.Cast(order, DType::kI32), y.shape())});
}

namespace {

// Which elements along an axis are in which bin of regions [K, 5]: bool [K, bins, size].
Val Members(Builder& b, const Val& rois, int axis, double scale, int64_t bins, const Dim& size) {
  auto edge = [&](int64_t i) {
    Val at = b.Slice(rois, 1, i, i + 1) * scale;
    return b.Trunc(at + b.Sign(at) * 0.5);
  };
  Val begin = edge(axis == 0 ? 2 : 1);
  Val length = b.Max(edge(axis == 0 ? 4 : 3) - begin + 1.0, 1.0);
  Val bin = Quotient(b, length, b.ScalarLike(length, static_cast<double>(bins)));
  Val i = b.Iota(bins, rois.dtype()), element = b.Iota(size, Widen(b, rois).dtype());
  auto bound = [&](const Val& at) { return b.Unsqueeze(Widen(b, at) + Widen(b, begin), 2); };
  Val first = bound(b.Floor(i * bin)), last = bound(b.Ceil((i + 1.0) * bin));
  return b.And(b.Ge(element, first), b.Lt(element, last));
}

// The largest of x [C, H, W] where rows [P, H] and columns [Q, W] are members, and where the first
// of these lies: [C, P, Q] each. Nothing gives 0, and -1.
std::vector<Val> LargestOfBins(Builder& b, const Val& x, const Val& rows, const Val& columns) {
  const double lowest = -MaxFinite(x.dtype());
  Val in_columns = b.Select(columns, b.Unsqueeze(x, 2), b.ScalarLike(x, lowest));  // [C, H, Q, W]
  Val column = b.ArgReduce(Op::kArgMax, in_columns, 3, false);
  Val best = b.SwapAxes(b.Reduce(Op::kReduceMax, in_columns, {3}, false), 1, 2);  // [C, Q, H]
  Val in_rows = b.Select(b.Unsqueeze(rows, 1), b.Unsqueeze(best, 1), b.ScalarLike(x, lowest));
  Val row = b.ArgReduce(Op::kArgMax, in_rows, 3, true);  // [C, P, Q, 1]
  Val largest = b.Reduce(Op::kReduceMax, in_rows, {3}, false);
  Shape all = {x.dim(0), rows.dim(0), columns.dim(0), x.dim(1)};
  column = b.BroadcastTo(b.Unsqueeze(b.SwapAxes(column, 1, 2), 1), all);
  Val at = b.Add(b.Mul(row, b.DimScalar(x.dim(2))), b.GatherElements(column, 3, row));
  Val any_row = b.Unsqueeze(b.Reduce(Op::kReduceAny, rows, {1}, false), 1);
  Val some = b.And(any_row, b.Reduce(Op::kReduceAny, columns, {1}, false));
  Val found = b.And(some, b.Gt(largest, lowest));
  at = b.Select(found, b.Squeeze(at, 3), b.Scalar(DType::kI64, int64_t{-1}));
  return {b.Select(some, b.Max(largest, lowest), b.ScalarLike(x, 0)), at};
}

}  // namespace

// A region at a time: the elements of a bin may be any number of the image's.
Arg RoiPool(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input"), rois = c.tensor("rois");
  const double scale = c.number("spatial_scale");
  const int64_t rows = c.integer("pooled_height"), columns = c.integer("pooled_width");
  Regions r{x, rois, scale, 0, false, {rows, columns}};
  if (!r.valid()) return c.Refuse("ranks, dtypes or sizes of the operands");
  Builder::ScanSpec spec;
  spec.length = rois.dim(0);
  spec.scanned = {r.Images(b), Members(b, rois, 0, scale, rows, x.dim(2)),
                  Members(b, rois, 1, scale, columns, x.dim(3))};
  spec.scan_axes = {0, 0, 0};
  spec.full = {x};
  spec.output_axes = {0, 0};
  std::vector<Val> y = b.Scan(spec, [](Builder& b, absl::Span<const Val> in) {
    Val image = b.Squeeze(b.Gather(in[3], 0, in[0]), 0);
    std::vector<Val> largest = LargestOfBins(b, image, b.Squeeze(in[1], 0), b.Squeeze(in[2], 0));
    return std::vector<Val>{b.Unsqueeze(largest[0], 0), b.Unsqueeze(largest[1], 0)};
  });
  return Arg::Tuple(std::vector<Val>{y[0], b.Cast(y[1], DType::kI32)});
}

}  // namespace t2n
