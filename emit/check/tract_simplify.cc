// How tract simplifies sizes: in place (Simplify), and as the cheapest of some forms (Reduce).
#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/algorithm/container.h"
#include "emit/check/tract_size.h"

namespace t2n {

using Node = TractNode;
using tract_size::Checked;
using tract_size::Compare;
using tract_size::ExactQuotient;
using tract_size::Gcd;
using tract_size::IsValue;
using tract_size::Less;
using tract_size::Make;
using tract_size::Multiple;
using tract_size::Quotient;
using tract_size::Sum;

TractSize TractAlgebra::Reduce(const TractSize& a) {
  return Remember(&memories().reduced, a, [&] { return CheapestForm(a); });
}

TractSize TractAlgebra::CheapestForm(const TractSize& a) {
  std::vector<TractSize> forms = Forms(Simplify(a));
  std::stable_sort(forms.begin(), forms.end(), Less);
  forms.erase(
      std::unique(forms.begin(), forms.end(),
                  [](const TractSize& x, const TractSize& y) { return Compare(x, y) == 0; }),
      forms.end());
  std::vector<TractSize> simple;
  size_t best = 0, other = forms.size();  // the cheapest, and the cheapest but for it
  for (const TractSize& form : forms) {
    const size_t i = simple.size();
    simple.push_back(Simplify(form));
    if (i == 0) continue;
    if (simple[i]->cost < simple[best]->cost) {
      other = std::exchange(best, i);
    } else if (other == forms.size() || simple[i]->cost < simple[other]->cost) {
      other = i;
    }
  }
  const bool by_chance = other < forms.size() && Compare(simple[other], simple[best]) != 0 &&
                         MayBeDropped(forms, best);
  if (!by_chance) return simple[best];
  const bool same = absl::c_all_of(samples_, [&](const std::vector<int64_t>& values) {
    return Eval(simple[best], values) == Eval(simple[other], values);
  });
  chances_ = chances_ + Chances{1, same ? 0 : 1};
  return simple[dropping_ ? other : best];
}

// Whether tract may take the best form for one before it.
bool TractAlgebra::MayBeDropped(absl::Span<const TractSize> forms, size_t best) {
  if (comparing_) return false;  // forms are the same to it only where they are alike
  const int64_t steps = steps_;
  bool equal = false;
  for (size_t i = 0; i < best && !equal; ++i) {
    equal = Equal(forms[i], forms[best]) || Equal(forms[best], forms[i]);
  }
  steps_ = steps;
  return equal;
}

TractSize TractAlgebra::Simplify(const TractSize& a) {
  if (const std::optional<int64_t> value = tract_size::Constant(a)) return Value(*value);
  return SimplifyInner(a);
}

TractSize TractAlgebra::SimplifyInner(const TractSize& a) {
  if (a->kind == Node::kSymbol || a->kind == Node::kValue) {
    ++steps_;
    return a;
  }
  return Remember(&memories().simplified, a, [&] { return SimplifyByKind(a); });
}

TractSize TractAlgebra::SimplifyByKind(const TractSize& a) {
  if (++steps_ > kMaxSteps) return a;
  switch (a->kind) {
    case Node::kSum:
      return SimplifySum(a);
    case Node::kProduct:
      return SimplifyProduct(a);
    case Node::kMultiple:
      return SimplifyMultiple(a);
    case Node::kQuotient:
      return SimplifyQuotient(a);
    case Node::kMin:
    case Node::kMax:
      return SimplifyExtreme(a);
    default:
      return a;
  }
}

// Collects like terms and takes out what divides all of them.
TractSize TractAlgebra::SimplifySum(const TractSize& a) {
  std::vector<TractSize> left = a->items;
  std::map<TractSize, int64_t, bool (*)(const TractSize&, const TractSize&)> counts(Less);
  while (!left.empty() && steps_ < kMaxSteps) {
    const TractSize term = SimplifyInner(left.back());
    left.pop_back();
    if (term->kind == Node::kSum) {
      left.insert(left.end(), term->items.begin(), term->items.end());
    } else if (term->kind == Node::kValue) {
      if (term->number != 0) counts[Value(1)] += term->number;
    } else if (term->kind == Node::kMultiple) {
      counts[term->items[0]] += term->number;
    } else {
      counts[term] += 1;
    }
  }
  int64_t gcd = 0;
  bool open = false;
  for (const auto& [term, count] : counts) {
    gcd = std::gcd(gcd, count);
    open |= count != 0 && term->kind != Node::kValue;
  }
  if (!open || gcd < 2) gcd = 1;
  std::vector<TractSize> members;
  for (const auto& [term, all] : counts) {
    const int64_t count = all / gcd;
    if (count == 0) continue;
    members.push_back(IsValue(term, 1) ? Value(count) : count == 1 ? term : Multiple(count, term));
  }
  std::sort(members.begin(), members.end(), Less);
  if (members.empty()) return Value(0);
  const TractSize inner = members.size() == 1 ? members[0] : Sum(std::move(members));
  return gcd == 1 ? inner : Multiple(gcd, inner);
}

TractSize TractAlgebra::SimplifyProduct(const TractSize& a) {
  const auto is_sum = [](const TractSize& x) { return x->kind == Node::kSum; };
  if (std::count_if(a->items.begin(), a->items.end(), is_sum) == 1) {
    const auto sum = std::find_if(a->items.begin(), a->items.end(), is_sum);
    std::vector<TractSize> others = a->items, terms;
    others.erase(others.begin() + (sum - a->items.begin()));
    for (const TractSize& term : (*sum)->items) {
      std::vector<TractSize> factors = others;
      factors.push_back(term);
      terms.push_back(Make(Node::kProduct, 0, std::move(factors)));
    }
    return SimplifyInner(Sum(std::move(terms)));
  }
  std::vector<TractSize> factors;
  for (const TractSize& item : a->items) {
    const TractSize t = Reduce(item);
    if (t->kind == Node::kProduct) {
      factors.insert(factors.end(), t->items.begin(), t->items.end());
    } else if (t->kind == Node::kMultiple) {
      factors.push_back(Value(t->number));
      factors.push_back(t->items[0]);
    } else {
      factors.push_back(t);
    }
  }
  int64_t gcd = Gcd(Make(Node::kProduct, 0, factors));
  if (gcd == 0) return Value(0);
  if (gcd != 1) {
    for (TractSize& t : factors) t = SimplifyInner(DividedBy(t, Gcd(t)));
  }
  int64_t minuses = 0;
  std::vector<TractSize> rest;
  for (const TractSize& t : factors) {
    minuses += IsValue(t, -1);
    if (!IsValue(t, -1) && !IsValue(t, 1)) rest.push_back(t);
  }
  if (minuses % 2 == 1) gcd = -gcd;
  std::stable_sort(rest.begin(), rest.end(), Less);
  if (rest.empty()) return Value(gcd);
  const TractSize product = rest.size() == 1 ? rest[0] : Make(Node::kProduct, 0, std::move(rest));
  return gcd == 1 ? product : Multiple(gcd, product);
}

TractSize TractAlgebra::SimplifyMultiple(const TractSize& a) {
  const int64_t factor = a->number;
  const TractSize& of = a->items[0];
  if (of->kind == Node::kMultiple) {
    const std::optional<int64_t> both = Checked(factor, of->number, true);
    return both ? SimplifyInner(Multiple(*both, of->items[0])) : a;
  }
  if (of->kind == Node::kValue) {
    const std::optional<int64_t> value = Checked(factor, of->number, true);
    return value ? Value(*value) : a;
  }
  const TractSize s = SimplifyInner(of);
  if (factor == 0) return Value(0);
  if (factor == 1) return s;
  if (s->kind == Node::kSum) {
    std::vector<TractSize> terms;
    for (const TractSize& t : s->items) terms.push_back(SimplifyInner(Multiple(factor, t)));
    return Sum(std::move(terms));
  }
  const std::optional<int64_t> both = Checked(factor, s->number, true);
  if (s->kind == Node::kValue && both) return Value(*both);
  if (s->kind == Node::kMultiple && both) return Multiple(*both, s->items[0]);
  return Multiple(factor, s);
}

TractSize TractAlgebra::SimplifyQuotient(const TractSize& a) {
  const int64_t divisor = a->number;
  if (divisor == 1) return SimplifyInner(a->items[0]);
  if (a->items[0]->kind == Node::kQuotient) {
    return SimplifyInner(Quotient(a->items[0]->items[0], divisor * a->items[0]->number));
  }
  const TractSize of = SimplifyInner(a->items[0]);
  if (of->kind == Node::kValue) return Value(of->number / divisor);
  if (of->kind == Node::kMultiple && of->number == -1) {
    return Multiple(-1, Quotient(of->items[0], divisor));
  }
  if (of->kind == Node::kSum) return SimplifyQuotientOfSum(of, divisor);
  if (of->kind == Node::kMultiple) return SimplifyQuotientOfMultiple(of, divisor);
  return Quotient(of, divisor);
}

namespace {

// What tract takes out of a quotient of a sum with a number that `v` is of.
int64_t TakenOut(int64_t v, int64_t divisor) {
  if (v >= divisor) return v / divisor;
  return v < 0 ? -((-v + divisor - 1) / divisor) : 0;
}

// Whether the sum is y - n * (y / n), the term at `at` being the latter.
bool IsRemainder(const std::vector<TractSize>& terms, size_t at) {
  std::vector<TractSize> rest = terms;
  rest.erase(rest.begin() + at);
  const TractSize sum = rest.empty()       ? TractAlgebra::Value(0)
                        : rest.size() == 1 ? rest[0]
                                           : Sum(std::move(rest));
  return Compare(sum, terms[at]->items[0]->items[0]) == 0;
}

}  // namespace

TractSize TractAlgebra::SimplifyQuotientOfSum(const TractSize& sum, int64_t divisor) {
  const std::vector<TractSize>& terms = sum->items;
  for (const TractSize& t : terms) {
    if (t->kind != Node::kMultiple || t->number != -1 || t->items[0]->kind != Node::kSymbol) {
      continue;
    }
    std::vector<TractSize> negated;
    for (const TractSize& term : terms) negated.push_back(Multiple(-1, term));
    return Multiple(-1, Quotient(SimplifyInner(Sum(std::move(negated))), divisor));
  }
  for (const TractSize& t : terms) {
    if (t->kind != Node::kValue) continue;
    const int64_t taken = TakenOut(t->number, divisor);
    if (taken == 0) break;
    std::vector<TractSize> rest = terms;
    rest.push_back(Value(-taken * divisor));
    const TractSize inner = SimplifyInner(Quotient(SimplifyInner(Sum(std::move(rest))), divisor));
    return Sum({Value(taken), inner});
  }
  if (const TractSize multiples = MultiplesAndRest(terms, divisor)) {
    return SimplifyInner(multiples);
  }
  for (size_t i = 0; i < terms.size(); ++i) {
    const TractSize& t = terms[i];
    if (t->kind != Node::kMultiple || t->number != -divisor) continue;
    if (t->items[0]->kind != Node::kQuotient || t->items[0]->number != divisor) continue;
    return IsRemainder(terms, i) ? Value(0) : Quotient(sum, divisor);
  }
  return Quotient(sum, divisor);
}

// Of terms that the divisor divides and a rest below it: the quotient. Else null.
TractSize TractAlgebra::MultiplesAndRest(const std::vector<TractSize>& terms, int64_t divisor) {
  std::vector<TractSize> quotients;
  int64_t rest = 0;
  for (const TractSize& t : terms) {
    if (t->kind == Node::kValue) {
      rest += t->number;
      continue;
    }
    if (t->kind != Node::kMultiple || t->number == 0 || t->number % divisor != 0) return nullptr;
    if (!IsNeverNegative(t->items[0])) return nullptr;
    const int64_t factor = t->number / divisor;
    quotients.push_back(factor == 1 ? t->items[0] : Multiple(factor, t->items[0]));
  }
  if (quotients.empty() || rest < 0 || rest >= divisor) return nullptr;
  return quotients.size() == 1 ? quotients[0] : Sum(std::move(quotients));
}

TractSize TractAlgebra::SimplifyQuotientOfMultiple(const TractSize& multiple, int64_t divisor) {
  const int64_t factor = multiple->number;
  const TractSize& of = multiple->items[0];
  if (factor == divisor) return Simplify(of);
  const int64_t gcd = std::gcd(factor, divisor);
  if (gcd == factor) return Quotient(of, divisor / gcd);
  if (gcd == divisor) return Multiple(factor / gcd, of);
  if (gcd > 1) return SimplifyInner(Quotient(Multiple(factor / gcd, of), divisor / gcd));
  return Quotient(multiple, divisor);
}

TractSize TractAlgebra::SimplifyExtreme(const TractSize& a) {
  const bool least = a->kind == Node::kMin;
  const int64_t neutral =
      least ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
  std::vector<TractSize> items;
  for (const TractSize& item : a->items) {
    const TractSize t = SimplifyInner(item);
    if (t->kind == a->kind) {
      items.insert(items.end(), t->items.begin(), t->items.end());
    } else {
      items.push_back(t);
    }
  }
  items.erase(std::remove_if(items.begin(), items.end(),
                             [&](const TractSize& t) { return IsValue(t, neutral); }),
              items.end());
  std::stable_sort(items.begin(), items.end(), Less);
  items.erase(std::unique(items.begin(), items.end(),
                          [&](const TractSize& x, const TractSize& y) { return Equal(x, y); }),
              items.end());
  std::vector<TractSize> kept;
  std::vector<bool> redundant(items.size());
  const Chances chances = chances_;  // differences are for proofs
  for (size_t i = 0; i < items.size(); ++i) {
    for (size_t j = 0; j < items.size(); ++j) {
      if (i == j || redundant[i] || redundant[j]) continue;
      if (IsNeverNegative(Subtract(items[i], items[j]))) redundant[least ? i : j] = true;
    }
  }
  chances_ = chances;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!redundant[i]) kept.push_back(items[i]);
  }
  if (kept.empty()) return Value(neutral);
  return kept.size() == 1 ? kept[0] : Make(a->kind, 0, std::move(kept));
}

