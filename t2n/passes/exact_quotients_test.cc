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

TEST(ExactQuotientsTest, OfSizesBehindProductsToo) {
  Graph graph;
  Builder b(&graph);
  const Dim w = Dim::Symbol("W");
  b.Input("x", {DType::kF32, {w}, nullptr});
  const Val step = b.Div(b.Cast(b.DimScalar(w), DType::kF32),
                         b.Max(b.Cast(b.DimScalar(w * 2 - 1), DType::kF32), 1.0));
  graph.outputs() = {b.Floor(b.Mul(b.Iota(w, DType::kF32) + 0.5, step) - 0.5).get()};
  ASSERT_TRUE(HasInexactQuotients(graph));
  Graph out;
  ASSERT_TRUE(ComputeQuotientsExactly(graph, &out).ok());
  EXPECT_NE(out.ToString().find("f64[] = Div("), std::string::npos) << out.ToString();
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
