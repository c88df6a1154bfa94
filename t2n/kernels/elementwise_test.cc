#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/kernels/testing.h"

namespace t2n {
namespace {

using ::t2n::testing::Call;
using ::t2n::testing::Complexes;
using ::t2n::testing::Doubles;
using ::t2n::testing::F;
using ::t2n::testing::I;
using ::t2n::testing::Ints;
using ::t2n::testing::Make;
using ::t2n::testing::MakeComplex;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsNan;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Elementwise, RoundsHalvesToEven) {
  EXPECT_THAT(Doubles(Op::kRound, {}, {F({0.5, 1.5, 2.5, -0.5, -1.5})}),
              ElementsAre(0, 2, 2, 0, -2));
}

TEST(Elementwise, SignOfNanIsZero) {
  EXPECT_THAT(Doubles(Op::kSign, {}, {F({kNan, -3, 0, 5})}), ElementsAre(0, -1, 0, 1));
}

TEST(Elementwise, IntegersTruncateAndWrap) {
  EXPECT_THAT(Ints(Op::kDiv, {}, {I({7, -7, INT64_MIN}), I({2, 2, -1})}),
              ElementsAre(3, -3, INT64_MIN));
  EXPECT_THAT(Ints(Op::kRem, {}, {I({7, -7, INT64_MIN}), I({3, 3, -1})}), ElementsAre(1, -1, 0));
  Tensor a = Make(DType::kU8, {2}, {200, 3}), b = Make(DType::kU8, {2}, {100, 5});
  EXPECT_THAT(Ints(Op::kAdd, {}, {a, b}), ElementsAre(44, 8));
  EXPECT_THAT(Ints(Op::kSub, {}, {a, b}), ElementsAre(100, 254));
}

TEST(Elementwise, IntegerDivisionByZeroIsRefused) {
  EXPECT_EQ(Call(Op::kDiv, {}, {I({1, 2}), I({1, 0})}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Doubles(Op::kDiv, {}, {F({1, -1}), F({0, 0})}), ElementsAre(kInf, -kInf));
}

TEST(Elementwise, RemHasTheDividendsSign) {
  EXPECT_THAT(Doubles(Op::kRem, {}, {F({5.5, -5.5}), F({2, 2})}), ElementsAre(1.5, -1.5));
}

TEST(Elementwise, PowOfIntegers) {
  EXPECT_THAT(Ints(Op::kPow, {}, {I({2, 1, -1, 0, 3, 2}), I({-1, -3, -3, -1, 4, 64})}),
              ElementsAre(0, 1, -1, 0, 81, 0));
}

TEST(Elementwise, MinAndMaxPropagateNan) {
  EXPECT_THAT(Doubles(Op::kMax, {}, {F({1, kNan, 2}), F({kNan, 1, 3})}),
              ElementsAre(IsNan(), IsNan(), 3));
  EXPECT_THAT(Doubles(Op::kMin, {}, {F({1, kNan, 2}), F({kNan, 1, 3})}),
              ElementsAre(IsNan(), IsNan(), 2));
}

TEST(Elementwise, ShiftsByTheWidthShiftEverythingOut) {
  Tensor a = Make(DType::kI8, {2}, {-5, 5});
  auto by = [](double n) { return Make(DType::kI8, {1}, {n}); };
  EXPECT_THAT(Ints(Op::kShl, {}, {a, by(7)}), ElementsAre(-128, -128));
  EXPECT_THAT(Ints(Op::kShl, {}, {a, by(8)}), ElementsAre(0, 0));
  EXPECT_THAT(Ints(Op::kShl, {}, {a, by(-1)}), ElementsAre(0, 0));
  EXPECT_THAT(Ints(Op::kShr, {}, {a, by(1)}), ElementsAre(-3, 2));
  EXPECT_THAT(Ints(Op::kShr, {}, {a, by(70)}), ElementsAre(-1, 0));
}

TEST(Elementwise, Bools) {
  Tensor a = Make(DType::kBool, {4}, {0, 0, 1, 1}), b = Make(DType::kBool, {4}, {0, 1, 0, 1});
  EXPECT_THAT(Ints(Op::kAnd, {}, {a, b}), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(Ints(Op::kXor, {}, {a, b}), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(Ints(Op::kAdd, {}, {a, b}), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(Ints(Op::kNot, {}, {a}), ElementsAre(1, 1, 0, 0));
}

TEST(Elementwise, SpreadsAxesOfSizeOneAndStridedOperands) {
  Tensor a = Make(DType::kF32, {2, 3}, {0, 1, 2, 3, 4, 5});
  Tensor column = Make(DType::kF32, {2, 1}, {10, 20});
  EXPECT_THAT(Doubles(Op::kAdd, {}, {a, column}), ElementsAre(10, 11, 12, 23, 24, 25));
  Tensor transposed = a;
  transposed.sizes = {3, 2};
  transposed.strides = {1, 3};
  EXPECT_THAT(Doubles(Op::kNeg, {}, {transposed}), ElementsAre(0, -3, -1, -4, -2, -5));
  Tensor expanded = Tensor::Expand(Tensor::Scalar(DType::kF32, 7.0), {3, 2});
  EXPECT_THAT(Doubles(Op::kSub, {}, {transposed, expanded}), ElementsAre(-7, -4, -6, -3, -5, -2));
}

TEST(Elementwise, LongRowsAreRunInBlocks) {
  std::vector<double> values(5001);
  for (int i = 0; i < 5001; ++i) values[i] = i;
  Tensor x = Make(DType::kI32, {3, 1667}, values);
  x.sizes = {1667, 3};
  x.strides = {1, 1667};
  auto sum = Ints(Op::kAdd, {}, {x, x});
  EXPECT_EQ(sum[3 * 1666 + 2], 2 * 5000);
  EXPECT_EQ(sum[3 * 700 + 1], 2 * (1667 + 700));
}

TEST(Elementwise, HalfIsComputedInFloatAndRounded) {
  Tensor a = Make(DType::kF16, {2}, {2048, 65504}), b = Make(DType::kF16, {2}, {1, 65504});
  EXPECT_THAT(Doubles(Op::kAdd, {}, {a, b}), ElementsAre(2048, kInf));
}

TEST(Elementwise, SpecialFunctions) {
  EXPECT_THAT(Doubles(Op::kErf, {}, {F({0.5, kInf})}),
              ElementsAre(DoubleNear(0.5204998778, 1e-7), 1));
  EXPECT_THAT(Doubles(Op::kSigmoid, {}, {F({-200, 0, 1})}),
              ElementsAre(DoubleNear(0, 1e-30), 0.5, DoubleNear(0.7310585786, 1e-7)));
  EXPECT_THAT(Doubles(Op::kRsqrt, {}, {F({4, 0})}), ElementsAre(0.5, kInf));
}

TEST(Elementwise, ComplexNumbers) {
  Tensor z = MakeComplex({2}, {{3, 4}, {0, 1}});
  EXPECT_THAT(Doubles(Op::kAbs, {}, {z}), ElementsAre(5, 1));
  EXPECT_THAT(Complexes(Op::kMul, {}, {z, z}),
              ElementsAre(std::complex<double>(-7, 24), std::complex<double>(-1, 0)));
  EXPECT_THAT(Ints(Op::kEq, {}, {z, MakeComplex({1}, {{0, 1}})}), ElementsAre(0, 1));
  EXPECT_EQ(Call(Op::kLt, {}, {z, z}).status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(Doubles(Op::kImag, {}, {z}), ElementsAre(4, 1));
  EXPECT_THAT(Complexes(Op::kMakeComplex, {}, {F({1, 2}), F({3})}),
              ElementsAre(std::complex<double>(1, 3), std::complex<double>(2, 3)));
}

TEST(Elementwise, Select) {
  Tensor c = Make(DType::kBool, {2, 1}, {1, 0});
  Tensor a = Make(DType::kI64, {2, 2}, {1, 2, 3, 4}), b = Make(DType::kI64, {1, 1}, {9});
  EXPECT_THAT(Ints(Op::kSelect, {}, {c, a, b}), ElementsAre(1, 2, 9, 9));
}

TEST(Cast, FloatsToIntegersAsTorchOnX86) {
  Tensor x = F({kNan, kInf, 3e9, 300.7, -1.5, 1e20});
  EXPECT_THAT(Ints(Op::kCast, {{"dtype", DType::kI64}}, {x}),
              ElementsAre(INT64_MIN, INT64_MIN, 3000000000, 300, -1, INT64_MIN));
  EXPECT_THAT(Ints(Op::kCast, {{"dtype", DType::kI32}}, {x}),
              ElementsAre(INT32_MIN, INT32_MIN, INT32_MIN, 300, -1, INT32_MIN));
  EXPECT_THAT(Ints(Op::kCast, {{"dtype", DType::kU8}}, {x}), ElementsAre(0, 0, 0, 44, 255, 0));
  EXPECT_THAT(Ints(Op::kCast, {{"dtype", DType::kBool}}, {x}), ElementsAre(1, 1, 1, 1, 1, 1));
}

TEST(Cast, ExactIntegersAndComplexNumbers) {
  EXPECT_THAT(Ints(Op::kCast, {{"dtype", DType::kI32}}, {I({1LL << 40, (1LL << 32) + 5})}),
              ElementsAre(0, 5));
  EXPECT_THAT(Doubles(Op::kCast, {{"dtype", DType::kF32}}, {I({(1LL << 24) + 1})}),
              ElementsAre(16777216));
  EXPECT_THAT(Doubles(Op::kCast, {{"dtype", DType::kF32}}, {MakeComplex({1}, {{2, 3}})}),
              ElementsAre(2));
  EXPECT_THAT(Complexes(Op::kCast, {{"dtype", DType::kC64}}, {F({2})}),
              ElementsAre(std::complex<double>(2, 0)));
}

}  // namespace
}  // namespace t2n
