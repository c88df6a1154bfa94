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

TEST(DimStepsTest, MapsMinima) {
  const Dim n = Dim::Symbol("N", {1, std::nullopt}), h = Dim::Symbol("H", {1, std::nullopt});
  const auto map = [&](const Dim& d) {
    return MapMinima(d, [&](int64_t number, const Dim& size) {
      return size == n ? std::make_optional<Dim>(number) : std::nullopt;
    });
  };
  EXPECT_EQ(map(3 * Min(n, 10) + h), h + 30);
  EXPECT_EQ(map(FloorDiv(Min(h, 10) + Min(n, 7), 2)), FloorDiv(Min(h, 10) + 7, 2));
  EXPECT_EQ(map(Max(h, Min(n, 7)) * h), Max(h, 7) * h);
  EXPECT_EQ(map(n + 1), n + 1);
}

TEST(DimStepsTest, TellsWhatIsKnownOfASymbol) {
  const Dim n = Dim::Symbol("N", {1, std::nullopt});
  const Relations known = std::make_shared<const std::vector<Dim>>(1, n - 3);
  const Dim h = Dim::Symbol("H", {1, std::nullopt}, known);
  EXPECT_EQ(RelationsOfSymbol(h), known);
  for (const Dim& d : {n, 2 * h, h + n, Dim(4)}) EXPECT_EQ(RelationsOfSymbol(d), nullptr) << d;
}

TEST(DimStepsTest, CountsExtremes) {
  const Dim n = Dim::Symbol("N", {1, std::nullopt}), h = Dim::Symbol("H", {1, std::nullopt});
  EXPECT_EQ(CountExtremes(n * h + FloorDiv(n, 2)), 0);
  EXPECT_EQ(CountExtremes(FloorDiv(Min(n, 9) + 1, 2) + 3 * Max(h, Min(n, 7))), 3);
}

TEST(DimStepsTest, FindsQuotientsOfSizes) {
  const Dim n = Dim::Symbol("N", {1, std::nullopt}), h = Dim::Symbol("H", {1, std::nullopt});
  EXPECT_TRUE(OpenQuotients(FloorDiv(n + h, 4) + Min(n, h)).empty());
  const std::pair<Dim, Dim> inner = {n + 2, h}, outer = {FloorDiv(n + 2, h) + 1, n};
  EXPECT_EQ(OpenQuotients(2 * Max(FloorDiv(inner.first, inner.second), 3)),
            (std::vector<std::pair<Dim, Dim>>{inner}));
  EXPECT_EQ(OpenQuotients(FloorDiv(outer.first, outer.second)),
            (std::vector<std::pair<Dim, Dim>>{outer, inner}));
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
