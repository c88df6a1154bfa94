// Triangles and masks.
#include <algorithm>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/shape/ops.h"

namespace t2n {
namespace {

// column - row of every element of a matrix.
Val DiagonalNumbers(Builder& b, const Dim& rows, const Dim& columns) {
  return IotaAlong(b, columns, 1, 2) - IotaAlong(b, rows, 0, 2);
}

Arg Triangle(OpCall& c, bool lower) {
  Val x = c.tensor("self");
  if (x.rank() < 2) return c.Refuse("of less than two axes");
  Val numbers = DiagonalNumbers(c.b, x.dim(-2), x.dim(-1));
  Val diagonal = c.b.DimScalar(c.dim("diagonal"));
  Val keep = lower ? c.b.Le(numbers, diagonal) : c.b.Ge(numbers, diagonal);
  return c.b.Select(keep, x, c.b.ScalarLike(x, 0));
}
Arg Tril(OpCall& c) { return Triangle(c, true); }
Arg Triu(OpCall& c) { return Triangle(c, false); }

Arg TriangleIndices(OpCall& c, bool lower) {
  c.ignore({"layout", "device", "pin_memory"});
  int64_t rows = c.integer("row"), columns = c.integer("col"), offset = c.integer("offset");
  if (rows < 0 || columns < 0 || rows > (1 << 20) || columns > (1 << 20) ||
      rows * columns > (1 << 24)) {
    return c.Refuse("of sizes out of range");
  }
  std::vector<int64_t> at, second;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      if (lower ? j - i > offset : j - i < offset) continue;
      at.push_back(i);
      second.push_back(j);
    }
  }
  int64_t n = static_cast<int64_t>(at.size());
  at.insert(at.end(), second.begin(), second.end());
  return c.b.Cast(IntTensor(c.b, at, {2, n}), c.dtype("dtype", DType::kI64));
}
Arg TrilIndices(OpCall& c) { return TriangleIndices(c, true); }
Arg TriuIndices(OpCall& c) { return TriangleIndices(c, false); }

Arg MaskedFill(OpCall& c) {
  Val x = c.tensor("self"), mask = c.b.Cast(c.tensor("mask"), DType::kBool);
  Shape shape = BroadcastShape(c, {x.shape(), mask.shape()});
  Val out = c.b.Select(mask, AsTensor(c.b, c.arg("value"), x.dtype()), x);
  return c.b.BroadcastTo(out, shape);
}

// The k-th true element of the mask takes the k-th element of source.
Arg MaskedScatter(OpCall& c) {
  Val x = c.tensor("self"), mask = c.b.Cast(c.tensor("mask"), DType::kBool);
  Shape shape = BroadcastShape(c, {x.shape(), mask.shape()});
  mask = c.b.BroadcastTo(mask, shape);
  Val source = Flat(c.b, AsTensor(c.b, c.arg("source"), x.dtype()));
  if (source.numel() == Dim(0)) return c.b.BroadcastTo(x, shape);
  Val count = c.b.Cumulative(Flat(c.b, c.b.Cast(mask, DType::kI64)), 0, "sum");
  Val last = c.b.DimScalar(source.numel() - 1);
  Val at = c.b.Min(c.b.Max(count - 1, 0), last);
  Val picked = c.b.Reshape(c.b.Gather(source, 0, at), shape);
  return c.b.Select(mask, picked, c.b.BroadcastTo(x, shape));
}

// Of a matrix; below the last row the diagonal goes on after a row without it if `wrap`. Tensors of
// more axes have them of one size.
Arg FillDiagonal(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("self", 2);
  bool wrap = c.boolean("wrap");
  if (!b.ok()) return Val();
  Val row = IotaAlong(b, x.dim(0), 0, x.rank()), mask;
  if (wrap && x.rank() == 2) row = b.Rem(row, b.DimScalar(x.dim(1) + 1));
  for (int64_t i = 1; i < x.rank(); ++i) {
    if (x.rank() > 2 && Equal(x.dim(i), x.dim(0)) != true) return c.Refuse("of axes of many sizes");
    Val same = b.Eq(row, IotaAlong(b, x.dim(i), i, x.rank()));
    mask = mask ? b.And(mask, same) : same;
  }
  return b.Select(mask, AsTensor(b, c.arg("fill_value"), x.dtype()), x);
}

constexpr OpEntry kOps[] = {
    {"aten::fill_diagonal(Tensor self, Scalar fill_value, bool wrap=False) -> Tensor",
     FillDiagonal},
    {"aten::tril(Tensor self, SymInt diagonal=0) -> Tensor", Tril},
    {"aten::triu(Tensor self, SymInt diagonal=0) -> Tensor", Triu},
    {"aten::tril_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     TrilIndices},
    {"aten::triu_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     TriuIndices},
    {"aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor", MaskedFill,
     nullptr, OnQuantized::kReal},
    {"aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor", MaskedFill,
     nullptr, OnQuantized::kReal},
    {"aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor", MaskedScatter},
};

}  // namespace

absl::Span<const OpEntry> MaskingOps() { return kOps; }

}  // namespace t2n
