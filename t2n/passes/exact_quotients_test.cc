#include "t2n/passes/exact_quotients.h"

#include "gtest/gtest.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

TEST(ExactQuotientsTest, WhatIsRoundedIsComputedInDoubles) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {2}, nullptr});
  graph.outputs() = {b.Floor(b.Reshape(b.Div(x, b.Full({2}, DType::kF32, 97)), {2, 1})).get()};
  ASSERT_TRUE(HasInexactQuotients(graph));
  Graph out;
  ASSERT_TRUE(ComputeQuotientsExactly(graph, &out).ok());
  const std::string text = out.ToString();
  EXPECT_NE(text.find("f64[2] = Div("), std::string::npos) << text;
  EXPECT_NE(text.find("f32[2,1] = Floor("), std::string::npos) << text;
  EXPECT_FALSE(HasInexactQuotients(out));
}

TEST(ExactQuotientsTest, OthersStay) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {2}, nullptr});
  Val y = b.Input("y", {DType::kF32, {2}, nullptr});
  graph.outputs() = {b.Floor(b.Div(x, b.Full({2}, DType::kF32, 8))).get(),
                     b.Exp(b.Div(x, b.Full({2}, DType::kF32, 97))).get(),
                     b.Floor(b.Div(x, y)).get()};
  EXPECT_FALSE(HasInexactQuotients(graph));
}

}  // namespace
}  // namespace t2n
