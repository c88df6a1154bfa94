// What is known of Dims by the ranges of their symbols: bounds and comparisons.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "t2n/ir/dim_ops.h"

namespace t2n {
namespace {

std::optional<int64_t> AddBound(std::optional<int64_t> a, std::optional<int64_t> b) {
  if (!a || !b) return std::nullopt;
  return AddInt(*a, *b);
}

Range MulRange(const Range& a, const Range& b) {
  // Only the cases sizes need: exact with finite bounds, one-sided for non-negative factors.
  if (a.min && a.max && b.min && b.max) {
    int64_t p[] = {MulInt(*a.min, *b.min), MulInt(*a.min, *b.max), MulInt(*a.max, *b.min),
                   MulInt(*a.max, *b.max)};
    return {*std::min_element(p, p + 4), *std::max_element(p, p + 4)};
  }
  if (a.min && b.min && *a.min >= 0 && *b.min >= 0) {
    Range r{MulInt(*a.min, *b.min), std::nullopt};
    if (a.max && b.max) r.max = MulInt(*a.max, *b.max);
    return r;
  }
  return {};
}

Range ScaleRange(const Range& a, int64_t c) {
  Range r;
  if (a.min) (c >= 0 ? r.min : r.max) = MulInt(*a.min, c);
  if (a.max) (c >= 0 ? r.max : r.min) = MulInt(*a.max, c);
  return r;
}

}  // namespace

Range Dim::range() const { return poly_ ? DimOps::PolyRange(*this) : Range{value_, value_}; }

Range DimOps::PolyRange(const Dim& d) {
  Range sum{0, 0};
  for (const auto& [key, term] : d.poly_->terms) {
    Range r{1, 1};
    for (const AtomPtr& atom : term.atoms) r = MulRange(r, atom->range);
    r = ScaleRange(r, term.coefficient);
    sum = {AddBound(sum.min, r.min), AddBound(sum.max, r.max)};
  }
  return sum;
}

Relations DimOps::RelationsOf(const Dim& d) {
  if (d.is_const()) return nullptr;
  for (const auto& [key, term] : d.poly_->terms) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->relations) return atom->relations;
      if (atom->kind == Dim::Atom::kSymbol) continue;
      for (const Dim* operand : {&atom->a, &atom->b}) {
        if (Relations found = RelationsOf(*operand)) return found;
      }
    }
  }
  return nullptr;
}

namespace {

constexpr int kMaxDepth = 4;
constexpr int kMaxCases = 2;  // one in the other

// What is never negative if `d`, a floor and a number, is not.
Dim WithoutFloor(const Dim& d) {
  const std::optional<FloorLine> line = AsFloorLine(d);
  if (!line) return d;
  if (line->slope > 0) return line->of + FloorDivInt(line->offset, line->slope) * line->divisor;
  const int64_t most = FloorDivInt(line->offset, -line->slope);
  return Dim(most) * line->divisor + (line->divisor - 1) - line->of;
}

}  // namespace

bool DimOps::Negative(const Dim& d) {
  const Relations relations = RelationsOf(d);
  return Negative(d, relations, kMaxDepth) || NegativeInCases(d, relations, kMaxCases);
}

AtomPtr DimOps::ExtremeInFloor(const Dim& d, bool inside) {
  if (d.is_const()) return nullptr;
  for (const auto& [key, term] : d.poly_->terms) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->kind == Dim::Atom::kSymbol) continue;
      if (inside && atom->kind != Dim::Atom::kFloorDiv) return atom;
      const bool floor = inside || atom->kind == Dim::Atom::kFloorDiv;
      if (AtomPtr found = ExtremeInFloor(atom->a, floor)) return found;
      if (AtomPtr found = ExtremeInFloor(atom->b, floor)) return found;
    }
  }
  return nullptr;
}

