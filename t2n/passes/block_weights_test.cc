#include "t2n/passes/block_weights.h"

#include <cstring>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/blocks/block_buffer.h"
#include "t2n/builder/builder.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

using ::testing::HasSubstr;

constexpr BlockForms kAll = {true, true, true};

Val Weight(Builder& b, absl::string_view name, std::vector<int64_t> sizes) {
  uint8_t* data;
  Tensor t = Tensor::Allocate(DType::kF32, std::move(sizes), &data);
  for (int64_t i = 0; i < t.numel(); ++i) {
    const float f = static_cast<float>((i * 37) % 101 - 50) / 50;
    std::memcpy(data + i * sizeof(f), &f, sizeof(f));
  }
  Val v = b.Constant(std::move(t));
  v->name = std::string(name);
  return v;
}

BlockOutcome Stored(const Graph& graph, const BlockForms& forms, Graph* out) {
  BlockOutcome outcome;
  const absl::Status status = StoreWeightsInBlocks(
      graph, BlockScale::kMinMax, forms, [](absl::string_view) { return true; }, out, &outcome);
  EXPECT_TRUE(status.ok()) << status;
  return outcome;
}

TEST(BlockWeightsTest, TheSummedAxisBecomesTheLastOne) {
  Graph graph, out;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {Dim::Symbol("S"), 64}, nullptr});
  graph.outputs() = {b.MatMul(x, Weight(b, "w", {64, 3})).get()};
  EXPECT_EQ(Stored(graph, kAll, &out).stored, 1);
  EXPECT_THAT(out.ToString(), HasSubstr("f32[3,64] = Constant"));
  EXPECT_THAT(out.ToString(), HasSubstr("xz,yz->xy"));
}

TEST(BlockWeightsTest, ATiedTableIsStoredOnce) {
  Graph graph, out;
  Builder b(&graph);
  Val ids = b.Input("ids", {DType::kI64, {Dim::Symbol("S")}, nullptr});
  Val table = Weight(b, "table", {5, 32});
  Val x = b.Gather(table, 0, ids);
  graph.outputs() = {b.Einsum("sk,vk->sv", {x, table}).get()};
  const BlockOutcome outcome = Stored(graph, kAll, &out);
  EXPECT_EQ(outcome.stored, 1);
  EXPECT_TRUE(outcome.stays.empty());
}

TEST(BlockWeightsTest, AnyOtherUseKeepsAWeightAsItIs) {
  Graph graph, out;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {5, 32}, nullptr});
  Val w = Weight(b, "w", {5, 32});
  graph.outputs() = {b.Einsum("sk,vk->sv", {x, w}).get(), b.Add(x, w).get()};
  const BlockOutcome outcome = Stored(graph, kAll, &out);
  EXPECT_EQ(outcome.stored, 0);
  ASSERT_EQ(outcome.stays.size(), 1);
  EXPECT_EQ(outcome.stays[0].name, "w");
  EXPECT_EQ(outcome.stays[0].why, "Add takes none");
}

TEST(BlockWeightsTest, RowsThatAreNoWholeBlocksStay) {
  Graph graph, out;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {5, 48}, nullptr});
  graph.outputs() = {b.Einsum("sk,vk->sv", {x, Weight(b, "w", {64, 48})}).get()};
  const BlockOutcome outcome = Stored(graph, kAll, &out);
  ASSERT_EQ(outcome.stays.size(), 1);
  EXPECT_THAT(outcome.stays[0].why, HasSubstr("48 is no multiple"));
}

TEST(BlockWeightsTest, ExpertsAreStoredWhereTheRuntimeTakesBatches) {
  Graph graph, all, matrices;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {4, 5, 64}, nullptr});
  graph.outputs() = {b.MatMul(x, Weight(b, "w", {4, 64, 3})).get()};
  EXPECT_EQ(Stored(graph, kAll, &all).stored, 1);
  EXPECT_THAT(all.ToString(), HasSubstr("f32[4,3,64] = Constant"));
  EXPECT_EQ(Stored(graph, BlockForms(), &matrices).stored, 0);
}

}  // namespace
}  // namespace t2n
