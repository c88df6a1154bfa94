#include "t2n/ir/computed_buffer.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

// 1, 2, ... count in pieces of two; counts how often it was computed.
class Numbers : public ComputedBuffer {
 public:
  explicit Numbers(uint8_t count) : count_(count) {}
  size_t size() const override { return count_; }
  absl::Status Stream(const ByteSink& sink) const override {
    ++runs;
    for (uint8_t i = 1; i <= count_; i += 2) {
      const uint8_t pair[] = {i, static_cast<uint8_t>(i + 1)};
      const absl::Status status = sink(absl::MakeConstSpan(pair, i == count_ ? 1 : 2));
      if (!status.ok()) return status;
    }
    return fails ? absl::DataLossError("damaged") : absl::OkStatus();
  }
  mutable int runs = 0;
  bool fails = false;

 private:
  uint8_t count_;
};

TEST(ComputedBuffer, ComputesOnceUntilItIsReleased) {
  Numbers numbers(5);
  for (int i = 0; i < 2; ++i) {
    const auto bytes = numbers.Bytes();
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(std::vector<uint8_t>(bytes->begin(), bytes->end()),
              (std::vector<uint8_t>{1, 2, 3, 4, 5}));
    EXPECT_EQ(numbers.runs, 1);
  }
  numbers.Release();
  EXPECT_TRUE(numbers.Bytes().ok());
  EXPECT_EQ(numbers.runs, 2);
}

TEST(ComputedBuffer, KeepsNothingOfAFailure) {
  Numbers numbers(4);
  numbers.fails = true;
  EXPECT_EQ(numbers.Bytes().status().message(), "damaged");
  numbers.fails = false;
  EXPECT_EQ(numbers.Bytes()->size(), 4u);
}

TEST(ComputedBuffer, OfNothingIsEmpty) { EXPECT_TRUE(Numbers(0).Bytes()->empty()); }

}  // namespace
}  // namespace t2n
