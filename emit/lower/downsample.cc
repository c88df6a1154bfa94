// What tract would write as its operator Downsample, where that would fail.
#include <numeric>
#include <set>

#include "emit/lower/families.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

bool MayMoveToReshape(const Value& value) {
  std::set<const Node*> seen;
  std::vector<const Node*> pending = {value.node};
  while (!pending.empty()) {
    const Node* node = pending.back();
    pending.pop_back();
    if (!node || !seen.insert(node).second || node->output()->is_constant()) continue;
    if (node->op == Op::kReshape) return true;
    bool passes = IsElementwise(node->op) || node->op == Op::kTranspose ||
                  node->op == Op::kBroadcast || node->op == Op::kComposite;
    if (!passes) continue;
    for (const Value* input : node->inputs) pending.push_back(input->node);
  }
  return false;
}

bool MayLoseBegin(const Node& slice) {
  constexpr size_t kMaxNodes = 4096;  // what is further away counts as met
  bool convolved = false, begins = slice.attrs.Size("begin") != Dim(0);
  std::set<const Node*> seen;
  std::vector<const Node*> pending = {slice.inputs[0]->node};
  while (!pending.empty() && !(convolved && begins)) {
    const Node* node = pending.back();
    pending.pop_back();
    if (!seen.insert(node).second || node->output()->is_constant()) continue;
    if (seen.size() > kMaxNodes) return true;
    convolved |= node->op == Op::kConv;
    begins |= node->op == Op::kSlice && node->attrs.Size("begin") != Dim(0);
    for (const Value* input : node->inputs) pending.push_back(input->node);
  }
  return convolved && begins;
}

// The axis is cut into blocks of `step`, of which one element stays.
Expr BlockSlice(Lowering& l, const Node& node, Expr x, int64_t axis, int64_t size, int64_t begin,
                int64_t count, int64_t step) {
  int64_t first = std::max<int64_t>(std::min(begin, size - count * step), 0);
  int64_t missing = first + count * step - size;
  if (missing > 0) {
    Expr filler = l.Temp(node, "filler", OneSlice(x, axis, 0, missing));
    x = l.Temp(node, "filled",
               Call("concat", {nnef::Array({x, filler})}, {{"axis", nnef::Int(axis)}}));
    size += missing;
  }
  if (first != 0 || count * step != size) {
    x = l.Temp(node, "part", OneSlice(x, axis, first, first + count * step));
  }
  x = l.Temp(node, "blocks",
             Call("reshape", {x},
                  {{"shape", Ints({count, step})},
                   {"axis_start", nnef::Int(axis)},
                   {"axis_count", nnef::Int(1)}}));
  x = l.Temp(node, "taken", OneSlice(x, axis + 1, begin - first, begin - first + 1));
  return Call("squeeze", {x}, {{"axes", Ints({axis + 1})}});
}

Expr EveryNth(Lowering& l, const Node& node, Expr x, int64_t axis, const Dim& size, int64_t step) {
  if (size.is_const() && size.value() >= step) {
    Dim count = CeilDiv(size, step);
    return BlockSlice(l, node, std::move(x), axis, size.value(), 0, count.value(), step);
  }
  Expr numbers = l.Temp(node, "numbers",
                        Call("tract_core_range", {nnef::Int(0), DimExpr(size), nnef::Int(step)}));
  return Call("tract_core_gather", {std::move(x), numbers}, {{"axis", nnef::Int(axis)}});
}

absl::Status LowerReverse(Lowering& l, const Node& node) {
  bool apart = MayMoveToReshape(*node.inputs[0]);
  Expr x = l.In(node, 0);
  for (int64_t axis : node.attrs.Ints("axes")) {
    std::optional<int64_t> size = node.output()->shape()[axis].constant();
    if (apart && size) {
      std::vector<int64_t> backwards(*size);
      std::iota(backwards.rbegin(), backwards.rend(), 0);
      Expr positions = l.Constant(Tensor::Ints(backwards), "backwards");
      x = Call("tract_core_gather", {x, positions}, {{"axis", nnef::Int(axis)}});
    } else {
      x = Call("tract_core_downsample", {x},
               {{"axis", nnef::Int(axis)}, {"stride", nnef::Int(-1)}});
    }
    if (axis != node.attrs.Ints("axes").back()) x = l.Temp(node, "reversed", std::move(x));
  }
  l.Set(node, std::move(x));
  return absl::OkStatus();
}

}  // namespace t2n
