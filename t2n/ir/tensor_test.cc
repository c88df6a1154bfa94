#include "t2n/ir/tensor.h"

#include <cstring>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/ir/uniform.h"

namespace t2n {
namespace {

// Bytes that are never there as a whole; it counts those that were streamed.
class StreamedBuffer : public Buffer {
 public:
  StreamedBuffer(std::vector<uint8_t> bytes, size_t piece)
      : bytes_(std::move(bytes)), piece_(piece) {}
  size_t size() const override { return bytes_.size(); }
  absl::StatusOr<absl::Span<const uint8_t>> Bytes() const override {
    return absl::InternalError("held as a whole");
  }
  absl::Status Stream(const ByteSink& sink) const override {
    for (size_t at = 0; at < bytes_.size(); at += piece_) {
      const size_t size = std::min(piece_, bytes_.size() - at);
      streamed += static_cast<int64_t>(size);
      if (const auto status = sink(absl::MakeConstSpan(&bytes_[at], size)); !status.ok())
        return status;
    }
    return absl::OkStatus();
  }
  mutable int64_t streamed = 0;

 private:
  std::vector<uint8_t> bytes_;
  size_t piece_;
};

constexpr int64_t kRows = 1 << 10, kColumns = 1 << 9;

// f32[kRows,kColumns], all of them 1.5 but perhaps one.
Tensor Matrix(size_t piece, int64_t other = -1) {
  std::vector<uint8_t> bytes(kRows * kColumns * 4);
  for (int64_t i = 0; i < kRows * kColumns; ++i) {
    const float number = i == other ? 2.0f : 1.5f;
    std::memcpy(&bytes[i * 4], &number, 4);
  }
  Tensor t;
  t.sizes = {kRows, kColumns};
  t.strides = ContiguousStrides(t.sizes);
  t.buffer = std::make_shared<StreamedBuffer>(std::move(bytes), piece);
  return t;
}

int64_t Streamed(const Tensor& t) { return static_cast<const StreamedBuffer&>(*t.buffer).streamed; }

TEST(UniformElement, OfLargeTensorsIsStreamed) {
  for (size_t piece : {size_t{4096}, size_t{4099}, size_t{3}, size_t{1} << 30}) {
    const std::optional<Tensor> element = UniformElement(Matrix(piece));
    ASSERT_TRUE(element) << piece;
    EXPECT_THAT(*ReadDoubles(*element), ::testing::ElementsAre(1.5));
    EXPECT_EQ(element->rank(), 0);
    EXPECT_FALSE(UniformElement(Matrix(piece, kRows * kColumns - 1))) << piece;
  }
  const Tensor other = Matrix(4096, 1000);
  EXPECT_FALSE(UniformElement(other));
  EXPECT_EQ(Streamed(other), 4096);
}

TEST(UniformElement, OfLargeTransposedAndExpandedTensors) {
  Tensor t = Matrix(4096);
  std::swap(t.sizes[0], t.sizes[1]);
  std::swap(t.strides[0], t.strides[1]);
  EXPECT_TRUE(UniformElement(t));
  t.sizes.push_back(3);
  t.strides.push_back(0);
  EXPECT_TRUE(UniformElement(t));
}

TEST(ReadDoubles, WhatRepeatsForEverIsRefused) {
  const Tensor one = Tensor::Scalar(DType::kF32, 1.0);
  const Tensor large = Tensor::Expand(one, {1 << 20, 1 << 20});
  EXPECT_EQ(ReadDoubles(large).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReadInts(Tensor::Expand(Tensor::Scalar(DType::kI64, int64_t{1}), large.sizes))
                .status()
                .code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(MakeContiguous(large).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReadDoubles(Tensor::Expand(one, {2, 3}))->size(), 6);
}

TEST(StreamContiguous, APartOfALargeBufferIsNotHeld) {
  Tensor t = Matrix(4099, 5 * kColumns);
  t.offset = 5 * kColumns;
  t.sizes[0] = kRows - 9;
  std::string bytes;
  ASSERT_TRUE(StreamContiguous(t, [&bytes](absl::Span<const uint8_t> piece) {
                bytes.append(piece.begin(), piece.end());
                return absl::OkStatus();
              }).ok());
  ASSERT_EQ(static_cast<int64_t>(bytes.size()), t.nbytes());
  float first, second, last;
  std::memcpy(&first, &bytes[0], 4);
  std::memcpy(&second, &bytes[4], 4);
  std::memcpy(&last, &bytes[bytes.size() - 4], 4);
  EXPECT_THAT((std::vector<float>{first, second, last}), ::testing::ElementsAre(2.0f, 1.5f, 1.5f));
  EXPECT_EQ(Streamed(t), kRows * kColumns * 4);  // to the end, for the checksum
}

}  // namespace
}  // namespace t2n
