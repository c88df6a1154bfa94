#include "emit/testing/cases.h"

namespace t2n::testing {
namespace {

using V = const std::vector<Val>&;
using Body = absl::Span<const Val>;

Val Softmax(Builder& b, Body in) {
  Val shifted = b.Exp(b.Sub(in[0], b.Reduce(Op::kReduceMax, in[0], {1}, true)));
  return b.Div(shifted, b.Reduce(Op::kReduceSum, shifted, {1}, true));
}

// A running sum with a gain, the sum before each step, and what is left at the end.
std::vector<Val> RunningSum(Builder& b, V in, bool reverse) {
  Builder::ScanSpec spec;
  spec.length = in[0].dim(1);
  spec.scanned = {in[0]};
  spec.scan_axes = {1};
  spec.states = {in[1]};
  spec.full = {in[2]};
  spec.output_axes = {1, 1};
  spec.reverse = reverse;
  return b.Scan(spec, [](Builder& body, Body x) {
    Val weight = body.Constant(Spread(DType::kF32, {1, 3}, 0.5, 1.5));
    Val next = body.Add(x[1], body.Mul(body.Mul(x[0], x[2]), weight));
    return std::vector<Val>{next, next, x[1]};
  });
}

}  // namespace

Cases BodyCases() {
  Cases cases;
  cases.push_back({"composite_without_operator",
                   [](Builder& b, V in) {
                     Val y = b.Composite("shifted_exp_ratio", {}, {in[0]}, Softmax);
                     return std::vector<Val>{b.Composite("shifted_exp_ratio", {}, {y}, Softmax)};
                   },
                   {Spread(DType::kF32, {2, 5})},
                   {},
                   {}});
  for (bool reverse : {false, true}) {
    cases.push_back({reverse ? "scan_reversed" : "scan",
                     [reverse](Builder& b, V in) { return RunningSum(b, in, reverse); },
                     {Spread(DType::kF32, {1, 4, 3}), Spread(DType::kF32, {1, 1, 3}),
                      Spread(DType::kF32, {1, 1, 1})},
                     {},
                     {}});
    cases.push_back({reverse ? "scan_symbolic_reversed" : "scan_symbolic",
                     [reverse](Builder& b, V in) { return RunningSum(b, in, reverse); },
                     {Spread(DType::kF32, {1, 4, 3}), Spread(DType::kF32, {1, 1, 3}),
                      Spread(DType::kF32, {1, 1, 1})},
                     {{Dim(1), Dim::Symbol("S"), Dim(3)}},
                     {{"S", 4}}});
  }
  return cases;
}

}  // namespace t2n::testing
