#include "t2n/passes/loops.h"

#include "gtest/gtest.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

// y[k] = y[k-1] * 2 + x[k], from the last k to the first.
void BuildScan(Graph* graph, const Dim& length, bool reverse) {
  Builder b(graph);
  Builder::ScanSpec spec;
  spec.length = length;
  spec.scanned = {b.Input("x", {DType::kF32, {length, 3}, nullptr})};
  spec.scan_axes = spec.output_axes = {0};
  spec.states = {b.Input("h", {DType::kF32, {1, 3}, nullptr})};
  spec.reverse = reverse;
  std::vector<Val> out = b.Scan(spec, [](Builder& b, absl::Span<const Val> in) {
    Val next = b.Add(b.Mul(in[1], 2), in[0]);
    return std::vector<Val>{next, next};
  });
  ASSERT_TRUE(b.ok());
  graph->outputs() = {out[0].get(), out[1].get()};
}

TEST(LoopsTest, KnownStepsAreUnrolledInTheirOrder) {
  Graph graph, out;
  BuildScan(&graph, 2, true);
  ASSERT_TRUE(HasLoops(graph, true));
  ASSERT_TRUE(LowerLoops(graph, true, &out).ok());
  EXPECT_FALSE(HasLoops(out, true));
  EXPECT_EQ(out.ToString(), R"(%0 f32[2,3] = Input()  # x
%1 f32[1,3] = Input()  # h
%2 f32[1,3] = Slice(%0) {axis=0, begin=1, end=2, step=1}
%3 f32[1,3], %4 f32[1,3] = Composite(%2, %1) {name=step}
  %5 f32[1,3] = Input()  # x0
  %6 f32[1,3] = Input()  # x1
  %7 f32[1,1] = Constant([2])
  %8 f32[1,3] = Mul(%6, %7)
  %9 f32[1,3] = Add(%8, %5)
  return %9, %9
%10 f32[1,3] = Slice(%0) {axis=0, begin=0, end=1, step=1}
%11 f32[1,3], %12 f32[1,3] = Composite(%10, %3) {name=step}
  %13 f32[1,3] = Input()  # x0
  %14 f32[1,3] = Input()  # x1
  %15 f32[1,1] = Constant([2])
  %16 f32[1,3] = Mul(%14, %15)
  %17 f32[1,3] = Add(%16, %13)
  return %17, %17
%18 f32[2,3] = Concat(%12, %4) {axis=0}
return %11, %18
)");
}

TEST(LoopsTest, OtherScansStay) {
  for (const Dim& length : {Dim(kMaxUnrolledSteps + 1), Dim::Symbol("S")}) {
    Graph graph, out;
    BuildScan(&graph, length, false);
    ASSERT_TRUE(LowerLoops(graph, true, &out).ok());
    EXPECT_EQ(out.ToString(), graph.ToString());
    EXPECT_FALSE(HasLoops(graph, false));
  }
}

TEST(LoopsTest, RunningReductionsBecomeScans) {
  Graph graph, out;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kI8, {2, Dim::Symbol("S")}, nullptr});
  graph.outputs() = {b.Cumulative(x, 1, "max").get()};
  ASSERT_TRUE(LowerLoops(graph, false, &out).ok());
  EXPECT_EQ(out.ToString(), R"(%0 i8[2,S] = Input()  # x
%1 i8[1,1] = Constant([-128])
%2 i8[2,1] = Broadcast(%1) {shape=[2,1]}
%3 i8[2,1], %4 i8[2,S] = Scan(%0, %2) {scan_inputs=1, states=1, scan_outputs=1, scan_axes=[1], output_axes=[1], reverse=false, length=S}
  %5 i8[2,1] = Input()  # x0
  %6 i8[2,1] = Input()  # x1
  %7 i8[2,1] = Max(%6, %5)
  return %7, %7
return %4
)");
}

}  // namespace
}  // namespace t2n
