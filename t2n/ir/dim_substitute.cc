// The symbols of Dims, and Dims with others for their symbols and atoms.
#include <string>

#include "t2n/ir/dim_ops.h"

namespace t2n {

void DimOps::CollectSymbols(const Dim& d, std::map<std::string, AtomPtr>* out) {
  if (d.is_const()) return;
  for (const auto& [key, term] : d.poly_->terms) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->kind == Dim::Atom::kSymbol) {
        out->emplace(atom->text, atom);
      } else {
        CollectSymbols(atom->a, out);
        CollectSymbols(atom->b, out);
      }
    }
  }
}

std::map<std::string, AtomPtr> DimOps::SymbolsOf(const Dim& d) {
  std::map<std::string, AtomPtr> symbols;
  CollectSymbols(d, &symbols);
  return symbols;
}

Dim DimOps::Substitute(const Dim& d, const Binding& binding) {
  if (d.is_const()) return d;
  Dim sum = 0;
  for (const auto& [key, term] : d.poly_->terms) {
    Dim product = term.coefficient;
    for (const AtomPtr& atom : term.atoms) product *= SubstituteAtom(atom, binding);
    sum += product;
  }
  return sum;
}

Dim DimOps::SubstituteAtom(const AtomPtr& atom, const Binding& binding) {
  if (atom->kind == Dim::Atom::kSymbol) {
    std::optional<Dim> bound = binding(atom->text);
    return bound ? *bound : FromAtom(atom);
  }
  Dim a = Substitute(atom->a, binding), b = Substitute(atom->b, binding);
  switch (atom->kind) {
    case Dim::Atom::kFloorDiv:
      return FloorDiv(a, b);
    case Dim::Atom::kMin:
      return Min(a, b);
    default:
      return Max(a, b);
  }
}

Dim DimOps::Replaced(const Dim& d, const std::string& text, const Dim& by) {
  if (d.is_const() || d.poly_->text.find(text) == std::string::npos) return d;
  Dim sum = 0;
  for (const auto& [key, term] : d.poly_->terms) {
    Dim product = term.coefficient;
    for (const AtomPtr& atom : term.atoms) product *= ReplacedIn(atom, text, by);
    sum += product;
  }
  return sum;
}

Dim DimOps::ReplacedIn(const AtomPtr& atom, const std::string& text, const Dim& by) {
  if (atom->text == text) return by;
  if (atom->kind == Dim::Atom::kSymbol) return FromAtom(atom);
  const Dim a = Replaced(atom->a, text, by), b = Replaced(atom->b, text, by);
  if (a == atom->a && b == atom->b) return FromAtom(atom);
  if (atom->kind == Dim::Atom::kFloorDiv) return FloorDiv(a, b);
  return atom->kind == Dim::Atom::kMin ? Min(a, b) : Max(a, b);
}

}  // namespace t2n
