// Order: sorting, ranks, bins, membership.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/aten/common.h"
#include "t2n/aten/families.h"
#include "t2n/aten/promote.h"

namespace t2n {
namespace {

struct Sorted {
  Val values, indices;
};

// The k first elements of an axis in order, with their positions.
Sorted TopK(OpCall& c, const Val& self, int64_t axis, const Dim& k, bool largest) {
  Val x = AtLeast1d(c.b, self);
  bool is_bool = x.dtype() == DType::kBool;
  std::vector<Val> out = c.b.TopK(is_bool ? c.b.Cast(x, DType::kU8) : x, k, axis, largest);
  if (is_bool) out[0] = c.b.Cast(out[0], DType::kBool);
  if (self.rank() == 0) return {c.b.Reshape(out[0], {}), c.b.Reshape(out[1], {})};
  return {out[0], out[1]};
}

Sorted SortAlong(OpCall& c) {
  c.ignore({"stable"});
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  return TopK(c, x, axis, x.dim(axis), c.boolean("descending"));
}
Arg Sort(OpCall& c) {
  Sorted s = SortAlong(c);
  return Arg::Tuple({s.values, s.indices});
}
Arg Argsort(OpCall& c) { return SortAlong(c).indices; }
Arg Msort(OpCall& c) {
  Val x = c.tensor("self");
  return TopK(c, x, 0, x.dim(0), false).values;
}

Arg TopKOp(OpCall& c) {
  c.ignore({"sorted"});
  Val x = c.tensor("self");
  Sorted s = TopK(c, x, c.axis("dim", x.rank()), c.dim("k"), c.boolean("largest"));
  return Arg::Tuple({s.values, s.indices});
}

Arg Kthvalue(OpCall& c) {
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  Dim k = c.dim("k");
  bool keep = c.boolean("keepdim");
  Sorted s = TopK(c, AtLeast1d(c.b, x), axis, k, false);
  auto last = [&](const Val& v) {
    Val out = c.b.Slice(v, axis, k - 1, k);
    if (x.rank() == 0) return c.b.Reshape(out, {});
    return keep ? out : c.b.Squeeze(out, axis);
  };
  return Arg::Tuple({last(s.values), last(s.indices)});
}

// How many of the sorted boundaries (last axis) lie below every value: not above it for `right`.
Val CountBelow(OpCall& c, const Val& boundaries, const Val& values, bool right) {
  std::vector<Val> x = Promote(c.b, {boundaries, values});
  Val b = x[0], v = c.b.Unsqueeze(x[1], x[1].rank());
  if (b.rank() > 1) b = c.b.Unsqueeze(b, b.rank() - 1);
  // A NaN lies behind all boundaries.
  Val passed = c.b.Not(right ? c.b.Gt(b, v) : c.b.Ge(b, v));
  Val counts = c.b.Cast(passed, DType::kI64);
  Val out = c.b.Reduce(Op::kReduceSum, counts, {counts.rank() - 1}, false);
  return c.b.Cast(out, c.boolean("out_int32") ? DType::kI32 : DType::kI64);
}

Arg Bucketize(OpCall& c) {
  return CountBelow(c, c.tensor("boundaries"), c.tensor("self"), c.boolean("right"));
}

Arg Searchsorted(OpCall& c) {
  Val seq = c.tensor("sorted_sequence"), values = c.tensor("self");
  bool right = c.boolean("right");
  if (c.has("side")) {
    std::string side = c.str("side");
    if (side != "left" && side != "right") return c.RefuseArg("side");
    right = side == "right";
  }
  if (c.has("sorter")) seq = c.b.GatherElements(seq, seq.rank() - 1, c.tensor("sorter"));
  if (seq.rank() != 1 && seq.rank() != values.rank()) return c.Refuse("the ranks differ");
  return CountBelow(c, seq, values, right);
}

Arg IsIn(OpCall& c) {
  c.ignore({"assume_unique"});
  const Arg& elements = c.arg(c.schema().args[0].name);
  const Arg& tests = c.arg(c.schema().args[1].name);
  std::vector<Val> x = Promote(c.b, {elements, tests});
  int64_t rank = x[0].rank();
  Val hit = c.b.Eq(c.b.Unsqueeze(x[0], rank), Flat(c.b, x[1]));
  Val found = c.b.Reduce(Op::kReduceAny, hit, {rank}, false);
  return c.boolean("invert") ? c.b.Not(found) : found;
}

// 1 where the bin is the element's, for bins along a new last axis.
Val OneHotBins(Builder& b, const Val& bins, const Dim& count) {
  return b.Eq(b.Unsqueeze(bins, bins.rank()), b.Iota(count));
}

Arg OneHot(OpCall& c) {
  Val x = c.tensor("self");
  Dim classes = c.dim("num_classes");
  if (classes == Dim(-1)) {
    std::optional<std::vector<int64_t>> known = KnownInts(x);
    if (!known || known->empty()) {
      return c.RefuseArg("num_classes", "leaves the size of the result to the values");
    }
    classes = *std::max_element(known->begin(), known->end()) + 1;
  }
  return c.b.Cast(OneHotBins(c.b, c.b.Cast(x, DType::kI64), classes), DType::kI64);
}

Arg Bincount(OpCall& c) {
  Val x = c.tensor("self");
  std::optional<std::vector<int64_t>> known = KnownInts(x);
  if (!known) return c.Refuse("the size of the result depends on values");
  int64_t size = c.integer("minlength");
  for (int64_t v : *known) size = std::max(size, v + 1);
  if (size > (1 << 24)) return c.Refuse("has too many bins");
  Val hits = OneHotBins(c.b, c.b.Cast(x, DType::kI64), size);
  if (!c.has("weights")) {
    return c.b.Reduce(Op::kReduceSum, c.b.Cast(hits, DType::kI64), {0}, false);
  }
  Val weights = c.tensor("weights");
  if (weights.dtype() != DType::kF32) weights = c.b.Cast(weights, DType::kF64);
  Val spread = c.b.Select(hits, c.b.Unsqueeze(weights, 1), c.b.ScalarLike(weights, 0));
  return c.b.Reduce(Op::kReduceSum, spread, {0}, false);
}

Arg Histc(OpCall& c) {
  Val x = Flat(c.b, c.tensor("self"));
  int64_t bins = c.integer("bins");
  double min = c.number("min"), max = c.number("max");
  if (bins < 1 || min > max) return c.Refuse("bins or bounds out of range");
  if (!IsFloat(x.dtype())) return c.Refuse("of integers");
  Val lo = c.b.ScalarLike(x, min), hi = c.b.ScalarLike(x, max);
  if (min == max) {
    lo = c.b.Reduce(Op::kReduceMin, x, {0}, false);
    hi = c.b.Reduce(Op::kReduceMax, x, {0}, false);
    Val flat = c.b.Eq(lo, hi);
    lo = c.b.Select(flat, lo - 1, lo), hi = c.b.Select(flat, hi + 1, hi);
  }
  Val inside = c.b.And(c.b.Ge(x, lo), c.b.Le(x, hi));
  Val at =
      c.b.Select(inside, (x - lo) * static_cast<double>(bins) / (hi - lo), c.b.ScalarLike(x, -1));
  Val bin = c.b.Cast(c.b.Min(c.b.Floor(at), static_cast<double>(bins - 1)), DType::kI64);
  return c.b.Reduce(Op::kReduceSum, c.b.Cast(OneHotBins(c.b, bin, bins), x.dtype()), {0}, false);
}

constexpr OpEntry kOps[] = {
    {"aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor "
     "indices)",
     Sort},
    {"aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> "
     "(Tensor values, Tensor indices)",
     Sort},
    {"aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", Argsort},
    {"aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> "
     "Tensor",
     Argsort},
    {"aten::msort(Tensor self) -> Tensor", Msort},
    {"aten::topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> "
     "(Tensor values, Tensor indices)",
     TopKOp},
    {"aten::kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, "
     "Tensor indices)",
     Kthvalue},
    {"aten::bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool "
     "right=False) -> Tensor",
     Bucketize},
    {"aten::bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool "
     "right=False) -> Tensor",
     Bucketize},
    {"aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, "
     "bool right=False, str? side=None, Tensor? sorter=None) -> Tensor",
     Searchsorted},
    {"aten::searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, "
     "bool right=False, str? side=None, Tensor? sorter=None) -> Tensor",
     Searchsorted},
    {"aten::isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool "
     "assume_unique=False, bool invert=False) -> Tensor",
     IsIn},
    {"aten::isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool "
     "assume_unique=False, bool invert=False) -> Tensor",
     IsIn},
    {"aten::isin.Scalar_Tensor(Scalar element, Tensor test_elements, *, bool "
     "assume_unique=False, bool invert=False) -> Tensor",
     IsIn},
    {"aten::one_hot(Tensor self, int num_classes=-1) -> Tensor", OneHot},
    {"aten::bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor", Bincount},
    {"aten::histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor", Histc},
};

}  // namespace

absl::Span<const OpEntry> SortingOps() { return kOps; }

}  // namespace t2n
