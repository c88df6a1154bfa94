#include "t2n/passes/uniform_operands.h"

#include "gtest/gtest.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

std::string Narrowed(const Graph& graph) {
  Graph out;
  EXPECT_TRUE(HasUniformOperands(graph));
  EXPECT_TRUE(NarrowUniformOperands(graph, &out).ok());
  EXPECT_FALSE(HasUniformOperands(out));
  return out.ToString();
}

TEST(UniformOperandsTest, SizesOfAConstantAreGivenToTheResult) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kI64, {1, 3}, nullptr});
  graph.outputs() = {b.Pow(x, b.Full({2, 3}, DType::kI64, 2)).get()};
  EXPECT_EQ(Narrowed(graph), R"(%0 i64[1,3] = Input()  # x
%1 i64[1,1] = Constant([2])
%2 i64[1,3] = Pow(%0, %1)
%3 i64[2,3] = Broadcast(%2) {shape=[2,3]}
return %3
)");
}

TEST(UniformOperandsTest, OpenSizesAndBroadcastsOfTheOtherOperand) {
  Graph graph;
  Builder b(&graph);
  Dim size = Dim::Symbol("B");
  Val x = b.Input("x", {DType::kF32, {1}, nullptr});
  Val ones = b.Full({size}, DType::kF32, 1);
  graph.outputs() = {b.Mul(b.BroadcastTo(x, {size}), ones).get()};
  EXPECT_EQ(Narrowed(graph), R"(%0 f32[1] = Input()  # x
%1 f32[B] = Broadcast(%0) {shape=[B]}
%2 f32[1] = Constant([1])
%3 f32[B] = Mul(%1, %2)
return %3
)");
}

TEST(UniformOperandsTest, EqualElementsThatAreStoredEachAreUniformToo) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kI64, {1}, nullptr});
  graph.outputs() = {b.Mul(x, b.Ints({4, 4, 4})).get(), b.Mul(x, b.Ints({4, 4, 5})).get()};
  EXPECT_EQ(Narrowed(graph), R"(%0 i64[1] = Input()  # x
%1 i64[1] = Constant([4])
%2 i64[1] = Mul(%0, %1)
%3 i64[3] = Broadcast(%2) {shape=[3]}
%4 i64[3] = Constant([4,4,5])
%5 i64[3] = Mul(%0, %4)
return %3, %5
)");
}

TEST(UniformOperandsTest, NothingIsDoneWhereTheOtherOperandHasAllSizes) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kI64, {3}, nullptr});
  graph.outputs() = {b.Mul(x, b.Full({3}, DType::kI64, 4)).get()};
  EXPECT_FALSE(HasUniformOperands(graph));
}

}  // namespace
}  // namespace t2n
