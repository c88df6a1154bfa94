#include "t2n/builder/builder.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

class Built : public ::testing::Test {
 protected:
  Graph graph_;
  Builder b_{&graph_};
  Val x_ = b_.Input("x", {DType::kF32, {2, 3}, nullptr});
};

TEST_F(Built, AnAxisIsCountedFromEitherEnd) {
  EXPECT_EQ(x_.dim(1), Dim(3));
  EXPECT_EQ(x_.dim(-2), Dim(2));
  EXPECT_TRUE(b_.ok());
}

TEST_F(Built, ThereIsNoSizeOfAnAxisThatIsNotThere) {
  (void)x_.dim(2);
  EXPECT_NE(b_.status().message().find("no axis 2"), std::string::npos);
  b_.ClearStatus();
  (void)x_.dim(-3);
  EXPECT_FALSE(b_.ok());
  EXPECT_EQ(Val().dim(0), Dim(1));
}

TEST_F(Built, AnAxisThatIsNotThereIsNotSwapped) {
  EXPECT_FALSE(b_.SwapAxes(x_, 0, 2));
  EXPECT_FALSE(b_.ok());
}

// tract cannot take every other of an axis that it has just added.
TEST_F(Built, OneElementHasNoStep) {
  EXPECT_EQ(b_.Slice(x_, 0, 0, 2, 2)->node->attrs.Int("step"), 1);
  EXPECT_EQ(b_.Slice(x_, 1, 0, 3, 2)->node->attrs.Int("step"), 2);
}

}  // namespace
}  // namespace t2n
