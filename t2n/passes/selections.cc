#include "t2n/passes/selections.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "t2n/builder/custom.h"
#include "t2n/builder/selection.h"
#include "t2n/ir/type_rules.h"
#include "t2n/passes/left_out.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

bool Contains(const std::vector<int64_t>& axes, int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

// The axis of chosen rows: -1 for none, nullopt if there is not one such axis.
std::optional<int64_t> RowAxis(const Shape& shape) {
  int64_t found = -1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (!HasSelectionCount(shape[i])) continue;
    if (found >= 0 || !AsSelectionCount(shape[i])) return std::nullopt;
    found = static_cast<int64_t>(i);
  }
  return found;
}

class Closer : public GraphRewriter {
 private:
  // What chose the rows, in the graph or body where that was.
  struct Chosen {
    Val mask;  // bool [size]
    Val positions;
    PlacePtr place;
  };

  Vals RewriteNode(const Node& node, const Vals& in) override {
    if (SelectedMask(node)) return Open(node, in[0]);
    if (!HasSelectionCount(node)) return Copy(node, in);
    std::optional<int64_t> row = Rows(node);
    if (!row) return Refuse(node);
    Vals made = Closed(node, in, *row);
    return made.empty() ? Refuse(node) : made;
  }

  // All positions in place of the chosen ones.
  Vals Open(const Node& node, const Val& flags) {
    bool cast = flags->node->op == Op::kCast;
    Val all = b().Iota(flags.dim(0));
    Val mask = cast ? Val(&b(), flags->node->inputs[0]) : b().Cast(flags, DType::kBool);
    chosen_[*AsSelectionCount(node.attrs.Size("k"))] = {mask, all, node.place};
    return {flags, all};
  }

  // Notes which selection the node's values are of; the output's axis of rows or -1. nullopt if
  // there are several, or sizes that are computed from a count.
  std::optional<int64_t> Rows(const Node& node) {
    symbol_.clear();
    bool clear = true;
    auto note = [&](const Value& v) {
      std::optional<int64_t> axis = RowAxis(v.shape());
      clear &= axis.has_value();
      if (!axis || *axis < 0) return;
      std::string symbol = *AsSelectionCount(v.shape()[*axis]);
      clear &= symbol_.empty() || symbol_ == symbol;
      symbol_ = symbol;
    };
    for (const Value* v : node.inputs) note(*v);
    for (const auto& v : node.outputs) note(*v);
    return clear ? RowAxis(node.output()->shape()) : std::nullopt;
  }

  Vals Refuse(const Node& node) {
    if (node.op == Op::kScan && AsSelectionTurns(node.attrs.Size("length"))) {
      b().Fail(
          "how many rows suppress others depends on the inputs' values, but a graph's sizes are "
          "known before it runs: --max_detections N gives each result N rows, padded with zeros, "
          "and says how many of them count");
      return {};
    }
    std::string at = node.place ? absl::StrCat(" at ", node.place->ToString()) : "";
    auto it = chosen_.find(symbol_);
    std::string by = it != chosen_.end() && it->second.place
                         ? absl::StrCat(" (", it->second.place->ToString(), ")")
                         : "";
    b().Fail(absl::StrCat("as many rows as a mask", by, " has true elements go into ",
                          OpName(node.op), at,
                          ", which mixes them; keep all rows and choose with the mask "
                          "(torch.where, a product), pad to a number of rows with "
                          "--max_detections, or give the input that decides the mask a value with "
                          "--args"));
    return {};
  }

  // A size with all rows for the chosen ones.
  Dim All(const Dim& d) {
    return d.Substitute([this](absl::string_view name) -> std::optional<Dim> {
      auto it = chosen_.find(std::string(name));
      return it == chosen_.end() ? std::nullopt : std::make_optional(it->second.mask.dim(0));
    });
  }
  Attrs All(const Attrs& attrs) {
    Attrs out;
    for (const auto& [name, attr] : attrs.all()) {
      out.Set(name, attr);
      if (const Dim* size = std::get_if<Dim>(&attr)) out.Set(name, All(*size));
      const Shape* sizes = std::get_if<Shape>(&attr);
      if (!sizes) continue;
      Shape all;
      for (const Dim& d : *sizes) all.push_back(All(d));
      out.Set(name, all);
    }
    return out;
  }

  // The mask of the noted selection, along `axis` of `rank`; null in a body that does not know it.
  Val Mask(int64_t axis, int64_t rank) {
    auto it = chosen_.find(symbol_);
    if (it == chosen_.end() || it->second.mask.builder() != &b()) return Val();
    Shape shape(rank, Dim(1));
    shape[axis] = it->second.mask.dim(0);
    return b().Reshape(it->second.mask, std::move(shape));
  }
  // `x` with `value` in the rows along `axis` that were not chosen.
  Val Masked(const Val& x, int64_t axis, const Val& value) {
    Val mask = Mask(axis, x.rank());
    return mask ? b().Select(mask, x, value) : Val();
  }

