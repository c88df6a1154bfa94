#include "t2n/convert/limits_of.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace t2n {
namespace {

TEST(LimitsOf, DefaultsGrowWithTheArchive) {
  const proto::ConversionSpec spec;
  EXPECT_EQ(LimitsOf(spec, 0).seconds, 60);
  EXPECT_EQ(LimitsOf(spec, 10'000'000).memory, 1'000'000'000);
  EXPECT_EQ(LimitsOf(spec, 10'000'001).seconds, 120);
  EXPECT_EQ(LimitsOf(spec, 100'000'000).memory, 10'000'000'000);
  EXPECT_GT(LimitsOf(spec, INT64_MAX).memory, 0);
  EXPECT_EQ(LimitsOf(spec, INT64_MAX).output, 0);
}

TEST(LimitsOf, TheSpecsOwnAreTaken) {
  proto::ConversionSpec spec;
  spec.set_max_seconds(0.5);
  spec.set_max_memory(7);
  spec.set_max_output_bytes(8);
  const Allowance::Limits limits = LimitsOf(spec, 1'000'000'000);
  EXPECT_EQ(limits.seconds, 0.5);
  EXPECT_EQ(limits.memory, 7);
  EXPECT_EQ(limits.output, 8);
  EXPECT_TRUE(CheckLimits(spec).ok());
}

TEST(LimitsOf, NothingIsNoLimit) {
  proto::ConversionSpec spec;
  EXPECT_TRUE(CheckLimits(spec).ok());
  spec.set_max_seconds(0);
  EXPECT_EQ(CheckLimits(spec).message(), "--max_seconds is a number above 0");
  spec.set_max_seconds(1);
  spec.set_max_memory(-1);
  EXPECT_EQ(CheckLimits(spec).message(), "--max_memory is a number from 1");
  spec.set_max_memory(1);
  spec.set_max_output_bytes(0);
  EXPECT_EQ(CheckLimits(spec).message(), "--max_output_bytes is a number from 1");
}

}  // namespace
}  // namespace t2n
