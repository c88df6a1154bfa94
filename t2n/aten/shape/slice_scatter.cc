// A tensor with a part of it replaced: the pure forms of writes through views.
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/shape/index_plan.h"
#include "t2n/aten/shape/ops.h"

namespace t2n {
namespace {

// Rows begin, begin + step, ... of an axis replaced by those of `src`.
Val ReplaceSlice(OpCall& c, const Val& x, const Val& src, int64_t axis, const Bounds& r,
                 int64_t step) {
  Val s = c.b.Cast(src, x.dtype());
  if (step == 1) {
    return c.b.Concat({c.b.Slice(x, axis, 0, r.begin), s, c.b.Slice(x, axis, r.end, x.dim(axis))},
                      axis);
  }
  std::vector<int64_t> front = MovePerm(x.rank(), {axis}, {0});
  Val rows = c.b.Transpose(s, front);
  Val at = c.b.Iota(rows.dim(0)) * static_cast<double>(step) + c.b.DimScalar(r.begin);
  Val out = c.b.ScatterNd(c.b.Transpose(x, front), c.b.Unsqueeze(at, 1), rows);
  return c.b.Transpose(out, MovePerm(x.rank(), {0}, {axis}));
}

Arg SliceScatter(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() == 0) return c.Refuse("of a rank-0 tensor");
  int64_t axis = c.axis("dim", x.rank()), step = c.integer("step");
  if (step < 1) return c.RefuseArg("step");
  Bounds r = SliceBounds(c, "start", "end", x.dim(axis));
  Shape shape = x.shape();
  shape[axis] = CeilDiv(r.end - r.begin, step);
  return ReplaceSlice(c, x, c.b.BroadcastTo(c.tensor("src"), shape), axis, r, step);
}

Arg SelectScatter(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() == 0) return c.Refuse("of a rank-0 tensor");
  int64_t axis = c.axis("dim", x.rank());
  Dim at = WrapIndex(c, "index", c.dim("index"), x.dim(axis));
  return ReplaceSlice(c, x, c.b.Unsqueeze(c.tensor("src"), axis), axis, {at, at + 1}, 1);
}

Arg DiagonalScatter(OpCall& c) {
  Val x = c.tensor("self"), src = c.b.Cast(c.tensor("src"), x.dtype());
  int64_t rank = x.rank(), offset = c.integer("offset");
  if (rank < 2) return c.Refuse("of less than two axes");
  int64_t rows = c.axis("dim1", rank), columns = c.axis("dim2", rank);
  if (rows == columns) return c.Refuse("the two axes are the same");
  std::vector<int64_t> to_back = MovePerm(rank, {rows, columns}, {rank - 2, rank - 1});
  Val m = c.b.Transpose(x, to_back);
  // Element k of src is in row k (offset >= 0) or in column k: spread it over the other axis.
  int64_t along = offset >= 0 ? rank - 2 : rank - 1, across = offset >= 0 ? rank - 1 : rank - 2;
  Shape before(rank - 1, Dim(0)), after = before;
  after.back() = m.dim(along) - src.dim(-1);
  Val spread = c.b.Unsqueeze(c.b.Pad(src, before, after), across);
  Val numbers = IotaAlong(c.b, m.dim(-1), 1, 2) - IotaAlong(c.b, m.dim(-2), 0, 2);
  Val out = c.b.Select(c.b.Eq(numbers, static_cast<double>(offset)), spread, m);
  return c.b.Transpose(out, MovePerm(rank, {rank - 2, rank - 1}, {rows, columns}));
}

Arg AsStridedScatter(OpCall& c) {
  Val x = c.tensor("self");
  Shape size = c.dims("size"), stride = c.dims("stride");
  Dim offset = c.has("storage_offset") ? c.dim("storage_offset") : Dim(0);
  if (c.memory() && c.has("storage_offset")) offset = offset - c.memory()->offset;
  if (!IsKnownInRows(c)) return c.Refuse("of a view whose strides are not known");
  if (size.size() != stride.size()) return c.Refuse("size and stride differ in length");
  Val at = c.b.BroadcastTo(StridedPositions(c.b, size, stride, offset), size);
  Val updates = Flat(c.b, c.b.BroadcastTo(c.b.Cast(c.tensor("src"), x.dtype()), size));
  Val out = c.b.ScatterNd(Flat(c.b, x), c.b.Unsqueeze(Flat(c.b, at), 1), updates);
  return c.b.Reshape(out, x.shape());
}

constexpr OpEntry kOps[] = {
    {"aten::slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? "
     "end=None, SymInt step=1) -> Tensor",
     SliceScatter, &kExactlyAsFirst},
    {"aten::select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor",
     SelectScatter, &kExactlyAsFirst},
    {"aten::diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> "
     "Tensor",
     DiagonalScatter, &kExactlyAsFirst},
    {"aten::as_strided_scatter(Tensor self, Tensor src, SymInt[] size, SymInt[] stride, SymInt? "
     "storage_offset=None) -> Tensor",
     AsStridedScatter, &kFirstAsksMemory},
};

}  // namespace

absl::Span<const OpEntry> SliceScatterOps() { return kOps; }

}  // namespace t2n
