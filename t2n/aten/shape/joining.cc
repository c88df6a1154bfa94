// Several tensors as one, and one repeated, shifted or mirrored.
#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/shape/ops.h"
#include "t2n/aten/shape/strided_views.h"
#include "t2n/builder/dim_values.h"

namespace t2n {
namespace {

bool SameQuant(const std::vector<Val>& xs) {
  return std::all_of(xs.begin(), xs.end(), [&](const Val& x) {
    return x.dtype() == xs[0].dtype() && (!x->type.quant || *x->type.quant == *xs[0]->type.quant);
  });
}

// torch.cat: of the common dtype; quantized ones as the first is quantized.
Val Concat(OpCall& c, std::vector<Val> xs, int64_t axis) {
  // Tensors of shape [0] fit anything (an old habit of torch).
  auto legacy = [](const Val& x) { return x.rank() == 1 && x.dim(0) == Dim(0); };
  DType dtype = ResultType(std::vector<Arg>(xs.begin(), xs.end()));
  std::vector<Val> parts;
  std::copy_if(xs.begin(), xs.end(), std::back_inserter(parts),
               [&](auto& x) { return !legacy(x); });
  if (parts.empty() && !xs.empty()) parts.push_back(xs[0]);
  if (parts.empty()) return c.Refuse("of no tensors");
  if (IsQuantized(parts[0].dtype())) {
    if (!SameQuant(parts)) {
      ValueType first = parts[0]->type;
      for (Val& x : parts) x = c.b.Quantize(c.b.Dequantize(x), first.dtype, first.quant);
    }
  } else {
    for (Val& x : parts) x = c.b.Cast(x, dtype);
  }
  return c.b.Concat(parts, axis);
}

int64_t RankOf(OpCall& c, const std::vector<Val>& xs) {
  int64_t rank = 1;
  for (const Val& x : xs) rank = std::max(rank, x.rank());
  if (xs.empty()) c.Refuse("of no tensors");
  return rank;
}

Arg Cat(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  for (const Val& x : xs) {
    if (x.rank() == 0) return c.Refuse("of rank-0 tensors");
  }
  return Concat(c, xs, c.axis("dim", RankOf(c, xs)));
}

Arg Stack(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  if (xs.empty()) return c.Refuse("of no tensors");
  int64_t rank = xs[0].rank(), axis = c.axis("dim", rank + 1);
  for (Val& x : xs) {
    if (x.rank() != rank) return c.Refuse("of tensors of different rank");
    x = c.b.Unsqueeze(x, axis);
  }
  return Concat(c, xs, axis);
}

Val PadRank(Builder& b, const Val& x, int64_t rank) {
  Shape shape = x.shape();
  while (static_cast<int64_t>(shape.size()) < rank) {
    // torch.atleast_3d puts a vector's axis in the middle, a matrix's axes first.
    bool back = rank == 3 && !shape.empty() && shape.size() == 2;
    shape.insert(back ? shape.end() : shape.begin(), Dim(1));
  }
  return b.Reshape(x, std::move(shape));
}

Arg StackAlong(OpCall& c, int64_t rank, int64_t axis) {
  std::vector<Val> xs = c.tensors("tensors");
  for (Val& x : xs) x = PadRank(c.b, x, rank);
  if (RankOf(c, xs) == 1) axis = 0;
  return Concat(c, xs, axis);
}
Arg HStack(OpCall& c) { return StackAlong(c, 1, 1); }
Arg VStack(OpCall& c) { return StackAlong(c, 2, 0); }
Arg DStack(OpCall& c) { return StackAlong(c, 3, 2); }

Arg ColumnStack(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  for (Val& x : xs) {
    if (x.rank() < 2) x = c.b.Reshape(x, {x.numel(), 1});
  }
  return Concat(c, xs, 1);
}

Arg BlockDiag(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  Dim columns = 0, before = 0;
  for (Val& x : xs) {
    if (x.rank() > 2) return c.Refuse("of tensors with more than two axes");
    x = PadRank(c.b, x, 2);
    columns += x.dim(1);
  }
  if (xs.empty()) return c.b.Full({1, 0}, DType::kF32, 0);
  for (Val& x : xs) {
    Dim width = x.dim(1);
    x = c.b.Pad(x, {0, before}, {0, columns - before - width});
    before += width;
  }
  return Concat(c, xs, 0);
}

// Every tensor padded to a multiple of `num_chunks` and cut into so many rows, side by side.
Arg ChunkCat(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  int64_t axis = c.axis("dim", RankOf(c, xs)), n = c.integer("num_chunks");
  if (n < 1) return c.RefuseArg("num_chunks");
  for (Val& x : xs) {
    if (x.rank() <= axis) return c.RefuseArg("dim", "is out of range");
    Shape before(x.rank(), Dim(0)), after = before;
    after[axis] = CeilDiv(x.dim(axis), n) * n - x.dim(axis);
    x = c.b.Pad(x, before, after);
    Shape rows(x.shape().begin(), x.shape().begin() + axis);
    rows.push_back(n);
    Dim rest = FloorDiv(x.dim(axis), n);
    for (int64_t i = axis + 1; i < x.rank(); ++i) rest *= x.dim(i);
    rows.push_back(rest);
    x = c.b.Reshape(x, std::move(rows));
  }
  return Concat(c, xs, axis + 1);
}

// Each tensor (rank 0 or 1) along its own axis of the product of all.
std::vector<Val> Grid(OpCall& c, const std::vector<Val>& xs) {
  Shape shape;
  for (const Val& x : xs) {
    if (x.rank() > 1) c.Refuse("of tensors with more than one axis");
    shape.push_back(x.numel());
  }
  std::vector<Val> out;
  for (size_t i = 0; i < xs.size(); ++i) {
    Shape along(xs.size(), Dim(1));
    along[i] = shape[i];
    out.push_back(c.b.BroadcastTo(c.b.Reshape(xs[i], along), shape));
  }
  return out;
}

Arg Meshgrid(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  std::string indexing = c.has("indexing") ? c.str("indexing") : "ij";
  if (indexing != "ij" && indexing != "xy") return c.RefuseArg("indexing");
  bool xy = indexing == "xy" && xs.size() >= 2;
  if (xy) std::swap(xs[0], xs[1]);
  std::vector<Val> out = Grid(c, xs);
  if (xy) std::swap(out[0], out[1]);
  return Arg::List(out);
}

Arg CartesianProd(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  if (xs.size() == 1) return xs[0];
  std::vector<Val> columns = Grid(c, xs);
  for (Val& x : columns) x = c.b.Reshape(x, {x.numel(), 1});
  return Concat(c, columns, 1);
}

// Rows of `r` positions out of n, as itertools.combinations orders them.
Arg Combinations(OpCall& c) {
  Val x = c.tensor("self");
  std::optional<int64_t> n = x.dim(0).constant();
  int64_t r = c.integer("r"), repeats = c.boolean("with_replacement") ? 0 : 1;
  if (x.rank() != 1 || !n || r < 0) return c.Refuse("of an axis of unknown size");
  if (r == 0) return c.b.Full({0}, x.dtype(), 0);
  std::vector<int64_t> at, row;
  std::function<void(int64_t)> fill = [&](int64_t first) {
    if (at.size() > (1 << 20)) return;
    if (static_cast<int64_t>(row.size()) == r) {
      at.insert(at.end(), row.begin(), row.end());
      return;
    }
    for (int64_t i = first; i < *n; ++i) {
      row.push_back(i);
      fill(i + repeats);
      row.pop_back();
    }
  };
  if (r > 64) return c.RefuseArg("r");
  fill(0);
  if (at.size() > (1 << 20)) return c.Refuse("has too many results");
  return c.b.Gather(x, 0, IntTensor(c.b, at, {static_cast<int64_t>(at.size()) / r, r}));
}

// Tiles: every axis, with a leading axis of its repeats.
Val Tiled(Builder& b, const Val& x, Shape repeats) {
  Shape sizes(repeats.size() - x.rank(), Dim(1));
  sizes.insert(sizes.end(), x.shape().begin(), x.shape().end());
  Shape split, spread, joined;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (repeats[i] != Dim(1) && sizes[i] != Dim(1)) {
      split.push_back(1);
      spread.push_back(repeats[i]);
    }
    split.push_back(sizes[i]);
    spread.push_back(sizes[i] == Dim(1) ? repeats[i] : sizes[i]);
    joined.push_back(sizes[i] * repeats[i]);
  }
  return b.Reshape(b.BroadcastTo(b.Reshape(x, split), spread), joined);
}

Arg Repeat(OpCall& c) {
  Val x = c.tensor("self");
  Shape repeats = c.dims("repeats");
  if (static_cast<int64_t>(repeats.size()) < x.rank()) return c.Refuse("fewer repeats than axes");
  return Tiled(c.b, x, std::move(repeats));
}
Arg Tile(OpCall& c) {
  Val x = c.tensor("self");
  Shape repeats = c.dims("dims");
  while (static_cast<int64_t>(repeats.size()) < x.rank()) repeats.insert(repeats.begin(), Dim(1));
  return Tiled(c.b, x, std::move(repeats));
}

// The tensor and axis that repeat_interleave and roll work on: all elements in a row for no axis.
struct Along {
  Val x;
  int64_t axis;
};
Along AlongDim(OpCall& c) {
  Val x = c.tensor("self");
  if (!c.has("dim")) return {Flat(c.b, x), 0};
  return {AtLeast1d(c.b, x), c.axis("dim", x.rank())};
}

Val Interleaved(OpCall& c, const Along& a, const Dim& n) {
  c.ignore({"output_size"});
  Shape shape = a.x.shape(), spread = shape;
  spread.insert(spread.begin() + a.axis + 1, n);
  shape[a.axis] *= n;
  return c.b.Reshape(c.b.BroadcastTo(c.b.Unsqueeze(a.x, a.axis + 1), spread), shape);
}
Arg RepeatInterleave(OpCall& c) { return Interleaved(c, AlongDim(c), c.dim("repeats")); }

// Which element each of the repeated ones is: from known repeats, or from a known total.
Val RepeatIndices(OpCall& c, const Val& repeats) {
  if (auto known = KnownInts(repeats)) {
    std::vector<int64_t> at;
    for (size_t i = 0; i < known->size(); ++i) {
      if ((*known)[i] < 0 || (*known)[i] > (1 << 24)) return c.RefuseArg("repeats");
      at.insert(at.end(), (*known)[i], static_cast<int64_t>(i));
    }
    return c.b.Ints(at);
  }
  if (!c.has("output_size")) {
    return c.RefuseArg("repeats", "decides the size of the result; output_size is not given");
  }
  Val ends = c.b.Cumulative(c.b.Cast(repeats, DType::kI64), 0, "sum");
  Val at = IotaAlong(c.b, c.dim("output_size"), 0, 2);
  Val passed = c.b.Cast(c.b.Le(c.b.Unsqueeze(ends, 0), at), DType::kI64);
  return c.b.Reduce(Op::kReduceSum, passed, {1}, false);
}
Arg RepeatInterleaveIndices(OpCall& c) {
  Val repeats = c.tensor("repeats");
  if (repeats.is_constant()) c.ignore({"output_size"});
  return c.b.Cast(RepeatIndices(c, repeats), repeats.dtype());
}
Arg RepeatInterleaveTensor(OpCall& c) {
  Along a = AlongDim(c);
  Val repeats = c.tensor("repeats");
  // One number for all that follows from sizes, as tracing makes a tensor of it.
  if (repeats && repeats.rank() == 0) {
    if (const auto n = DimElements(*repeats.get(), 1)) return Interleaved(c, a, n->front());
  }
  repeats = Flat(c.b, repeats);
  if (repeats.is_constant()) c.ignore({"output_size"});
  return c.b.Gather(a.x, a.axis, RepeatIndices(c, c.b.BroadcastTo(repeats, {a.x.dim(a.axis)})));
}

Val Rolled(OpCall& c, const Val& x, int64_t axis, const Dim& shift) {
  Dim size = x.dim(axis);
  if (size == Dim(0)) return x;
  Dim cut = Mod(-shift, size);
  if (!size.is_const()) {
    bool right = LessEqual(0, shift) == true && LessEqual(shift, size) == true;
    bool left = Less(shift, 0) == true && LessEqual(-shift, size) == true;
    if (!right && !left) {
      // What the call needs of the size: it is made again for such sizes only (LeastSizes).
      c.b.Slice(x, axis, LessEqual(0, shift) == true ? size - shift : size + shift, size);
      return c.Refuse(
          absl::StrCat("by ", shift.ToString(), ": assert that it is at most ", size.ToString()));
    }
    cut = right ? size - shift : -shift;
  }
  return c.b.Concat({c.b.Slice(x, axis, cut, size), c.b.Slice(x, axis, 0, cut)}, axis);
}
Arg Roll(OpCall& c) {
  Val x = c.tensor("self");
  Shape shifts = c.dims("shifts");
  std::vector<int64_t> dims = c.ints("dims");
  if (dims.empty() && shifts.size() == 1) {
    return c.b.Reshape(Rolled(c, Flat(c.b, x), 0, shifts[0]), x.shape());
  }
  if (dims.size() != shifts.size()) return c.Refuse("shifts and dims differ in length");
  Val out = x;
  for (size_t i = 0; i < dims.size(); ++i) {
    std::optional<int64_t> axis = NormalizeAxis(dims[i], x.rank());
    if (!axis) return c.RefuseArg("dims", "is out of range");
    if (x.rank() > 0) out = Rolled(c, out, *axis, shifts[i]);
  }
  return out;
}

Arg Flip(OpCall& c) {
  Val x = c.tensor("self");
  return c.b.Reverse(x, c.axes("dims", x.rank(), /*empty_is_all=*/false));
}
template <int64_t axis>
Arg FlipAxis(OpCall& c) {
  Val x = c.tensor("self");
  return x.rank() > axis ? c.b.Reverse(x, {axis}) : c.Refuse("the rank is too small");
}

Arg Rot90(OpCall& c) {
  Val x = c.tensor("self");
  std::vector<int64_t> dims = c.ints("dims");
  if (dims.size() != 2 || x.rank() < 2) return c.RefuseArg("dims");
  for (int64_t& d : dims) {
    std::optional<int64_t> axis = NormalizeAxis(d, x.rank());
    if (!axis) return c.RefuseArg("dims", "is out of range");
    d = *axis;
  }
  switch (((c.integer("k") % 4) + 4) % 4) {
    case 1:
      return c.b.SwapAxes(c.b.Reverse(x, {dims[1]}), dims[0], dims[1]);
    case 2:
      return c.b.Reverse(x, dims);
    case 3:
      return c.b.SwapAxes(c.b.Reverse(x, {dims[0]}), dims[0], dims[1]);
    default:
      return x;
  }
}

constexpr OpEntry kOps[] = {
    {"aten::cat(Tensor[] tensors, int dim=0) -> Tensor", Cat, &kFormatOfAll},
    {"aten::concat(Tensor[] tensors, int dim=0) -> Tensor", Cat, &kFormatOfAll},
    {"aten::concatenate(Tensor[] tensors, int dim=0) -> Tensor", Cat, &kFormatOfAll},
    {"aten::_chunk_cat(Tensor[] tensors, int dim, int num_chunks) -> Tensor", ChunkCat},
    {"aten::stack(Tensor[] tensors, int dim=0) -> Tensor", Stack, &kStacked},
    {"aten::hstack(Tensor[] tensors) -> Tensor", HStack, &kFormatOfAll},
    {"aten::vstack(Tensor[] tensors) -> Tensor", VStack, &kFormatOfAll},
    {"aten::row_stack(Tensor[] tensors) -> Tensor", VStack, &kFormatOfAll},
    {"aten::dstack(Tensor[] tensors) -> Tensor", DStack, &kFormatOfAll},
    {"aten::column_stack(Tensor[] tensors) -> Tensor", ColumnStack, &kFormatOfAll},
    {"aten::block_diag(Tensor[] tensors) -> Tensor", BlockDiag, &kInRows},
    {"aten::meshgrid(Tensor[] tensors) -> Tensor[]", Meshgrid, &kUnmarkedView},
    {"aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]", Meshgrid,
     &kUnmarkedView},
    {"aten::cartesian_prod(Tensor[] tensors) -> Tensor", CartesianProd},
    {"aten::combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor",
     Combinations},
    {"aten::repeat(Tensor self, SymInt[] repeats) -> Tensor", Repeat, &kInRows},
    {"aten::tile(Tensor self, SymInt[] dims) -> Tensor", Tile, &kInRows},
    {"aten::repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor",
     RepeatInterleaveIndices},
    {"aten::repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? "
     "output_size=None) -> Tensor",
     RepeatInterleaveTensor},
    {"aten::repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? "
     "output_size=None) -> Tensor",
     RepeatInterleave, &kInRows},
    {"aten::roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor", Roll, &kFormatOfFirst},
    {"aten::flip(Tensor self, int[] dims) -> Tensor", Flip, &kAsFirst},
    {"aten::fliplr(Tensor self) -> Tensor", FlipAxis<1>, &kAsFirst},
    {"aten::flipud(Tensor self) -> Tensor", FlipAxis<0>, &kAsFirst},
    {"aten::rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor", Rot90, &kOrderUnknown},
};

}  // namespace

absl::Span<const OpEntry> JoiningOps() { return kOps; }

}  // namespace t2n
