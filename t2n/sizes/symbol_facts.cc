#include "t2n/sizes/symbol_facts.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

int64_t Floor(int64_t a, int64_t b) { return FloorDiv(Dim(a), Dim(b)).value(); }

void Raise(Range* range, int64_t bound) {
  range->min = std::max(range->min.value_or(bound), bound);
}
void Lower(Range* range, int64_t bound) {
  range->max = std::min(range->max.value_or(bound), bound);
}

// `d` in other names; `size` gives what one stands for.
Dim Renamed(const Dim& d, const std::function<Dim(const std::string&)>& size) {
  return d.Substitute(
      [&](absl::string_view name) -> std::optional<Dim> { return size(std::string(name)); });
}

Dim SizeRelatedBy(const std::string& name, const SymbolFacts& facts, const Relations& relations) {
  const auto it = facts.find(name);
  const SymbolFact fact = it == facts.end() ? SymbolFact() : it->second;
  if (fact.same_as) {
    return Renamed(*fact.same_as,
                   [&](const std::string& s) { return SizeRelatedBy(s, facts, relations); });
  }
  const auto [symbol, range] = GraphSymbol(name, facts);
  return Dim::Symbol(symbol, range, relations) * fact.divisor + fact.residue;
}

Dim Unbounded(absl::string_view name) { return Dim::Symbol(name, {std::nullopt, std::nullopt}); }

// `d` without the sizes that are known to be others.
Dim WithoutAliases(const Dim& d, const SymbolFacts& facts) {
  return Renamed(d, [&](const std::string& name) {
    const auto it = facts.find(name);
    const bool alias = it != facts.end() && it->second.same_as;
    return alias ? WithoutAliases(*it->second.same_as, facts) : Unbounded(name);
  });
}

// Takes d >= 0, of whatever form, into `facts`.
absl::Status AddNotNegative(const Dim& d, SymbolFacts* facts) {
  if (d.is_const()) {
    if (d.value() >= 0) return absl::OkStatus();
    return absl::InvalidArgumentError("no size is as the facts say");
  }
  if (const std::optional<Line> line = AsLine(d)) {
    Range* range = &(*facts)[line->symbol].range;
    if (line->slope > 0) Raise(range, -Floor(line->offset, line->slope));
    if (line->slope < 0) Lower(range, Floor(line->offset, -line->slope));
    return absl::OkStatus();
  }
  if (const std::optional<FloorLine> line = AsFloorLine(d)) {
    // The floor is at least `n`, or at most that.
    const int64_t n =
        line->slope > 0 ? -Floor(line->offset, line->slope) : Floor(line->offset, -line->slope);
    return line->slope > 0
               ? AddNotNegative(line->of - Dim(n) * line->divisor, facts)
               : AddNotNegative(Dim(n) * line->divisor + (line->divisor - 1) - line->of, facts);
  }
  (*facts)[d.Symbols()[0]].relations.push_back(d);
  return absl::OkStatus();
}

// The last symbol that `d` == 0 gives by the others, and what it is.
std::optional<std::pair<std::string, Dim>> Solve(const Dim& d) {
  const std::vector<std::string> symbols = d.Symbols();
  for (auto name = symbols.rbegin(); name != symbols.rend(); ++name) {
    const auto at = [&](const Dim& value) {
      return d.Substitute([&](absl::string_view s) -> std::optional<Dim> {
        return s == *name ? std::optional<Dim>(value) : std::nullopt;
      });
    };
    const Dim rest = at(0), slope = at(1) - rest;
    if ((slope != Dim(1) && slope != Dim(-1)) || d != slope * Unbounded(*name) + rest) continue;
    return {{*name, -slope * rest}};
  }
  return std::nullopt;
}

// Takes the symbol that `d` == 0 gives by the others for them.
absl::Status AddEquation(const Dim& d, SymbolFacts* facts) {
  const auto solved = Solve(d);
  if (!solved) {
    return absl::InvalidArgumentError("gives no size by the others, as T==2*S+1 does");
  }
  const auto& [name, same] = *solved;
  SymbolFact& fact = (*facts)[name];
  const SymbolFact was = std::exchange(fact, SymbolFact());
  fact.same_as = same;
  if (was.divisor != 1) {
    T2N_RETURN_IF_ERROR(AddDivisor(same, was.divisor, was.residue, facts));
  }
  for (const Dim& relation : was.relations) {
    T2N_RETURN_IF_ERROR(AddBound(relation, ">=", 0, facts));
  }
  if (was.range.max) T2N_RETURN_IF_ERROR(AddNotNegative(Dim(*was.range.max) - same, facts));
  return was.range.min ? AddNotNegative(same - *was.range.min, facts) : absl::OkStatus();
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
  return SizeRelatedBy(name, facts, RelationsIn(facts));
}

Relations RelationsIn(const SymbolFacts& facts) {
  std::vector<Dim> relations;
  for (const auto& [name, fact] : facts) {
    for (const Dim& relation : fact.relations) {
      const Dim d =
          Renamed(relation, [&](const std::string& s) { return SizeRelatedBy(s, facts, nullptr); });
      if (Less(d, 0) != false) relations.push_back(d);
    }
  }
  if (relations.empty()) return nullptr;
  return std::make_shared<const std::vector<Dim>>(std::move(relations));
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
  if (left.is_const() && right.is_const()) {
    return absl::InvalidArgumentError("says nothing of an open size");
  }
  const Dim d = WithoutAliases(left - right, *facts);
  if (sign == ">=") return AddNotNegative(d, facts);
  if (sign == ">") return AddNotNegative(d - 1, facts);
  if (sign == "<=") return AddNotNegative(-d, facts);
  if (sign == "<") return AddNotNegative(-d - 1, facts);
  if (d.Symbols().size() > 1) return AddEquation(d, facts);
  T2N_RETURN_IF_ERROR(AddNotNegative(d, facts));
  return AddNotNegative(-d, facts);
}

absl::Status AddDivisor(const Dim& size, int64_t divisor, int64_t residue, SymbolFacts* facts) {
  constexpr int64_t kMaxDivisor = 1 << 20;
  const std::optional<Line> line = AsLine(WithoutAliases(size, *facts));
  if (!line || line->slope != 1 || divisor < 1 || divisor > kMaxDivisor || residue < 0 ||
      residue >= divisor) {
    return absl::InvalidArgumentError("expected SYMBOL%NUMBER==NUMBER, such as S%4==0");
  }
  SymbolFact& fact = (*facts)[line->symbol];
  const int64_t both = std::lcm(fact.divisor, divisor);
  if (both > kMaxDivisor) return absl::InvalidArgumentError("the divisors together are too large");
  for (int64_t r = fact.residue; r < both; r += fact.divisor) {
    if (Mod(Dim(r) + line->offset - residue, divisor) != Dim(0)) continue;
    fact.divisor = both;
    fact.residue = r;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no size ", line->symbol, " has these remainders"));
}

absl::Status CheckFacts(const SymbolFacts& facts) {
  for (const auto& [name, fact] : facts) {
    const Range range = GraphSymbol(name, facts).second;
    bool possible = !range.min || !range.max || *range.min <= *range.max;
    for (const Dim& relation : fact.relations) {
      possible &= Less(Renamed(relation, [&](const std::string& s) { return OpenSize(s, facts); }),
                       0) != true;
    }
    if (possible) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--assert: no size ", name, " is as the facts about it say"));
  }
  return absl::OkStatus();
}

}  // namespace t2n
