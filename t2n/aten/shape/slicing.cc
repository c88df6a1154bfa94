// Parts of a tensor: slices, splits, diagonals, windows.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/shape/ops.h"
#include "t2n/aten/shape/strided_views.h"

namespace t2n {
namespace {

constexpr int64_t kMaxParts = 100000;  // a program that splits into more is no model

// What a call that is refused needs of a size: it is made again for such sizes (LeastSizes).
void NeedNotNegative(OpCall& c, const Val& x, int64_t axis, const Dim& size) {
  if (LessEqual(0, size) != true) c.b.Slice(x, axis, size, x.dim(axis));
}

Arg Slice(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() == 0) return c.Refuse("of a rank-0 tensor");
  int64_t axis = c.axis("dim", x.rank());
  for (const char* bound : {"start", "end"}) {
    if (c.has(bound) && !Less(c.dim(bound), 0)) NeedNotNegative(c, x, axis, c.dim(bound));
  }
  Bounds r = SliceBounds(c, "start", "end", x.dim(axis));
  return c.b.Slice(x, axis, r.begin, r.end, c.integer("step"));
}

Arg Select(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() == 0) return c.Refuse("of a rank-0 tensor");
  int64_t axis = c.axis("dim", x.rank());
  return c.b.SelectIndex(x, axis, WrapIndex(c, "index", c.dim("index"), x.dim(axis)));
}

// An element by a number that the inputs' values decide.
Arg SelectNumber(OpCall& c) {
  Val x = c.tensor("self"), at = c.tensor("index");
  if (x.rank() == 0 || at.rank() != 0) return c.Refuse("ranks of the operands");
  int64_t axis = c.axis("dim", x.rank());
  std::optional<std::vector<int64_t>> known = KnownInts(at);
  if (known || at->dims) {
    Dim index = known ? Dim((*known)[0]) : (*at->dims)[0];
    return c.b.SelectIndex(x, axis, WrapIndex(c, "index", index, x.dim(axis)));
  }
  return c.b.Gather(x, axis, WrapIndices(c, at, x.dim(axis)));
}

Arg Narrow(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() == 0) return c.Refuse("of a rank-0 tensor");
  int64_t axis = c.axis("dim", x.rank());
  const Arg& start = c.arg("start");
  if (start.is_tensor() && !start.tensor()->dims && !start.tensor().is_constant()) {
    Val first = WrapIndices(c, start.tensor(), x.dim(axis));
    return c.b.Gather(x, axis, c.b.Iota(c.dim("length")) + first);
  }
  Dim begin = WrapIndex(c, "start", c.dim("start"), x.dim(axis));
  return c.b.Slice(x, axis, begin, begin + c.dim("length"));
}

Arg Unbind(OpCall& c) {
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  std::optional<int64_t> n = x.dim(axis).constant();
  if (!n || x.rank() == 0) return c.Refuse("into a number of parts that is not known");
  if (*n > kMaxParts) return c.Refuse(absl::StrCat("into ", *n, " parts; at most ", kMaxParts));
  std::vector<Val> out;
  for (int64_t i = 0; i < *n; ++i) out.push_back(c.b.SelectIndex(x, axis, i));
  return Arg::List(out);
}

// Parts between successive positions; the last one ends at the axis' end.
Arg PartsAt(OpCall& c, const Val& x, int64_t axis, const Shape& begins) {
  if (begins.size() > kMaxParts) {
    return c.Refuse(absl::StrCat("into ", begins.size(), " parts; at most ", kMaxParts));
  }
  std::vector<Val> out;
  for (size_t i = 0; i < begins.size(); ++i) {
    Dim end = i + 1 < begins.size() ? begins[i + 1] : x.dim(axis);
    out.push_back(c.b.Slice(x, axis, begins[i], Max(begins[i], end)));
  }
  return Arg::List(out);
}

