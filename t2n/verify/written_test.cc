#include "t2n/verify/written.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

Tensor Zeros(DType dtype, std::vector<int64_t> sizes) {
  uint8_t* to;
  return Tensor::Allocate(dtype, std::move(sizes), &to);
}

ValueType Type(DType dtype, Shape shape) { return {dtype, std::move(shape), nullptr}; }

TEST(TypeDifferenceTest, TellsTypesAndSizes) {
  const Tensor got = Zeros(DType::kF32, {2, 3});
  EXPECT_EQ(TypeDifference(got, Type(DType::kF32, {2, 3}), true), "");
  EXPECT_EQ(TypeDifference(got, Type(DType::kF16, {2, 3}), true), "f32[2,3], declared f16[2,3]");
  EXPECT_EQ(TypeDifference(got, Type(DType::kI64, {2, 3}), true), "f32[2,3], declared i64[2,3]");
  EXPECT_EQ(TypeDifference(got, Type(DType::kF32, {3, 2}), true), "f32[2,3], declared f32[3,2]");
  EXPECT_EQ(TypeDifference(got, Type(DType::kF32, {6}), true), "f32[2,3], declared f32[6]");
}

TEST(TypeDifferenceTest, OfOneKindWhereWidthsDoNotCount) {
  const Tensor got = Zeros(DType::kF32, {2});
  EXPECT_EQ(TypeDifference(got, Type(DType::kF64, {2}), false), "");
  EXPECT_NE(TypeDifference(got, Type(DType::kI64, {2}), false), "");
  EXPECT_NE(TypeDifference(got, Type(DType::kBool, {2}), false), "");
}

TEST(TypeDifferenceTest, WhatNnefHasNotIsAsItIsWritten) {
  EXPECT_EQ(TypeDifference(Zeros(DType::kF32, {4, 2}), Type(DType::kC64, {4}), true), "");
  EXPECT_EQ(TypeDifference(Zeros(DType::kF32, {4}), Type(DType::kBF16, {4}), true), "");
  EXPECT_EQ(TypeDifference(Zeros(DType::kU8, {4}), Type(DType::kQU8, {4}), true), "");
}

TEST(AtSizesTest, ReplacesSymbols) {
  const Dim s = Dim::Symbol("S");
  EXPECT_EQ(AtSizes(Type(DType::kF32, {s * 2 + 1, 3}), {{"S", 4}}).value().shape, Shape({9, 3}));
  EXPECT_FALSE(AtSizes(Type(DType::kF32, {s}), {}).ok());
}

}  // namespace
}  // namespace t2n
