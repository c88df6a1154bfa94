#include "t2n/script/symbol_facts.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"

namespace t2n::script {
namespace {

int64_t Floor(int64_t a, int64_t b) { return FloorDiv(Dim(a), Dim(b)).value(); }

void Raise(Range* range, int64_t bound) {
  range->min = std::max(range->min.value_or(bound), bound);
}
void Lower(Range* range, int64_t bound) {
  range->max = std::min(range->max.value_or(bound), bound);
}

}  // namespace

std::pair<std::string, Range> GraphSymbol(const std::string& name, const SymbolFacts& facts) {
  const auto it = facts.find(name);
  if (it == facts.end()) return {name, Range{1, std::nullopt}};
  const SymbolFact& fact = it->second;
  if (fact.divisor == 1) return {name, fact.range};
  Range range;
  if (fact.range.min) range.min = -Floor(fact.residue - *fact.range.min, fact.divisor);
  if (fact.range.max) range.max = Floor(*fact.range.max - fact.residue, fact.divisor);
  std::string symbol = absl::StrCat(name, "_by_", fact.divisor);
  if (const auto own = facts.find(symbol); own != facts.end()) {
    if (own->second.range.min) Raise(&range, *own->second.range.min);
    if (own->second.range.max) Lower(&range, *own->second.range.max);
  }
  return {std::move(symbol), range};
}

Dim OpenSize(const std::string& name, const SymbolFacts& facts) {
  const auto [symbol, range] = GraphSymbol(name, facts);
  const auto it = facts.find(name);
  const SymbolFact fact = it == facts.end() ? SymbolFact() : it->second;
  return Dim::Symbol(symbol, range) * fact.divisor + fact.residue;
}

std::map<std::string, Range> InputSymbols(const Graph& graph, const SymbolFacts& facts) {
  std::map<std::string, Range> known;
  for (const auto& [name, fact] : facts) known.insert(GraphSymbol(name, facts));
  std::map<std::string, Range> symbols;
  for (const Value* v : graph.inputs()) {
    for (const Dim& d : v->shape()) {
      for (const std::string& s : d.Symbols()) {
        const auto it = known.find(s);
        symbols[s] = it == known.end() ? Range{1, std::nullopt} : it->second;
      }
    }
  }
  return symbols;
}

absl::Status AddBound(const Dim& left, absl::string_view sign, const Dim& right,
                      SymbolFacts* facts) {
  const std::optional<Line> line = AsLine(left - right);
  if (!line) {
    return absl::InvalidArgumentError(
        "is no bound of one size; facts are such as S>=1, 2*S+1<=64, 8<=S<=64, S%4==0");
  }
  SymbolFact& fact = (*facts)[line->symbol];
  const int64_t a = line->slope, b = line->offset;
  // a * S + b >= 0 from below for a > 0, from above otherwise.
  auto at_least = [&](int64_t a, int64_t b) {
    if (a > 0) Raise(&fact.range, -Floor(b, a));
    if (a < 0) Lower(&fact.range, Floor(b, -a));
  };
  if (sign == ">=" || sign == "==") at_least(a, b);
  if (sign == ">") at_least(a, b - 1);
  if (sign == "<=" || sign == "==") at_least(-a, -b);
  if (sign == "<") at_least(-a, -b - 1);
  return absl::OkStatus();
}

absl::Status AddDivisor(const Dim& size, int64_t divisor, int64_t residue, SymbolFacts* facts) {
  const std::optional<Line> line = AsLine(size);
  if (!line || line->slope != 1 || line->offset != 0 || divisor < 1 || residue < 0 ||
      residue >= divisor) {
    return absl::InvalidArgumentError("expected SYMBOL%NUMBER==NUMBER, such as S%4==0");
  }
  SymbolFact& fact = (*facts)[line->symbol];
  if (fact.divisor != 1 && (fact.divisor != divisor || fact.residue != residue)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a size can have one divisor, and ", line->symbol, " has ", fact.divisor));
  }
  fact.divisor = divisor;
  fact.residue = residue;
  return absl::OkStatus();
}

absl::Status CheckFacts(const SymbolFacts& facts) {
  for (const auto& [name, fact] : facts) {
    const Range range = GraphSymbol(name, facts).second;
    if (!range.min || !range.max || *range.min <= *range.max) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--assert: no size ", name, " is as the facts about it say"));
  }
  return absl::OkStatus();
}

}  // namespace t2n::script
