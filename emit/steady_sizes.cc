#include "emit/steady_sizes.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "emit/lower/lowering.h"

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

// A quotient and a number as one quotient.
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
  const std::optional<FloorLine> line = AsFloorLine(it->second);
  if (!line || line->slope != 1) return std::nullopt;
  const Dim numerator = line->of + line->offset * line->divisor;
  if (LessEqual(0, numerator) != true) return std::nullopt;
  Expr text = nnef::Id(absl::StrCat("(", DimExpr(numerator).text, ")/", line->divisor));
  return shapes_.ReadsByChance(text) ? std::nullopt : std::make_optional(std::move(text));
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
