#include "t2n/ir/loop_counter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace t2n {
namespace {

constexpr absl::string_view kCounterPrefix = "loop#";
constexpr char kRestSuffix[] = "~";

}  // namespace

Dim LoopCounter(int id, int64_t start) {
  return Dim::Symbol(absl::StrCat(kCounterPrefix, id), Range{start, std::nullopt});
}

Dim LoopRest(int id) {
  return Dim::Symbol(absl::StrCat(kCounterPrefix, id, kRestSuffix), Range{0, std::nullopt});
}

std::optional<int> LoopOfCounter(const Dim& d) {
  auto symbols = d.Symbols();
  int id;
  if (symbols.size() != 1 || d != Dim::Symbol(symbols[0])) return std::nullopt;
  absl::string_view name = symbols[0];
  if (!absl::ConsumePrefix(&name, kCounterPrefix) || !absl::SimpleAtoi(name, &id)) {
    return std::nullopt;
  }
  return id;
}

bool IsLoopDim(const Dim& d) {
  auto symbols = d.Symbols();
  return std::any_of(symbols.begin(), symbols.end(),
                     [](const std::string& s) { return absl::StartsWith(s, kCounterPrefix); });
}

}  // namespace t2n
