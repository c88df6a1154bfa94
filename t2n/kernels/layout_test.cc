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
using AxisList = std::vector<int64_t>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor Counting(std::vector<int64_t> sizes) {
  std::vector<double> values;
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  for (int64_t i = 0; i < n; ++i) values.push_back(i);
  return Make(DType::kI64, sizes, values);
}

TEST(Layout, Views) {
  Tensor x = Counting({2, 3});
  EXPECT_THAT(Ints(Op::kTranspose, {{"perm", AxisList{1, 0}}}, {x}), ElementsAre(0, 3, 1, 4, 2, 5));
  Tensor t = (*Call(Op::kTranspose, {{"perm", AxisList{1, 0}}}, {x}))[0];
  EXPECT_THAT(Ints(Op::kReshape, {{"shape", Shape{6}}}, {t}), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(Ints(Op::kBroadcast, {{"shape", Shape{2, 2}}}, {Counting({2, 1})}),
              ElementsAre(0, 0, 1, 1));
  Attrs slice = {{"axis", int64_t{1}}, {"begin", Dim(0)}, {"end", Dim(3)}, {"step", int64_t{2}}};
  EXPECT_THAT(Ints(Op::kSlice, slice, {x}), ElementsAre(0, 2, 3, 5));
}

TEST(Layout, ReverseAndConcat) {
  Tensor x = Counting({2, 3});
  EXPECT_THAT(Ints(Op::kReverse, {{"axes", AxisList{1}}}, {x}), ElementsAre(2, 1, 0, 5, 4, 3));
  EXPECT_THAT(Ints(Op::kReverse, {{"axes", AxisList{0, 1}}}, {x}), ElementsAre(5, 4, 3, 2, 1, 0));
  EXPECT_THAT(Ints(Op::kConcat, {{"axis", int64_t{1}}}, {x, Counting({2, 1}), Counting({2, 0})}),
              ElementsAre(0, 1, 2, 0, 3, 4, 5, 1));
}

TEST(Layout, PadModes) {
  Tensor x = I({1, 2, 3});
  auto pad = [&](const char* mode, int64_t before, int64_t after) {
    Attrs attrs = {{"before", Shape{before}},
                   {"after", Shape{after}},
                   {"mode", std::string(mode)},
                   {"value", 9.0}};
    return attrs;
  };
  EXPECT_THAT(Ints(Op::kPad, pad("constant", 1, 2), {x}), ElementsAre(9, 1, 2, 3, 9, 9));
  EXPECT_THAT(Ints(Op::kPad, pad("constant", -1, 1), {x}), ElementsAre(2, 3, 9));
  EXPECT_THAT(Ints(Op::kPad, pad("reflect", 2, 1), {x}), ElementsAre(3, 2, 1, 2, 3, 2));
  EXPECT_THAT(Ints(Op::kPad, pad("replicate", 2, 1), {x}), ElementsAre(1, 1, 1, 2, 3, 3));
  EXPECT_THAT(Ints(Op::kPad, pad("circular", 2, 1), {x}), ElementsAre(2, 3, 1, 2, 3, 1));
  EXPECT_FALSE(Call(Op::kPad, pad("reflect", 3, 0), {x}).ok());
}

TEST(Layout, HugeResultsAreRefused) {
  Tensor x = Tensor::Expand(Tensor::Scalar(DType::kF32, 1.0), {1 << 20, 1 << 20, 1 << 20});
  for (Op op : {Op::kNeg, Op::kReduceSum, Op::kReverse}) {
    Attrs attrs = {{"axes", AxisList{0, 1, 2}}};
    EXPECT_EQ(Call(op, attrs, {x}).status().code(), absl::StatusCode::kResourceExhausted)
        << OpName(op);
  }
}

TEST(Reduce, SumsMeansAndProducts) {
  Tensor x = Counting({2, 3});
  EXPECT_THAT(Ints(Op::kReduceSum, {{"axes", AxisList{0}}}, {x}), ElementsAre(3, 5, 7));
  EXPECT_THAT(Ints(Op::kReduceProd, {{"axes", AxisList{1}}}, {x}), ElementsAre(0, 60));
  EXPECT_THAT(Doubles(Op::kReduceMean, {{"axes", AxisList{0}}}, {F({1, 2, 4.5})}),
              ElementsAre(2.5));
  EXPECT_THAT(Doubles(Op::kReduceSum, {{"axes", AxisList{0}}}, {F({})}), ElementsAre(0));
  EXPECT_THAT(Doubles(Op::kReduceMean, {{"axes", AxisList{0}}}, {F({})}), ElementsAre(IsNan()));
  EXPECT_EQ(Call(Op::kReduceMean, {{"axes", AxisList{0}}}, {x}).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(Reduce, ExtremesPropagateNan) {
  EXPECT_THAT(Doubles(Op::kReduceMax, {{"axes", AxisList{0}}}, {F({1, kNan, 3})}),
              ElementsAre(IsNan()));
  EXPECT_THAT(Doubles(Op::kReduceMin, {{"axes", AxisList{0}}}, {F({1, -2, 3})}), ElementsAre(-2));
  EXPECT_FALSE(Call(Op::kReduceMax, {{"axes", AxisList{0}}}, {F({})}).ok());
  EXPECT_THAT(Ints(Op::kArgMax, {{"axis", int64_t{0}}}, {F({1, kNan, kNan, 3})}), ElementsAre(1));
  EXPECT_THAT(Ints(Op::kArgMin, {{"axis", int64_t{0}}}, {F({2, 1, 1, 3})}), ElementsAre(1));
}

TEST(Reduce, AnyAndAll) {
  Tensor x = Make(DType::kBool, {2, 2}, {0, 1, 1, 1});
  EXPECT_THAT(Ints(Op::kReduceAny, {{"axes", AxisList{0, 1}}}, {x}), ElementsAre(1));
  EXPECT_THAT(Ints(Op::kReduceAll, {{"axes", AxisList{1}}}, {x}), ElementsAre(0, 1));
}

TEST(Reduce, Cumulative) {
  auto run = [](const char* mode, int64_t axis) {
    return Attrs{{"mode", std::string(mode)}, {"axis", axis}};
  };
  Tensor x = Make(DType::kF32, {2, 3}, {1, 3, 2, 4, 0, 5});
  EXPECT_THAT(Doubles(Op::kCumulative, run("sum", 0), {x}), ElementsAre(1, 3, 2, 5, 3, 7));
  EXPECT_THAT(Doubles(Op::kCumulative, run("prod", 1), {x}), ElementsAre(1, 3, 6, 4, 0, 0));
  EXPECT_THAT(Doubles(Op::kCumulative, run("max", 1), {x}), ElementsAre(1, 3, 3, 4, 4, 5));
  EXPECT_THAT(Doubles(Op::kCumulative, run("min", 1), {x}), ElementsAre(1, 1, 1, 4, 0, 0));
  EXPECT_THAT(Doubles(Op::kCumulative, run("max", 0), {F({1, kNan, 3})}),
              ElementsAre(1, IsNan(), IsNan()));
}

}  // namespace
}  // namespace t2n
