#include "t2n/passes/padded_turns.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "t2n/builder/custom.h"
#include "t2n/builder/selection.h"
#include "t2n/ir/type_rules.h"

namespace t2n {
namespace {

// More rows than there are.
constexpr int64_t kAll = int64_t{1} << 40;

// Whether rows of the result come from the same rows of operand `i` along its `axis`, or from rows
// before them.
bool KeepsOrder(const Node& node, size_t i, int64_t axis) {
  const Attrs& attrs = node.attrs;
  switch (KindOf(node.op)) {
    case OpKind::kUnary:
    case OpKind::kPredicate:
    case OpKind::kCast:
    case OpKind::kBinary:
    case OpKind::kComparison:
    case OpKind::kSelect:
      return true;
    case OpKind::kGather:
      return i == 1;
    case OpKind::kAxisWise:
      return attrs.Int("axis") != axis || node.op == Op::kCumulative;
    case OpKind::kReduction: {
      const std::vector<int64_t>& axes = attrs.Ints("axes");
      return std::find(axes.begin(), axes.end(), axis) == axes.end();
    }
    case OpKind::kLayout:
      if (node.op == Op::kSlice) {
        return attrs.Int("axis") != axis || !HasSelectionCount(attrs.Size("begin"));
      }
      if (node.op == Op::kConcat) return attrs.Int("axis") != axis;
      return node.op == Op::kReshape || node.op == Op::kTranspose || node.op == Op::kBroadcast;
    case OpKind::kProduct: {
      const EinsumTerms terms = ParseEinsum(attrs.Str("equation"));
      return terms.output.find(terms.inputs[i][axis]) != std::string::npos;
    }
    case OpKind::kWindow:
    case OpKind::kResize:
      return i == 0 && axis == 0;
    case OpKind::kBody:  // what is in it is asked
      return node.op == Op::kComposite && !IsCustom(node);
    default:
      return false;
  }
}

class Needs {
 public:
  explicit Needs(int64_t most) : most_(most) {}

  void Visit(const Graph& graph) {
    for (const auto& node : graph.nodes()) {
      if (const Value* mask = SelectedMask(*node)) {
        const std::optional<std::string> turns = AsSelectionTurns(mask->shape()[0]);
        if (turns) turns_of_[*AsSelectionCount(node->attrs.Size("k"))] = *turns;
        if (turns) needed.emplace(*turns, most_);
        continue;
      }
      if (HasSelectionCount(*node)) VisitNode(*node);
      for (const auto& body : node->bodies) Visit(*body);
    }
  }

  std::map<std::string, std::optional<int64_t>> needed;

 private:
  void VisitNode(const Node& node) {
    if (node.op == Op::kScan && AsSelectionTurns(node.attrs.Size("length"))) return Inside(node);
    if (node.op == Op::kDims) {
      for (const Dim& d : node.attrs.Sizes("values")) Need(d);
      return;
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Shape& shape = node.inputs[i]->shape();
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        if (!KeepsOrder(node, i, static_cast<int64_t>(axis))) Need(shape[axis]);
      }
    }
  }

  // A loop over rows that another one chose mixes them.
  void Inside(const Node& node) {
    for (const Value* v : node.inputs) {
      for (const Dim& d : v->shape()) Need(d);
    }
  }

  // All rows of `size` are needed.
  void Need(const Dim& size) {
    for (const std::string& symbol : size.Symbols()) {
      const auto turns = turns_of_.find(symbol);
      if (turns == turns_of_.end()) continue;
      const std::optional<int64_t> rows =
          size.Substitute([&](absl::string_view name) -> std::optional<Dim> {
                return name == symbol ? std::make_optional(Dim(kAll)) : std::nullopt;
              })
              .range()
              .max;
      std::optional<int64_t>& most = needed[turns->second];
      if (!rows || *rows >= kAll) {
        most = std::nullopt;
      } else if (most) {
        most = std::max(*most, *rows);
      }
    }
  }

  int64_t most_;
  std::map<std::string, std::string> turns_of_;  // by the count of what is chosen
};

}  // namespace

std::map<std::string, std::optional<int64_t>> NeededTurns(const Graph& graph, int64_t most) {
  Needs needs(most);
  needs.Visit(graph);
  return needs.needed;
}

}  // namespace t2n
