#include "emit/check/tract_size.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace t2n {
namespace tract_size {

using Node = TractNode;

namespace {

uint64_t CostOf(Node::Kind kind, const std::vector<TractSize>& items) {
  uint64_t sum = 0;
  for (const TractSize& item : items) sum += item->cost;
  switch (kind) {
    case Node::kSum:
    case Node::kMultiple:
      return 2 * sum;
    case Node::kProduct:
    case Node::kQuotient:
      return 3 * sum;
    case Node::kMin:
    case Node::kMax:
      return 5 * sum;
    default:
      return 1;
  }
}

uint64_t HashOf(Node::Kind kind, int64_t number, const std::vector<TractSize>& items) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15u;
  uint64_t hash = (static_cast<uint64_t>(kind) + 1) * kOdd ^ static_cast<uint64_t>(number);
  for (const TractSize& item : items) {
    hash = (hash ^ (hash >> 29)) * kOdd + item->hash;
  }
  return (hash ^ (hash >> 32)) * kOdd;
}

}  // namespace

TractSize Make(Node::Kind kind, int64_t number, std::vector<TractSize> items) {
  const uint64_t hash = HashOf(kind, number, items), cost = CostOf(kind, items);
  return std::make_shared<const Node>(Node{kind, number, std::move(items), hash, cost});
}

TractSize Sum(std::vector<TractSize> items) { return Make(Node::kSum, 0, std::move(items)); }

TractSize Multiple(int64_t factor, TractSize of) {
  return Make(Node::kMultiple, factor, {std::move(of)});
}

TractSize Quotient(TractSize of, int64_t divisor) {
  return Make(Node::kQuotient, divisor, {std::move(of)});
}

bool IsValue(const TractSize& a, int64_t value) {
  return a->kind == Node::kValue && a->number == value;
}

int Compare(const TractSize& a, const TractSize& b) {
  if (a == b) return 0;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  if (a->number != b->number) return a->number < b->number ? -1 : 1;
  if (a->items.size() != b->items.size()) return a->items.size() < b->items.size() ? -1 : 1;
  for (size_t i = 0; i < a->items.size(); ++i) {
    if (const int order = Compare(a->items[i], b->items[i])) return order;
  }
  return 0;
}

bool Less(const TractSize& a, const TractSize& b) { return Compare(a, b) < 0; }

std::optional<int64_t> Checked(int64_t a, int64_t b, bool times) {
  int64_t r;
  if (times ? __builtin_mul_overflow(a, b, &r) : __builtin_add_overflow(a, b, &r)) {
    return std::nullopt;
  }
  return r;
}

std::optional<int64_t> Constant(const TractSize& a) {
  if (a->kind == Node::kSymbol) return std::nullopt;
  if (a->kind == Node::kValue) return a->number;
  std::optional<int64_t> result;
  if (a->kind == Node::kProduct) result = 1;
  if (a->kind == Node::kSum) result = 0;
  for (const TractSize& item : a->items) {
    const std::optional<int64_t> value = Constant(item);
    if (!value) return std::nullopt;
    if (!result) {
      result = value;
    } else if (a->kind == Node::kMin || a->kind == Node::kMax) {
      result = a->kind == Node::kMin ? std::min(*result, *value) : std::max(*result, *value);
    } else {
      result = Checked(*result, *value, a->kind == Node::kProduct);
      if (!result) return std::nullopt;
    }
  }
  if (a->kind == Node::kMultiple) return Checked(*result, a->number, true);
  if (a->kind == Node::kQuotient) return *result / a->number;
  return result;
}

namespace {

uint64_t SaturatedProduct(uint64_t a, uint64_t b) {
  uint64_t r;
  return __builtin_mul_overflow(a, b, &r) ? ~uint64_t{0} : r;
}

uint64_t Magnitude(int64_t a) { return a < 0 ? -static_cast<uint64_t>(a) : a; }

}  // namespace

uint64_t Gcd(const TractSize& a) {
  switch (a->kind) {
    case Node::kValue:
      return Magnitude(a->number);
    case Node::kSymbol:
      return 1;
    case Node::kMultiple:
      return SaturatedProduct(Gcd(a->items[0]), Magnitude(a->number));
    case Node::kQuotient: {
      const uint64_t inner = Gcd(a->items[0]), divisor = a->number;
      return inner % divisor == 0 ? inner / divisor : 1;
    }
    default: {
      const bool times = a->kind == Node::kProduct;
      uint64_t all = times ? 1 : 0;
      for (const TractSize& item : a->items) {
        all = times ? SaturatedProduct(all, Gcd(item)) : std::gcd(all, Gcd(item));
      }
      return all;
    }
  }
}

