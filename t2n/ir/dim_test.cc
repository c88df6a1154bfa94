#include "t2n/ir/dim.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace t2n {
namespace {

const Dim S = Dim::Symbol("S");
const Dim T = Dim::Symbol("T");

TEST(Dim, SumsAndProductsHaveOneForm) {
  EXPECT_EQ((S + 1) * (S - 1), S * S - 1);
  EXPECT_EQ(S + T, T + S);
  EXPECT_EQ(S * T * 2 - T * S, T * S);
  EXPECT_EQ(S - S, Dim(0));
  EXPECT_EQ((S * 2 + 1).ToString(), "2*S+1");
  EXPECT_EQ((Dim(3) - S).ToString(), "-S+3");
}

TEST(Dim, FloorDivisionTakesOutWhatDivides) {
  EXPECT_EQ(FloorDiv(S * 4, 2), S * 2);
  EXPECT_EQ(FloorDiv(S * 4 + 3, 2), S * 2 + 1);
  EXPECT_EQ(FloorDiv(S + 5, 2), FloorDiv(S + 1, 2) + 2);
  EXPECT_EQ(FloorDiv(FloorDiv(S, 2), 3), FloorDiv(S, 6));
  EXPECT_EQ(FloorDiv(S * T, T), S);
  EXPECT_EQ(FloorDiv(-7, 2), Dim(-4));
  EXPECT_EQ(CeilDiv(S * 2, 2), S);
  EXPECT_EQ(Mod(S * 4, 2), Dim(0));
  EXPECT_EQ(Mod(S * 4 + 3, 2), Dim(1));
  EXPECT_EQ(FloorDiv(S + 1, 2).ToString(), "((S+1)/2)");
}

TEST(Dim, FloorDivisionByWhatItIsATimesOf) {
  const Dim rest = FloorDiv(S + 1, 2) - 1;
  EXPECT_EQ(FloorDiv(rest * 2, rest), 2);
  EXPECT_EQ(FloorDiv(rest * T, rest).constant(), std::nullopt);
}

TEST(Dim, RangesDecideComparisons) {
  EXPECT_EQ(Less(0, S), true);
  EXPECT_EQ(LessEqual(S, S + 1), true);
  EXPECT_EQ(Less(S, 4), std::nullopt);
  EXPECT_EQ(Equal(S, S), true);
  EXPECT_EQ(Equal(S + 1, S), false);
  EXPECT_EQ(Equal(S, T), std::nullopt);
  EXPECT_EQ(Equal(S, 0), false);
  EXPECT_EQ(Less(Dim::Symbol("U", {1, 3}), 4), true);
}

TEST(Dim, MinAndMaxAreDecidedOrKept) {
  EXPECT_EQ(Min(S, S + 1), S);
  EXPECT_EQ(Max(S, 1), S);
  EXPECT_EQ(Min(S, 8), Min(8, S));
  EXPECT_EQ(Min(S, 8).range().max, 8);
  EXPECT_EQ(Max(S, 8).range().min, 8);
}

TEST(Dim, TellsWhichAssertionSettlesAQuestion) {
  EXPECT_EQ(HowToSettle("S<4", S - 4), "--assert \"S<4\" would settle it");
  EXPECT_EQ(HowToSettle("S<=T", S - T), "--assert \"S<=T\" would settle it");
  EXPECT_EQ(HowToSettle("(S/2)>3", FloorDiv(S, 2) - 3), "--assert \"(S/2)>3\" would settle it");
  EXPECT_EQ(HowToSettle("?", S * 4 - FloorDiv(S, 2) * 8), "--assert \"S%2==0\" would settle it");
  EXPECT_EQ(HowToSettle("?", Mod(S, 8)), "--assert \"S%8==0\" would settle it");
  EXPECT_EQ(HowToSettle("?", Mod(S + 1, 8)), "--assert \"(S+1)%8==0\" would settle it");
  EXPECT_EQ(HowToSettle("?", Mod(-S, 8)), "--assert \"S%8==0\" would settle it");
  EXPECT_EQ(HowToSettle("S!=4", S - 4), "--assert \"S==4\" would settle it");
  EXPECT_EQ(HowToSettle("S!=T", S - T), "--assert \"S==T\" would settle it");
  EXPECT_EQ(HowToSettle("2*S==3*T", S * 2 - T * 3), "--assert \"2*S<3*T\" would settle it");
  EXPECT_EQ(HowToSettle("?", Dim::Symbol("nonzero.3") - 1), "the inputs' values decide it");
  EXPECT_EQ(HowToSettle("[S]==[1]", 0),
            "a fixed size would settle it, or bounds (--assert) of the open ones");
  EXPECT_EQ(HowToSettle("?", Min(S, T) - 3),
            "a fixed size would settle it, or bounds (--assert) of the open ones");
}

TEST(Dim, ComparesWhatMinimaMaximaAndFloorsBound) {
  const Dim half = FloorDiv(S, 2);
  EXPECT_EQ(LessEqual(half, S), true);
  EXPECT_EQ(Less(S, half), false);
  EXPECT_EQ(Less(half * 2 + 1, S), false);
  EXPECT_EQ(LessEqual(half * 2, S), true);
  EXPECT_EQ(LessEqual(S, half * 2 + 1), true);
  EXPECT_EQ(LessEqual(Max(half - 1, 0), half), true);
  EXPECT_EQ(Min(half, Max(half - 1, 0)), Max(half - 1, 0));
  EXPECT_EQ(LessEqual(Min(S, T), S), true);
  EXPECT_EQ(LessEqual(Min(S, T), T + 3), true);
  EXPECT_EQ(LessEqual(Max(S, T), S), std::nullopt);
  EXPECT_EQ(Equal(Max(S, 8), FloorDiv(S, 2) - 1), false);
}

TEST(Dim, ComparesEitherWayOfAnExtremeInAFloor) {
  EXPECT_EQ(LessEqual(Min(S, 2), FloorDiv(S + Min(S, 2), 2)), true);
  EXPECT_EQ(LessEqual(FloorDiv(S + Max(S, 5), 2), Max(S, 5)), true);
  const Dim eighth = FloorDiv(S + 7, 8);
  EXPECT_EQ(LessEqual(Min(eighth, 2), FloorDiv(eighth + Min(eighth, 2), 2)), true);
  EXPECT_EQ(LessEqual(Min(S, 2) + 1, FloorDiv(S + Min(S, 2), 2)), std::nullopt);
}

TEST(Dim, EvaluatesAndSubstitutes) {
  Dim d = FloorDiv(S + 3, 2) * T + Min(S, 4);
  auto bind = [](absl::string_view n) -> std::optional<int64_t> { return n == "S" ? 6 : 10; };
  EXPECT_EQ(d.Eval(bind), 44);
  EXPECT_EQ(d.Substitute([](absl::string_view n) -> std::optional<Dim> {
    if (n == "S") return Dim(6);
    return std::nullopt;
  }),
            T * 4 + 4);
  EXPECT_EQ(d.Symbols(), (std::vector<std::string>{"S", "T"}));
}

TEST(Dim, NormalFormAgreesWithIntegersEverywhere) {
  for (int64_t s = 1; s < 20; ++s) {
    for (int64_t b : {-3, -2, 1, 2, 3, 7}) {
      for (int64_t k : {-5, -1, 0, 1, 4}) {
        auto bind = [&](absl::string_view) -> std::optional<int64_t> { return s; };
        int64_t a = 3 * s + k;
        int64_t q = a / b - (a % b != 0 && (a % b < 0) != (b < 0));
        EXPECT_EQ(FloorDiv(S * 3 + k, b).Eval(bind), q) << a << "/" << b;
        EXPECT_EQ(Mod(S * 3 + k, b).Eval(bind), a - b * q);
        EXPECT_EQ(Max(S * 3 + k, b).Eval(bind), std::max(a, b));
        EXPECT_EQ(Min(S * 3 + k, b).Eval(bind), std::min(a, b));
      }
    }
  }
}

TEST(Dim, RoundingUpHasOneForm) {
  EXPECT_EQ(S + Mod(-S, 4), CeilDiv(S, 4) * 4);
  EXPECT_EQ(S + Mod(4 - Mod(S, 4), 4), CeilDiv(S, 4) * 4);
  EXPECT_EQ(-FloorDiv(-S - T + 2, 3), CeilDiv(S + T - 2, 3));
  EXPECT_EQ(FloorDiv(S * 2, 3) + CeilDiv(S, 3), S);
}

TEST(Dim, OverflowSaturates) {
  Dim big = Dim(int64_t{1} << 62);
  EXPECT_GT((big * big).value(), 0);
  EXPECT_GT((big + big + big).value(), 0);
}

TEST(Dim, HalvesAreSaidByOneAnother) {
  const Dim down = FloorDiv(S, 2), up = FloorDiv(S + 1, 2);
  EXPECT_EQ(up + down, S);
  EXPECT_EQ(S - down, up);
  EXPECT_EQ(S * 2 - down * 2, up * 2);
  EXPECT_EQ(S * T - T * up, T * down);
  EXPECT_EQ(up * 2 - S, S - down * 2);
  EXPECT_EQ((S * T - T * down) + down * 5, T * up + down * 5);
  EXPECT_EQ((up + 1) * T - down * T, S * T + T - down * T * 2);
  EXPECT_EQ(FloorDiv(S - down, 2), FloorDiv(S + 1, 4));
  EXPECT_EQ(up.ToString(), "((S+1)/2)");
}

TEST(Dim, HalvesOfFloorsToo) {
  const Dim quarter = FloorDiv(S + 3, 4), eighth = FloorDiv(S + 3, 8);
  EXPECT_EQ(quarter - eighth, FloorDiv(S + 7, 8));
  EXPECT_EQ(quarter * 2 - eighth * 2 + 1, FloorDiv(S + 7, 8) * 2 + 1);
  EXPECT_EQ(FloorDiv(S, 6) + FloorDiv(S + 3, 6), FloorDiv(S, 3));
  EXPECT_EQ(CeilDiv(quarter - eighth, 7), FloorDiv(S + 55, 56));
}

TEST(Dim, FloorsOfAFloorAndMoreAreOne) {
  EXPECT_EQ(FloorDiv(FloorDiv(S, 2) + 1, 2), FloorDiv(S + 2, 4));
  EXPECT_EQ(FloorDiv(FloorDiv(S + 2, 3) + 5, 2), FloorDiv(S + 17, 6));
  EXPECT_EQ(FloorDiv(FloorDiv(S, 2) + S, 2), FloorDiv(S * 3, 4));
  EXPECT_EQ(FloorDiv(S * 2, 4), FloorDiv(S, 2));
  EXPECT_EQ(FloorDiv(S * 2 + 3, 4), FloorDiv(S + 1, 2));
}

TEST(Dim, ExtremesAreSaidByOneAnother) {
  const Dim more = Max(S - 8, 0), less = Max(-S + 8, 0);
  EXPECT_EQ(less - more, Dim(8) - S);
  EXPECT_EQ(S + less - more, Dim(8));
  EXPECT_EQ(Max(S, 8) + Min(S, 8), S + 8);
  EXPECT_EQ(Max(S - 6, 2) - more, Dim(2));
  EXPECT_EQ(Max(S * 2, T * 2), Max(S, T) * 2);
  const Dim half = FloorDiv(S, 2), a = half - S + 8, b = Dim(8) - half;
  EXPECT_EQ(S + Max(a, 0) - Max(-a, 0) + Max(b, 0) - Max(-b, 0), Dim(16));
}

// What the normal form makes of random sizes is what they are.
TEST(Dim, NormalFormsAreEqualToWhatWasWritten) {
  uint64_t state = 88172645463325252u;
  const auto next = [&](int64_t n) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return static_cast<int64_t>((state >> 20) % n);
  };
  constexpr int kValues = 40;
  using Values = std::vector<int64_t>;
  for (int i = 0; i < 400; ++i) {
    Dim size = S;
    Values is(kValues);
    for (int v = 0; v < kValues; ++v) is[v] = v + 1;
    Dim before = size;
    Values was = is;
    for (int step = 0; step < 5; ++step) {
      const Dim old = size;
      const Values old_is = is;
      const int64_t kind = next(6), n = next(5) + 1;
      for (int v = 0; v < kValues; ++v) {
        is[v] = kind == 0   ? is[v] * n - was[v]
                : kind == 1 ? is[v] + was[v] - n
                : kind == 2 ? std::max(is[v], was[v] - n)
                : kind == 3 ? std::min(is[v], was[v] + n)
                : kind == 4 ? was[v] - is[v]
                            : (is[v] + 400 * n) / n - 400;
      }
      size = kind == 0   ? size * n - before
             : kind == 1 ? size + before - n
             : kind == 2 ? Max(size, before - n)
             : kind == 3 ? Min(size, before + n)
             : kind == 4 ? before - size
                         : FloorDiv(size, n);
      if (kind == 5 && *std::min_element(old_is.begin(), old_is.end()) < -400 * n) break;
      before = old, was = old_is;
      for (int v = 0; v < kValues; ++v) {
        ASSERT_EQ(size.Eval([v](absl::string_view) { return v + 1; }), is[v])
            << size << " at " << v + 1;
      }
    }
  }
}

}  // namespace
}  // namespace t2n
