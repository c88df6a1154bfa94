// torchvision's operators (torchvision/csrc/ops/cpu).
#include <vector>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// Bilinear samples of planes x [N, C, H, W] at rows and columns f32 [N, P], in elements: [N, C, P].
// `clamp`: positions in [-1, H] and [-1, W] are clamped to the plane, others give 0 (RoI align);
// otherwise each neighbour outside counts as 0 (deformable convolution).
class PlaneSampler {
 public:
  PlaneSampler(Builder& b, const Val& x, bool clamp)
      : b_(b), x_(x), clamp_(clamp), height_(Size(2)), width_(Size(3)) {}

  Val operator()(Val row, Val column) const {
    Val valid = b_.And(Within(row, height_), Within(column, width_));
    if (clamp_) {
      row = b_.Min(b_.Max(row, 0.0), height_ - 1.0);
      column = b_.Min(b_.Max(column, 0.0), width_ - 1.0);
    }
    Val top = b_.Floor(row), left = b_.Floor(column);
    Val down = b_.Sub(row, top), right = b_.Sub(column, left);
    Val y = Term(top, left, b_.Mul(1.0 - down, 1.0 - right));
    y = b_.Add(y, Term(top, left + 1.0, b_.Mul(1.0 - down, right)));
    y = b_.Add(y, Term(top + 1.0, left, b_.Mul(down, 1.0 - right)));
    y = b_.Add(y, Term(top + 1.0, left + 1.0, b_.Mul(down, right)));
    return b_.Select(b_.Unsqueeze(valid, 1), y, b_.ScalarLike(y, 0));
  }

 private:
  Val Size(int64_t axis) const { return b_.Cast(b_.DimScalar(x_.dim(axis)), DType::kF32); }

  Val Within(const Val& at, const Val& size) const {
    return clamp_ ? b_.And(b_.Ge(at, -1.0), b_.Le(at, size))
                  : b_.And(b_.Gt(at, -1.0), b_.Lt(at, size));
  }

  // One neighbour times its weight [N, P].
  Val Term(const Val& row, const Val& column, Val weight) const {
    Val r = b_.Min(b_.Max(row, 0.0), height_ - 1.0);
    Val q = b_.Min(b_.Max(column, 0.0), width_ - 1.0);
    if (!clamp_) {
      Val inside = b_.And(b_.Eq(r, row), b_.Eq(q, column));
      weight = b_.Select(inside, weight, b_.ScalarLike(weight, 0));
    }
    Val flat =
        b_.Add(b_.Mul(b_.Cast(r, DType::kI64), b_.DimScalar(x_.dim(3))), b_.Cast(q, DType::kI64));
    Shape shape = {x_.dim(0), x_.dim(1), flat.dim(1)};
    Val planes = b_.Reshape(x_, {x_.dim(0), x_.dim(1), x_.dim(2) * x_.dim(3)});
    Val index = b_.BroadcastTo(b_.Unsqueeze(flat, 1), shape);
    return b_.Mul(b_.GatherElements(planes, 2, index), b_.Unsqueeze(weight, 1));
  }

  Builder& b_;
  Val x_;
  bool clamp_;
  Val height_, width_;
};

// rois [K, 5]: batch index, x1, y1, x2, y2. Each is divided into bins, in each of which
// sampling_ratio^2 samples are averaged.
Arg RoiAlign(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input"), rois = c.tensor("rois");
  double scale = c.number("spatial_scale");
  int64_t bins[2] = {c.integer("pooled_height"), c.integer("pooled_width")};
  int64_t samples = c.integer("sampling_ratio");
  bool aligned = c.boolean("aligned");
  if (samples < 1) return c.RefuseArg("sampling_ratio", "depends on the values of the boxes");
  if (x.rank() != 4 || rois.rank() != 2 || x.dtype() != DType::kF32 || bins[0] < 1 || bins[1] < 1) {
    return c.Refuse("ranks, dtypes or sizes of the operands");
  }
  Val at[2];  // rows and columns: [K, bins * samples]
  for (int axis = 0; axis < 2; ++axis) {
    auto edge = [&](int64_t i) { return b.Slice(rois, 1, i, i + 1) * scale; };
    Val begin = edge(axis == 0 ? 2 : 1), end = edge(axis == 0 ? 4 : 3);
    if (aligned) begin = begin - 0.5, end = end - 0.5;
    Val size = b.Sub(end, begin);
    if (!aligned) size = b.Max(size, 1.0);
    Val step = (b.Iota(bins[axis] * samples, DType::kF32) + 0.5) *
               (1 / static_cast<double>(bins[axis] * samples));
    at[axis] = b.Add(begin, b.Mul(size, step));
  }
  Dim k = rois.dim(0), rows = bins[0] * samples, columns = bins[1] * samples;
  Shape grid = {k, rows, columns}, flat = {k, rows * columns};
  Val row = b.Reshape(b.BroadcastTo(b.Unsqueeze(at[0], 2), grid), flat);
  Val column = b.Reshape(b.BroadcastTo(b.Unsqueeze(at[1], 1), grid), flat);
  Val batch = b.Cast(b.SelectIndex(rois, 1, 0), DType::kI64);
  Val y = PlaneSampler(b, b.Gather(x, 0, batch), true)(row, column);
  y = b.Reshape(y, {k, x.dim(1), Dim(bins[0]), Dim(samples), Dim(bins[1]), Dim(samples)});
  return b.Reduce(Op::kReduceMean, y, {3, 5}, false);
}

