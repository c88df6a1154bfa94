// Conditions on sizes that the program's sizes follow: what is `S+16-p` or `S`, as p is 0 or not,
// is one size again.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "t2n/builder/dim_values.h"
#include "t2n/ir/uniform.h"
#include "t2n/values/merge.h"

namespace t2n {
namespace {

constexpr int kMaxSteps = 8;

// A condition of the graph on two sizes as `excess` >= 1, or as its opposite.
struct SizeCondition {
  Dim excess;
  bool opposite = false;
};

// The two sizes that a node compares.
std::optional<std::pair<Dim, Dim>> Compared(const Node& node) {
  const auto left = DimElements(*node.inputs[0], 1), right = DimElements(*node.inputs[1], 1);
  if (!left || !right || left->size() != 1 || right->size() != 1) return std::nullopt;
  return std::make_pair((*left)[0], (*right)[0]);
}

std::optional<SizeCondition> Comparison(const Node& node) {
  if (!IsComparison(node.op)) return std::nullopt;
  const auto sides = Compared(node);
  if (!sides) return std::nullopt;
  const auto& [a, b] = *sides;
  if (node.op == Op::kLt) return SizeCondition{b - a};
  if (node.op == Op::kLe) return SizeCondition{b - a + 1};
  if (node.op == Op::kGt) return SizeCondition{a - b};
  if (node.op == Op::kGe) return SizeCondition{a - b + 1};
  // Equal or not: where one of them is at least the other.
  const bool equal = node.op == Op::kEq;
  if (LessEqual(b, a) == true) return SizeCondition{a - b, equal};
  if (LessEqual(a, b) == true) return SizeCondition{b - a, equal};
  return std::nullopt;
}

// What two sizes that a condition compares differ by, if they are equal where it is `holds`.
std::optional<Dim> EqualWhere(const Node& node, bool holds) {
  if (node.op != (holds ? Op::kEq : Op::kNe)) return std::nullopt;
  const auto sides = Compared(node);
  return sides ? std::make_optional(sides->first - sides->second) : std::nullopt;
}

std::optional<bool> Known(const Value& v) {
  const auto elements = DimElements(v, 1);
  if (!elements || elements->size() != 1 || !(*elements)[0].is_const()) return std::nullopt;
  return (*elements)[0].value() != 0;
}

// Adds what is never negative where `condition` is `holds`.
void AddFacts(const Value& condition, bool holds, int depth, std::vector<Dim>* facts) {
  const Node& node = *condition.node;
  if (depth == 0) return;
  const auto add = [&](size_t i, bool so) { AddFacts(*node.inputs[i], so, depth - 1, facts); };
  if (const auto zero = EqualWhere(node, holds)) {
    facts->push_back(*zero);
    facts->push_back(-*zero);
  } else if (const auto comparison = Comparison(node)) {
    const bool more = holds != comparison->opposite;
    facts->push_back(more ? comparison->excess - 1 : -comparison->excess);
  } else if (node.op == Op::kNot) {
    add(0, !holds);
  } else if ((node.op == Op::kAnd && holds) || (node.op == Op::kOr && !holds)) {
    add(0, holds);
    add(1, holds);
  } else if (node.op == Op::kSelect) {
    // a or b, a and b: (a ? true : b), (a ? b : false)
    const auto yes = Known(*node.inputs[1]), no = Known(*node.inputs[2]);
    if (yes && *yes != holds) add(0, false), add(2, holds);
    if (no && *no != holds) add(0, true), add(1, holds);
  }
}

// Whether both are the same where `condition` is `holds`.
bool SameWhere(const Value& condition, bool holds, const Dim& a, const Dim& b) {
  std::vector<Dim> facts;
  AddFacts(condition, holds, kMaxSteps, &facts);
  return !facts.empty() && IsZeroWhere(a - b, facts);
}

// `more` where `excess` is at least 1, else `less`, which is `more` at an excess of 0: nullopt if
// it is not.
std::optional<Dim> AtExcess(const Dim& more, const Dim& less, const Dim& excess) {
  for (const std::string& symbol : excess.Symbols()) {
    const auto with = [&](const Dim& of, const Dim& value) {
      return of.Substitute([&](absl::string_view name) -> std::optional<Dim> {
        return name == symbol ? std::make_optional(value) : std::nullopt;
      });
    };
    const Dim rest = with(excess, 0), slope = with(excess, 1) - rest;
    if (slope != Dim(1) && slope != Dim(-1)) continue;
    constexpr char kExcess[] = "?excess";
    const auto at = [&](const Dim& of, const Dim& value) {
      return of.Substitute([&](absl::string_view name) -> std::optional<Dim> {
        return name == kExcess ? std::make_optional(value) : std::nullopt;
      });
    };
    const Dim beyond = Dim::Symbol(kExcess, {0, std::nullopt});
    const Dim solved = slope * (beyond - rest);
    if (with(excess, solved) != beyond) continue;
    const Dim by_excess = with(more, solved);
    if (at(by_excess, 0) == less) return at(by_excess, Max(excess, 0));
  }
  return std::nullopt;
}

// As many of a part's elements; null if the part cannot be had where it is not wanted, since its
// own size would be negative.
Val FirstOf(Builder& b, const Val& part, int64_t axis, const Dim& size) {
  if (const std::optional<Tensor> element = UniformElement(*part.get())) {
    Shape shape = part.shape();
    shape[axis] = size;
    return b.BroadcastTo(b.Constant(*element), shape);
  }
  return LessEqual(0, part.dim(axis)) == true ? b.Slice(part, axis, 0, size) : Val();
}

// `x` with other sizes, where they are the same; elsewhere it repeats the last elements or leaves
// some out.
Val WithSizes(Builder& b, Val x, const Shape& sizes) {
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    const Dim here = x.dim(axis), &wanted = sizes[axis];
    if (here == wanted) continue;
    x = LessEqual(wanted, here) == true
            ? b.Slice(x, axis, 0, wanted)
            : b.Gather(x, axis, b.Min(b.Iota(wanted), b.DimScalar(here - 1)));
  }
  return x;
}

// A size where a condition holds, and otherwise: one for both.
using BothSizes = absl::FunctionRef<std::optional<Dim>(const Dim& so, const Dim& otherwise)>;

// What is cut out of `of` with known amounts around it, each axis once, and `of` itself otherwise.
Val PartOfPadded(Builder& b, const Val& part, const Val& of, BothSizes size) {
  std::vector<const Node*> cuts;
  const Node* node = part->node;
  for (; node->op == Op::kSlice && node->attrs.Int("step") == 1; node = node->inputs[0]->node) {
    cuts.push_back(node);
  }
  if (node->op != Op::kPad || node->inputs[0] != of.get()) return Val();
  const auto before = ConstantShape(node->attrs.Sizes("before"));
  const auto after = ConstantShape(node->attrs.Sizes("after"));
  if (!before || !after) return Val();
  std::vector<bool> open(part.rank());
  for (int64_t i = 0; i < part.rank(); ++i) open[i] = (*before)[i] != 0 || (*after)[i] != 0;
  Val x(&b, node->output());
  for (auto cut = cuts.rbegin(); cut != cuts.rend(); ++cut) {
    const int64_t axis = (*cut)->attrs.Int("axis"), first = (*before)[axis];
    const auto begin = size((*cut)->attrs.Size("begin"), first);
    const auto end = size((*cut)->attrs.Size("end"), of.dim(axis) + first);
    if (!open[axis] || !begin || !end) return Val();
    open[axis] = false;
    x = b.Slice(x, axis, *begin, *end);
  }
  return std::count(open.begin(), open.end(), true) == 0 ? x : Val();
}

}  // namespace

