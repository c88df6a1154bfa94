// Non-maximum suppression (torchvision/csrc/ops/cpu/nms_kernel.cpp).
#include <cmath>
#include <limits>
#include <vector>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/nn/quotient.h"
#include "t2n/aten/nn/vision.h"
#include "t2n/builder/selection.h"

namespace t2n {
namespace {

// The sides of boxes [N, 4], and their areas: [N] each.
struct Sides {
  Val x1, y1, x2, y2, area;
  std::vector<Val> all() const { return {x1, y1, x2, y2, area}; }
};

Sides SidesOf(Builder& b, const Val& boxes) {
  auto side = [&](int64_t i) { return b.Reshape(b.Slice(boxes, 1, i, i + 1), {boxes.dim(0)}); };
  Sides s{side(0), side(1), side(2), side(3), Val()};
  s.area = (s.x2 - s.x1) * (s.y2 - s.y1);
  return s;
}

// The larger and the smaller one as torchvision takes them, where one is NaN too.
Val Larger(Builder& b, const Val& x, const Val& y) { return b.Select(b.Lt(x, y), y, x); }
Val Smaller(Builder& b, const Val& x, const Val& y) { return b.Select(b.Lt(y, x), y, x); }

// What the first box, of one element each, has in common with all, of what they cover together.
Val Overlap(Builder& b, const Sides& one, const Sides& all) {
  auto common = [&](const Val& begin, const Val& begins, const Val& end, const Val& ends) {
    const Val length = Smaller(b, end, ends) - Larger(b, begin, begins);
    return Larger(b, b.ScalarLike(length, 0), length);
  };
  const Val both = common(one.x1, all.x1, one.x2, all.x2) * common(one.y1, all.y1, one.y2, all.y2);
  return Quotient(b, both, one.area + all.area - both);
}

// The largest number of the type that is not above `threshold`: above both are the same numbers.
double ThresholdIn(DType dtype, double threshold) {
  if (dtype != DType::kF32) return threshold;
  const float near = static_cast<float>(threshold);
  const bool above = static_cast<double>(near) > threshold;
  return above ? std::nextafter(near, -std::numeric_limits<float>::infinity()) : near;
}

// (left, sides of all boxes) -> (left, the first box that was left, whether there was one): that
// box is left no more, and what it overlaps.
std::vector<Val> Suppress(Builder& b, double threshold, absl::Span<const Val> in) {
  const Val& left = in[0];
  const Sides all{in[1], in[2], in[3], in[4], in[5]};
  const Val first = b.ArgReduce(Op::kArgMax, left, 0, true);
  std::vector<Val> of_first;
  for (const Val& side : all.all()) of_first.push_back(b.Gather(side, 0, first));
  const Sides one{of_first[0], of_first[1], of_first[2], of_first[3], of_first[4]};
  const Val suppressed =
      b.Or(b.Gt(Overlap(b, one, all), threshold), b.Eq(b.Iota(left.dim(0)), first));
  return {b.Select(suppressed, b.ScalarLike(left, 0), left), first,
          b.Reduce(Op::kReduceMax, left, {0}, true)};
}

}  // namespace

// One box a turn: the best that is left. How many turns there are is known where the selection is
// closed or padded.
Arg Nms(OpCall& c) {
  Builder& b = c.b;
  const Val boxes = c.tensor("dets"), scores = c.tensor("scores");
  const double threshold = c.number("iou_threshold");
  const bool fit = boxes.rank() == 2 && scores.rank() == 1 && boxes.dim(1) == Dim(4) &&
                   boxes.dtype() == scores.dtype() && IsFloat(boxes.dtype()) &&
                   !IsHalf(boxes.dtype()) && Equal(boxes.dim(0), scores.dim(0)) != false;
  if (!fit) return c.Refuse("ranks, dtypes or sizes of the operands");
  const Dim rows = scores.dim(0);
  const Val order = b.TopK(scores, rows, 0, true)[1];
  Builder::ScanSpec spec;
  spec.length = SelectionTurns(order);
  spec.states = {b.Cast(b.Lt(b.Iota(rows), b.DimScalar(rows)), DType::kI32)};
  spec.full = SidesOf(b, b.Gather(boxes, 0, order)).all();
  spec.output_axes = {0, 0};
  const double limit = ThresholdIn(boxes.dtype(), threshold);
  const std::vector<Val> found = b.Scan(
      spec, [limit](Builder& b, absl::Span<const Val> in) { return Suppress(b, limit, in); });
  const Selection kept = SelectTrue(b, b.Gt(found[2], 0), rows);
  return b.Gather(order, 0, b.Gather(found[1], 0, kept.positions));
}

}  // namespace t2n
