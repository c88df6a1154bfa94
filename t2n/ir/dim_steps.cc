#include "t2n/ir/dim_steps.h"

namespace t2n {
namespace {

bool HasSuch(const Dim& d, absl::FunctionRef<bool(absl::string_view)> is) {
  for (const std::string& symbol : d.Symbols()) {
    if (is(symbol)) return true;
  }
  return false;
}

bool RisesWith(const AtomPtr& atom, absl::FunctionRef<bool(absl::string_view)> is) {
  switch (atom->kind) {
    case Dim::Atom::kSymbol:
      return true;
    case Dim::Atom::kMin:
    case Dim::Atom::kMax:
      return RisesWith(atom->a, is) && RisesWith(atom->b, is);
    case Dim::Atom::kFloorDiv:
      return RisesWith(atom->a, is) && atom->b.is_const() && atom->b.value() > 0;
  }
  return false;
}

void CollectOpenQuotients(const Dim& d, std::vector<std::pair<Dim, Dim>>* out) {
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->kind == Dim::Atom::kSymbol) continue;
      if (atom->kind == Dim::Atom::kFloorDiv && !atom->b.is_const()) {
        out->emplace_back(atom->a, atom->b);
      }
      CollectOpenQuotients(atom->a, out);
      CollectOpenQuotients(atom->b, out);
    }
  }
}

using OfMinimum = absl::FunctionRef<std::optional<Dim>(int64_t, const Dim&)>;

Dim MapMinima(const AtomPtr& atom, OfMinimum by) {
  if (atom->kind == Dim::Atom::kSymbol) return DimOps::FromAtom(atom);
  if (atom->kind == Dim::Atom::kMin && (atom->a.is_const() || atom->b.is_const())) {
    const bool first = atom->a.is_const();
    const Dim &number = first ? atom->a : atom->b, &size = first ? atom->b : atom->a;
    if (std::optional<Dim> mapped = by(number.value(), size)) return *mapped;
  }
  const Dim a = MapMinima(atom->a, by), b = MapMinima(atom->b, by);
  if (a == atom->a && b == atom->b) return DimOps::FromAtom(atom);
  if (atom->kind == Dim::Atom::kFloorDiv) return FloorDiv(a, b);
  return atom->kind == Dim::Atom::kMin ? Min(a, b) : Max(a, b);
}

}  // namespace

Dim MapMinima(const Dim& d, OfMinimum by) {
  if (d.is_const()) return d;
  Dim sum = 0;
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    Dim product = term.coefficient;
    for (const AtomPtr& atom : term.atoms) product *= MapMinima(atom, by);
    sum += product;
  }
  return sum;
}

int64_t CountExtremes(const Dim& d) {
  int64_t count = 0;
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->kind == Dim::Atom::kSymbol) continue;
      count += atom->kind != Dim::Atom::kFloorDiv;
      count += CountExtremes(atom->a) + CountExtremes(atom->b);
    }
  }
  return count;
}

Relations RelationsOfSymbol(const Dim& d) {
  const std::map<std::string, AtomPtr> symbols = DimOps::SymbolsOf(d);
  const bool is_symbol = symbols.size() == 1 && d == DimOps::FromAtom(symbols.begin()->second);
  return is_symbol ? symbols.begin()->second->relations : nullptr;
}

std::vector<std::pair<Dim, Dim>> OpenQuotients(const Dim& d) {
  std::vector<std::pair<Dim, Dim>> quotients;
  CollectOpenQuotients(d, &quotients);
  return quotients;
}

bool RisesWith(const Dim& d, absl::FunctionRef<bool(absl::string_view)> is) {
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    int with = 0;
    for (const AtomPtr& atom : term.atoms) {
      if (!HasSuch(DimOps::FromAtom(atom), is)) {
        // What it is multiplied with must not be negative.
        if (LessEqual(0, DimOps::FromAtom(atom)) != true) with = 2;
        continue;
      }
      ++with;
      if (!RisesWith(atom, is)) return false;
    }
    const bool concerned = with > 0 && HasSuch(DimOps::FromTerms({{key, term}}), is);
    if (concerned && (with > 1 || term.coefficient < 0)) return false;
  }
  return true;
}

}  // namespace t2n