TractSize ExactQuotient(const TractSize& a, int64_t divisor) {
  if (divisor == 1) return a;
  switch (a->kind) {
    case Node::kValue:
      return TractAlgebra::Value(a->number / divisor);
    case Node::kSum:
    case Node::kMin:
    case Node::kMax: {
      std::vector<TractSize> items;
      for (const TractSize& item : a->items) items.push_back(ExactQuotient(item, divisor));
      return Make(a->kind, 0, std::move(items));
    }
    case Node::kMultiple: {
      if (a->number == divisor) return a->items[0];
      const int64_t gcd = std::gcd(a->number, divisor);
      return Multiple(a->number / gcd, ExactQuotient(a->items[0], divisor / gcd));
    }
    case Node::kQuotient:
      return Quotient(a->items[0], a->number * divisor);
    default:
      return Quotient(a, divisor);
  }
}

}  // namespace tract_size

using tract_size::Compare;
using tract_size::IsValue;
using tract_size::Make;
using tract_size::Multiple;
using tract_size::Quotient;
using tract_size::Sum;

bool TractSizeSame::operator()(const TractSize& a, const TractSize& b) const {
  return a == b || (a->hash == b->hash && Compare(a, b) == 0);
}

TractSize TractAlgebra::Symbol(absl::string_view name) {
  const auto it = std::find(symbols_.begin(), symbols_.end(), name);
  const int64_t number = it - symbols_.begin();
  if (it == symbols_.end()) symbols_.emplace_back(name);
  return Make(Node::kSymbol, number, {});
}

TractSize TractAlgebra::Value(int64_t value) { return Make(Node::kValue, value, {}); }

void TractAlgebra::Assert(const TractSize& size) {
  known_.push_back(size);
  for (Memories& memories : memories_) memories = {};
}

void TractAlgebra::AssertAtLeast(absl::string_view symbol, int64_t bound) {
  const TractSize s = Symbol(symbol);
  std::optional<int64_t>& min = ranges_[s->number].min;
  min = std::max(min.value_or(bound), bound);
  Assert(Subtract(s, Value(bound)));
}

void TractAlgebra::AssertAtMost(absl::string_view symbol, int64_t bound) {
  const TractSize s = Symbol(symbol);
  std::optional<int64_t>& max = ranges_[s->number].max;
  max = std::min(max.value_or(bound), bound);
  Assert(Subtract(Value(bound), s));
}

TractSize TractAlgebra::Add(const TractSize& a, const TractSize& b) {
  if (IsValue(b, 0)) return a;
  if (IsValue(a, 0)) return b;
  return Reduce(Sum({a, b}));
}

TractSize TractAlgebra::Negate(const TractSize& a) {
  if (a->kind == Node::kValue) return Value(-a->number);
  return Reduce(Multiple(-1, a));
}

TractSize TractAlgebra::Subtract(const TractSize& a, const TractSize& b) {
  if (IsValue(b, 0)) return a;
  if (IsValue(a, 0)) return Negate(b);
  return Reduce(Sum({a, Negate(b)}));
}

TractSize TractAlgebra::Multiply(const TractSize& a, const TractSize& b) {
  if (IsValue(a, 1)) return b;
  if (IsValue(b, 1)) return a;
  return Reduce(Make(Node::kProduct, 0, {a, b}));
}

TractSize TractAlgebra::TimesNumber(const TractSize& a, int64_t number) {
  if (IsValue(a, 1)) return Value(number);
  if (number == 1) return a;
  return Reduce(Make(Node::kProduct, 0, {Value(number), a}));
}

TractSize TractAlgebra::DividedBy(const TractSize& a, int64_t divisor) {
  return Reduce(Quotient(a, divisor));
}

TractSize TractAlgebra::Min(const TractSize& a, const TractSize& b) {
  return Simplify(Make(Node::kMin, 0, {a, b}));
}

TractSize TractAlgebra::Max(const TractSize& a, const TractSize& b) {
  return Simplify(Make(Node::kMax, 0, {a, b}));
}

TractSize TractAlgebra::Broadcast(const TractSize& a, const TractSize& b) {
  if (IsValue(a, 1)) return b;
  if (IsValue(b, 1)) return a;
  const TractSize x = Simplify(a), y = Simplify(b);
  return tract_size::Less(y, x) ? y : x;
}

bool TractAlgebra::Equal(const TractSize& a, const TractSize& b) {
  if (Compare(a, b) == 0) return true;
  const auto is_leaf = [](const TractSize& x) {
    return x->kind == Node::kValue || x->kind == Node::kSymbol;
  };
  if (comparing_ || is_leaf(a) || is_leaf(b)) return false;
  comparing_ = true;
  const TractSize difference = Simplify(Subtract(a, b));
  comparing_ = false;
  return IsValue(difference, 0);
}

