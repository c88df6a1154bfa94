#include "t2n/reference/compare.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/kernels/testing.h"

namespace t2n {
namespace {

using ::t2n::testing::F;
using ::t2n::testing::I;
using ::t2n::testing::Make;
using ::t2n::testing::MakeComplex;
using ::testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Compare, WithinTolerance) {
  Comparison c = *Compare(F({1, 100, kNan, kInf}), F({1.0001, 100.09, kNan, kInf}), {});
  EXPECT_TRUE(c.equal) << c.message;
  EXPECT_NEAR(c.max_abs_error, 0.09, 1e-4);
}

TEST(Compare, NamesTheFirstDifference) {
  Tensor got = Make(DType::kF32, {2, 2}, {1, 2, 3, 4}),
         want = Make(DType::kF32, {2, 2}, {1, 2, 5, 4.5});
  Comparison c = *Compare(got, want, {});
  EXPECT_FALSE(c.equal);
  EXPECT_EQ(c.differing, 2);
  EXPECT_THAT(c.first, ElementsAre(1, 0));
  EXPECT_EQ(c.message, "2 of 4 elements differ, first at [1,0]: 3, expected 5; largest error 2");
}

TEST(Compare, NanAndInfinityAreNoMatchForNumbers) {
  EXPECT_FALSE(Compare(F({kNan}), F({1}), {})->equal);
  EXPECT_FALSE(Compare(F({1}), F({kNan}), {})->equal);
  EXPECT_FALSE(Compare(F({1e30}), F({kInf}), {})->equal);
  EXPECT_FALSE(Compare(F({-kInf}), F({kInf}), {})->equal);
}

TEST(Compare, IntegersAreExact) {
  EXPECT_TRUE(Compare(Make(DType::kI32, {1}, {7}), I({7}), {})->equal);
  EXPECT_FALSE(Compare(I({1LL << 60}), I({(1LL << 60) + 1}), {1, 1})->equal);
}

TEST(Compare, QuantizedOutputsMayBeAStepApartHereAndThere) {
  const Tolerance step{0, 0, 0.5};
  std::vector<double> want(200, 1), got = want;
  got[3] = 1.5;
  got[7] = 0.5;
  EXPECT_TRUE(Compare(F(got), F(want), step)->equal);
  got[9] = 1.5;  // 1.5 %
  EXPECT_FALSE(Compare(F(got), F(want), step)->equal);
  got[9] = want[9];
  got[3] = 2;  // two steps
  EXPECT_FALSE(Compare(F(got), F(want), step)->equal);
  EXPECT_FALSE(Compare(F({kNan}), F({1}), step)->equal);
}

TEST(Compare, ShapesAndKinds) {
  EXPECT_EQ(Compare(F({1, 2}), F({1}), {})->message, "shape [2], expected [1]");
  EXPECT_EQ(Compare(F({1}), I({1}), {})->message, "type f32, expected i64");
  EXPECT_TRUE(Compare(Make(DType::kF16, {1}, {1}), F({1}), {})->equal);
}

TEST(Compare, ComplexNumbers) {
  EXPECT_TRUE(Compare(MakeComplex({1}, {{1, kNan}}), MakeComplex({1}, {{1, kNan}}), {})->equal);
  EXPECT_FALSE(Compare(MakeComplex({1}, {{1, 1}}), MakeComplex({1}, {{1, 2}}), {})->equal);
}

}  // namespace
}  // namespace t2n
