#include "tools/diff/align.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace t2n {
namespace {

using Texts = std::vector<std::string>;

Texts Letters(const std::string& word) {
  Texts texts;
  for (const char c : word) texts.emplace_back(1, c);
  return texts;
}

// The length of the longest common subsequence, by its definition.
size_t Longest(const Texts& a, const Texts& b) {
  std::vector<std::vector<size_t>> most(a.size() + 1, std::vector<size_t>(b.size() + 1, 0));
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      most[i][j] =
          a[i - 1] == b[j - 1] ? most[i - 1][j - 1] + 1 : std::max(most[i - 1][j], most[i][j - 1]);
    }
  }
  return most[a.size()][b.size()];
}

TEST(AlignTest, PairsAsManyAsCanBe) {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::string left, right;
    for (size_t n = random() % 12; n > 0; --n) left += static_cast<char>('a' + random() % 4);
    for (size_t n = random() % 12; n > 0; --n) right += static_cast<char>('a' + random() % 4);
    const Texts a = Letters(left), b = Letters(right);
    const auto pairs = Align(a, b);
    EXPECT_EQ(pairs.size(), Longest(a, b)) << left << " " << right;
    for (size_t i = 0; i < pairs.size(); ++i) {
      EXPECT_EQ(a[pairs[i].first], b[pairs[i].second]) << left << " " << right;
      if (i == 0) continue;
      EXPECT_LT(pairs[i - 1].first, pairs[i].first);
      EXPECT_LT(pairs[i - 1].second, pairs[i].second);
    }
  }
}

TEST(AlignTest, OfWhatDiffersTooMuchTheEndsArePaired) {
  const auto pairs = Align(Letters("abcdefx"), Letters("aghijkx"), 3);
  EXPECT_EQ(pairs, (std::vector<std::pair<size_t, size_t>>{{0, 0}, {6, 6}}));
}

}  // namespace
}  // namespace t2n