std::optional<TractSize> TractAlgebra::Divide(const TractSize& a, const TractSize& b) {
  const auto ratio = Ratio(a, b);
  if (!ratio) return std::nullopt;
  return DividedBy(ratio->first, ratio->second);
}

// Terms that leave the same divisor are divided one by one.
std::optional<std::pair<TractSize, int64_t>> TractAlgebra::RatioOfSum(const TractSize& a,
                                                                      const TractSize& b) {
  if (a->kind != Node::kSum || a->items.size() < 2) return std::nullopt;
  std::vector<std::pair<TractSize, int64_t>> parts;
  for (const TractSize& term : a->items) {
    const auto part = Ratio(term, b);
    if (!part || (!parts.empty() && part->second != parts[0].second)) return std::nullopt;
    parts.push_back(*part);
  }
  TractSize sum = Value(0);
  for (const auto& part : parts) sum = Add(sum, part.first);
  return {{Reduce(sum), parts[0].second}};
}

std::pair<int64_t, std::vector<TractSize>> TractAlgebra::Factors(const TractSize& a) {
  switch (a->kind) {
    case Node::kValue:
      return {a->number, {}};
    case Node::kMultiple: {
      auto inner = Factors(a->items[0]);
      inner.first *= a->number;
      return inner;
    }
    case Node::kProduct: {
      std::pair<int64_t, std::vector<TractSize>> all = {1, {}};
      for (const TractSize& item : a->items) {
        auto inner = Factors(item);
        all.first *= inner.first;
        all.second.insert(all.second.end(), inner.second.begin(), inner.second.end());
      }
      return all;
    }
    case Node::kSum: {
      int64_t gcd = 0;
      for (const TractSize& item : a->items) gcd = std::gcd(gcd, Factors(item).first);
      std::vector<TractSize> terms;
      for (const TractSize& item : a->items) terms.push_back(DividedBy(item, gcd));
      return {gcd, {Simplify(Sum(std::move(terms)))}};
    }
    default:
      return {1, {a}};
  }
}

std::optional<std::pair<TractSize, int64_t>> TractAlgebra::Ratio(const TractSize& a,
                                                                 const TractSize& b) {
  if (IsValue(a, 0)) return {{a, 1}};
  if (IsValue(b, 0) || ++steps_ > kMaxSteps) return std::nullopt;
  if (const auto ratio = RatioOfSum(a, b)) return ratio;
  auto [number, factors] = Factors(a);
  auto [divisor, divided] = Factors(b);
  for (const TractSize& d : divided) {
    const auto it = std::find_if(factors.begin(), factors.end(),
                                 [&](const TractSize& f) { return Equal(f, d); });
    if (it == factors.end()) return std::nullopt;
    factors.erase(it);
  }
  if (divisor < 0) number = -number, divisor = -divisor;
  const int64_t gcd = std::gcd(number, divisor);
  if (gcd == 0) return std::nullopt;
  const TractSize product = Make(Node::kProduct, 0, std::move(factors));
  return {{Reduce(TimesNumber(product, number / gcd)), divisor / gcd}};
}

int64_t TractAlgebra::Eval(const TractSize& a, absl::Span<const int64_t> values) {
  if (a->kind == Node::kValue) return a->number;
  if (a->kind == Node::kSymbol) {
    return a->number < static_cast<int64_t>(values.size()) ? values[a->number] : 1;
  }
  int64_t result = Eval(a->items.empty() ? Value(1) : a->items[0], values);
  for (size_t i = 1; i < a->items.size(); ++i) {
    const int64_t value = Eval(a->items[i], values);
    if (a->kind == Node::kSum) result += value;
    if (a->kind == Node::kProduct) result *= value;
    if (a->kind == Node::kMin) result = std::min(result, value);
    if (a->kind == Node::kMax) result = std::max(result, value);
  }
  if (a->kind == Node::kMultiple) return result * a->number;
  return a->kind == Node::kQuotient ? result / a->number : result;
}

std::string TractAlgebra::ToString(const TractSize& a) const {
  std::vector<std::string> items;
  for (const TractSize& item : a->items) items.push_back(ToString(item));
  switch (a->kind) {
    case Node::kSymbol:
      return symbols_[a->number];
    case Node::kValue:
      return absl::StrCat(a->number);
    case Node::kSum:
      return absl::StrJoin(items, "+");
    case Node::kProduct:
      return absl::StrCat("(", absl::StrJoin(items, ")*("), ")");
    case Node::kMultiple:
      return absl::StrCat(a->number, "*", items[0]);
    case Node::kQuotient:
      return absl::StrCat("(", items[0], ")/", a->number);
    default:
      return absl::StrCat(a->kind == Node::kMin ? "min(" : "max(", absl::StrJoin(items, ","), ")");
  }
}

}  // namespace t2n
