#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/kernels/testing.h"

namespace t2n {
namespace {

using ::t2n::testing::Call;
using ::t2n::testing::Doubles;
using ::t2n::testing::F;
using ::t2n::testing::I;
using ::t2n::testing::Ints;
using ::t2n::testing::Make;
using ::testing::ElementsAre;
using ::testing::IsNan;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor Counting(std::vector<int64_t> sizes) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  std::vector<double> values;
  for (int64_t i = 0; i < n; ++i) values.push_back(i);
  return Make(DType::kF32, std::move(sizes), values);
}

Attrs Axis(int64_t axis) { return {{"axis", axis}}; }
Attrs Axis(int64_t axis, const char* mode) { return {{"axis", axis}, {"mode", std::string(mode)}}; }

TEST(Gather, TheAxisBecomesTheIndices) {
  Tensor x = Counting({2, 3}), indices = Make(DType::kI64, {1, 2}, {2, 0});
  EXPECT_THAT(Doubles(Op::kGather, Axis(1), {x, indices}), ElementsAre(2, 0, 5, 3));
  EXPECT_THAT(Doubles(Op::kGather, Axis(0), {x, Make(DType::kI64, {}, {1})}), ElementsAre(3, 4, 5));
}

TEST(Gather, IndicesOutOfRangeAreRefused) {
  Tensor x = Counting({2, 3});
  for (int64_t bad : {-1, 3}) {
    Tensor indices = Make(DType::kI64, {1, 1}, {static_cast<double>(bad)});
    EXPECT_EQ(Call(Op::kGather, Axis(1), {x, indices}).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Call(Op::kGatherElements, Axis(1), {x, indices}).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Call(Op::kGatherNd, {}, {x, indices}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(GatherElements, IsTorchGather) {
  Tensor x = Counting({3, 3}), indices = Make(DType::kI64, {2, 2}, {2, 0, 1, 1});
  EXPECT_THAT(Doubles(Op::kGatherElements, Axis(1), {x, indices}), ElementsAre(2, 0, 4, 4));
  EXPECT_THAT(Doubles(Op::kGatherElements, Axis(0), {x, indices}), ElementsAre(6, 1, 3, 4));
}

TEST(GatherNd, IndexesTheFirstAxesTogether) {
  Tensor x = Counting({2, 2, 2}), indices = Make(DType::kI64, {2, 2}, {0, 1, 1, 0});
  EXPECT_THAT(Doubles(Op::kGatherNd, {}, {x, indices}), ElementsAre(2, 3, 4, 5));
}

TEST(Scatter, ModesCombineRepeatedIndices) {
  Tensor x = F({1, 2, 3}), indices = I({0, 0, 2}), updates = F({10, 20, -5});
  EXPECT_THAT(Doubles(Op::kScatterElements, Axis(0, "set"), {x, indices, updates}),
              ElementsAre(20, 2, -5));
  EXPECT_THAT(Doubles(Op::kScatterElements, Axis(0, "add"), {x, indices, updates}),
              ElementsAre(31, 2, -2));
  EXPECT_THAT(Doubles(Op::kScatterElements, Axis(0, "mul"), {x, indices, updates}),
              ElementsAre(200, 2, -15));
  EXPECT_THAT(Doubles(Op::kScatterElements, Axis(0, "min"), {x, indices, updates}),
              ElementsAre(1, 2, -5));
  EXPECT_THAT(Doubles(Op::kScatterElements, Axis(0, "max"), {x, indices, F({kNan, 20, 5})}),
              ElementsAre(IsNan(), 2, 5));
}

TEST(Scatter, NdWritesSlices) {
  Tensor x = Counting({3, 2}), indices = Make(DType::kI64, {2, 1}, {2, 0});
  Tensor updates = Make(DType::kF32, {2, 2}, {-1, -2, -3, -4});
  Attrs set = {{"mode", std::string("set")}};
  EXPECT_THAT(Doubles(Op::kScatterNd, set, {x, indices, updates}),
              ElementsAre(-3, -4, 2, 3, -1, -2));
}

TEST(TopK, IsStableAndNanIsTheLargest) {
  Tensor x = F({1, kNan, 2, 2});
  auto run = [&](int64_t k, bool largest) {
    return *Call(Op::kTopK, {{"k", Dim(k)}, {"axis", int64_t{0}}, {"largest", largest}}, {x});
  };
  EXPECT_THAT(*ReadDoubles(run(3, true)[0]), ElementsAre(IsNan(), 2, 2));
  EXPECT_THAT(*ReadInts(run(3, true)[1]), ElementsAre(1, 2, 3));
  EXPECT_THAT(*ReadInts(run(4, false)[1]), ElementsAre(0, 2, 3, 1));
}

}  // namespace
}  // namespace t2n
