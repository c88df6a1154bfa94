#include "tools/diff/align.h"

#include <algorithm>
#include <cstdint>

namespace t2n {
namespace {

using Pairs = std::vector<std::pair<size_t, size_t>>;

// The furthest places in `a` on each diagonal (place in a - place in b), for paths of so many
// unpaired texts; diagonal -d stands at 0.
using Reach = std::vector<int64_t>;

// The pairs along the path that ends at the ends of both, found backwards.
void Walk(const std::vector<Reach>& reaches, int64_t x, int64_t y, Pairs* pairs) {
  for (int64_t d = static_cast<int64_t>(reaches.size()) - 1; d > 0; --d) {
    const Reach& before = reaches[d - 1];
    const auto at = [&](int64_t k) {
      const int64_t i = k + d - 1;
      return i < 0 || i >= static_cast<int64_t>(before.size()) ? -1 : before[i];
    };
    const int64_t k = x - y;
    const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
    const int64_t from = down ? at(k + 1) : at(k - 1);
    const int64_t start = down ? from : from + 1;
    for (; x > start; --x, --y) pairs->emplace_back(x - 1, y - 1);
    x = from;
    y = down ? x - (k + 1) : x - (k - 1);
  }
  for (; x > 0; --x, --y) pairs->emplace_back(x - 1, y - 1);
}

// Of the texts between `begin` and `end_a`, `end_b`.
void Middle(const std::vector<std::string>& a, const std::vector<std::string>& b, size_t begin,
            size_t end_a, size_t end_b, size_t most, Pairs* pairs) {
  const int64_t n = end_a - begin, m = end_b - begin;
  std::vector<Reach> reaches;
  for (int64_t d = 0; d <= n + m && d <= static_cast<int64_t>(most); ++d) {
    Reach reach(2 * d + 1, -1);
    const auto before = [&](int64_t k) {
      if (d == 0) return int64_t{-1};
      const int64_t i = k + d - 1;
      return i < 0 || i >= static_cast<int64_t>(reaches.back().size()) ? -1 : reaches.back()[i];
    };
    for (int64_t k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && before(k - 1) < before(k + 1));
      int64_t x = d == 0 ? 0 : down ? before(k + 1) : before(k - 1) + 1;
      int64_t y = x - k;
      while (x >= 0 && y >= 0 && x < n && y < m && a[begin + x] == b[begin + y]) ++x, ++y;
      reach[k + d] = x;
      if (x < n || y < m) continue;
      reaches.push_back(std::move(reach));
      Pairs found;
      Walk(reaches, n, m, &found);
      for (auto it = found.rbegin(); it != found.rend(); ++it) {
        pairs->emplace_back(begin + it->first, begin + it->second);
      }
      return;
    }
    reaches.push_back(std::move(reach));
  }
}

}  // namespace

Pairs Align(const std::vector<std::string>& a, const std::vector<std::string>& b, size_t most) {
  Pairs pairs;
  size_t begin = 0, end_a = a.size(), end_b = b.size();
  for (; begin < end_a && begin < end_b && a[begin] == b[begin]; ++begin) {
    pairs.emplace_back(begin, begin);
  }
  while (end_a > begin && end_b > begin && a[end_a - 1] == b[end_b - 1]) --end_a, --end_b;
  Middle(a, b, begin, end_a, end_b, most, &pairs);
  for (; end_a < a.size(); ++end_a, ++end_b) pairs.emplace_back(end_a, end_b);
  return pairs;
}

}  // namespace t2n