std::vector<TractSize> TractAlgebra::Forms(const TractSize& a) {
  if (++steps_ > kMaxSteps) return {a};
  if (a->kind == Node::kSum) return FormsOfSum(a);
  if (a->kind == Node::kQuotient) return FormsOfQuotient(a);
  if (a->kind != Node::kMultiple) return {a};
  std::vector<TractSize> forms;
  for (const TractSize& form : Forms(a->items[0])) forms.push_back(Multiple(a->number, form));
  return forms;
}

// Each term in each of its forms; and all of them as one quotient, where one of them is a quotient.
std::vector<TractSize> TractAlgebra::FormsOfSum(const TractSize& a) {
  std::vector<std::vector<TractSize>> sums = {{}};
  for (const TractSize& item : a->items) {
    std::vector<std::vector<TractSize>> longer;
    const std::vector<TractSize> own = Forms(item);
    steps_ += sums.size() * own.size();
    if (steps_ > kMaxSteps) return {a};
    for (const std::vector<TractSize>& sum : sums) {
      for (const TractSize& form : own) {
        longer.push_back(sum);
        longer.back().push_back(form);
      }
    }
    sums = std::move(longer);
  }
  std::vector<TractSize> forms;
  for (const std::vector<TractSize>& sum : sums) {
    const auto quotient = std::find_if(
        sum.begin(), sum.end(), [](const TractSize& t) { return t->kind == Node::kQuotient; });
    if (quotient != sum.end()) {
      const int64_t divisor = (*quotient)->number;
      std::vector<TractSize> numerator;
      for (auto t = sum.begin(); t != sum.end(); ++t) {
        numerator.push_back(t == quotient ? (*t)->items[0] : Multiple(divisor, *t));
      }
      forms.push_back(Quotient(Sum(std::move(numerator)), divisor));
    }
    forms.push_back(Sum(sum));
  }
  return forms;
}

std::vector<TractSize> TractAlgebra::FormsOfQuotient(const TractSize& a) {
  const int64_t divisor = a->number;
  std::vector<TractSize> forms;
  for (const TractSize& numerator : Forms(a->items[0])) {
    if (numerator->kind == Node::kSum) {
      std::vector<TractSize> whole, rest;
      for (const TractSize& t : numerator->items) {
        (Gcd(t) % divisor == 0 ? whole : rest).push_back(t);
      }
      const bool number = std::any_of(rest.begin(), rest.end(),
                                      [](const TractSize& t) { return t->kind == Node::kValue; });
      if (!number) {
        for (TractSize& t : whole) t = ExactQuotient(t, divisor);
        if (!rest.empty()) whole.push_back(Quotient(Sum(std::move(rest)), divisor));
        forms.push_back(Sum(std::move(whole)));
      }
    }
    forms.push_back(Quotient(numerator, divisor));
  }
  return forms;
}

}  // namespace t2n