std::optional<Dim> Merger::MergeSizes(const Dim& yes, const Dim& no) const {
  if (yes == no) return yes;
  if (!condition_) return std::nullopt;
  if (SameWhere(*condition_.get(), false, yes, no)) return yes;
  if (SameWhere(*condition_.get(), true, yes, no)) return no;
  const std::optional<SizeCondition> condition = Comparison(*condition_->node);
  if (!condition) return std::nullopt;
  const Dim excess = condition->excess;
  const Dim more = SimplifiedWhere(condition->opposite ? no : yes, excess - 1);
  const Dim less = SimplifiedWhere(condition->opposite ? yes : no, -excess);
  // more - less = factor * excess + rest
  constexpr int64_t kMaxFactor = 16;
  const Dim difference = more - less;
  for (int64_t factor = 0; factor <= kMaxFactor; ++factor) {
    for (const int64_t f : {factor, -factor}) {
      const Dim rest = difference - excess * f;
      if (!rest.is_const()) continue;
      return less + Max(excess, 0) * f + PositiveIndicator(excess) * rest;
    }
  }
  return AtExcess(more, less, excess);
}

Val Merger::MergeEmpty(const Val& yes, const Val& no) const {
  if (yes.dtype() != no.dtype() || yes.rank() != no.rank() || !condition_) return Val();
  const auto is_other = [&](const Val& empty, const Val& other, bool when) {
    bool has_none = false;
    for (int64_t axis = 0; axis < empty.rank(); ++axis) {
      const Dim &here = empty.dim(axis), &there = other.dim(axis);
      if (here == there) continue;
      if (here != Dim(0) || !SameWhere(*condition_.get(), when, here, there)) return false;
      has_none = true;
    }
    return has_none;
  };
  if (is_other(yes, no, true)) return no;
  return is_other(no, yes, false) ? yes : Val();
}

