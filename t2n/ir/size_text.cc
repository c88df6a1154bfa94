#include "t2n/ir/size_text.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/ir/dim_ops.h"

namespace t2n {
namespace {

// floor(r / q) is the sum of what is in r less floor((q * sum - r + q - 1) / q).
struct Turned {
  Dim sum;
  Dim floor;
};

std::optional<Turned> Turn(const Dim::Atom& atom) {
  const int64_t divisor = atom.b.value();
  DimOps::Terms sum;
  for (const auto& [key, term] : DimOps::ToTerms(atom.a)) {
    if (key.empty()) continue;
    if (term.coefficient < 1 || term.coefficient >= divisor) return std::nullopt;
    DimOps::AddTerm(sum, key, Term{term.atoms, 1}, 1);
  }
  if (sum.empty()) return std::nullopt;
  const Dim all = DimOps::FromTerms(std::move(sum));
  return Turned{
      all, DimOps::Compound(Dim::Atom::kFloorDiv, all * divisor - atom.a + (divisor - 1), atom.b)};
}

// Whether each of `sum` has at least `factor` of the other sign in `terms`.
bool TakesFrom(const DimOps::Terms& terms, const Dim& sum, int64_t factor) {
  for (const auto& [key, term] : DimOps::ToTerms(sum)) {
    const auto it = terms.find(key);
    const int64_t there = it == terms.end() ? 0 : it->second.coefficient;
    if ((there < 0) == (factor < 0) || std::abs(there) < std::abs(factor)) return false;
  }
  return true;
}

// With floors turned that are taken against what they are of.
Dim WithoutOpposites(Dim d) {
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    if (term.atoms.size() != 1 || term.atoms[0]->kind != Dim::Atom::kFloorDiv) continue;
    const Dim::Atom& atom = *term.atoms[0];
    if (!atom.b.is_const() || atom.b.value() < 2) continue;
    const int64_t factor = term.coefficient;
    const std::optional<Turned> turned = Turn(atom);
    if (!turned || !TakesFrom(DimOps::ToTerms(d), turned->sum, factor)) continue;
    d = d - DimOps::FromAtom(term.atoms[0]) * factor + turned->sum * factor -
        turned->floor * factor;
  }
  return d;
}

// A floor that a product takes away; null if none does.
AtomPtr TakenTimesOthers(const Dim& d, const std::string& after) {
  AtomPtr found;
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    if (term.coefficient >= 0 || term.atoms.size() < 2) continue;
    for (const AtomPtr& atom : term.atoms) {
      const bool floor = atom->kind == Dim::Atom::kFloorDiv && atom->b.is_const();
      if (!floor || atom->b.value() < 2 || atom->text <= after) continue;
      if (!found || atom->text < found->text) found = atom;
    }
  }
  return found;
}

// With floors in products turned too, where that makes the sum shorter.
Dim WithoutOppositesInProducts(Dim d) {
  std::string after;
  while (const AtomPtr atom = TakenTimesOthers(d, after)) {
    after = atom->text;
    const std::optional<Turned> turned = Turn(*atom);
    if (!turned) continue;
    const Dim by = DimOps::Replaced(d, atom->text, turned->sum - turned->floor);
    if (DimOps::ToTerms(by).size() < DimOps::ToTerms(d).size()) d = by;
  }
  return d;
}

bool IsPlain(const Dim& d) {
  if (d.is_const()) return d.value() >= 0;
  const DimOps::Terms terms = DimOps::ToTerms(d);
  const Term& first = terms.begin()->second;
  return terms.size() == 1 && first.coefficient == 1 && first.atoms.size() == 1 &&
         first.atoms[0]->kind != Dim::Atom::kFloorDiv;
}

std::string Wrapped(const Dim& d) {
  const Dim shown = WithoutOpposites(d);
  return IsPlain(shown) ? SizeText(d) : absl::StrCat("(", SizeText(d), ")");
}

std::string AtomText(const Dim::Atom& atom) {
  switch (atom.kind) {
    case Dim::Atom::kSymbol:
      return atom.text;
    case Dim::Atom::kFloorDiv:
      return absl::StrCat("(", Wrapped(atom.a), "/", Wrapped(atom.b), ")");
    default:
      return absl::StrCat(atom.kind == Dim::Atom::kMin ? "min(" : "max(", SizeText(atom.a), ",",
                          SizeText(atom.b), ")");
  }
}

void Append(const Term& term, std::string* text) {
  const int64_t c = term.coefficient;
  if (term.atoms.empty()) {
    absl::StrAppend(text, c >= 0 && !text->empty() ? "+" : "", c);
    return;
  }
  absl::StrAppend(text, c < 0 ? "-" : text->empty() ? "" : "+");
  if (c != 1 && c != -1) absl::StrAppend(text, c < 0 ? -static_cast<uint64_t>(c) : c, "*");
  absl::StrAppend(text, absl::StrJoin(term.atoms, "*", [](std::string* out, const AtomPtr& atom) {
                    out->append(AtomText(*atom));
                  }));
}

}  // namespace

std::string SizeText(const Dim& size) {
  if (size.IsPolynomial()) return size.ToString();
  const DimOps::Terms terms = DimOps::ToTerms(WithoutOppositesInProducts(WithoutOpposites(size)));
  std::string text;
  for (const bool positive : {true, false}) {
    for (const auto& [key, term] : terms) {
      if (!key.empty() && (term.coefficient > 0) == positive) Append(term, &text);
    }
  }
  const auto number = terms.find("");
  if (number != terms.end() || text.empty()) {
    Append(number == terms.end() ? Term() : number->second, &text);
  }
  return text;
}

}  // namespace t2n
