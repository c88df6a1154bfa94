#include "t2n/passes/cse.h"

#include "gtest/gtest.h"
#include "t2n/ir/builder.h"

namespace t2n {
namespace {

TEST(CseTest, ComputesTheSameOnce) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {2, 3}, nullptr});
  Val a = b.Exp(b.Add(x, 2)), c = b.Exp(b.Add(x, 2)), d = b.Exp(b.Add(x, 3));
  graph.outputs() = {b.Mul(a, c).get(), d.get(), c.get()};
  EliminateCommonSubexpressions(&graph);
  EXPECT_EQ(graph.ToString(), R"(%0 f32[2,3] = Input()  # x
%1 f32[1,1] = Constant([2])
%2 f32[2,3] = Add(%0, %1)
%3 f32[2,3] = Exp(%2)
%4 f32[1,1] = Constant([3])
%5 f32[2,3] = Add(%0, %4)
%6 f32[2,3] = Exp(%5)
%7 f32[2,3] = Mul(%3, %3)
return %7, %6, %3
)");
}

TEST(CseTest, KeepsAttributesApart) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {2, 3}, nullptr});
  Val a = b.Pad(x, {0, 1}, {0, 0}, "constant", 0.1);
  Val c = b.Pad(x, {0, 1}, {0, 0}, "constant", 0.1000000000001);
  graph.outputs() = {a.get(), c.get()};
  EliminateCommonSubexpressions(&graph);
  EXPECT_NE(graph.outputs()[0], graph.outputs()[1]);
}

}  // namespace
}  // namespace t2n
