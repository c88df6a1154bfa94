// Reductions over axes: sums, means, extremes, truth, norms.
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/reduce/ops.h"

namespace t2n {
namespace {

// The axes to reduce: argument `dim` if the schema has it, else all.
std::vector<int64_t> AxesOf(OpCall& c, int64_t rank) { return c.axes("dim", rank); }

// Sums and products of integers and bools are i64.
DType SumType(OpCall& c, const Val& x) {
  bool integral = IsInteger(x.dtype()) || x.dtype() == DType::kBool;
  return c.dtype("dtype", integral ? DType::kI64 : x.dtype());
}

// Reduces in f32 where the dtype is a half.
Val ReduceWide(OpCall& c, Op op, const Val& x, const std::vector<int64_t>& axes) {
  return c.b.Cast(c.b.Reduce(op, Widen(c.b, x), axes, c.boolean("keepdim")), x.dtype());
}

template <Op op>
Arg SumOrProd(OpCall& c) {
  Val x = c.tensor("self");
  return ReduceWide(c, op, c.b.Cast(x, SumType(c, x)), AxesOf(c, x.rank()));
}

Arg Mean(OpCall& c) {
  Val x = c.tensor("self");
  x = c.b.Cast(x, c.dtype("dtype", x.dtype()));
  if (!IsFloat(x.dtype()) && !IsComplex(x.dtype())) return c.Refuse("of integers");
  return ReduceWide(c, Op::kReduceMean, x, AxesOf(c, x.rank()));
}

Val WithoutNans(Builder& b, const Val& x) {
  return IsFloat(x.dtype()) ? b.Select(b.IsNan(x), b.ScalarLike(x, 0), x) : x;
}

Arg NanSum(OpCall& c) {
  Val x = c.tensor("self");
  Val y = c.b.Cast(WithoutNans(c.b, x), SumType(c, x));
  return ReduceWide(c, Op::kReduceSum, y, AxesOf(c, x.rank()));
}

Arg NanMean(OpCall& c) {
  Val x = c.tensor("self");
  if (!IsFloat(x.dtype())) return c.Refuse("of integers");
  DType dtype = c.dtype("dtype", x.dtype());
  std::vector<int64_t> axes = AxesOf(c, x.rank());
  Val y = Widen(c.b, c.b.Cast(WithoutNans(c.b, x), dtype));
  Val valid = c.b.Cast(c.b.Not(c.b.IsNan(x)), y.dtype());
  bool keep = c.boolean("keepdim");
  return c.b.Cast(
      c.b.Reduce(Op::kReduceSum, y, axes, keep) / c.b.Reduce(Op::kReduceSum, valid, axes, keep),
      dtype);
}

// ReduceMax and ReduceMin, on bools too.
Val Extreme(Builder& b, Op op, const Val& x, const std::vector<int64_t>& axes, bool keep) {
  if (x.dtype() == DType::kBool) {
    op = op == Op::kReduceMax ? Op::kReduceAny : Op::kReduceAll;
  }
  return b.Reduce(op, x, axes, keep);
}

template <Op op>
Arg AMinMax(OpCall& c) {
  Val x = c.tensor("self");
  return Extreme(c.b, op, x, AxesOf(c, x.rank()), c.boolean("keepdim"));
}

Arg BothExtremes(OpCall& c) {
  Val x = c.tensor("self");
  std::vector<int64_t> axes = AxesOf(c, x.rank());
  bool keep = c.boolean("keepdim");
  return Arg::Tuple(
      {Extreme(c.b, Op::kReduceMin, x, axes, keep), Extreme(c.b, Op::kReduceMax, x, axes, keep)});
}

// ArgMax and ArgMin; bools are ordered as integers.
Val ArgExtreme(Builder& b, Op op, const Val& x, int64_t axis, bool keep) {
  if (x.rank() == 0) return b.Full(x.shape(), DType::kI64, 0);
  return b.ArgReduce(op, x.dtype() == DType::kBool ? b.Cast(x, DType::kU8) : x, axis, keep);
}

// max.dim, min.dim: (values, indices).
template <Op op, Op arg_op>
Arg ExtremeAlong(OpCall& c) {
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  bool keep = c.boolean("keepdim");
  std::vector<int64_t> axes;
  if (x.rank() > 0) axes = {axis};
  return Arg::Tuple({Extreme(c.b, op, x, axes, keep), ArgExtreme(c.b, arg_op, x, axis, keep)});
}

template <Op op>
Arg ArgMinMax(OpCall& c) {
  Val x = c.tensor("self");
  bool keep = c.boolean("keepdim");
  if (c.has("dim")) return ArgExtreme(c.b, op, x, c.axis("dim", x.rank()), keep);
  Val index = ArgExtreme(c.b, op, Flat(c.b, x), 0, false);
  return keep ? c.b.Reshape(index, Shape(x.rank(), Dim(1))) : index;
}

// any, all: u8 in, u8 out; bools otherwise.
template <Op op>
Arg Truth(OpCall& c) {
  Val x = c.tensor("self");
  Val y = c.b.Reduce(op, c.b.Cast(x, DType::kBool), AxesOf(c, x.rank()), c.boolean("keepdim"));
  return x.dtype() == DType::kU8 ? c.b.Cast(y, DType::kU8) : y;
}

Arg CountNonzero(OpCall& c) {
  Val x = c.tensor("self");
  if (IsComplex(x.dtype())) return c.Refuse("of complex numbers");
  Val nonzero = c.b.Cast(c.b.Cast(x, DType::kBool), DType::kI64);
  return c.b.Reduce(Op::kReduceSum, nonzero, AxesOf(c, x.rank()), false);
}

// Sums what broadcasting `size` to the operand's shape would repeat.
Arg SumToSize(OpCall& c) {
  Val x = c.tensor("self");
  Shape size = c.dims("size");
  int64_t extra = x.rank() - static_cast<int64_t>(size.size());
  if (extra < 0) return c.RefuseArg("size", "has more axes than the tensor");
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (i < extra || (size[i - extra] == Dim(1) && x.dim(i) != Dim(1))) axes.push_back(i);
  }
  if (axes.empty() && !size.empty()) return x;
  return c.b.Reshape(c.b.Reduce(Op::kReduceSum, c.b.Cast(x, SumType(c, x)), axes, true), size);
}

Arg LogSumExpOp(OpCall& c) {
  Val x = c.tensor("self");
  if (IsComplex(x.dtype())) return c.Refuse("of complex numbers");
  x = ToFloat(c.b, x);
  return LogSumExp(c.b, x, AxesOf(c, x.rank()), c.boolean("keepdim"));
}

constexpr OpEntry kOps[] = {
    {"aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", SumOrProd<Op::kReduceSum>},
    {"aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     SumOrProd<Op::kReduceSum>},
    {"aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", Mean, nullptr,
     OnQuantized::kMean},
    {"aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     Mean, nullptr, OnQuantized::kMean},
    {"aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", SumOrProd<Op::kReduceProd>},
    {"aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     SumOrProd<Op::kReduceProd>},
    {"aten::nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     NanSum},
    {"aten::nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     NanMean},
    {"aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor",
     AMinMax<Op::kReduceMax>, nullptr, OnQuantized::kSteps},
    {"aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor",
     AMinMax<Op::kReduceMin>, nullptr, OnQuantized::kSteps},
    {"aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)",
     BothExtremes},
    {"aten::max(Tensor self) -> Tensor", AMinMax<Op::kReduceMax>, nullptr, OnQuantized::kSteps},
    {"aten::min(Tensor self) -> Tensor", AMinMax<Op::kReduceMin>, nullptr, OnQuantized::kSteps},
    {"aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
     ExtremeAlong<Op::kReduceMax, Op::kArgMax>, nullptr, OnQuantized::kSteps},
    {"aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
     ExtremeAlong<Op::kReduceMin, Op::kArgMin>, nullptr, OnQuantized::kSteps},
    {"aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor",
     ArgMinMax<Op::kArgMax>, nullptr, OnQuantized::kSteps},
    {"aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor",
     ArgMinMax<Op::kArgMin>, nullptr, OnQuantized::kSteps},
    {"aten::any(Tensor self) -> Tensor", Truth<Op::kReduceAny>},
    {"aten::any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", Truth<Op::kReduceAny>},
    {"aten::any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor",
     Truth<Op::kReduceAny>},
    {"aten::all(Tensor self) -> Tensor", Truth<Op::kReduceAll>},
    {"aten::all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", Truth<Op::kReduceAll>},
    {"aten::all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor",
     Truth<Op::kReduceAll>},
    {"aten::count_nonzero(Tensor self, int? dim=None) -> Tensor", CountNonzero},
    {"aten::count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", CountNonzero},
    {"aten::sum_to_size(Tensor self, SymInt[] size) -> Tensor", SumToSize, &kUnmarkedItself},
    {"aten::logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", LogSumExpOp},
};

}  // namespace

absl::Span<const OpEntry> ReductionOps() { return kOps; }

}  // namespace t2n
