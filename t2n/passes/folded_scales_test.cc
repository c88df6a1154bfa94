#include "t2n/passes/folded_scales.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class FoldedScalesTest : public ::testing::Test {
 protected:
  FoldedScalesTest() : b_(&graph_) {
    x_ = b_.Input("x", {DType::kF32, {1, 2, 3}, nullptr});
    filter_ = Floats({2, 2, 1}, {1, 2, 3, 4});
  }

  Val Floats(std::vector<int64_t> sizes, const std::vector<float>& numbers) {
    uint8_t* data = nullptr;
    Tensor t = Tensor::Allocate(DType::kF32, std::move(sizes), &data);
    std::memcpy(data, numbers.data(), numbers.size() * sizeof(float));
    return b_.Constant(std::move(t));
  }
  Val Convolved() {
    return b_.Make(Op::kConv,
                   {{"stride", std::vector<int64_t>{1}},
                    {"dilation", std::vector<int64_t>{1}},
                    {"pad_before", std::vector<int64_t>{0}},
                    {"pad_after", std::vector<int64_t>{0}},
                    {"groups", int64_t{1}}},
                   {x_, filter_});
  }
  void Fold(const std::vector<Val>& outputs) {
    for (const Val& v : outputs) graph_.outputs().push_back(v.get());
    ASSERT_TRUE(HasScalesToFold(graph_));
    ASSERT_TRUE(FoldScales(graph_, &out_).ok());
    EXPECT_FALSE(HasScalesToFold(out_));
  }
  static std::vector<double> Numbers(const Value& value) { return *ReadDoubles(*value.constant); }

  Graph graph_, out_;
  Builder b_;
  Val x_, filter_;
};

TEST_F(FoldedScalesTest, ScalesAndShiftsOfChannels) {
  const Val scaled = b_.Mul(Convolved(), Floats({2, 1}, {10, 100}));
  Fold({b_.Abs(b_.Add(b_.Sub(scaled, Floats({1, 2, 1}, {1, 2})), Floats({1}, {0.5})))});
  const Node& convolution = *out_.outputs()[0]->node->inputs[0]->node;
  ASSERT_EQ(convolution.op, Op::kConv) << out_.ToString();
  EXPECT_THAT(Numbers(*convolution.inputs[1]), ElementsAre(10, 20, 300, 400));
  EXPECT_THAT(Numbers(*convolution.inputs[2]), ElementsAre(-0.5, -1.5));
}

TEST_F(FoldedScalesTest, AFilterThatTwoScaleAlikeIsOneStill) {
  const Val scale = Floats({2, 1}, {10, 100});
  Fold({b_.Mul(Convolved(), scale), b_.Mul(Convolved(), scale)});
  EXPECT_EQ(out_.outputs()[0]->node->inputs[1]->constant->buffer,
            out_.outputs()[1]->node->inputs[1]->constant->buffer);
}

TEST_F(FoldedScalesTest, OthersStay) {
  const Val scale = Floats({2, 1}, {10, 100});
  const Val read_twice = Convolved(), wide = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const Val& v : {b_.Add(b_.Mul(read_twice, scale), read_twice), b_.Mul(Convolved(), wide),
                       b_.Floor(b_.Abs(b_.Mul(Convolved(), scale))), b_.Div(Convolved(), scale)}) {
    graph_.outputs().push_back(v.get());
  }
  EXPECT_FALSE(HasScalesToFold(graph_)) << graph_.ToString();
}

}  // namespace
}  // namespace t2n
