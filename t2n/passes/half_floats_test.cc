#include "t2n/passes/half_floats.h"

#include "gtest/gtest.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

std::string Halved(const Graph& graph, absl::string_view exempt = "none") {
  Graph out;
  const absl::Status status = ComputeInHalf(
      graph, [&](absl::string_view module) { return module == exempt; }, &out);
  EXPECT_TRUE(status.ok()) << status;
  return out.ToString();
}

Val Weight(Builder& b, std::vector<int64_t> sizes, float value) {
  int64_t count = 1;
  for (int64_t size : sizes) count *= size;
  return b.Reshape(b.Doubles(DType::kF32, std::vector<double>(count, value)),
                   Shape(sizes.begin(), sizes.end()));
}

TEST(HalfFloatsTest, ProductsAndWhatFollowsThem) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {1, 2}, nullptr});
  Val y = b.Einsum("ab,cb->ac", {x, Weight(b, {1, 2}, 3)});
  graph.outputs() = {b.Mul(b.Exp(y), y).get()};
  EXPECT_EQ(Halved(graph), R"(%0 f32[1,2] = Input()  # x
%1 f16[1,2] = Cast(%0) {dtype=f16}
%2 f16[1,2] = Constant([3,3])
%3 f16[1,1] = Einsum(%1, %2) {equation=ab,cb->ac}
%4 f32[1,1] = Cast(%3) {dtype=f32}
%5 f32[1,1] = Exp(%4)
%6 f16[1,1] = Cast(%5) {dtype=f16}
%7 f16[1,1] = Mul(%6, %3)
%8 f32[1,1] = Cast(%7) {dtype=f32}
return %8
)");
}

TEST(HalfFloatsTest, NumbersThatHalvesHaveNotKeepTheirOperation) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {2, 2}, nullptr});
  Val y = b.Einsum("ab,bc->ac", {x, x});
  Val masked = b.Add(y, b.Full({1, 1}, DType::kF32, -1e30));
  Val shifted = b.Add(y, b.Full({1, 1}, DType::kF32, 1e-12));
  graph.outputs() = {masked.get(), shifted.get()};
  const std::string text = Halved(graph);
  EXPECT_NE(text.find("= Add("), std::string::npos);
  EXPECT_EQ(text.find("f16[2,2] = Add("), std::string::npos) << text;
}

TEST(HalfFloatsTest, PositionsStayExactUntilTheyMeetAHalf) {
  Graph graph;
  Builder b(&graph);
  Dim s = Dim::Symbol("S");
  Val x = b.Input("x", {DType::kF32, {s, s}, nullptr});
  Val angle = b.Cos(b.Mul(b.Cast(b.Iota(s), DType::kF32), 0.01));
  Val y = b.Einsum("ab,bc->ac", {x, x});
  graph.outputs() = {b.Mul(y, angle).get()};
  const std::string text = Halved(graph);
  EXPECT_NE(text.find("f32[S] = Cos("), std::string::npos) << text;
  EXPECT_NE(text.find("f16[S,S] = Mul("), std::string::npos) << text;
}

TEST(HalfFloatsTest, ExemptModules) {
  Graph graph;
  Builder b(&graph);
  auto place = std::make_shared<Place>();
  place->module_path = "lm_head";
  Val x = b.Input("x", {DType::kF32, {2, 2}, nullptr});
  b.set_place(place);
  graph.outputs() = {b.Einsum("ab,bc->ac", {x, x}).get()};
  EXPECT_EQ(Halved(graph, "lm_head").find("f16"), std::string::npos);
  EXPECT_NE(Halved(graph).find("f16"), std::string::npos);
}

TEST(HalfFloatsTest, TiedWeightsStayTied) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {2, 2}, nullptr});
  Val weight = Weight(b, {2, 2}, 0.5);
  Val y = b.Einsum("ab,bc->ac", {x, weight});
  graph.outputs() = {b.Einsum("ab,cb->ac", {y, weight}).get()};
  Graph out;
  ASSERT_TRUE(ComputeInHalf(
                  graph, [](absl::string_view) { return false; }, &out)
                  .ok());
  std::vector<const Buffer*> buffers;
  for (const auto& node : out.nodes()) {
    if (node->op == Op::kConstant) buffers.push_back(node->output()->constant->buffer.get());
  }
  ASSERT_EQ(buffers.size(), 2u);
  EXPECT_EQ(buffers[0], buffers[1]);
}

TEST(HalfFloatsTest, AWeightBeyondF16IsAnError) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {1, 1 << 17}, nullptr});
  std::vector<float> numbers(1 << 17, 1e5f);
  std::vector<uint8_t> bytes(numbers.size() * sizeof(float));
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  Val weight = b.Constant(Tensor::Dense(DType::kF32, {1, 1 << 17}, std::move(bytes)));
  graph.outputs() = {b.Einsum("ab,cb->ac", {x, weight}).get()};
  Graph out;
  ASSERT_TRUE(ComputeInHalf(
                  graph, [](absl::string_view) { return false; }, &out)
                  .ok());
  for (const auto& node : out.nodes()) {
    if (node->op != Op::kConstant) continue;
    const auto bytes = node->output()->constant->buffer->Bytes();
    EXPECT_EQ(bytes.status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

}  // namespace
}  // namespace t2n
