#include "t2n/ir/dim_facts.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

const Dim kB = Dim::Symbol("B"), kH = Dim::Symbol("H"), kW = Dim::Symbol("W");

TEST(DimFactsTest, FindsTheLeastDivisor) {
  EXPECT_THAT(FactsThatEquate(CeilDiv(kH, 2) * 2, kH), Optional(ElementsAre("H%2==0")));
  Dim up = kH;
  for (int i = 0; i < 5; ++i) up = FloorDiv(up - 1, 2) + 1;
  EXPECT_THAT(FactsThatEquate(up * 32, kH), Optional(ElementsAre("H%32==0")));
  EXPECT_THAT(FactsThatEquate(FloorDiv(kH, 3) * 3 * FloorDiv(kW, 2) * 2, kH * kW),
              Optional(ElementsAre("H%3==0", "W%2==0")));
}

TEST(DimFactsTest, FindsRemaindersBoundsAndEquations) {
  EXPECT_THAT(FactsThatEquate(FloorDiv(kH, 2) * 2 + 1, kH), Optional(ElementsAre("H%2==1")));
  EXPECT_THAT(FactsThatEquate(Max(kH, 7), kH), Optional(ElementsAre("H>=7")));
  EXPECT_THAT(FactsThatEquate(kH, kW), Optional(ElementsAre("H==W")));
}

TEST(DimFactsTest, FindsARemainderOfEachSymbol) {
  const Dim half = FloorDiv(kH, 2), other = FloorDiv(kW + 1, 2) - 1;
  EXPECT_THAT(FactsThatEquate(FloorDiv(half, 2) * FloorDiv(other, 2) * 4, half * other),
              Optional(ElementsAre("H%4==0", "W%4==1")));
}

// Windows of 8 that are pooled, put together as windows of 4 by their number and what is left: many
// sizes agree by chance, multiples of 6 until 162.
TEST(DimFactsTest, FindsDivisorsThroughQuotientsOfProducts) {
  const Dim windows = FloorDiv(kH + 31, 32) * FloorDiv(kW + 31, 32) * kB;
  const Dim each = FloorDiv(kH + 27, 32) * FloorDiv(kW + 27, 32);
  const Dim batch = FloorDiv(windows, each);
  const Dim rest = FloorDiv(windows * 192, batch * each);
  EXPECT_THAT(FactsThatEquate(windows * 192, batch * each * rest),
              Optional(ElementsAre("H%8==0", "W%8==0")));
}

TEST(DimFactsTest, NeedsNoneWhereSizesAreTheSame) {
  EXPECT_THAT(FactsThatEquate(kW - FloorDiv(kW, 2), CeilDiv(kW, 2)), Optional(IsEmpty()));
}

TEST(DimFactsTest, ANumberIsNoFact) {
  EXPECT_EQ(FactsThatEquate(kH, 7), std::nullopt);
  EXPECT_EQ(FactsThatEquate(kH * kW, 49), std::nullopt);
  EXPECT_EQ(FactsThatEquate(kH + 1, kH), std::nullopt);
}

TEST(DimFactsTest, RemaindersAloneSettleQuestions) {
  EXPECT_THAT(RemaindersThatEquate(CeilDiv(kH, 16) * 2, CeilDiv(kH, 8)), ElementsAre("H%16==0"));
  EXPECT_THAT(RemaindersThatEquate(Mod(kH, 4), 1), ElementsAre("H%4==1"));
  EXPECT_THAT(RemaindersThatEquate(kH, kW), ElementsAre());
  EXPECT_THAT(RemaindersThatEquate(FloorDiv(kH, 16), 8), ElementsAre());
  EXPECT_THAT(RemaindersThatEquate(Max(kH, 7), kH), ElementsAre());
}

}  // namespace
}  // namespace t2n
