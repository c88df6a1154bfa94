// Order: sorting, ranks, membership.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/reduce/ops.h"

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

constexpr OpEntry kOps[] = {
    {"aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor "
     "indices)",
     Sort, &kAsFirst, OnQuantized::kSteps},
    {"aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> "
     "(Tensor values, Tensor indices)",
     Sort, &kAsFirst, OnQuantized::kSteps},
    {"aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", Argsort, &kAsFirst},
    {"aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> "
     "Tensor",
     Argsort, &kAsFirst},
    {"aten::msort(Tensor self) -> Tensor", Msort, &kAsFirst},
    {"aten::topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> "
     "(Tensor values, Tensor indices)",
     TopKOp, &kInRows, OnQuantized::kSteps},
    {"aten::kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, "
     "Tensor indices)",
     Kthvalue, &kInRows},
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
};

}  // namespace

absl::Span<const OpEntry> SortingOps() { return kOps; }

}  // namespace t2n
