// Writes random sizes as models have them, and their values: write_sizes COUNT SEED. A line is a
// model: what tract is told of the symbols, and the sizes with their values where H and W are as
// the first line says.
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/check/size_reading.h"
#include "emit/lower/lowering.h"
#include "t2n/ir/dim.h"

namespace t2n::testing {
namespace {

constexpr int kValues = 20;
constexpr int kTogether = 4;  // sizes of a model
constexpr int kAttempts = 3;

class Sizes {
 public:
  explicit Sizes(uint64_t seed) : random_(seed) {}

  int64_t Number(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(random_() % (most - least + 1));
  }

  Dim Size(int depth) {
    const int64_t kind = Number(0, 19);
    if (depth == 0 || kind < 3) return kind == 0 ? Dim(Number(0, 30)) : Symbol();
    const Dim a = Size(depth - 1);
    if (kind < 6) return a * Number(2, 5);
    if (kind < 11) return FloorDiv(a, Number(2, 8));
    if (kind == 11) return Mod(a, Number(2, 8));
    if (kind == 12) return CeilDiv(a, Number(2, 8));
    const Dim b = Size(depth - 1);
    if (kind < 15) return a + b;
    if (kind < 17) return a - b;
    if (kind == 17) return a * b;
    return kind == 18 ? Min(a, b) : Max(a, b);
  }

  void Begin(bool two) { two_ = two; }

 private:
  Dim Symbol() { return Dim::Symbol(two_ && Number(0, 1) ? "H" : "W"); }

  std::mt19937_64 random_;
  bool two_ = false;
};

// Those that tract is found to read rightly, in the order in which it meets them.
std::vector<Dim> ReadRightly(const std::vector<Dim>& sizes,
                             const std::vector<std::string>& extensions) {
  for (std::vector<Dim> left = sizes;;) {
    SizeReading reading(extensions);
    size_t wrong = 0;
    while (wrong < left.size() && reading.Fault(DimExpr(left[wrong]).text).empty()) ++wrong;
    if (wrong == left.size()) return left;
    left.erase(left.begin() + wrong);
  }
}

std::string Line(const Dim& size, const std::vector<std::pair<int64_t, int64_t>>& at) {
  std::vector<int64_t> values;
  for (const auto& [h, w] : at) {
    const auto value =
        size.Eval([&, h = h, w = w](absl::string_view s) { return s == "H" ? h : w; });
    values.push_back(value.value_or(0));
  }
  return absl::StrCat(DimExpr(size).text, "=", absl::StrJoin(values, ","));
}

int Main(int argc, char** argv) {
  int64_t count = 0, seed = 0;
  if (argc < 3 || !absl::SimpleAtoi(argv[1], &count) || !absl::SimpleAtoi(argv[2], &seed)) return 2;
  Sizes random(seed);
  std::vector<std::pair<int64_t, int64_t>> at;
  std::vector<std::string> shown;
  for (int i = 0; i < kValues; ++i) {
    at.emplace_back(random.Number(1, i % 4 ? 24 : 200), random.Number(1, i % 4 ? 24 : 200));
    shown.push_back(absl::StrCat(at.back().first, ",", at.back().second));
  }
  std::cout << absl::StrJoin(shown, ";") << "\n";
  const std::vector<std::string> extensions = {"tract_symbol H", "tract_symbol W",
                                               "tract_assert H >= 1", "tract_assert W >= 1"};
  int64_t refused = 0;
  for (int64_t done = 0; done < count;) {
    std::vector<Dim> sizes;
    random.Begin(random.Number(0, 1));
    for (int i = 0; i < kTogether * kAttempts && sizes.size() < kTogether; ++i) {
      const Dim size = random.Size(static_cast<int>(random.Number(1, 4)));
      if (!size.is_const() && !size.IsOvergrown()) sizes.push_back(size);
    }
    const std::vector<Dim> kept = ReadRightly(sizes, extensions);
    refused += sizes.size() - kept.size();
    done += sizes.size();
    if (kept.empty()) continue;
    std::vector<std::string> lines;
    for (const Dim& size : kept) lines.push_back(Line(size, at));
    std::cout << absl::StrJoin(lines, ";") << "\n";
  }
  std::cerr << refused << "\n";
  return 0;
}

}  // namespace
}  // namespace t2n::testing

int main(int argc, char** argv) { return t2n::testing::Main(argc, argv); }