// Parts of `size`, the last one maybe smaller; so many, where that is known.
Arg PartsOf(OpCall& c, const Val& x, int64_t axis, const Dim& size, int64_t count = 0) {
  Dim total = x.dim(axis);
  if (size == Dim(0)) {
    if (total != Dim(0)) return c.Refuse("into parts of size 0");
    return Arg::List(ArgList{x});
  }
  Dim whole = FloorDiv(total, size);
  Dim n = count > 0 ? Dim(count) : whole * size == total ? whole : CeilDiv(total, size);
  if (Less(size, 0) == true || (n.is_const() && n.value() > kMaxParts)) {
    return c.Refuse(absl::StrCat("into ", n.ToString(), " parts; at most ", kMaxParts));
  }
  if (!n.is_const()) {
    return c.Refuse(
        absl::StrCat("axis of size ", total.ToString(),
                     " into a number of parts that is not known; give it a fixed size"));
  }
  Shape begins;
  for (int64_t i = 0; i < std::max<int64_t>(n.value(), 1); ++i) begins.push_back(size * i);
  return PartsAt(c, x, axis, begins);
}

int64_t SplitAxis(OpCall& c, const Val& x) {
  if (x.rank() == 0) c.Refuse("of a rank-0 tensor");
  return c.axis("dim", x.rank());
}

Arg Split(OpCall& c) {
  Val x = c.tensor("self");
  return PartsOf(c, x, SplitAxis(c, x), c.dim("split_size"));
}

Arg Chunk(OpCall& c) {
  Val x = c.tensor("self");
  int64_t axis = SplitAxis(c, x), chunks = c.integer("chunks");
  if (chunks < 1 || chunks > kMaxParts) return c.RefuseArg("chunks");
  if (x.dim(axis) == Dim(0)) return Arg::List(std::vector<Val>(chunks, x));
  const Dim total = x.dim(axis), size = CeilDiv(total, chunks);
  if (total.is_const()) return PartsOf(c, x, axis, size);
  if (size * chunks == total) return PartsOf(c, x, axis, size, chunks);
  // From here on there are as many parts as asked for.
  const int64_t least = (chunks - 1) * (chunks - 1) + 1;
  NeedNotNegative(c, x, axis, total - least);
  if (LessEqual(least, total) == true) return PartsOf(c, x, axis, size, chunks);
  return PartsOf(c, x, axis, size);
}

Arg SplitSizes(OpCall& c, absl::string_view name) {
  Val x = c.tensor("self");
  int64_t axis = SplitAxis(c, x);
  Shape begins;
  Dim total = 0;
  for (const Dim& size : c.dims(name)) {
    begins.push_back(total);
    total += size;
  }
  if (Equal(total, x.dim(axis)) == false) return c.RefuseArg(name, "does not add up to the axis");
  return PartsAt(c, x, axis, begins);
}
Arg SplitWithSize(OpCall& c) { return SplitSizes(c, "split_size"); }
Arg SplitWithSizes(OpCall& c) { return SplitSizes(c, "split_sizes"); }

// numpy.array_split: positions, or a number of parts whose first ones are larger by one.
Arg TensorSplit(OpCall& c, const Val& x, int64_t axis, absl::string_view name, bool positions) {
  Dim size = x.dim(axis);
  Shape begins = {0};
  if (positions) {
    for (const Dim& d : c.dims(name)) {
      begins.push_back(Min(Max(WrapIndex(c, name, d, size), 0), size));
    }
    return PartsAt(c, x, axis, begins);
  }
  int64_t n = c.integer(name);
  if (n < 1 || n > kMaxParts) return c.RefuseArg(name, "is out of range");
  Dim part = FloorDiv(size, n), larger = size - part * n;
  for (int64_t i = 1; i < n; ++i) begins.push_back(part * i + Min(larger, i));
  return PartsAt(c, x, axis, begins);
}
Arg TensorSplitSections(OpCall& c) {
  Val x = c.tensor("self");
  return TensorSplit(c, x, SplitAxis(c, x), "sections", false);
}
Arg TensorSplitIndices(OpCall& c) {
  Val x = c.tensor("self");
  return TensorSplit(c, x, SplitAxis(c, x), "indices", true);
}
Arg TensorSplitTensor(OpCall& c) {
  Val x = c.tensor("self"), given = c.tensor("tensor_indices_or_sections");
  std::optional<Shape> values = given ? given->dims : std::nullopt;
  if (auto ints = KnownInts(given)) values = Shape(ints->begin(), ints->end());
  if (!values) return c.RefuseSize();
  int64_t axis = SplitAxis(c, x);
  Shape begins = {0};
  if (given.rank() == 1) {
    for (const Dim& d : *values) {
      Dim at = WrapIndex(c, "tensor_indices_or_sections", d, x.dim(axis));
      begins.push_back(Min(Max(at, 0), x.dim(axis)));
    }
    return PartsAt(c, x, axis, begins);
  }
  if (values->size() != 1) return c.RefuseArg("tensor_indices_or_sections");
  std::optional<int64_t> n = (*values)[0].constant();
  if (!n || *n < 1 || *n > kMaxParts) return c.RefuseArg("tensor_indices_or_sections");
  Dim part = FloorDiv(x.dim(axis), *n), larger = x.dim(axis) - part * *n;
  for (int64_t i = 1; i < *n; ++i) begins.push_back(part * i + Min(larger, i));
  return PartsAt(c, x, axis, begins);
}