  // The node for all rows, `row` being its output's axis of them; nothing if it mixes them.
  Vals Closed(const Node& node, const Vals& in, int64_t row) {
    switch (KindOf(node.op)) {
      case OpKind::kUnary:
      case OpKind::kPredicate:
      case OpKind::kCast:
      case OpKind::kBinary:
      case OpKind::kComparison:
      case OpKind::kSelect:
        return Elementwise(node, in, row);
      case OpKind::kSource:
        return node.op == Op::kDims ? Count(node) : node.op == Op::kIota ? Numbers(node) : Vals{};
      case OpKind::kReduction:
        return Reduce(node, in[0]);
      case OpKind::kGather:
        return Gather(node, in);
      case OpKind::kScatter:
        return Scatter(node, in);
      case OpKind::kProduct:
        return Einsum(node, in);
      case OpKind::kWindow:
        return row == 0 ? Copy(node, in) : Vals{};
      case OpKind::kLayout:
      case OpKind::kAxisWise:
        return KeepsRows(node, row) ? Copy(node, All(node.attrs), in) : Vals{};
      case OpKind::kBody: {
        const bool known = node.op == Op::kComposite && !IsCustom(node);
        return known ? Copy(node, All(node.attrs), in) : Vals{};
      }
      case OpKind::kResize:
      case OpKind::kComplex:
      case OpKind::kQuantized:
        break;
    }
    return {};
  }

  // Rows that mean nothing must not stop a division of integers.
  Vals Elementwise(const Node& node, const Vals& in, int64_t row) {
    if (row < 0) return {};
    bool divides = node.op == Op::kDiv || node.op == Op::kRem;
    bool by_number = divides && in[1].is_constant() && in[1].numel() == Dim(1);
    if (!divides || by_number || IsFloat(in[1].dtype())) return Copy(node, in);
    Val divisor = Masked(in[1], row, b().ScalarLike(in[1], 1));
    return divisor ? b().MakeAll(node.op, node.attrs, {in[0], divisor}) : Vals{};
  }

  // Whether row i of the result comes from row i of every operand that has rows.
  static bool KeepsRows(const Node& node, int64_t row) {
    const Attrs& attrs = node.attrs;
    if (row < 0) return false;
    if (node.op == Op::kBroadcast || node.op == Op::kTranspose) return true;
    if (node.op == Op::kReshape) {
      return RowAxisStays(node.inputs[0]->shape(), node.output()->shape());
    }
    if (node.op == Op::kPad) {
      return attrs.Sizes("before")[row] == Dim(0) && attrs.Sizes("after")[row] == Dim(0);
    }
    if (!WorksAlongAxis(node.op)) return false;
    return attrs.Has("axes") ? !Contains(attrs.Ints("axes"), row) : attrs.Int("axis") != row;
  }

  static bool RowAxisStays(const Shape& from, const Shape& to) {
    std::optional<int64_t> a = RowAxis(from), z = RowAxis(to);
    if (!a || !z || *a < 0 || *z < 0) return false;
    return NumElements(absl::MakeSpan(from).first(*a)) == NumElements(absl::MakeSpan(to).first(*z));
  }

  // Sizes as numbers: a count is one that the mask decides.
  Vals Count(const Node& node) {
    std::vector<Val> numbers;
    for (const Dim& d : node.attrs.Sizes("values")) {
      if (!HasSelectionCount(d)) {
        numbers.push_back(b().DimVector({d}));
        continue;
      }
      std::optional<Line> line = AsLine(d);
      symbol_ = line ? line->symbol : "";
      Val mask = Mask(0, 1);
      if (!mask) return {};
      Val count = b().Reduce(Op::kReduceSum, b().Cast(mask, DType::kI64), {0}, true);
      numbers.push_back(count * static_cast<double>(line->slope) +
                        static_cast<double>(line->offset));
    }
    return {b().Reshape(b().Concat(numbers, 0), node.output()->shape())};
  }

  // 0, 1, ... over the chosen rows.
  Vals Numbers(const Node& node) {
    Val mask = Mask(0, 1);
    if (!mask || !AsSelectionCount(node.attrs.Size("length"))) return {};
    Val upto = b().Cumulative(b().Cast(mask, DType::kI64), 0, "sum");
    return {b().Cast(b().Max(upto - 1, 0), node.output()->dtype())};
  }

