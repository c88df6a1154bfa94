#include "t2n/reference/run.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/builder/builder.h"
#include "t2n/kernels/testing.h"

namespace t2n {
namespace {

using ::t2n::testing::F;
using ::t2n::testing::I;
using ::t2n::testing::Make;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Dim kS = Dim::Symbol("S");

TEST(BindSymbols, SolvesLinesAndChecksTheRest) {
  Graph graph;
  Builder b(&graph);
  b.Input("x", {DType::kF32, {2 * kS + 1, FloorDiv(kS, 2)}, nullptr});
  auto bound = BindSymbols(graph, {Make(DType::kF32, {11, 2}, std::vector<double>(22))});
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_EQ((*bound)["S"], 5);
  EXPECT_FALSE(BindSymbols(graph, {Make(DType::kF32, {10, 2}, std::vector<double>(20))}).ok());
  EXPECT_THAT(
      BindSymbols(graph, {Make(DType::kF32, {11, 3}, std::vector<double>(33))}).status().message(),
      HasSubstr("input 0 (x) has size 3 along axis 1, the model takes"));
}

TEST(BindSymbols, OneSymbolHelpsToSolveAnother) {
  Graph graph;
  Builder b(&graph);
  Dim t = Dim::Symbol("T");
  b.Input("x", {DType::kF32, {kS * t}, nullptr});
  b.Input("y", {DType::kF32, {kS}, nullptr});
  auto bound = BindSymbols(graph, {F({1, 2, 3, 4, 5, 6}), F({1, 2})});
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_EQ((*bound)["T"], 3);
}

TEST(BindSymbols, RangesDtypesAndRanks) {
  Graph graph;
  Builder b(&graph);
  b.Input("x", {DType::kF32, {Dim::Symbol("R", {2, 4})}, nullptr});
  EXPECT_TRUE(BindSymbols(graph, {F({1, 2})}).ok());
  EXPECT_FALSE(BindSymbols(graph, {F({1})}).ok());
  EXPECT_FALSE(BindSymbols(graph, {F({1, 2, 3, 4, 5})}).ok());
  EXPECT_FALSE(BindSymbols(graph, {I({1, 2})}).ok());
  EXPECT_FALSE(BindSymbols(graph, {Make(DType::kF32, {1, 2}, {1, 2})}).ok());
  EXPECT_FALSE(BindSymbols(graph, {}).ok());
}

TEST(RunGraph, SizesAreComputedUnderTheBinding) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {kS}, nullptr});
  Val mean = b.Reduce(Op::kReduceSum, x, {0}, true) / b.Cast(b.DimVector({kS}), DType::kF32);
  Val last = b.Slice(x, 0, kS - 1, kS);
  graph.outputs() = {(x - mean).get(), last.get(), b.DimScalar(kS * 2).get()};
  ASSERT_TRUE(b.ok()) << b.status();
  auto results = RunGraph(graph, {F({1, 2, 6})});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_THAT(*ReadDoubles((*results)[0]), ElementsAre(-2, -1, 3));
  EXPECT_THAT(*ReadDoubles((*results)[1]), ElementsAre(6));
  EXPECT_THAT(*ReadInts((*results)[2]), ElementsAre(6));
}

TEST(RunGraph, CompositesRunTheirBodies) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {kS}, nullptr});
  Val y = b.Composite("relu", {}, {x},
                      [](Builder& in, absl::Span<const Val> xs) { return in.Max(xs[0], 0.0); });
  graph.outputs() = {y.get()};
  auto results = RunGraph(graph, {F({-1, 2})});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_THAT(*ReadDoubles((*results)[0]), ElementsAre(0, 2));
}

class ScanTest : public ::testing::TestWithParam<bool> {};

TEST_P(ScanTest, CarriesStateAndStacksOutputs) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {1, kS}, nullptr});
  Builder::ScanSpec spec;
  spec.length = kS;
  spec.scanned = {x};
  spec.scan_axes = {1};
  spec.states = {b.Full({1, 1}, DType::kF32, 10)};
  spec.full = {b.Full({1, 1}, DType::kF32, 2)};
  spec.output_axes = {0};
  spec.reverse = GetParam();
  std::vector<Val> out = b.Scan(spec, [](Builder& in, absl::Span<const Val> v) {
    Val state = v[1] * v[2] + v[0];
    return std::vector<Val>{state, in.Neg(state)};
  });
  ASSERT_TRUE(b.ok()) << b.status();
  graph.outputs() = {out[0].get(), out[1].get()};
  auto results = RunGraph(graph, {Make(DType::kF32, {1, 3}, {1, 2, 3})});
  ASSERT_TRUE(results.ok()) << results.status();
  if (GetParam()) {
    EXPECT_THAT(*ReadDoubles((*results)[0]), ElementsAre(97));
    EXPECT_THAT(*ReadDoubles((*results)[1]), ElementsAre(-97, -48, -23));
  } else {
    EXPECT_THAT(*ReadDoubles((*results)[0]), ElementsAre(91));
    EXPECT_THAT(*ReadDoubles((*results)[1]), ElementsAre(-21, -44, -91));
  }
  EXPECT_EQ((*results)[1].sizes, (std::vector<int64_t>{3, 1}));
}
INSTANTIATE_TEST_SUITE_P(BothWays, ScanTest, ::testing::Bool());

TEST(RunGraph, AWrongShapeRuleIsNamedWithItsPlace) {
  Graph graph;
  Builder b(&graph);
  auto place = std::make_shared<Place>();
  place->entry = "code/net.py";
  place->line = 12;
  place->column = 4;
  b.set_place(place);
  Val x = b.Input("x", {DType::kF32, {kS}, nullptr});
  Val y = b.Neg(x);
  y->type.shape = {kS + 1};
  graph.outputs() = {y.get()};
  absl::Status status = RunGraph(graph, {F({1, 2})}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("[2] where the graph says [3]"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Neg at code/net.py:12:4"));
}

}  // namespace
}  // namespace t2n
