// What tract proves of sizes by the model's assertions.
#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <set>

#include "emit/check/tract_size.h"

namespace t2n {
namespace {

using Node = TractNode;
using tract_size::Checked;

constexpr size_t kMaxTried = 10;

void CollectSymbols(const TractSize& a, std::set<int64_t>* symbols) {
  if (a->kind == Node::kSymbol) symbols->insert(a->number);
  for (const TractSize& item : a->items) CollectSymbols(item, symbols);
}

std::set<int64_t> SymbolsOf(const TractSize& a) {
  std::set<int64_t> symbols;
  CollectSymbols(a, &symbols);
  return symbols;
}

int Sign(int64_t a) { return a > 0 ? 1 : a < 0 ? -1 : 0; }

std::optional<int64_t> Combined(const std::optional<int64_t>& a, const std::optional<int64_t>& b,
                                bool times) {
  return a && b ? Checked(*a, *b, times) : std::nullopt;
}

}  // namespace

std::pair<int64_t, int64_t> TractAlgebra::Slope(const TractSize& a, int64_t symbol) {
  using Ratio = std::pair<int64_t, int64_t>;
  switch (a->kind) {
    case Node::kValue:
      return {0, 1};
    case Node::kSymbol:
      return {a->number == symbol, 1};
    case Node::kSum:
    case Node::kProduct: {
      Ratio all = {a->kind == Node::kSum ? 0 : 1, 1};
      for (const TractSize& item : a->items) {
        const Ratio own = Slope(item, symbol);
        all.first = a->kind == Node::kSum ? all.first * own.second + all.second * own.first
                                          : all.first * own.first;
        all.second *= own.second;
      }
      return all;
    }
    case Node::kMultiple: {
      const Ratio own = Slope(a->items[0], symbol);
      return {own.first * a->number, own.second};
    }
    case Node::kQuotient: {
      const Ratio own = Slope(a->items[0], symbol);
      return {own.first, own.second * a->number};
    }
    default:
      return Slope(a->items[0], symbol);
  }
}

std::optional<int64_t> TractAlgebra::Bound(const TractSize& a, bool upper) const {
  switch (a->kind) {
    case Node::kValue:
      return a->number;
    case Node::kSymbol: {
      const auto it = ranges_.find(a->number);
      if (it == ranges_.end()) return std::nullopt;
      return upper ? it->second.max : it->second.min;
    }
    case Node::kSum: {
      std::optional<int64_t> sum = 0;
      for (const TractSize& item : a->items) sum = Combined(sum, Bound(item, upper), false);
      return sum;
    }
    case Node::kMultiple: {
      if (a->number == 0) return 0;
      return Combined(Bound(a->items[0], a->number > 0 ? upper : !upper), a->number, true);
    }
    case Node::kProduct: {
      std::optional<int64_t> low = 1, high = 1;
      for (const TractSize& item : a->items) {
        const std::optional<int64_t> least = Bound(item, false);
        if (!least || *least < 0) return std::nullopt;
        low = Combined(low, least, true);
        high = Combined(high, Bound(item, true), true);
        if (!low || !high) return std::nullopt;
      }
      return upper ? high : low;
    }
    case Node::kMin:
    case Node::kMax: {
      if (upper != (a->kind == Node::kMax)) return std::nullopt;
      std::optional<int64_t> bound = Bound(a->items[0], upper);
      for (const TractSize& item : a->items) {
        const std::optional<int64_t> own = Bound(item, upper);
        if (!own || !bound) return std::nullopt;
        bound = upper ? std::max(*bound, *own) : std::min(*bound, *own);
      }
      return bound;
    }
    case Node::kQuotient: {
      const std::optional<int64_t> bound = Bound(a->items[0], upper);
      if (!bound) return std::nullopt;
      return *bound / a->number;
    }
  }
  return std::nullopt;
}

bool TractAlgebra::IsNeverNegative(const TractSize& a) {
  if (a->kind == Node::kValue) return a->number >= 0;
  const Chances chances = chances_;  // what is tried in a proof is no size
  const bool proved =
      Remember(&memories().never_negative, a, [&] { return ProveNeverNegative(a); });
  chances_ = chances;
  return proved;
}

bool TractAlgebra::ProveNeverNegative(const TractSize& a) {
  std::vector<TractSize> tried, left = {a};
  while (!left.empty() && ++steps_ < kMaxSteps) {
    const TractSize t = left.back();
    left.pop_back();
    if (t->kind == Node::kValue && t->number >= 0) return true;
    const std::optional<int64_t> low = Bound(t, false);
    if (low && *low >= 0) return true;
    if (t->kind == Node::kQuotient && IsNeverNegative(t->items[0])) return true;
    for (const int64_t s : SymbolsOf(t)) {
      auto own = Slope(t, s);
      const int64_t gcd = std::max<int64_t>(std::gcd(own.first, own.second), 1);
      own = {own.first / gcd, own.second / gcd};
      for (const TractSize& fact : known_) {
        if (SymbolsOf(fact).count(s) == 0) continue;
        auto other = Slope(fact, s);
        const int64_t shared = std::max<int64_t>(std::gcd(other.first, other.second), 1);
        other = {other.first / shared, other.second / shared};
        if (Sign(own.first) != Sign(other.first)) continue;
        const TractSize scaled = TimesNumber(TimesNumber(t, own.second), std::abs(other.first));
        const TractSize taken = TimesNumber(TimesNumber(fact, std::abs(own.first)), other.second);
        const TractSize next = Subtract(scaled, taken);
        const bool seen = std::any_of(tried.begin(), tried.end(),
                                      [&](const TractSize& x) { return Equal(x, next); });
        if (!seen) left.push_back(next);
      }
    }
    tried.push_back(t);
    if (tried.size() > kMaxTried) break;
  }
  return false;
}

}  // namespace t2n
