#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "emit/testing/cases.h"

namespace t2n::testing {
namespace {

using V = const std::vector<Val>&;

void Add(Cases* cases, std::string name, Tensor input,
         std::function<std::vector<Val>(Builder&, const Val&)> build) {
  cases->push_back({std::move(name),
                    [build](Builder& b, V in) { return build(b, in[0]); },
                    {std::move(input)},
                    {},
                    {}});
}

}  // namespace

Cases ReduceCases() {
  Cases cases;
  for (DType t : {DType::kF32, DType::kF64, DType::kI64, DType::kI32}) {
    for (Op op :
         {Op::kReduceSum, Op::kReduceMean, Op::kReduceProd, Op::kReduceMax, Op::kReduceMin}) {
      if (op == Op::kReduceMean && !IsFloat(t)) continue;
      Add(&cases, absl::StrCat(absl::AsciiStrToLower(OpName(op)), "_", DTypeName(t)),
          Spread(t, {2, 3, 4}, -3, 3), [op](Builder& b, const Val& x) {
            return std::vector<Val>{b.Reduce(op, x, {1}, true), b.Reduce(op, x, {0, 2}, false),
                                    b.Reduce(op, x, {0, 1, 2}, false)};
          });
    }
    for (Op op : {Op::kArgMax, Op::kArgMin}) {
      Add(&cases, absl::StrCat(absl::AsciiStrToLower(OpName(op)), "_", DTypeName(t)),
          Spread(t, {3, 7}, -2, 2), [op](Builder& b, const Val& x) {
            return std::vector<Val>{b.ArgReduce(op, x, 1, true), b.ArgReduce(op, x, 0, false)};
          });
    }
    for (const char* mode : {"sum", "prod", "max", "min"}) {
      Add(&cases, absl::StrCat("cumulative_", mode, "_", DTypeName(t)), Spread(t, {3, 7}, -2, 2),
          [mode](Builder& b, const Val& x) {
            return std::vector<Val>{b.Cumulative(x, 1, mode), b.Cumulative(x, 0, mode)};
          });
    }
    for (bool largest : {false, true}) {
      Add(&cases, absl::StrCat("topk_", largest ? "largest_" : "smallest_", DTypeName(t)),
          Spread(t, {3, 7}, -2, 2), [largest](Builder& b, const Val& x) {
            std::vector<Val> some = b.TopK(x, 3, 1, largest), all = b.TopK(x, 3, 0, largest);
            return std::vector<Val>{some[0], some[1], all[0], all[1]};
          });
    }
  }
  Add(&cases, "topk_of_three_axes", Spread(DType::kF32, {3, 4, 5}, -2, 2),
      [](Builder& b, const Val& x) {
        std::vector<Val> some = b.TopK(x, 2, 1, true), all = b.TopK(x, 5, 2, false);
        return std::vector<Val>{some[0], some[1], all[0], all[1]};
      });
  Add(&cases, "sum_of_large_integers", Of(DType::kI64, {3}, {3e9, 4e9, -1e9}),
      [](Builder& b, const Val& x) {
        return std::vector<Val>{b.Reduce(Op::kReduceSum, x, {0}, false)};
      });
  Add(&cases, "any_all", Of(DType::kBool, {2, 3}, {0, 1, 0, 1, 1, 1}),
      [](Builder& b, const Val& x) {
        return std::vector<Val>{b.Reduce(Op::kReduceAny, x, {1}, false),
                                b.Reduce(Op::kReduceAll, x, {1}, false)};
      });
  const double inf = std::numeric_limits<double>::infinity();
  Add(&cases, "reduce_infinities", Of(DType::kF32, {3, 2}, {-inf, -inf, inf, inf, -inf, 3}),
      [](Builder& b, const Val& x) {
        return std::vector<Val>{b.Reduce(Op::kReduceMax, x, {1}, false),
                                b.Reduce(Op::kReduceMin, x, {1}, false)};
      });
  Add(&cases, "reduce_nan", Of(DType::kF32, {2, 4}, {1, std::nan(""), 3, 2, 5, 6, 7, 4}),
      [](Builder& b, const Val& x) {
        return std::vector<Val>{
            b.Reduce(Op::kReduceMax, x, {1}, false), b.Reduce(Op::kReduceMin, x, {1}, false),
            b.ArgReduce(Op::kArgMax, x, 1, false), b.ArgReduce(Op::kArgMin, x, 1, false)};
      });
  return cases;
}

}  // namespace t2n::testing
