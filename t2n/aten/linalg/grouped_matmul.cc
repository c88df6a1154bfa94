// Products of many matrices of different sizes (ATen/native/GroupedMMUtils.h).
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/linalg/ops.h"

namespace t2n {
namespace {

// Which of `size` rows are in which group: bool [groups, size], from the groups' ends.
Val Membership(Builder& b, const Val& ends, const Dim& size) {
  Val upto = b.Unsqueeze(b.Cast(ends, DType::kI64), 1);
  Val from = b.Slice(b.Pad(upto, {1, 0}, {0, 0}), 0, 0, upto.dim(0));
  Val at = IotaAlong(b, size, 1, 2);
  return b.And(b.Ge(at, from), b.Lt(at, upto));
}

Val OnlyMembers(Builder& b, const Val& members, const Val& x) {
  return b.Select(members, x, b.ScalarLike(x, 0));
}

// Rows of x [m, k] by their group's matrix y [groups, k, n]. Rows behind the last end have no
// group: what torch gives there is not defined.
Val RowsByGroup(OpCall& c, const Val& x, const Val& y, const Val& ends) {
  Builder& b = c.b;
  if (LessEqual(x.dim(0), y.dim(0)) == true) {  // fewer rows than matrices: fetch each its own
    Val before = b.Ge(IotaAlong(b, x.dim(0), 0, 2), b.Unsqueeze(b.Cast(ends, DType::kI64), 0));
    Val group = b.Reduce(Op::kReduceSum, b.Cast(before, DType::kI64), {1}, false);
    group = b.Min(group, b.DimScalar(y.dim(0) - 1));
    return b.Einsum("mk,mkn->mn", {x, b.Gather(y, 0, group)});
  }
  c.Warn(absl::StrCat(
      "each of ", x.dim(0).ToString(), " rows is multiplied with all ", y.dim(0).ToString(),
      " matrices, of which it needs one: that many times the "
      "work. Up to as many rows as matrices (a token at a time) each fetches its own "
      "matrix; so do more, if transformers' experts_implementation is batched_mm"));
  Val all = b.Einsum("mk,gkn->gmn", {x, y});
  Val members = b.Unsqueeze(Membership(b, ends, x.dim(0)), 2);
  return b.Reduce(Op::kReduceSum, OnlyMembers(b, members, all), {0}, false);
}

// x [groups, m, k] by the columns of y [k, n] that each group has.
Val ColumnsByGroup(Builder& b, const Val& x, const Val& y, const Val& ends) {
  Val all = b.Einsum("gmk,kn->gmn", {x, y});
  Val members = b.Unsqueeze(Membership(b, ends, y.dim(1)), 1);
  return b.Reduce(Op::kReduceSum, OnlyMembers(b, members, all), {0}, false);
}

// x [m, k] by y [k, n], summed over each group's part of k: [groups, m, n].
Val SumsByGroup(Builder& b, const Val& x, const Val& y, const Val& ends) {
  Val members = Membership(b, ends, x.dim(1));
  return b.Einsum("gmk,gkn->gmn", {OnlyMembers(b, b.Unsqueeze(members, 1), x),
                                   OnlyMembers(b, b.Unsqueeze(members, 2), y)});
}

Arg GroupedMm(OpCall& c) {
  Val x = c.tensor("self"), y = c.tensor("mat2"), ends = c.tensor("offs");
  if (c.has("bias")) return c.RefuseArg("bias");
  if (c.dtype("out_dtype", x.dtype()) != x.dtype()) return c.RefuseArg("out_dtype");
  int64_t flat = (x.rank() == 2) + (y.rank() == 2);
  if (x.rank() < 2 || x.rank() > 3 || y.rank() < 2 || y.rank() > 3 || x.dtype() != y.dtype() ||
      (flat > 0) != static_cast<bool>(ends) || (ends && ends.rank() != 1)) {
    return c.Refuse("ranks or dtypes of the operands");
  }
  if (flat == 0) return c.b.MatMul(x, y);
  if (flat == 2) return SumsByGroup(c.b, x, y, ends);
  return x.rank() == 2 ? RowsByGroup(c, x, y, ends) : ColumnsByGroup(c.b, x, y, ends);
}

// transformers' own for runs without the one above: rows behind the last end are 0.
Arg GroupedMmFallback(OpCall& c) {
  Val x = c.tensor("input"), y = c.tensor("weight"), ends = c.tensor("offs");
  if (x.rank() != 2 || y.rank() != 3 || ends.rank() != 1 || x.dtype() != y.dtype()) {
    return c.Refuse("ranks or dtypes of the operands");
  }
  Val last = c.b.Slice(c.b.Cast(ends, DType::kI64), 0, ends.dim(0) - 1, ends.dim(0));
  Val members = c.b.Lt(IotaAlong(c.b, x.dim(0), 0, 1), last);
  return OnlyMembers(c.b, c.b.Unsqueeze(members, 1), RowsByGroup(c, x, y, ends));
}

constexpr OpEntry kOps[] = {
    {"transformers::grouped_mm_fallback(Tensor input, Tensor weight, Tensor offs) -> Tensor",
     GroupedMmFallback},
    {"aten::_grouped_mm(Tensor self, Tensor mat2, Tensor? offs=None, Tensor? bias=None, "
     "ScalarType? out_dtype=None) -> Tensor",
     GroupedMm},
};

}  // namespace

absl::Span<const OpEntry> GroupedMatmulOps() { return kOps; }

}  // namespace t2n