  Vals Reduce(const Node& node, const Val& x) {
    const std::vector<int64_t>& axes = node.attrs.Ints("axes");
    std::optional<int64_t> axis = RowAxis(node.inputs[0]->shape());
    if (!axis || *axis < 0) return {};
    if (!Contains(axes, *axis)) return Copy(node, {x});
    Val chosen = Masked(x, *axis, NeutralOf(b(), node.op, x.dtype()));
    if (!chosen) return {};
    if (node.op != Op::kReduceMean) return Copy(node, {chosen});
    Val sum = b().Reduce(Op::kReduceSum, chosen, axes, true);
    Val count =
        b().Reduce(Op::kReduceSum, b().Cast(Mask(*axis, x.rank()), x.dtype()), {*axis}, true);
    Dim others = 1;
    for (int64_t a : axes) others *= a == *axis ? Dim(1) : x.dim(a);
    return {b().Div(sum, b().Mul(count, b().Cast(b().DimScalar(others), x.dtype())))};
  }

  // Indices in the rows that were not chosen may lie anywhere: they become 0.
  Vals Gather(const Node& node, const Vals& in) {
    std::optional<int64_t> data = RowAxis(node.inputs[0]->shape());
    std::optional<int64_t> at = RowAxis(node.inputs[1]->shape());
    bool by_axis = node.op != Op::kGatherNd;
    if (!data || !at || (*data >= 0 && (!by_axis || *data == node.attrs.Int("axis")))) return {};
    if (*data >= 0 && *at >= 0 && node.op != Op::kGatherElements) return {};
    if (node.op == Op::kGatherElements && *data != *at) return {};
    if (*at < 0) return Copy(node, in);
    if (node.op == Op::kGather && in[1].rank() == 1 && IsAllPositions(in[1]) &&
        in[0].dim(node.attrs.Int("axis")) == in[1].dim(0)) {
      return {in[0]};
    }
    Val safe = IsAllPositions(in[1]) ? in[1] : Masked(in[1], *at, b().ScalarLike(in[1], 0));
    return safe ? Copy(node, {in[0], safe}) : Vals{};
  }

  bool IsAllPositions(const Val& at) {
    auto it = chosen_.find(symbol_);
    if (it == chosen_.end() || !at) return false;
    const Value* v = at.get();
    while (v->node->op == Op::kReshape) v = v->node->inputs[0];
    return v == it->second.positions.get();
  }

  Vals Scatter(const Node& node, const Vals& in) {
    const Shape &at_shape = node.inputs[1]->shape(), &updates = node.inputs[2]->shape();
    const std::string& mode = node.attrs.Str("mode");
    const bool by_element = node.op == Op::kScatterElements;
    const int64_t axis = by_element ? node.attrs.Int("axis") : 0;
    if (HasSelectionCount(node.inputs[0]->shape()) || (!by_element && at_shape.size() != 2) ||
        RowAxis(at_shape) != axis || RowAxis(updates) != axis) {
      return {};
    }
    const Val &x = in[0], &at = in[1];
    Val mask = Mask(axis, x.rank());
    if (!mask) return {};
    if (!by_element && IsAllPositions(at) && x.dim(0) == mask.dim(0) &&
        (mode == "set" || mode == "add")) {
      return {b().Select(mask, mode == "set" ? in[2] : b().Add(x, in[2]), x)};
    }
    return {ScatterChosen(b(), node, x, at, in[2], by_element ? mask : Mask(0, 2))};
  }

  Vals Einsum(const Node& node, const Vals& in) {
    EinsumTerms terms = ParseEinsum(node.attrs.Str("equation"));
    Vals factors = in;
    for (size_t i = 0; i < in.size(); ++i) {
      std::optional<int64_t> axis = RowAxis(node.inputs[i]->shape());
      if (!axis) return {};
      if (*axis < 0 || terms.output.find(terms.inputs[i][*axis]) != std::string::npos) continue;
      factors[i] = Masked(in[i], *axis, b().ScalarLike(in[i], 0));
      if (!factors[i]) return {};
    }
    return Copy(node, factors);
  }

  std::map<std::string, Chosen> chosen_;
  std::string symbol_;  // of the selection that the node at hand is about
};

}  // namespace

bool HasSelections(const Graph& graph) {
  return AnyNode(graph, [](const Node& node) { return HasSelectionCount(node); });
}

absl::Status CloseSelections(const Graph& graph, Graph* out) {
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    const Value& v = *graph.outputs()[i];
    if (!HasSelectionCount(v.shape())) continue;
    std::string at = v.node->place ? absl::StrCat(", at ", v.node->place->ToString()) : "";
    return absl::UnimplementedError(absl::StrCat(
        "output ", i,
        " has as many rows as a mask has true elements: the size of the result "
        "depends on the inputs' values, but a graph's sizes are known before it runs; "
        "--max_detections N pads it to N rows and adds an output that says how many count, or "
        "return all rows and the mask, or give the input that decides it a value with --args",
        at));
  }
  return Closer().Rewrite(graph, out);
}

}  // namespace t2n
