// Floats that are fractions of sizes: `size / 2`, `size * 1.5`, and what rounds them.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "t2n/builder/dim_values.h"
#include "t2n/ir/dim_ops.h"

namespace t2n {
namespace {

constexpr int64_t kMaxDenominator = int64_t{1} << 20;
constexpr int kMaxDepth = 24;
constexpr int kMaxVisits = 256;

bool IsPowerOfTwo(const Dim& d) {
  const std::optional<int64_t> n = d.constant();
  return n && *n > 0 && (*n & (*n - 1)) == 0;
}

// a / b; exact where floats hold the quotient itself.
std::optional<Ratio> Quotient(const Ratio& a, const Ratio& b) {
  Dim numerator = a.numerator * b.denominator, denominator = a.denominator * b.numerator;
  if (LessEqual(denominator, -1) == true) numerator = -numerator, denominator = -denominator;
  if (LessEqual(1, denominator) != true) return std::nullopt;
  const Dim whole = FloorDiv(numerator, denominator);
  if (whole * denominator == numerator) return Ratio{whole, 1, true};
  if (denominator.constant().value_or(0) > kMaxDenominator) return std::nullopt;
  return Ratio{numerator, denominator, IsPowerOfTwo(denominator)};
}

}  // namespace

std::optional<Ratio> CombineRatios(Op op, const Ratio& a, const Ratio& b) {
  // A quotient that was rounded may only be rounded to an integer.
  if (!a.exact || !b.exact) return std::nullopt;
  if (op == Op::kDiv) return Quotient(a, b);
  const Dim left = a.numerator * b.denominator, right = b.numerator * a.denominator;
  const Dim common = a.denominator * b.denominator;
  if (common.constant().value_or(kMaxDenominator + 1) > kMaxDenominator) return std::nullopt;
  if (op == Op::kAdd) return Ratio{left + right, common, true};
  if (op == Op::kSub) return Ratio{left - right, common, true};
  if (op == Op::kMul) return Ratio{a.numerator * b.numerator, common, true};
  if (op == Op::kMin) return Ratio{Min(left, right), common, true};
  if (op == Op::kMax) return Ratio{Max(left, right), common, true};
  return std::nullopt;
}

// A number with few bits behind the point.
std::optional<Ratio> RatioOf(double number) {
  int64_t denominator = 1;
  while (number != std::floor(number) && denominator < 1024) number *= 2, denominator *= 2;
  if (number != std::floor(number) || std::fabs(number) > 1e9) return std::nullopt;
  return Ratio{Dim(static_cast<int64_t>(number)), denominator, true};
}

namespace {

// Whether floats of the type hold all sizes.
bool IsWide(DType dtype) { return dtype == DType::kF32 || dtype == DType::kF64; }

class RatioReader {
 public:
  std::optional<Ratio> Of(const Value& v, int depth) {
    if (v.dims && v.dims->size() == 1) return Ratio{(*v.dims)[0], 1, true};
    if (NumElements(v.shape()) != Dim(1)) return std::nullopt;
    if (v.constant) {
      const auto read = ReadDoubles(*v.constant);
      return read.ok() && read->size() == 1 ? RatioOf((*read)[0]) : std::nullopt;
    }
    if (!IsWide(v.dtype()) || depth == 0 || ++visits_ > kMaxVisits) return std::nullopt;
    const Node& node = *v.node;
    if (node.inputs.empty() || node.inputs.size() > 2 || node.outputs.size() != 1) {
      return std::nullopt;
    }
    if (const std::optional<Op> folded = FoldedBy(node.op)) return Folded(node, *folded, depth);
    const std::optional<Ratio> a = Of(*node.inputs[0], depth - 1);
    if (!a) return std::nullopt;
    if (node.inputs.size() == 1) return Unary(node.op, *a);
    const std::optional<Ratio> b = Of(*node.inputs[1], depth - 1);
    return b ? CombineRatios(node.op, *a, *b) : std::nullopt;
  }

 private:
  // A reduction of sizes as floats to one element.
  std::optional<Ratio> Folded(const Node& reduction, Op op, int depth) {
    const Value* all = reduction.inputs[0];
    while (IsWide(all->dtype()) && (all->node->op == Op::kCast || all->node->op == Op::kReshape)) {
      all = all->node->inputs[0];
    }
    if (!all->dims) return Of(*reduction.inputs[0], depth - 1);
    std::optional<Ratio> total;
    for (const Dim& d : *all->dims) {
      total = total ? CombineRatios(op, *total, Ratio{d, 1, true}) : Ratio{d, 1, true};
      if (!total) return std::nullopt;
    }
    return total;
  }

