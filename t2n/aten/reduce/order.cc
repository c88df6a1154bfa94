// Order statistics: medians, modes, quantiles.
#include <cmath>
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/reduce/ops.h"

namespace t2n {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// What a statistic along one axis works on: the axis is moved to the end.
struct Rows {
  Val x;
  int64_t axis = 0;
  int64_t rank = 0;  // of the operand
  bool flat = false;

  static Val Last(Builder& b, const Val& x) { return b.Squeeze(x, x.rank() - 1); }
};

// Argument `dim` moved to the end; without it (or rank 0), all elements as one row.
Rows RowsOf(OpCall& c) {
  Val x = c.tensor("self");
  Rows rows;
  rows.rank = x.rank();
  rows.flat = !c.has("dim");
  rows.axis = rows.flat ? 0 : c.axis("dim", x.rank());
  if (rows.flat || x.rank() == 0) {
    rows.x = Flat(c.b, x);
  } else {
    rows.x = c.b.Transpose(x, MovePerm(x.rank(), {rows.axis}, {x.rank() - 1}));
  }
  return rows;
}

// A statistic [..., 1] of the rows as torch returns it, with or without the axis.
Val Finish(OpCall& c, const Rows& rows, const Val& y, bool keep) {
  if (!y) return y;
  if (!keep) return Rows::Last(c.b, y);
  if (rows.flat || rows.rank == 0) return c.b.Reshape(y, Shape(rows.rank, Dim(1)));
  return c.b.Transpose(y, MovePerm(rows.rank, {rows.rank - 1}, {rows.axis}));
}

// All elements of the rows, ascending, NaN last: (values, indices).
std::vector<Val> Sorted(Builder& b, const Val& x) {
  return b.TopK(x, x.dim(-1), x.rank() - 1, false);
}

Val AnyNan(Builder& b, const Val& x) {
  return b.Reduce(Op::kReduceAny, b.IsNan(x), {x.rank() - 1}, true);
}

struct Found {
  Val value, index;  // [..., 1]
};

// The lower median; a NaN wins.
Found Median(Builder& b, const Val& x) {
  int64_t last = x.rank() - 1;
  Dim k = FloorDiv(x.dim(last) - 1, 2);
  std::vector<Val> sorted = b.TopK(x, k + 1, last, false);
  Found f{b.Slice(sorted[0], last, k, k + 1), b.Slice(sorted[1], last, k, k + 1)};
  if (!IsFloat(x.dtype())) return f;
  Val nan = AnyNan(b, x);
  Val first = b.ArgReduce(Op::kArgMax, b.Cast(b.IsNan(x), DType::kU8), last, true);
  return {b.Select(nan, b.ScalarLike(x, std::nan("")), f.value), b.Select(nan, first, f.index)};
}

// The lower median of what is not NaN.
Found NanMedian(Builder& b, const Val& x) {
  if (!IsFloat(x.dtype())) return Median(b, x);
  int64_t last = x.rank() - 1;
  Val valid = b.Cast(b.Not(b.IsNan(x)), DType::kI64);
  Val count = b.Reduce(Op::kReduceSum, valid, {last}, true);
  std::vector<Val> sorted = Sorted(b, b.Select(b.IsNan(x), b.ScalarLike(x, kInf), x));
  Val k = b.Div(b.Max(count - 1.0, 0), b.ScalarLike(count, 2));
  Val value = b.GatherElements(sorted[0], last, k);
  return {b.Select(b.Eq(count, 0), b.ScalarLike(x, std::nan("")), value),
          b.GatherElements(sorted[1], last, k)};
}

// The most frequent element, the smallest of several; the index is of its last occurrence.
Found Mode(Builder& b, const Val& x) {
  int64_t last = x.rank() - 1;
  std::vector<Val> sorted = Sorted(b, x);
  Val equal = b.Eq(b.Unsqueeze(sorted[0], last), b.Unsqueeze(sorted[0], last + 1));
  Val counts = b.Reduce(Op::kReduceSum, b.Cast(equal, DType::kI64), {last + 1}, false);
  Val first = b.ArgReduce(Op::kArgMax, counts, last, true);
  Val run = b.GatherElements(counts, last, first);
  Val final = b.Max(first + run - 1.0, 0);
  return {b.GatherElements(sorted[0], last, first), b.GatherElements(sorted[1], last, final)};
}

template <Found (*fn)(Builder&, const Val&)>
Arg Along(OpCall& c) {
  Rows rows = RowsOf(c);
  if (!rows.x || rows.x.dtype() == DType::kBool) return c.Refuse("of bools");
  Found f = fn(c.b, rows.x);
  bool keep = c.boolean("keepdim");
  return Arg::Tuple({Finish(c, rows, f.value, keep), Finish(c, rows, f.index, keep)});
}

template <Found (*fn)(Builder&, const Val&)>
Arg OfAll(OpCall& c) {
  Val x = Flat(c.b, c.tensor("self"));
  return Rows::Last(c.b, fn(c.b, x).value);
}

// Positions of the quantiles among the sorted elements, rounded as `interpolation` says.
Val Ranks(OpCall& c, const Val& q, const Val& count) {
  std::string mode = c.str("interpolation");
  Val ranks = q * (c.b.Cast(count, q.dtype()) - 1.0);
  if (mode == "lower") return c.b.Floor(ranks);
  if (mode == "higher") return c.b.Ceil(ranks);
  if (mode == "nearest") return c.b.Round(ranks);
  if (mode != "linear" && mode != "midpoint") return c.RefuseArg("interpolation");
  return ranks;
}

// The sorted elements [..., n] at the ranks [..., Q], interpolated.
Val AtRanks(OpCall& c, const Val& sorted, const Val& ranks) {
  int64_t last = sorted.rank() - 1;
  Shape shape = sorted.shape();
  shape[last] = ranks.dim(-1);
  auto at = [&](const Val& position) {
    Val index = c.b.BroadcastTo(c.b.Cast(position, DType::kI64), shape);
    return c.b.GatherElements(sorted, last, index);
  };
  std::string mode = c.str("interpolation");
  if (mode != "linear" && mode != "midpoint") return at(ranks);
  Val floor = c.b.Floor(ranks), below = at(floor), above = at(c.b.Ceil(ranks));
  Val weight = mode == "linear" ? ranks - floor : c.b.ScalarLike(sorted, 0.5);
  // Equal neighbours, infinite ones too, need no interpolation.
  Val inner = below + (above - below) * weight;
  return c.b.Select(c.b.Eq(below, above), below, inner);
}

Val Quantiles(OpCall& c, bool skip_nan) {
  Rows rows = RowsOf(c);
  Val x = rows.x;
  if (!x || IsHalf(x.dtype()) || !IsFloat(x.dtype())) return c.Refuse("of this dtype");
  Val q = c.b.Cast(c.tensor("q"), x.dtype());
  bool several = q.rank() == 1;
  if (q.rank() > 1) return c.RefuseArg("q", "has more than one axis");
  int64_t last = x.rank() - 1;
  Val nan = c.b.IsNan(x), count = CountAlong(c.b, x, {last}, DType::kI64);
  Val empty = c.b.Reduce(Op::kReduceAny, nan, {last}, true);
  if (skip_nan) {
    count = c.b.Reduce(Op::kReduceSum, c.b.Cast(c.b.Not(nan), DType::kI64), {last}, true);
    empty = c.b.Eq(count, 0);
    count = c.b.Max(count, 1);
  }
  Val sorted = Sorted(c.b, c.b.Select(nan, c.b.ScalarLike(x, kInf), x))[0];
  Val y = AtRanks(c, sorted, Ranks(c, AtLeast1d(c.b, q), count));
  y = c.b.Select(empty, c.b.ScalarLike(x, std::nan("")), y);
  if (!y) return y;
  bool keep = c.boolean("keepdim");
  if (!several) return Finish(c, rows, y, keep);
  // [..., Q] to [Q, ...]
  y = c.b.Transpose(y, MovePerm(y.rank(), {y.rank() - 1}, {0}));
  if (!keep) return y;
  if (!rows.flat && rows.rank > 0) return c.b.Unsqueeze(y, rows.axis + 1);
  Shape shape(rows.rank + 1, Dim(1));
  shape[0] = y.dim(0);
  return c.b.Reshape(y, shape);
}
Arg Quantile(OpCall& c) { return Quantiles(c, false); }
Arg NanQuantile(OpCall& c) { return Quantiles(c, true); }

constexpr OpEntry kOps[] = {
    {"aten::median(Tensor self) -> Tensor", OfAll<Median>},
    {"aten::nanmedian(Tensor self) -> Tensor", OfAll<NanMedian>},
    {"aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor "
     "indices)",
     Along<Median>},
    {"aten::nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor "
     "indices)",
     Along<NanMedian>},
    {"aten::mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)",
     Along<Mode>},
#define T2N_QUANTILE(name, fn)                                             \
  {"aten::" name                                                           \
   "(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, "        \
   "str interpolation=\"linear\") -> Tensor",                              \
   fn},                                                                    \
  {                                                                        \
    "aten::" name                                                          \
    ".scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, " \
    "str interpolation=\"linear\") -> Tensor",                             \
        fn                                                                 \
  }
    T2N_QUANTILE("quantile", Quantile),
    T2N_QUANTILE("nanquantile", NanQuantile),
#undef T2N_QUANTILE
};

}  // namespace

absl::Span<const OpEntry> OrderOps() { return kOps; }

}  // namespace t2n