// What DeformConv needs of its arguments.
struct Deform {
  int64_t stride[2], pad[2], dilation[2], kernel[2];
  int64_t groups, offset_groups;
  Dim out[2];
};

// Positions along `axis` [1, kernel, out]: of the kernel element `i / kernel_w` or `i % kernel_w`.
Val DeformBase(Builder& b, const Deform& d, int axis) {
  std::vector<double> element;
  for (int64_t i = 0; i < d.kernel[0] * d.kernel[1]; ++i) {
    int64_t k = axis == 0 ? i / d.kernel[1] : i % d.kernel[1];
    element.push_back(static_cast<double>(k * d.dilation[axis] - d.pad[axis]));
  }
  Val out = b.Iota(d.out[axis], DType::kF32) * static_cast<double>(d.stride[axis]);
  Val base = b.Reshape(b.Doubles(DType::kF32, element), {Dim(element.size()), Dim(1), Dim(1)});
  return b.Add(base, axis == 0 ? b.Unsqueeze(out, 1) : out);
}

// x [N, C, H, W], offset [N, G * K * 2, oH, oW] (rows and columns in turn), mask [N, G * K, ...].
Val DeformColumns(Builder& b, const Deform& d, const Val& x, const Val& offset, const Val& mask) {
  Dim n = x.dim(0), k = d.kernel[0] * d.kernel[1], points = k * d.out[0] * d.out[1];
  Dim groups = d.offset_groups, channels = FloorDiv(x.dim(1), groups);
  Val planes = b.Reshape(x, {n * groups, channels, x.dim(2), x.dim(3)});
  Val by = b.Reshape(offset, {n * groups, k, Dim(2), d.out[0], d.out[1]});
  Val at[2];
  for (int axis = 0; axis < 2; ++axis) {
    Val moved = b.Add(b.SelectIndex(by, 2, axis), DeformBase(b, d, axis));
    at[axis] = b.Reshape(moved, {n * groups, points});
  }
  Val y = PlaneSampler(b, planes, false)(at[0], at[1]);
  if (mask) y = b.Mul(y, b.Reshape(mask, {n * groups, Dim(1), points}));
  return b.Reshape(y, {n, x.dim(1), k, d.out[0], d.out[1]});
}

Arg DeformConv(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input"), weight = c.tensor("weight"), offset = c.tensor("offset");
  Val mask = c.boolean("use_mask") ? c.tensor("mask") : Val(), bias = c.tensor("bias");
  c.ignore({"mask"});
  Deform d{{c.integer("stride_h"), c.integer("stride_w")},
           {c.integer("pad_h"), c.integer("pad_w")},
           {c.integer("dilation_h"), c.integer("dilation_w")},
           {weight.dim(2).constant().value_or(0), weight.dim(3).constant().value_or(0)},
           c.integer("groups"),
           c.integer("offset_groups"),
           {offset.dim(2), offset.dim(3)}};
  if (x.rank() != 4 || weight.rank() != 4 || offset.rank() != 4 || d.kernel[0] < 1 ||
      d.kernel[1] < 1 || d.groups < 1 || d.offset_groups < 1 || x.dtype() != DType::kF32) {
    return c.Refuse("ranks, dtypes or sizes of the operands");
  }
  Val columns = DeformColumns(b, d, x, offset, mask);
  Dim each = FloorDiv(x.dim(1), d.groups), k = d.kernel[0] * d.kernel[1];
  Dim out_each = FloorDiv(weight.dim(0), d.groups);
  columns = b.Reshape(columns, {x.dim(0), Dim(d.groups), each * k, d.out[0] * d.out[1]});
  weight = b.Reshape(weight, {Dim(d.groups), out_each, each * k});
  Val y = b.Einsum("ngkp,gok->ngop", {columns, weight});
  y = b.Reshape(y, {x.dim(0), weight.dim(0) * out_each, d.out[0], d.out[1]});
  return bias ? b.Add(y, AlongAxis(b, bias, 1, 4)) : y;
}

constexpr OpEntry kOps[] = {
    {"torchvision::deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor "
     "bias, SymInt stride_h, SymInt stride_w, SymInt pad_h, SymInt pad_w, SymInt dilation_h, "
     "SymInt dilation_w, SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor",
     DeformConv},
    {"torchvision::roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, "
     "SymInt pooled_width, int sampling_ratio, bool aligned) -> Tensor",
     RoiAlign},
};

}  // namespace

absl::Span<const OpEntry> VisionOps() { return kOps; }

}  // namespace t2n
