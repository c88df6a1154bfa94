#include "t2n/base/allowance.h"

#include <thread>

#include "gtest/gtest.h"

namespace t2n {
namespace {

TEST(Allowance, WithoutEndsNothingStops) {
  Allowance& endless = Allowance::Current();
  EXPECT_TRUE(endless.ChargeAll(int64_t{1} << 60).ok());
  EXPECT_TRUE(endless.CountOperations(1, 0).ok());
  EXPECT_TRUE(endless.CheckOutput(int64_t{1} << 60).ok());
}

TEST(Allowance, TimeThatIsOverStopsByName) {
  Allowance allowance({1e-9, 0, 0});
  allowance.Enter("evaluating");
  const absl::Status status = allowance.CountOperations(1, 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(
      status.message(),
      "the conversion takes longer than --max_seconds 1e-09 while evaluating, 1 operations so "
      "far");
}

TEST(Allowance, WhatIsOverStaysOver) {
  Allowance allowance({0, 100, 0});
  EXPECT_TRUE(allowance.ChargePass(100).ok());
  EXPECT_EQ(allowance.ChargePass(1).message(),
            "the conversion needs more memory than --max_memory 100 while reading");
  allowance.BeginPass();
  EXPECT_FALSE(allowance.Check().ok());
}

TEST(Allowance, PassesGiveBack) {
  Allowance allowance({0, 10000, 0});
  EXPECT_TRUE(allowance.CountOperations(2, 7000).ok());
  allowance.BeginPass();
  EXPECT_TRUE(allowance.ChargeAll(6000).ok());
  EXPECT_TRUE(allowance.ChargePass(4000).ok());
  allowance.Enter("writing");
  EXPECT_EQ(
      allowance.CountOperations(2, 3000).message(),
      "the conversion needs more memory than --max_memory 10000 while writing, 2 operations so "
      "far");
}

TEST(Allowance, OutputIsRefusedByItsSize) {
  const Allowance allowance({0, 0, 10});
  EXPECT_TRUE(allowance.CheckOutput(10).ok());
  EXPECT_EQ(
      allowance.CheckOutput(11).message(),
      "the model's files have 11 bytes, more than --max_output_bytes 10; nothing was written");
}

TEST(Allowance, IsTheThreads) {
  Allowance outer({0, 1, 0}), inner({0, 2, 0});
  const Allowance::Scope scope(&outer);
  {
    const Allowance::Scope nested(&inner);
    EXPECT_EQ(&Allowance::Current(), &inner);
    std::thread([&] { EXPECT_NE(&Allowance::Current(), &inner); }).join();
  }
  EXPECT_EQ(&Allowance::Current(), &outer);
}

}  // namespace
}  // namespace t2n