Val Merger::MergeAlike(const Val& yes, const Val& no) {
  if (yes.dtype() != no.dtype() || yes.rank() != no.rank() || !condition_) return Val();
  const auto is_like = [&](const Val& one, const Val& other, bool when) {
    for (int64_t axis = 0; axis < one.rank(); ++axis) {
      const Dim &here = one.dim(axis), &there = other.dim(axis);
      if (here == there) continue;
      if (LessEqual(1, here) != true || !SameWhere(*condition_.get(), when, here, there))
        return false;
    }
    return true;
  };
  if (is_like(yes, no, true)) return b_.Select(condition_, WithSizes(b_, yes, no.shape()), no);
  if (is_like(no, yes, false)) return b_.Select(condition_, yes, WithSizes(b_, no, yes.shape()));
  return Val();
}

Val Merger::MergeLengths(const Val& yes, const Val& no) {
  if (yes.dtype() != no.dtype() || yes.rank() != no.rank()) return Val();
  const Val merged = MadeOf(yes, no, true, kMaxSteps);
  return merged ? merged : MadeOf(no, yes, false, kMaxSteps);
}

// `made` where the condition is `when`, else `of`.
Val Merger::MadeOf(const Val& made, const Val& of, bool when, int depth) {
  if (made == of) return of;
  const Node& node = *made->node;
  if (depth == 0 || node.inputs.empty() || made.is_constant()) return Val();
  const auto size = [&](const Dim& d, const Dim& otherwise) {
    return when ? MergeSizes(d, otherwise) : MergeSizes(otherwise, d);
  };
  if (node.op == Op::kConcat) {
    const int64_t axis = node.attrs.Int("axis");
    std::vector<Val> parts;
    for (Value* input : node.inputs) {
      const Val part(&b_, input);
      const std::optional<Dim> kept =
          part == of ? std::make_optional(part.dim(axis)) : size(part.dim(axis), 0);
      if (!kept) return Val();
      parts.push_back(part == of ? part : FirstOf(b_, part, axis, *kept));
      if (!parts.back()) return Val();
    }
    const bool once = std::count(node.inputs.begin(), node.inputs.end(), of.get()) == 1;
    return once ? b_.Concat(parts, axis) : Val();
  }
  if (node.op != Op::kPad && node.op != Op::kSlice) return Val();
  if (const Val part = PartOfPadded(b_, made, of, size)) return part;
  const Val inner = MadeOf(Val(&b_, node.inputs[0]), of, when, depth - 1);
  if (!inner) return Val();
  if (node.op == Op::kSlice) {
    const int64_t axis = node.attrs.Int("axis");
    const auto begin = size(node.attrs.Size("begin"), 0);
    const auto end = size(node.attrs.Size("end"), of.dim(axis));
    if (!begin || !end || node.attrs.Int("step") != 1) return Val();
    return b_.Slice(inner, axis, *begin, *end);
  }
  Shape before, after;
  for (int64_t i = 0; i < made.rank(); ++i) {
    const auto first = size(node.attrs.Sizes("before")[i], 0);
    const auto last = size(node.attrs.Sizes("after")[i], 0);
    if (!first || !last) return Val();
    before.push_back(*first);
    after.push_back(*last);
  }
  return b_.Pad(inner, before, after, node.attrs.Str("mode"), node.attrs.Float("value"));
}

}  // namespace t2n
