#include "t2n/passes/spread_loops.h"

#include <functional>

#include "gtest/gtest.h"
#include "t2n/builder/builder.h"
#include "t2n/kernels/testing.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

using ::t2n::testing::Make;

// A loop over axis 1 of `rows` [2, 3, 2], with `all` [2, 2] in every step.
using Step = std::function<Val(Builder&, const Val& row, const Val& all)>;

void BuildLoop(Graph* graph, const Step& step, int64_t output_axis) {
  Builder b(graph);
  Builder::ScanSpec spec;
  spec.length = 3;
  spec.scanned = {b.Input("rows", {DType::kF32, {2, 3, 2}, nullptr})};
  spec.full = {b.Input("all", {DType::kF32, {2, 2}, nullptr})};
  spec.scan_axes = {1};
  spec.output_axes = {output_axis};
  spec.reverse = true;
  const std::vector<Val> out = b.Scan(spec, [&](Builder& inner, absl::Span<const Val> in) {
    return std::vector<Val>{
        inner.Unsqueeze(step(inner, inner.Squeeze(in[0], 1), in[1]), output_axis)};
  });
  ASSERT_TRUE(b.ok()) << b.status();
  graph->outputs() = {out[0].get()};
}

std::vector<double> Run(const Graph& graph) {
  const auto out =
      RunGraph(graph, {Make(DType::kF32, {2, 3, 2}, {4, 1, 0, 3, 5, 2, 6, 8, 7, 1, 3, 9}),
                       Make(DType::kF32, {2, 2}, {1, -1, 2, 3})});
  EXPECT_TRUE(out.ok()) << out.status();
  return out.ok() ? *ReadDoubles((*out)[0]) : std::vector<double>();
}

void ExpectSame(const Step& step) {
  for (const int64_t axis : {0, 1}) {
    Graph before, after;
    BuildLoop(&before, step, axis);
    ASSERT_TRUE(HasLoopsToSpread(before));
    ASSERT_TRUE(SpreadLoops(before, &after).ok());
    EXPECT_FALSE(HasLoopsToSpread(after));
    EXPECT_EQ(Run(after), Run(before)) << after.ToString();
  }
}

TEST(SpreadLoopsTest, ElementsProductsAndLayout) {
  ExpectSame([](Builder& b, const Val& row, const Val& all) {
    return b.Transpose(b.Mul(b.MatMul(all, row), row), {1, 0});
  });
  ExpectSame([](Builder& b, const Val& row, const Val& all) {
    return b.Concat({b.Slice(row, 1, 0, 1), b.Reshape(all, {2, 2})}, 1);
  });
  ExpectSame([](Builder& b, const Val& row, const Val&) {
    return b.BroadcastTo(b.Reduce(Op::kReduceMax, row, {0}, true), {4, 2});
  });
}

TEST(SpreadLoopsTest, WhatIsTheSameAtEveryStep) {
  ExpectSame([](Builder& b, const Val&, const Val& all) { return b.Add(all, all); });
}

TEST(SpreadLoopsTest, IndicesOrDataByStep) {
  ExpectSame([](Builder& b, const Val& row, const Val&) {
    return b.Gather(row, 1, b.Ints({1, 0}));
  });
  ExpectSame([](Builder& b, const Val& row, const Val& all) {
    const Val most = b.Reduce(Op::kReduceMax, row, {0, 1}, false);
    return b.Gather(all, 0, b.Unsqueeze(b.Cast(b.Rem(most, 2), DType::kI64), 0));
  });
}

TEST(SpreadLoopsTest, CompositesKeepTheirNames) {
  const auto softmax = [](Builder& b, const Val& row, const Val&) {
    return b.Composite("softmax", {{"axis", 1}}, {row},
                       [](Builder& inner, absl::Span<const Val> in) {
                         const Val e = inner.Exp(in[0]);
                         return inner.Div(e, inner.Reduce(Op::kReduceSum, e, {1}, true));
                       });
  };
  ExpectSame(softmax);
  Graph before, after;
  BuildLoop(&before, softmax, 0);
  ASSERT_TRUE(SpreadLoops(before, &after).ok());
  EXPECT_NE(after.ToString().find("{axis=2, name=softmax}"), std::string::npos) << after.ToString();
}

TEST(SpreadLoopsTest, LoopsThatCarrySomethingStay) {
  Graph graph;
  Builder b(&graph);
  Builder::ScanSpec spec;
  spec.length = 3;
  spec.scanned = {b.Input("x", {DType::kF32, {3}, nullptr})};
  spec.states = {b.Input("h", {DType::kF32, {1}, nullptr})};
  spec.scan_axes = {0};
  const std::vector<Val> out = b.Scan(spec, [](Builder& inner, absl::Span<const Val> in) {
    return std::vector<Val>{inner.Add(in[0], in[1])};
  });
  graph.outputs() = {out[0].get()};
  EXPECT_FALSE(HasLoopsToSpread(graph));
}

}  // namespace
}  // namespace t2n
