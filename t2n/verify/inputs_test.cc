#include "t2n/verify/inputs.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Lt;

TEST(ChooseSizesTest, StaysInsideRangesAndRelations) {
  Range s{4, std::nullopt}, t{1, 5};
  const Dim relation = Dim::Symbol("S") - Dim::Symbol("T") - 3;
  const auto choices = ChooseSizes({{"S", s}, {"T", t}}, {relation});
  ASSERT_EQ(choices.size(), 2);
  EXPECT_NE(choices[0], choices[1]);
  for (const SymbolValues& sizes : choices) {
    EXPECT_GE(sizes.at("S"), 4);
    EXPECT_LE(sizes.at("T"), 5);
    EXPECT_GE(sizes.at("S"), sizes.at("T") + 3);
  }
  EXPECT_EQ(ChooseSizes({}, {}).size(), 1);
}

TEST(ParseSizesTest, ReadsWhatItWrites) {
  EXPECT_EQ(ToText(ParseSizes("B=2,S=30").value()), "B=2,S=30");
  EXPECT_FALSE(ParseSizes("S").ok());
  EXPECT_FALSE(ParseSizes("S=-1").ok());
}

TEST(GenerateInputsTest, IndicesStayBelowTheNumberOfRows) {
  Graph graph;
  Builder b(&graph);
  Val ids = b.Input("ids", {DType::kI64, {Dim::Symbol("S")}, nullptr});
  Val flags = b.Input("flags", {DType::kI64, {40}, nullptr});
  Val table = b.Input("table", {DType::kF32, {7, 2}, nullptr});
  graph.outputs() = {b.Gather(table, 0, ids).get(), flags.get()};
  const auto inputs = GenerateInputs(graph, 0, {{"S", 50}}, 1);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ((*inputs)[0].sizes, std::vector<int64_t>{50});
  const std::vector<double> rows = ReadDoubles((*inputs)[0]).value();
  EXPECT_THAT(rows, Each(Lt(7)));
  EXPECT_GT(*std::max_element(rows.begin(), rows.end()), 2);
  EXPECT_THAT(ReadDoubles((*inputs)[1]).value(), Each(Lt(2)));
  EXPECT_FALSE(GenerateInputs(graph, 0, {}, 1).ok());
  const auto small = GenerateInputs(graph, 0, {{"S", 50}}, 1, 2).value();
  EXPECT_THAT(ReadDoubles(small[0]).value(), Each(Lt(2)));
  EXPECT_THAT(ReadDoubles(small[2]).value(), Each(AllOf(Ge(0), Lt(1))));
}

}  // namespace
}  // namespace t2n
