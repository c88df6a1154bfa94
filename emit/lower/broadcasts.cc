#include "emit/lower/broadcasts.h"

#include <algorithm>
#include <string>
#include <vector>

#include "t2n/builder/custom.h"
#include "t2n/ir/op_table.h"
#include "t2n/ir/type_rules.h"
#include "t2n/ir/uniform.h"

namespace t2n {
namespace {

constexpr AxisSet kAllAxes = ~AxisSet{0};

bool Has(const std::string& axes, char axis) { return axes.find(axis) != std::string::npos; }

// Axes of operand `i` of an einsum that its result or its sum has from this operand alone. Of two
// that both have an axis the second may be broadcast along it: the first has the size.
AxisSet ReadAlone(const Node& einsum, const EinsumTerms& terms, size_t i) {
  if (terms.inputs.size() != 2) return kAllAxes;
  AxisSet alone = 0;
  const std::string &mine = terms.inputs[i], &others = terms.inputs[1 - i];
  for (size_t axis = 0; axis < mine.size(); ++axis) {
    const size_t at = others.find(mine[axis]);
    const bool shared =
        i == 1 && at != std::string::npos && Has(terms.output, mine[axis]) &&
        BeforeBroadcast(*einsum.inputs[0]).shape()[at] == einsum.inputs[1]->shape()[axis];
    if (!shared) alone |= AxisSet{1} << axis;
  }
  return alone;
}

// The axes of `from` that lie in the same block as one of the axes of `to`, where a reshape joins
// and splits the axes of one block.
AxisSet BeforeReshape(const Shape& from, const Shape& to, AxisSet axes) {
  AxisSet before = 0;
  size_t i = 0, k = 0;
  while (i < from.size() || k < to.size()) {
    AxisSet block_from = 0, block_to = 0;
    Dim a = 1, b = 1;
    auto take_from = [&] { a *= from[i], block_from |= AxisSet{1} << i++; };
    auto take_to = [&] { b *= to[k], block_to |= AxisSet{1} << k++; };
    if (i < from.size()) take_from();
    if (k < to.size()) take_to();
    while (a != b && (i < from.size() || k < to.size())) {
      // Which one is smaller is not known of open sizes: then the rest is one block.
      const bool less = a.is_const() && b.is_const() && a.value() < b.value();
      const bool more = a.is_const() && b.is_const() && a.value() > b.value();
      if (!more && i < from.size()) take_from();
      if (!less && k < to.size()) take_to();
      if ((less && i == from.size()) || (more && k == to.size())) break;
    }
    if (block_to & axes) before |= block_from;
  }
  return before;
}

// How tract moves a broadcast of an operand over a primitive.
enum class Move {
  kNone,
  kSameAxes,     // the axes of every operand are the result's
  kElementwise,  // so are these, but see PassElementwise
  kReshape,
  kTranspose
};

constexpr OpTable<Move> kMoves(
    {{Move::kElementwise,
      {OpKind::kUnary, OpKind::kPredicate, OpKind::kCast, OpKind::kBinary, OpKind::kComparison,
       OpKind::kSelect}},
     {Move::kSameAxes, {OpKind::kQuantized}},
     {Move::kNone, {OpKind::kSource, OpKind::kReduction, OpKind::kBody}}},
    {{Move::kReshape, {Op::kReshape}},
     {Move::kTranspose, {Op::kTranspose}},
     {Move::kSameAxes, {Op::kBroadcast, Op::kSlice, Op::kPad, Op::kReverse, Op::kConcat}},
     {Move::kNone,
      {Op::kArgMax, Op::kArgMin, Op::kCumulative, Op::kTopK, Op::kGather, Op::kGatherElements,
       Op::kGatherNd, Op::kScatterElements, Op::kScatterNd, Op::kMaxPool, Op::kAvgPool,
       Op::kMakeComplex, Op::kReal, Op::kImag, Op::kFft}},
     // See VisitNode.
     {Move::kNone, {Op::kEinsum, Op::kConv, Op::kConvTranspose, Op::kResize}}});
static_assert(IsWhole<kMoves.Fault()>());

class Finder {
 public:
  void Visit(const Graph& graph) {
    for (auto it = graph.nodes().rbegin(); it != graph.nodes().rend(); ++it) {
      const Node& node = **it;
      if (node.bodies.empty() || IsCustom(node)) {
        VisitNode(node);
      } else if (node.op == Op::kScan) {
        VisitLoop(node);
      } else {
        VisitBody(node);
      }
    }
  }