// hsplit, vsplit, dsplit: along axis 1 (0 for rank 1), 0, 2.
template <int64_t axis, bool positions>
Arg AxisSplit(OpCall& c) {
  Val x = c.tensor("self");
  int64_t a = axis == 1 && x.rank() == 1 ? 0 : axis;
  if (x.rank() <= a) return c.Refuse("the rank is too small");
  return TensorSplit(c, x, a, positions ? "indices" : "sections", positions);
}

// The two axes become a last one with the diagonal `offset` above the main one. Of rows of a known
// length it is every (m+1)-th element.
Val DiagonalOf(OpCall& c, Val x, int64_t offset, int64_t rows, int64_t columns) {
  if (rows == columns || x.rank() < 2) return c.Refuse("needs two axes");
  int64_t rank = x.rank();
  x = c.b.Transpose(x, MovePerm(rank, {rows, columns}, {rank - 2, rank - 1}));
  if (!x.dim(-1).is_const()) {
    x = c.b.SwapAxes(x, rank - 2, rank - 1);
    offset = -offset;
  }
  Dim n = x.dim(-2), m = x.dim(-1);
  Dim length = Max(0, offset >= 0 ? Min(n, m - offset) : Min(n + offset, m));
  Dim begin = offset >= 0 ? Dim(offset) : m * -offset;
  Shape flat(x.shape().begin(), x.shape().end() - 2);
  flat.push_back(n * m);
  if (!m.is_const()) {
    Val at = c.b.Iota(length) * c.b.DimScalar(m + 1) + c.b.DimScalar(begin);
    return c.b.Gather(c.b.Reshape(x, std::move(flat)), rank - 2, at);
  }
  int64_t step = m.value() + 1;
  if (length == Dim(0)) begin = 0;
  Dim end = length == Dim(0) ? Dim(0) : begin + (length - 1) * step + 1;
  return c.b.Slice(c.b.Reshape(x, std::move(flat)), rank - 2, begin, end, step);
}
Arg DiagonalNamed(OpCall& c, absl::string_view self) {
  Val x = c.tensor(self);
  if (x.rank() < 2) return c.Refuse("of less than two axes");
  return DiagonalOf(c, x, c.integer("offset"), c.axis("dim1", x.rank()), c.axis("dim2", x.rank()));
}
Arg Diagonal(OpCall& c) { return DiagonalNamed(c, "self"); }
Arg LinalgDiagonal(OpCall& c) { return DiagonalNamed(c, "A"); }

Arg Trace(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() != 2) return c.Refuse("of a tensor that is no matrix");
  Val d = DiagonalOf(c, x, 0, 0, 1);
  if (IsInteger(d.dtype()) || d.dtype() == DType::kBool) d = c.b.Cast(d, DType::kI64);
  return c.b.Reduce(Op::kReduceSum, d, {0}, false);
}

