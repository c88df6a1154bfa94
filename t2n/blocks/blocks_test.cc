#include <cmath>
#include <cstring>
#include <limits>

#include "gtest/gtest.h"
#include "t2n/blocks/block_buffer.h"

namespace t2n {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes BlocksOfSource(const Tensor& source, BlockScale scale, BlockError* error = nullptr) {
  const Tensor t = BlockBuffer::MakeTensor(source, scale, DType::kF32);
  Bytes bytes;
  EXPECT_TRUE(BlocksOf(t)
                  ->StreamBlocks(
                      [&](absl::Span<const uint8_t> piece) {
                        bytes.insert(bytes.end(), piece.begin(), piece.end());
                        return absl::OkStatus();
                      },
                      error)
                  .ok());
  return bytes;
}

Tensor Floats(std::vector<int64_t> sizes, const std::function<float(int64_t)>& value) {
  uint8_t* data;
  Tensor t = Tensor::Allocate(DType::kF32, std::move(sizes), &data);
  for (int64_t i = 0; i < t.numel(); ++i) {
    const float f = value(i);
    std::memcpy(data + i * sizeof(f), &f, sizeof(f));
  }
  return t;
}

float Wave(int64_t i) { return std::sin(static_cast<float>(i) * 1.7f) * (1 + i % 5); }

TEST(BlocksTest, ATensorReadsWhatItsBlocksStandFor) {
  const Tensor t = BlockBuffer::MakeTensor(Floats({2, 32}, [](int64_t i) { return i % 32 - 16.f; }),
                                           BlockScale::kMinMax, DType::kF32);
  auto values = ReadDoubles(t);
  ASSERT_TRUE(values.ok());
  for (int64_t i = 0; i < 64; ++i) {
    const int64_t x = i % 32 - 16;
    EXPECT_EQ((*values)[i], -2 * std::min(7.0, std::floor(-x / 2.0 + 0.5))) << i;
  }
}

TEST(BlocksTest, LeastSquaresLoseLess) {
  const Tensor source = Floats({8, 64}, Wave);
  BlockError minmax, least;
  BlocksOfSource(source, BlockScale::kMinMax, &minmax);
  BlocksOfSource(source, BlockScale::kLeastSquares, &least);
  EXPECT_LT(least.relative(), 0.95 * minmax.relative());
  EXPECT_GT(least.relative(), 0.02);
}

TEST(BlocksTest, StridedRowsAreThoseOfADenseCopy) {
  Tensor turned = Floats({64, 70}, Wave);
  std::swap(turned.sizes[0], turned.sizes[1]);
  std::swap(turned.strides[0], turned.strides[1]);
  auto dense = MakeContiguous(turned);
  ASSERT_TRUE(dense.ok());
  EXPECT_EQ(BlocksOfSource(turned, BlockScale::kMinMax),
            BlocksOfSource(*dense, BlockScale::kMinMax));
}

TEST(BlocksTest, WhatHasNoScaleIsRefused) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::nanf(""), 1e7f}) {
    const Tensor source = Floats({1, 32}, [&](int64_t i) { return i == 9 ? bad : 1.0f; });
    const Tensor t = BlockBuffer::MakeTensor(source, BlockScale::kMinMax, DType::kF32);
    EXPECT_TRUE(absl::IsFailedPrecondition(t.buffer->Bytes().status())) << bad;
  }
}

TEST(BlocksTest, TheSmallestNumbersKeepTheirSigns) {
  const Tensor t =
      BlockBuffer::MakeTensor(Floats({1, 32}, [](int64_t i) { return (i % 3 - 1) * 4e-5f; }),
                              BlockScale::kMinMax, DType::kF32);
  auto values = ReadDoubles(t);
  ASSERT_TRUE(values.ok());
  for (int64_t i = 0; i < 32; ++i) EXPECT_NEAR((*values)[i], (i % 3 - 1) * 4e-5, 1e-5) << i;
}

TEST(BlocksTest, PartsOfATensorAreNoBlocks) {
  Tensor t = BlockBuffer::MakeTensor(Floats({2, 32}, Wave), BlockScale::kMinMax, DType::kF32);
  EXPECT_NE(BlocksOf(t), nullptr);
  t.sizes[0] = 1;
  EXPECT_EQ(BlocksOf(t), nullptr);
}

}  // namespace
}  // namespace t2n
