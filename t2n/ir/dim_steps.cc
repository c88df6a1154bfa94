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

}  // namespace

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
