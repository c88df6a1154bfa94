// Reading elements by index.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/shape/index_plan.h"
#include "t2n/aten/shape/ops.h"

namespace t2n {
namespace {

Arg Index(OpCall& c) {
  Val x = c.tensor("self");
  std::optional<IndexPlan> plan = PlanIndex(c, x, c.optional_tensors("indices"));
  if (!plan) return Val();
  if (plan->axes.empty()) return x;
  Val out = c.b.Gather(c.b.Reshape(c.b.Transpose(x, plan->perm), plan->flat_shape), 0, plan->at);
  return c.b.Transpose(out, plan->result_perm);
}

Arg IndexSelect(OpCall& c) {
  Val self = c.tensor("self"), x = AtLeast1d(c.b, self);
  Val at = AsIndices(c.b, Flat(c.b, c.tensor("index")));
  Val out = c.b.Gather(x, c.axis("dim", x.rank()), at);
  return self.rank() == 0 ? c.b.Reshape(out, {}) : out;
}

Arg Gather(OpCall& c) {
  c.ignore({"sparse_grad"});
  Val x = AtLeast1d(c.b, c.tensor("self")), index = c.tensor("index");
  Val at = AsIndices(c.b, AtLeast1d(c.b, index));
  int64_t axis = c.axis("dim", x.rank());
  if (at.numel() == Dim(0)) return c.b.Full(index.shape(), x.dtype(), 0);
  if (at.rank() != x.rank()) return c.Refuse("index and self differ in rank");
  return c.b.Reshape(c.b.GatherElements(x, axis, at), index.shape());
}

Arg Take(OpCall& c) {
  Val x = Flat(c.b, c.tensor("self"));
  return c.b.Gather(x, 0, WrapIndices(c, c.tensor("index"), x.numel()));
}

Arg TakeAlongDim(OpCall& c) {
  bool flat = !c.has("dim");
  Val x = c.tensor("self", flat ? 0 : 1), at = c.tensor("indices", flat ? 0 : 1);
  if (flat) {
    x = Flat(c.b, x), at = Flat(c.b, at);
    return c.b.GatherElements(x, 0, WrapIndices(c, at, x.numel()));
  }
  if (x.rank() != at.rank()) return c.Refuse("indices and self differ in rank");
  int64_t axis = c.axis("dim", x.rank());
  Shape xs = x.shape(), is = at.shape();
  xs[axis] = is[axis] = 1;
  Shape shape = BroadcastShape(c, {xs, is});
  if (!c.b.ok()) return Val();
  Shape to = shape;
  to[axis] = x.dim(axis);
  shape[axis] = at.dim(axis);
  at = WrapIndices(c, at, x.dim(axis));
  return c.b.GatherElements(c.b.BroadcastTo(x, to), axis, c.b.BroadcastTo(at, shape));
}

// torch._inductor's guarded index: indices are clamped, and `fill` stands where the mask is off.
Arg UnsafeMaskedIndex(OpCall& c) {
  Val x = c.tensor("self"), mask = c.tensor("mask");
  std::vector<Val> indices = c.optional_tensors("indices");
  for (size_t i = 0; i < indices.size(); ++i) {
    if (!indices[i]) continue;
    Val at = AsIndices(c.b, indices[i]), last = c.b.DimScalar(x.dim(i) - 1);
    indices[i] = c.b.Min(c.b.Max(at, 0), last);
  }
  std::optional<IndexPlan> plan = PlanIndex(c, x, indices);
  if (!plan) return Val();
  Val out = c.b.Gather(c.b.Reshape(c.b.Transpose(x, plan->perm), plan->flat_shape), 0, plan->at);
  out = c.b.Transpose(out, plan->result_perm);
  return c.b.Select(mask, out, AsTensor(c.b, c.arg("fill"), x.dtype()));
}

// Coordinates of the true elements, one tensor an axis.
Arg Nonzero(OpCall& c) {
  std::optional<std::vector<Val>> axes = NonzeroPositions(c, c.tensor("self"));
  if (!axes) return Val();
  if (axes->empty()) return c.Refuse("of a rank-0 tensor");
  return c.b.Stack(*axes, 1);
}
Arg NonzeroAxes(OpCall& c) {
  Val x = AtLeast1d(c.b, c.tensor(c.schema().args[0].name));
  std::optional<std::vector<Val>> axes = NonzeroPositions(c, x);
  if (!axes) return Val();
  return Arg::List(*axes);
}

// The first `size` coordinates; rows behind the last true element are `fill_value`.
Arg NonzeroStatic(OpCall& c) {
  Val x = c.tensor("self");
  Dim size = c.dim("size");
  Val flags = Flat(c.b, c.b.Cast(c.b.Cast(x, DType::kBool), DType::kI64));
  Val counts = c.b.Unsqueeze(c.b.Cumulative(flags, 0, "sum"), 0);
  Val k = IotaAlong(c.b, size, 0, 2);
  Val at = c.b.Reduce(Op::kReduceSum, c.b.Cast(c.b.Le(counts, k), DType::kI64), {1}, false);
  Val found = c.b.Lt(at, c.b.DimScalar(x.numel()));
  std::vector<Val> columns;
  Dim stride = x.numel();
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (!x.dim(i).is_const() || x.dim(i) == Dim(0)) return c.Refuse("of an axis of unknown size");
    stride = FloorDiv(stride, x.dim(i));
    Val column = c.b.Rem(c.b.Div(at, c.b.DimScalar(stride)), c.b.DimScalar(x.dim(i)));
    columns.push_back(c.b.Select(found, column, AsTensor(c.b, c.arg("fill_value"), DType::kI64)));
  }
  if (columns.empty()) return c.Refuse("of a rank-0 tensor");
  return c.b.Stack(columns, 1);
}

Arg MaskedSelect(OpCall& c) {
  Val x = c.tensor("self"), mask = c.tensor("mask");
  Shape shape = BroadcastShape(c, {x.shape(), mask.shape()});
  std::optional<std::vector<Val>> at = NonzeroPositions(c, Flat(c.b, c.b.BroadcastTo(mask, shape)));
  if (!at) return Val();
  return c.b.Gather(Flat(c.b, c.b.BroadcastTo(x, shape)), 0, (*at)[0]);
}

constexpr OpEntry kOps[] = {
    {"aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", Index},
    {"aten::_unsafe_index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", Index},
    {"aten::_unsafe_masked_index(Tensor self, Tensor mask, Tensor?[] indices, Scalar fill) -> "
     "Tensor",
     UnsafeMaskedIndex},
    {"aten::index_select(Tensor self, int dim, Tensor index) -> Tensor", IndexSelect, &kInRows},
    {"aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor",
     Gather, &kInRows},
    {"aten::take(Tensor self, Tensor index) -> Tensor", Take, &kInRows},
    {"aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor", TakeAlongDim,
     &kInRows},
    {"aten::nonzero(Tensor self) -> Tensor", Nonzero, &kOrderUnknown},
    {"aten::argwhere(Tensor self) -> Tensor", Nonzero, &kOrderUnknown},
    {"aten::nonzero_numpy(Tensor self) -> Tensor[]", NonzeroAxes},
    {"aten::where(Tensor condition) -> Tensor[]", NonzeroAxes},
    {"aten::nonzero_static(Tensor self, *, SymInt size, int fill_value=-1) -> Tensor",
     NonzeroStatic},
    {"aten::masked_select(Tensor self, Tensor mask) -> Tensor", MaskedSelect},
};

}  // namespace

absl::Span<const OpEntry> IndexingOps() { return kOps; }

}  // namespace t2n