// A matrix with `x`'s last axis on its diagonal, at (axis1, axis2) of the result.
Val DiagonalMatrix(OpCall& c, const Val& x, int64_t offset, int64_t axis1, int64_t axis2) {
  int64_t rank = x.rank() + 1;
  if (x.rank() == 0) return c.Refuse("of a tensor without axes");
  if (axis1 == axis2) return c.Refuse("the two axes are the same");
  if (axis1 > axis2) {
    std::swap(axis1, axis2);
    offset = -offset;
  }
  Dim size = x.dim(-1) + std::abs(offset);
  // Column j holds one element of `x`: pad to all columns, spread over rows, keep the diagonal.
  Shape before(x.rank(), Dim(0)), after = before;
  (offset > 0 ? before : after).back() = std::abs(offset);
  Val columns = c.b.Unsqueeze(c.b.Pad(x, before, after), rank - 2);
  Val rows = IotaAlong(c.b, size, 0, 2), cols = IotaAlong(c.b, size, 1, 2);
  Val keep = c.b.Eq(cols - rows, static_cast<double>(offset));
  Shape shape = x.shape();
  shape.back() = size;
  shape.push_back(size);
  Val out = c.b.Select(keep, c.b.BroadcastTo(columns, shape), c.b.ScalarLike(x, 0));
  return c.b.Transpose(out, MovePerm(rank, {rank - 2, rank - 1}, {axis1, axis2}));
}
Arg DiagEmbed(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() == 0) return c.Refuse("of a rank-0 tensor");
  return DiagonalMatrix(c, x, c.integer("offset"), c.axis("dim1", x.rank() + 1),
                        c.axis("dim2", x.rank() + 1));
}
Arg DiagFlat(OpCall& c) {
  return DiagonalMatrix(c, Flat(c.b, c.tensor("self")), c.integer("offset"), 0, 1);
}
Arg Diag(OpCall& c) {
  Val x = c.tensor("self");
  int64_t offset = c.integer("diagonal");
  return x.rank() == 1 ? DiagonalMatrix(c, x, offset, 0, 1) : DiagonalOf(c, x, offset, 0, 1);
}

// More windows' elements than these are not joined from slices.
constexpr int64_t kMaxUnfoldedSlices = 64;

// Windows of `size` every `step` along an axis, as a new last axis. Of an axis of open size they
// are joined from slices where these are few: unlike an indexed axis, a slice can stream.
Arg Unfold(OpCall& c) {
  Val x = AtLeast1d(c.b, c.tensor("self"));
  int64_t axis = c.axis("dimension", x.rank()), size = c.integer("size"), step = c.integer("step");
  if (size < 0 || step < 1) return c.Refuse("size or step out of range");
  if (c.tensor("self").rank() == 0 && size == 0) return c.b.Slice(x, 0, 0, 0);
  if (c.tensor("self").rank() == 0) return x;
  Dim windows = FloorDiv(x.dim(axis) - size, step) + 1;
  std::vector<int64_t> to_back = MovePerm(x.rank() + 1, {axis + 1}, {x.rank()});
  if (size == step) {
    Shape shape = x.shape();
    shape[axis] = windows;
    shape.insert(shape.begin() + axis + 1, Dim(size));
    return c.b.Transpose(c.b.Reshape(c.b.Slice(x, axis, 0, windows * size), shape), to_back);
  }
  if (!windows.is_const() && size > 0 && size <= kMaxUnfoldedSlices) {
    std::vector<Val> slices;
    for (int64_t i = 0; i < size; ++i) {
      slices.push_back(c.b.Slice(x, axis, i, (windows - 1) * step + (i + 1), step));
    }
    return c.b.Stack(slices, x.rank());
  }
  Val at = IotaAlong(c.b, windows, 0, 2) * static_cast<double>(step) + IotaAlong(c.b, size, 1, 2);
  return c.b.Transpose(c.b.Gather(x, axis, at), to_back);
}

// A strided reading of `x`'s elements, which lie in row-major order.
Arg AsStrided(OpCall& c) {
  Val x = Flat(c.b, c.tensor("self"));
  Shape size = c.dims("size"), stride = c.dims("stride");
  Dim offset = c.has("storage_offset") ? c.dim("storage_offset") : Dim(0);
  if (c.memory() && c.has("storage_offset")) offset = offset - c.memory()->offset;
  if (!IsKnownInRows(c)) return c.Refuse("of a view whose strides are not known");
  if (size.size() != stride.size()) return c.Refuse("size and stride differ in length");
  Dim last = offset;
  for (size_t i = 0; i < size.size(); ++i) last += (size[i] - 1) * stride[i];
  if (NumElements(size) != Dim(0) && Less(last, x.numel()) == false) {
    return c.Refuse("reads beyond the tensor");
  }
  return c.b.Gather(x, 0, StridedPositions(c.b, size, stride, offset));
}

