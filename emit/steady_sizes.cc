#include "emit/steady_sizes.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "emit/lower/lowering.h"
#include "t2n/ir/dim_ops.h"

namespace t2n {

using nnef::Argument;
using nnef::Expr;

void SteadySizes::Settle(Expr* call) {
  for (Argument& argument : call->items) {
    Expr& value = argument.value;
    if (value.kind == Expr::Kind::kArray) Settle(&value);
    if (value.kind != Expr::Kind::kText || !absl::StrContains(value.text, '/')) continue;
    if (!shapes_.ReadsByChance(value)) continue;
    if (const std::optional<Expr> steady = SteadyText(value)) value = *steady;
  }
}

namespace {

// `d` as factor * floor(numerator / divisor).
struct Quotient {
  int64_t factor, divisor;
  Dim numerator;
};

// A size in which one term is a multiple of a quotient, with the other terms moved into that.
std::optional<Quotient> AsQuotient(const Dim& d) {
  const DimOps::Terms terms = DimOps::ToTerms(d);
  const Term* found = nullptr;
  for (const auto& [key, term] : terms) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->kind == Dim::Atom::kSymbol) continue;
      const bool is_quotient = term.atoms.size() == 1 && atom->kind == Dim::Atom::kFloorDiv;
      if (found || !is_quotient) return std::nullopt;
      found = &term;
    }
  }
  if (!found || found->coefficient < 1) return std::nullopt;
  const Dim::Atom& atom = *found->atoms[0];
  if (!atom.b.is_const()) return std::nullopt;
  const Dim factor = found->coefficient;
  const std::optional<Dim> rest = DimOps::ExactDiv(d - factor * FloorDiv(atom.a, atom.b), factor);
  if (!rest) return std::nullopt;
  return Quotient{found->coefficient, atom.b.value(), atom.a + *rest * atom.b};
}

}  // namespace

// As one quotient, where that has one form alone.
std::optional<Expr> SteadySizes::SteadyText(const Expr& size) {
  if (dims_.empty()) {
    for (const auto& [name, shape] : sizes_) {
      for (const Dim& d : shape) {
        if (!d.is_const()) dims_.emplace(DimExpr(d).text, d);
      }
    }
  }
  const auto it = dims_.find(size.text);
  if (it == dims_.end()) return std::nullopt;
  const std::optional<Quotient> quotient = AsQuotient(it->second);
  if (!quotient || LessEqual(0, quotient->numerator) != true) return std::nullopt;
  std::string text = absl::StrCat("(", DimExpr(quotient->numerator).text, ")/", quotient->divisor);
  if (quotient->factor != 1) text = absl::StrCat(quotient->factor, "*(", text, ")");
  Expr steady = nnef::Id(std::move(text));
  return shapes_.ReadsByChance(steady) ? std::nullopt : std::make_optional(std::move(steady));
}

std::map<int64_t, Expr> SteadySizes::ClosedEnds(const Expr& operand) {
  const Shape* own = shapes_.Known(operand.text);
  const TractShape* x = shapes_.Find(operand.text);
  std::map<int64_t, Expr> ends;
  if (!own || !x || own->size() != x->size()) return ends;
  for (size_t axis = 0; axis < own->size(); ++axis) {
    const TractSize& is = (*x)[axis];
    const Dim& d = (*own)[axis];
    if (!is || is->kind == TractNode::kValue || is->kind == TractNode::kSymbol) continue;
    if (d.is_const()) continue;
    Expr size = DimExpr(d);
    if (shapes_.ReadsByChance(size)) size = SteadyText(size).value_or(size);
    // A bound that no size reaches, of which tract knows nothing.
    constexpr int64_t kMost = int64_t{1} << 40;
    ends.emplace(axis, nnef::Id(absl::StrCat("min(", size.text, ",", kMost, ")")));
  }
  return ends;
}

}  // namespace t2n
