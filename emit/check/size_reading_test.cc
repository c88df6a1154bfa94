#include "emit/check/size_reading.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Fault(const std::string& text) {
  return SizeReading({"tract_symbol H", "tract_symbol W", "tract_assert W >= 1"}).Fault(text);
}

TEST(SizeReadingTest, FollowsWhatTractGetsRight) {
  for (const char* text : {"W", "2*W+1", "((W+1)/2)", "25-((W+1)/2)", "W-16*(W/16)", "min(W,H)",
                           "(2*W)/2", "H*W*3", "max(0,H-3)"}) {
    EXPECT_THAT(Fault(text), IsEmpty()) << text;
  }
}

// Each was tried: tract 0.23.9 gives these wrong sizes.
TEST(SizeReadingTest, TellsWhatTractTakesForSomethingElse) {
  EXPECT_THAT(Fault("W-(W/2)"), HasSubstr("tract takes the size W-(W/2) for (W)/2"));
  EXPECT_THAT(Fault("(W/2)-W+25"), HasSubstr("for 25+-1*(W)/2"));
  EXPECT_THAT(Fault("(8-W)/2"), HasSubstr("for 4+-1*(W)/2"));
  EXPECT_THAT(Fault("2*W-2*(W/2)"), HasSubstr("for 2*(W)/2"));
}

// Each was read a hundred times: some of the times they were another form.
TEST(SizeReadingTest, TellsWhatTractReadsByChance) {
  SizeReading reading(
      {"tract_symbol H", "tract_symbol W", "tract_assert H >= 1", "tract_assert W >= 1"});
  for (const char* text : {"((2*H+1)/3)-1", "((3*H+2*W)/5)+2*W"}) {
    reading.Read(text);
    EXPECT_TRUE(reading.IsByChance(text)) << text;
  }
  for (const char* text : {"(2*H-2)/3", "H-2", "2*((H+1)/2)", "min((2*H-2)/3,1099511627776)"}) {
    reading.Read(text);
    EXPECT_FALSE(reading.IsByChance(text)) << text;
  }
  EXPECT_THAT(reading.Fault("((3*H+2*W)/5)+2*W-3*H"), HasSubstr("by chance"));
}

TEST(SizeReadingTest, AssertionsSayWhereSizesMatter) {
  const std::string text = "(8-W)/2";
  EXPECT_THAT(SizeReading({"tract_symbol W"}).Fault(text), Not(IsEmpty()));
  EXPECT_THAT(SizeReading({"tract_symbol W"}).Fault("W+9223372036854775808"), Not(IsEmpty()));
  EXPECT_THAT(
      SizeReading({"tract_symbol W", "tract_assert W >= 8", "tract_assert W <= 8"}).Fault(text),
      IsEmpty());
}

}  // namespace
}  // namespace t2n
