// Variances and standard deviations.
#include <algorithm>
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/reduce/ops.h"

namespace t2n {
namespace {

struct Moments {
  Val variance, mean;
};

// Variance and mean over argument `dim`; divisor: elements - `correction` (by default 1).
Moments MomentsOf(OpCall& c) {
  Val x = c.tensor("self");
  if (!IsFloat(x.dtype())) {
    c.Refuse("of numbers that are no real floats");
    return {};
  }
  bool unbiased = c.schema().IndexOf("unbiased") < 0 || c.boolean("unbiased");
  double correction = c.has("correction") ? c.number("correction") : (unbiased ? 1 : 0);
  std::vector<int64_t> axes = c.axes("dim", x.rank());
  bool keep = c.boolean("keepdim");
  Val wide = Widen(c.b, x);
  Val mean = c.b.Reduce(Op::kReduceMean, wide, axes, true);
  Val squares = c.b.Square(wide - mean);
  Val variance;
  if (correction == 0) {
    variance = c.b.Reduce(Op::kReduceMean, squares, axes, keep);
  } else {
    Val count = CountAlong(c.b, wide, axes, wide.dtype());
    Val divisor = c.b.Max(count - correction, 0);
    variance = c.b.Reduce(Op::kReduceSum, squares, axes, keep) / divisor;
  }
  if (!keep) mean = c.b.Reduce(Op::kReduceMean, wide, axes, false);
  return {c.b.Cast(variance, x.dtype()), c.b.Cast(mean, x.dtype())};
}

Arg Var(OpCall& c) { return MomentsOf(c).variance; }
Arg Std(OpCall& c) { return c.b.Sqrt(MomentsOf(c).variance); }
Arg VarMean(OpCall& c) {
  Moments m = MomentsOf(c);
  return Arg::Tuple({m.variance, m.mean});
}
Arg StdMean(OpCall& c) {
  Moments m = MomentsOf(c);
  return Arg::Tuple({c.b.Sqrt(m.variance), m.mean});
}

constexpr OpEntry kOps[] = {
#define T2N_MOMENTS(name, result, fn, how)                                                  \
  {"aten::" name "(Tensor self, bool unbiased=True) -> " result, fn, nullptr, how},         \
      {"aten::" name                                                                        \
       ".dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> " result, \
       fn, nullptr, how},                                                                   \
  {                                                                                         \
    "aten::" name                                                                           \
    ".correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, "               \
    "bool keepdim=False) -> " result,                                                       \
        fn, nullptr, how                                                                    \
  }
    T2N_MOMENTS("var", "Tensor", Var, OnQuantized::kKeep),
    T2N_MOMENTS("std", "Tensor", Std, OnQuantized::kReal),
    T2N_MOMENTS("var_mean", "(Tensor, Tensor)", VarMean, OnQuantized::kKeep),
    T2N_MOMENTS("std_mean", "(Tensor, Tensor)", StdMean, OnQuantized::kKeep),
#undef T2N_MOMENTS
};

}  // namespace

absl::Span<const OpEntry> StatisticsOps() { return kOps; }

}  // namespace t2n