  SolidAxes axes;

 private:
  AxisSet Of(const Value* value) const {
    auto it = axes.find(value);
    return it == axes.end() ? 0 : it->second;
  }
  void Add(const Value* value, AxisSet more) {
    if (more != 0 && value->rank() > 0) axes[value] |= more;
  }

  void VisitNode(const Node& node) {
    if (node.op == Op::kEinsum) {
      const EinsumTerms terms = ParseEinsum(node.attrs.Str("equation"));
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        Add(node.inputs[i], ReadAlone(node, terms, i));
      }
    } else if (node.op == Op::kConv || node.op == Op::kConvTranspose) {
      if (node.op == Op::kConv && !IsMatrix(node.inputs[1]->shape())) return;
      Add(node.inputs[0], kAllAxes);
      Add(node.inputs[1], kAllAxes);
    } else if (node.op == Op::kResize) {
      Add(node.inputs[0], node.attrs.Str("mode") == "nearest" ? Of(node.output()) : kAllAxes);
    } else if (AxisSet solid = Of(node.output())) {
      Pass(node, solid);
    }
  }

  // What the operands of a node must be elements of, if its result must be: of those that a
  // broadcast is moved over.
  void Pass(const Node& node, AxisSet solid) {
    switch (kMoves[node.op]) {
      case Move::kNone:
        return;
      case Move::kSameAxes:
        for (const Value* operand : node.inputs) Add(operand, solid);
        return;
      case Move::kElementwise:
        PassElementwise(node, solid);
        return;
      case Move::kReshape: {
        const Value& x = *node.inputs[0];
        Add(&x, BeforeReshape(x.shape(), node.output()->shape(), solid));
        return;
      }
      case Move::kTranspose: {
        AxisSet before = 0;
        const std::vector<int64_t>& perm = node.attrs.Ints("perm");
        for (size_t i = 0; i < perm.size(); ++i) {
          if (Contains(solid, i)) before |= AxisSet{1} << perm[i];
        }
        Add(node.inputs[0], before);
        return;
      }
    }
  }

  // An operation of two results stays between; one with a constant may change nothing.
  void PassElementwise(const Node& node, AxisSet solid) {
    const Value* computed = nullptr;
    for (const Value* operand : node.inputs) {
      if (BeforeBroadcast(*operand).constant) continue;
      if (computed) return;
      computed = operand;
    }
    for (const Value* operand : node.inputs) Add(operand, solid);
  }

  void VisitBody(const Node& node) {
    const Graph& body = *node.bodies[0];
    for (size_t i = 0; i < node.outputs.size(); ++i) Add(body.outputs()[i], Of(node.output(i)));
    Visit(body);
    for (size_t i = 0; i < node.inputs.size(); ++i) Add(node.inputs[i], Of(body.inputs()[i]));
  }

  // Of a loop tract takes products out that do not depend on the turn before. The next turn reads
  // what this one leaves.
  void VisitLoop(const Node& node) {
    const Graph& body = *node.bodies[0];
    const size_t scans = node.attrs.Int("scan_inputs"), states = node.attrs.Int("states");
    VisitBody(node);
    for (size_t i = 0; i < states; ++i) Add(body.outputs()[i], Of(body.inputs()[scans + i]));
    VisitBody(node);
  }
};

}  // namespace

bool IsMatrix(const Shape& filter) {
  return std::all_of(filter.begin() + 2, filter.end(), [](const Dim& d) { return d == Dim(1); });
}

SolidAxes FindSolidAxes(const Graph& graph) {
  Finder finder;
  finder.Visit(graph);
  return std::move(finder.axes);
}

}  // namespace t2n