bool DimOps::NegativeInCases(const Dim& d, const Relations& relations, int depth) {
  const AtomPtr extreme = depth == 0 ? nullptr : ExtremeInFloor(d);
  if (!extreme) return false;
  for (const bool first : {true, false}) {
    const Dim &chosen = first ? extreme->a : extreme->b, &other = first ? extreme->b : extreme->a;
    std::vector<Dim> known = relations ? *relations : std::vector<Dim>();
    const bool least = extreme->kind == Dim::Atom::kMin;
    known.push_back(WithoutFloor(least ? other - chosen : chosen - other));
    const auto both = std::make_shared<const std::vector<Dim>>(std::move(known));
    const Dim with = Replaced(d, extreme->text, chosen);
    if (!Negative(with, both, kMaxDepth) && !NegativeInCases(with, both, depth - 1)) return false;
  }
  return true;
}

bool DimOps::Negative(const Dim& d, const Relations& relations, int depth) {
  const Range range = d.range();
  if (range.max && *range.max < 0) return true;
  if (d.is_const() || depth == 0) return false;
  // Minima and maxima first: what is between them and their operands' floors is then exact. The
  // longest first: what it is of may be beside it.
  const Term* chosen = nullptr;
  for (const auto& [key, term] : d.poly_->terms) {
    if (term.atoms.size() != 1 || term.atoms[0]->kind == Dim::Atom::kSymbol) continue;
    const auto rank = [](const Term& t) {
      return std::make_pair(t.atoms[0]->kind != Dim::Atom::kFloorDiv, t.atoms[0]->text.size());
    };
    if (!chosen || rank(*chosen) < rank(term)) chosen = &term;
  }
  if (chosen && NegativeWithout(d, *chosen, relations, depth - 1)) return true;
  return relations && NegativeWith(d, relations, depth - 1);
}

// The same for `d` with `term`, of one atom, bounded from above by the atom's operands.
bool DimOps::NegativeWithout(const Dim& d, const Term& term, const Relations& relations,
                             int depth) {
  const Dim::Atom& atom = *term.atoms[0];
  const int64_t coefficient = term.coefficient;
  Terms terms = d.poly_->terms;
  terms.erase(atom.text);
  const Dim rest = FromTerms(std::move(terms));
  if (atom.kind == Dim::Atom::kFloorDiv) {
    if (!atom.b.is_const() || atom.b.value() < 1) return false;
    const Dim bound = coefficient > 0 ? atom.a : atom.a - atom.b + 1;
    return Negative(rest * atom.b + bound * coefficient, relations, depth);
  }
  const bool first = Negative(rest + atom.a * coefficient, relations, depth);
  const bool either = (atom.kind == Dim::Atom::kMin) == (coefficient > 0);
  if (first == either) return first;
  return Negative(rest + atom.b * coefficient, relations, depth);
}

// The same for `d` with a relation added that takes one of its terms away.
bool DimOps::NegativeWith(const Dim& d, const Relations& relations, int depth) {
  for (const Dim& relation : *relations) {
    for (const auto& [key, theirs] : ToTerms(relation)) {
      const auto ours = d.poly_->terms.find(key);
      if (key.empty() || ours == d.poly_->terms.end()) continue;
      const int64_t c = ours->second.coefficient;
      if ((c < 0) == (theirs.coefficient < 0)) continue;
      const Dim sum = d * std::abs(theirs.coefficient) + relation * std::abs(c);
      if (Negative(sum, relations, depth)) return true;
    }
  }
  return false;
}

std::optional<bool> Less(const Dim& a, const Dim& b) {
  if (a.is_const() && b.is_const()) return a.value() < b.value();
  const Dim d = a - b;
  if (DimOps::Negative(d)) return true;
  if (DimOps::Negative(-d - 1)) return false;
  return std::nullopt;
}

std::optional<bool> LessEqual(const Dim& a, const Dim& b) {
  std::optional<bool> greater = Less(b, a);
  if (!greater) return std::nullopt;
  return !*greater;
}

std::optional<bool> Equal(const Dim& a, const Dim& b) {
  if (a.is_const() && b.is_const()) return a.value() == b.value();
  Dim d = a - b;
  if (d.is_const()) return d.value() == 0;
  if (DimOps::Negative(d) || DimOps::Negative(-d)) return false;
  return std::nullopt;
}

}  // namespace t2n
