#include "t2n/ir/size_text.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

const Dim kW = Dim::Symbol("W"), kH = Dim::Symbol("H");

TEST(SizeTextTest, WritesNoFloorAgainstWhatItIsOf) {
  EXPECT_EQ(SizeText(FloorDiv(kW, 2) - kW + 25), "-((W+1)/2)+25");
  EXPECT_EQ(SizeText(kW - FloorDiv(kW, 2)), "((W+1)/2)");
  EXPECT_EQ(SizeText(kW * 2 - FloorDiv(kW, 2)), "((W+1)/2)+W");
  EXPECT_EQ(SizeText(kW - FloorDiv(kW + 1, 3)), "((2*W+1)/3)");
  EXPECT_EQ(SizeText(Min(FloorDiv(kW, 2) - kW + 25, kH)), "min(-((W+1)/2)+25,H)");
}

TEST(SizeTextTest, WritesNoneInProducts) {
  const Dim h = kH - FloorDiv(kH, 3), w = kW - FloorDiv(kW + 1, 3);
  EXPECT_EQ(SizeText(h * 2 * kW), "2*((2*H+2)/3)*W");
  EXPECT_EQ(SizeText(h * w), "((2*H+2)/3)*((2*W+1)/3)");
  EXPECT_EQ(SizeText(Mod(kH, 16) * kW), "H*W-16*(H/16)*W");
}

TEST(SizeTextTest, LeavesRemaindersAndOthers) {
  for (const Dim& d : {Mod(kW, 16), FloorDiv(kW + 3, 4) + kH, kW * kH - 3, Dim(7), -kW,
                       FloorDiv(kW + kH, 2) - kW, FloorDiv(kW, 2) * 2 - kH}) {
    EXPECT_EQ(SizeText(d), d.ToString());
  }
}

TEST(SizeTextTest, MeansTheSame) {
  const Dim d = FloorDiv(kW + 4, 7) * 2 - kW * 3 + 11;
  EXPECT_NE(SizeText(d), d.ToString());
  for (int64_t w = 0; w < 40; ++w) {
    // What SizeText gives: 2*W less twice the floor of (6*W+2)/7.
    const int64_t turned = 2 * (w - (6 * w + 2) / 7) - 3 * w + 11;
    EXPECT_EQ(d.Eval([w](absl::string_view) { return w; }), turned);
  }
  EXPECT_EQ(SizeText(d), "-2*((6*W+2)/7)-W+11");
}

}  // namespace
}  // namespace t2n
