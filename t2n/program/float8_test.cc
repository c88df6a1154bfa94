#include "t2n/program/float8.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace t2n {
namespace {

using torchvalue::ScalarType;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

// As torch converts them to float32.
TEST(Float8Test, EveryKindOfNumber) {
  struct Case {
    ScalarType type;
    std::vector<std::pair<int, float>> values;
  };
  const Case kCases[] = {
      {ScalarType::kFloat8_e4m3fn,
       {{0, 0},
        {1, 0.001953125f},
        {7, 0.013671875f},
        {8, 0.015625f},
        {0x3f, 1.875f},
        {0x7e, 448},
        {0x7f, kNan},
        {0x80, -0.0f},
        {0xc4, -3},
        {0xff, kNan}}},
      {ScalarType::kFloat8_e5m2,
       {{1, 1.52587890625e-05f},
        {8, 0.0001220703125f},
        {0x7b, 57344},
        {0x7c, kInf},
        {0x7e, kNan},
        {0x80, -0.0f},
        {0xc4, -4},
        {0xfc, -kInf},
        {0xff, kNan}}},
      {ScalarType::kFloat8_e4m3fnuz,
       {{1, 0.0009765625f},
        {7, 0.0068359375f},
        {8, 0.0078125f},
        {0x7f, 240},
        {0x80, kNan},
        {0xff, -240}}},
      {ScalarType::kFloat8_e5m2fnuz,
       {{1, 7.62939453125e-06f}, {0x7c, 32768}, {0x7f, 57344}, {0x80, kNan}, {0xff, -57344}}},
      {ScalarType::kFloat8_e8m0fnu,
       {{0, 5.877471754111438e-39f}, {120, 0.0078125f}, {127, 1}, {0xff, kNan}}},
  };
  for (const Case& c : kCases) {
    for (const auto& [bits, value] : c.values) {
      const float got = Float8ToFloat(c.type, bits);
      EXPECT_TRUE(got == value || (std::isnan(got) && std::isnan(value)))
          << torchvalue::ShortName(c.type) << " " << bits << ": " << got;
      EXPECT_EQ(std::signbit(got) && !std::isnan(got), std::signbit(value) && !std::isnan(value));
    }
  }
}

TEST(Float8Test, StoragesAreHalvesOrFloats) {
  const auto halves = Widen(Buffer::Own({0x38, 0xb8}), ScalarType::kFloat8_e4m3fn);
  EXPECT_EQ(*halves->Bytes(), (std::vector<uint8_t>{0x00, 0x3c, 0x00, 0xbc}));
  const auto floats = Widen(Buffer::Own({127}), ScalarType::kFloat8_e8m0fnu);
  EXPECT_EQ(*floats->Bytes(), (std::vector<uint8_t>{0x00, 0x00, 0x80, 0x3f}));
}

}  // namespace
}  // namespace t2n
