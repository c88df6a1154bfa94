#include "t2n/ir/dim_steps.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

bool IsN(absl::string_view symbol) { return symbol == "N"; }

TEST(DimStepsTest, ComputesWhatEvalGives) {
  const Dim n = Dim::Symbol("N"), h = Dim::Symbol("H");
  const std::function<std::optional<int64_t>(absl::string_view)> at = [](absl::string_view symbol) {
    return symbol == "N" ? 7 : 5;
  };
  DimSteps<int64_t> steps;
  steps.is_known = [](const Dim& d) { return d.is_const(); };
  steps.known = [&](const Dim& d) { return *d.Eval(at); };
  steps.add = [](int64_t a, int64_t b) { return a + b; };
  steps.multiply = [](int64_t a, int64_t b) { return a * b; };
  steps.floor_div = [](int64_t a, int64_t b) { return a / b; };
  steps.min = [](int64_t a, int64_t b) { return std::min(a, b); };
  steps.max = [](int64_t a, int64_t b) { return std::max(a, b); };
  for (const Dim& d :
       {n, Min(n, 100), Min(n, 3) + 2 * h, FloorDiv(n + h, 4), n * h - 2, Max(n - 3, h), Dim(9)}) {
    EXPECT_EQ(ComputeDim(d, steps), *d.Eval(at)) << d;
  }
}

TEST(DimStepsTest, TellsWhatRises) {
  const Dim n = Dim::Symbol("N"), h = Dim::Symbol("H", {0, std::nullopt});
  for (const Dim& d :
       {n, 4 * n + 1, Min(n, 100) + h, FloorDiv(n + 1, 2), n * h, h - 5, Max(n, h)}) {
    EXPECT_TRUE(RisesWith(d, IsN)) << d;
  }
  for (const Dim& d : {-n, 10 - n, n * n, Min(3, 9 - n), FloorDiv(h, n), n * (h - 5)}) {
    EXPECT_FALSE(RisesWith(d, IsN)) << d;
  }
}

}  // namespace
}  // namespace t2n
