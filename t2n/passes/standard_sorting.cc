// Sorting by counting: an element's place is the number of those that come before it.
#include "absl/strings/str_cat.h"
#include "t2n/passes/standardizer.h"

namespace t2n {
namespace {

// All pairs along the axis are compared: beyond this it is no use.
constexpr int64_t kMaxSorted = 256;

// [n, n]: j < i, for i along the rows.
Val Earlier(Builder& b, int64_t n) {
  std::vector<int64_t> positions(n);
  for (int64_t i = 0; i < n; ++i) positions[i] = i;
  Val at = b.Ints(positions);
  return b.Lt(at, b.Unsqueeze(at, 1));
}

// Where j along the last axis comes before i along the one in front of it; NaN is the largest.
Val Before(Builder& b, const Val& x, bool largest) {
  int64_t rank = x.rank();
  Val i = b.Unsqueeze(x, rank), j = b.Unsqueeze(x, rank - 1);
  Val nan_i = b.Ne(i, i), nan_j = b.Ne(j, j);
  Val more = largest ? b.And(nan_j, b.Not(nan_i)) : b.And(nan_i, b.Not(nan_j));
  Val strictly = b.Or(largest ? b.Gt(j, i) : b.Lt(j, i), more);
  Val same = b.Or(b.Eq(j, i), b.And(nan_i, nan_j));
  int64_t n = x.dim(-1).constant().value_or(0);
  return b.Or(strictly, b.And(same, Earlier(b, n)));
}

}  // namespace

GraphRewriter::Vals Standardizer::Sort(const Node& node, const Val& x) {
  int64_t axis = node.attrs.Int("axis"), last = x.rank() - 1;
  int64_t n = x.dim(axis).constant().value_or(0);
  int64_t k = node.attrs.Size("k").constant().value_or(0);
  if (n > kMaxSorted) {
    Val failed = b().Fail(absl::StrCat("NNEF 1.0.5 does not sort; up to ", kMaxSorted,
                                       " elements are compared in pairs, but here are ", n));
    return {failed, failed};
  }
  Val scalar = b().SwapAxes(Scalar(x), axis, last);
  DType type = scalar.dtype();
  auto sum = [&](const Val& hits, const Val& numbers) {
    Val chosen = b().Select(hits, numbers, b().ScalarLike(numbers, 0));
    return b().Reduce(Op::kReduceSum, chosen, {hits.rank() - 1}, false);
  };
  Val place = sum(Before(b(), scalar, node.attrs.Bool("largest")), b().Scalar(type, 1.0));
  Val wanted = b().Unsqueeze(b().Cast(b().Iota(k), type), 1);
  Val hits = b().Eq(b().Unsqueeze(place, last), wanted);
  Val order = sum(hits, b().Cast(b().Iota(n), type));
  Val values = sum(hits, b().Unsqueeze(scalar, last));
  if (!b().ok()) return {Val(), Val()};
  known_.ranges.Set(order.get(), {0, n - 1.0});
  known_.ranges.Set(values.get(), known_.ranges.Of(scalar.get()));
  values = b().SwapAxes(values, axis, last);
  order = b().SwapAxes(order, axis, last);
  bool converted = !IsFloat(x.dtype());
  if (converted)
    values = x.dtype() == DType::kBool ? b().Ne(values, 0) : Integer(values, x.dtype());
  return {values, Integer(order, DType::kI64)};
}

}  // namespace t2n