constexpr OpEntry kOps[] = {
    {"aten::slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt "
     "step=1) -> Tensor(a)",
     Slice},
    {"aten::slice_copy.Tensor(Tensor self, int dim=0, SymInt? start=None, SymInt? end=None, "
     "SymInt step=1) -> Tensor",
     Slice, &kInRows},
    {"aten::select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)", Select},
    {"aten::select.int(Tensor(a) self, int dim, Tensor index) -> Tensor(a)", SelectNumber},
    {"aten::select_copy.int(Tensor self, int dim, SymInt index) -> Tensor", Select, &kInRows},
    {"aten::narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)", Narrow},
    {"aten::narrow.Tensor(Tensor(a) self, int dim, Tensor start, SymInt length) -> Tensor(a)",
     Narrow},
    {"aten::narrow_copy(Tensor self, int dim, SymInt start, SymInt length) -> Tensor", Narrow,
     &kInRows},
    {"aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]", Unbind},
    {"aten::unbind_copy.int(Tensor self, int dim=0) -> Tensor[]", Unbind, &kInRows},
    {"aten::split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]", Split},
    {"aten::split.sizes(Tensor(a -> *) self, SymInt[] split_size, int dim=0) -> Tensor(a)[]",
     SplitWithSize},
    {"aten::split(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]",
     SplitWithSizes},
    {"aten::split_copy.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]", Split,
     &kInRows},
    {"aten::unsafe_split.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]", Split,
     &kUnmarkedView},
    {"aten::split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]",
     SplitWithSizes},
    {"aten::split_with_sizes_copy(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]",
     SplitWithSizes, &kInRows},
    {"aten::unsafe_split_with_sizes(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]",
     SplitWithSizes, &kUnmarkedView},
    {"aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]", Chunk},
    {"aten::unsafe_chunk(Tensor self, int chunks, int dim=0) -> Tensor[]", Chunk, &kUnmarkedView},
    {"aten::tensor_split.sections(Tensor(a -> *) self, SymInt sections, int dim=0) -> Tensor(a)[]",
     TensorSplitSections},
    {"aten::tensor_split.indices(Tensor(a -> *) self, SymInt[] indices, int dim=0) -> Tensor(a)[]",
     TensorSplitIndices},
    {"aten::tensor_split.tensor_indices_or_sections(Tensor(a -> *) self, Tensor "
     "tensor_indices_or_sections, int dim=0) -> Tensor(a)[]",
     TensorSplitTensor},
    {"aten::hsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", AxisSplit<1, false>},
    {"aten::hsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", AxisSplit<1, true>},
    {"aten::vsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", AxisSplit<0, false>},
    {"aten::vsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", AxisSplit<0, true>},
    {"aten::dsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", AxisSplit<2, false>},
    {"aten::dsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", AxisSplit<2, true>},
    {"aten::diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)", Diagonal,
     &kDiagonal},
    {"aten::diagonal_copy(Tensor self, int offset=0, int dim1=0, int dim2=1) -> Tensor", Diagonal,
     &kInRows},
    {"aten::linalg_diagonal(Tensor(a) A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor(a)",
     LinalgDiagonal, &kDiagonal},
    {"aten::trace(Tensor self) -> Tensor", Trace},
    {"aten::diag(Tensor self, int diagonal=0) -> Tensor", Diag},
    {"aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", DiagEmbed,
     &kInRows},
    {"aten::diagflat(Tensor self, int offset=0) -> Tensor", DiagFlat, &kInRows},
    {"aten::unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)", Unfold,
     &kUnfold},
    {"aten::unfold_copy(Tensor self, int dimension, int size, int step) -> Tensor", Unfold,
     &kInRows},
    {"aten::as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? "
     "storage_offset=None) -> Tensor(a)",
     AsStrided, &kAsStrided},
    {"aten::as_strided_copy(Tensor self, SymInt[] size, SymInt[] stride, SymInt? "
     "storage_offset=None) -> Tensor",
     AsStrided, &kViewOfStorage},
};

}  // namespace

absl::Span<const OpEntry> SlicingOps() { return kOps; }

}  // namespace t2n
