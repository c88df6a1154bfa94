// torchvision's operators; deformable convolution (torchvision/csrc/ops/cpu).
#include "t2n/aten/nn/vision.h"

#include <vector>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/nn/ops.h"
#include "t2n/aten/nn/plane_sampler.h"

namespace t2n {
namespace {

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
    Val moved = b.SelectIndex(by, 2, axis);
    moved = b.Add(moved, b.Cast(DeformBase(b, d, axis), moved.dtype()));
    at[axis] = Widen(b, b.Reshape(moved, {n * groups, points}));
  }
  Val y = PlaneSampler(b, planes, Outside::kZero)(b.Iota(n * groups), at[0], at[1]);
  if (mask) y = b.Mul(y, Widen(b, b.Reshape(mask, {n * groups, points, Dim(1)})));
  y = b.Cast(b.SwapAxes(y, 1, 2), x.dtype());
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
      d.kernel[1] < 1 || d.groups < 1 || d.offset_groups < 1 || !IsFloat(x.dtype())) {
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
    {"torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor", Nms},
    {"torchvision::ps_roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt "
     "pooled_height, SymInt pooled_width, int sampling_ratio) -> (Tensor, Tensor)",
     PsRoiAlign},
    {"torchvision::roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, "
     "SymInt pooled_width, int sampling_ratio, bool aligned) -> Tensor",
     RoiAlign},
    {"torchvision::roi_pool(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, "
     "SymInt pooled_width) -> (Tensor, Tensor)",
     RoiPool},
};

}  // namespace

absl::Span<const OpEntry> VisionOps() { return kOps; }

}  // namespace t2n