  static std::optional<Ratio> Unary(Op op, const Ratio& a) {
    if (op == Op::kCast || op == Op::kReshape || op == Op::kBroadcast) return a;
    if (op == Op::kNeg) return Ratio{-a.numerator, a.denominator, a.exact};
    if (op == Op::kSquare) return CombineRatios(Op::kMul, a, a);
    if (op == Op::kRecip) return CombineRatios(Op::kDiv, Ratio{1, 1, true}, a);
    const std::optional<Dim> d = Rounded(a, op);
    return d ? std::make_optional(Ratio{*d, 1, true}) : std::nullopt;
  }

  int visits_ = 0;
};

}  // namespace

std::optional<Ratio> RatioOf(const Value& value) { return RatioReader().Of(value, kMaxDepth); }

std::optional<Dim> Rounded(const Ratio& ratio, Op rounding) {
  if (rounding == Op::kFloor) return FloorDiv(ratio.numerator, ratio.denominator);
  if (rounding == Op::kCeil) return CeilDiv(ratio.numerator, ratio.denominator);
  const bool whole = ratio.denominator == Dim(1);
  if (IsRounding(rounding) && whole) return ratio.numerator;
  if (rounding == Op::kTrunc) return TruncDiv(ratio.numerator, ratio.denominator);
  return std::nullopt;
}

namespace {

// The bounds that a fact, which is not negative, gives its only symbol.
void Narrow(const Dim& fact, absl::string_view symbol, Range* range) {
  const std::optional<Line> line = AsLine(fact);
  if (!line || line->symbol != symbol) return;
  Range narrow = *range;
  if (line->slope > 0) {
    const int64_t least = -FloorDivInt(line->offset, line->slope);
    narrow.min = std::max(narrow.min.value_or(least), least);
  } else {
    const int64_t most = FloorDivInt(line->offset, -line->slope);
    narrow.max = std::min(narrow.max.value_or(most), most);
  }
  if (!narrow.min || !narrow.max || *narrow.min <= *narrow.max) *range = narrow;
}

// `d` with symbols of which the facts are known too.
Dim Knowing(const Dim& d, const std::vector<Dim>& facts,
            const std::map<std::string, AtomPtr>& symbols) {
  return d.Substitute([&](absl::string_view name) -> std::optional<Dim> {
    const Dim::Atom& symbol = *symbols.at(std::string(name));
    Range range = symbol.range;
    for (const Dim& fact : facts) Narrow(fact, name, &range);
    std::vector<Dim> relations = facts;
    if (symbol.relations) {
      relations.insert(relations.end(), symbol.relations->begin(), symbol.relations->end());
    }
    return Dim::Symbol(name, range, std::make_shared<const std::vector<Dim>>(std::move(relations)));
  });
}

}  // namespace

Dim SimplifiedWhere(const Dim& d, const Dim& fact) {
  const std::map<std::string, AtomPtr> symbols = DimOps::SymbolsOf(d);
  return Knowing(d, {fact}, symbols).Substitute([&](absl::string_view name) -> std::optional<Dim> {
    return DimOps::FromAtom(symbols.at(std::string(name)));
  });
}

bool IsZeroWhere(const Dim& d, const std::vector<Dim>& facts) {
  const std::map<std::string, AtomPtr> symbols = DimOps::SymbolsOf(d);
  const Dim known = Knowing(d, facts, symbols);
  return LessEqual(known, 0) == true && LessEqual(0, known) == true;
}

Dim PositiveIndicator(const Dim& d) {
  // A remainder is what ceil and floor differ by.
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    if (term.atoms.size() != 1 || term.atoms[0]->kind != Dim::Atom::kFloorDiv) continue;
    const Dim &a = term.atoms[0]->a, &b = term.atoms[0]->b;
    if (b.is_const() && b.value() > 0 && d == Mod(a, b)) return CeilDiv(a, b) - FloorDiv(a, b);
  }
  return Min(Max(d, 0), 1);
}

}  // namespace t2n
