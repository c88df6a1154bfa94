// What tract would write as its operator Downsample, where that would fail.
#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "emit/lower/broadcasts.h"
#include "emit/lower/families.h"
#include "t2n/builder/custom.h"
#include "t2n/ir/op_table.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

bool IsDownsample(const Node& window, size_t i) {
  const Attrs& attrs = window.attrs;
  const int64_t step = attrs.Ints("stride")[i];
  const bool padded = attrs.Ints("pad_before")[i] != 0 || attrs.Ints("pad_after")[i] != 0;
  const bool every =
      window.inputs[1]->shape()[i + 2] == Dim(1) || attrs.Ints("dilation")[i] % step == 0;
  return window.op == Op::kConv && step != 1 && !padded && every;
}

namespace {

constexpr size_t kMaxNodes = 4096;  // what is further away counts as met

bool MayDownsample(const Node& conv) {
  for (size_t i = 0; i < conv.attrs.Ints("stride").size(); ++i) {
    if (IsDownsample(conv, i)) return true;
  }
  return false;
}

bool IsElementwiseBody(const Graph& body) {
  for (const auto& node : body.nodes()) {
    bool source = node->op == Op::kInput || node->output()->is_constant();
    if (!source && !IsElementwise(node->op)) return false;
  }
  return true;
}

bool Has(const std::string& axes, char axis) { return axes.find(axis) != std::string::npos; }

// Whether two axes of an operand, neither of size 1, are those of the same operands and results:
// tract makes one of them, and takes the product's result apart again.
bool JoinsAxes(const Node& einsum) {
  const EinsumTerms terms = ParseEinsum(einsum.attrs.Str("equation"));
  if (terms.inputs.size() != 2) return true;
  for (size_t i = 0; i < 2; ++i) {
    int alike[2][2] = {{0, 0}, {0, 0}};
    for (size_t k = 0; k < terms.inputs[i].size(); ++k) {
      const char axis = terms.inputs[i][k];
      int& count = alike[Has(terms.inputs[1 - i], axis)][Has(terms.output, axis)];
      if (einsum.inputs[i]->shape()[k] != Dim(1) && ++count > 1) return true;
    }
  }
  return false;
}

// The same of items and places of a convolution by a matrix.
bool JoinsPlaces(const Node& conv) {
  int64_t count = 0;
  for (size_t i = 0; i < conv.inputs[0]->shape().size(); ++i) {
    count += i != 1 && conv.inputs[0]->shape()[i] != Dim(1);
  }
  return count > 1;
}

// Where reshapes are moved behind a product, or come up there.
bool EndsInReshape(const Lowering& l, const Node& product) {
  for (const Value* input : product.inputs) {
    if (l.model().behind_reshapes.contains(input)) return true;
  }
  return product.op == Op::kConv ? JoinsPlaces(product) : JoinsAxes(product);
}

// What becomes of a Downsample behind a node.
enum class Meeting { kStays, kPasses, kFails, kDepends };

constexpr OpTable<Meeting> kMeetings(
    {{Meeting::kPasses,
      {OpKind::kUnary, OpKind::kPredicate, OpKind::kCast, OpKind::kBinary, OpKind::kComparison,
       OpKind::kSelect, OpKind::kReduction}},
     {Meeting::kFails,
      {OpKind::kAxisWise, OpKind::kScatter, OpKind::kComplex, OpKind::kQuantized}}},
    {{Meeting::kStays, {Op::kMaxPool, Op::kAvgPool, Op::kConvTranspose}},
     {Meeting::kPasses, {Op::kTranspose, Op::kConcat, Op::kGather}},
     {Meeting::kFails,
      {Op::kConstant, Op::kDims, Op::kIota, Op::kReshape, Op::kBroadcast, Op::kReverse,
       Op::kGatherElements, Op::kGatherNd, Op::kResize, Op::kScan}},
     {Meeting::kDepends,
      {Op::kInput, Op::kEinsum, Op::kConv, Op::kPad, Op::kSlice, Op::kComposite}}});
static_assert(IsWhole<kMeetings.Fault()>());

Meeting Meet(const Lowering& l, const Node& node) {
  const Meeting meeting = kMeetings[node.op];
  if (meeting != Meeting::kDepends) return meeting;
  if (node.op == Op::kInput) {  // a body's may be anything
    return l.in_body() ? Meeting::kFails : Meeting::kStays;
  }
  if (node.op == Op::kConv) {
    const bool fails = IsMatrix(node.inputs[1]->shape()) && EndsInReshape(l, node);
    return fails ? Meeting::kFails : Meeting::kStays;
  }
  bool passes = false;
  if (node.op == Op::kEinsum) {
    passes = !EndsInReshape(l, node);
  } else if (node.op == Op::kSlice) {  // with steps it is a reshape (BlockSlice)
    passes = node.attrs.Int("step") == 1 && node.attrs.Size("begin").is_const();
  } else if (node.op == Op::kPad) {  // by an open amount it joins broadcasts
    passes = ConstantShape(node.attrs.Sizes("before")) && ConstantShape(node.attrs.Sizes("after"));
  } else if (node.op == Op::kComposite) {
    passes = !IsCustom(node) && IsElementwiseBody(*node.bodies[0]);
  }
  return passes ? Meeting::kPasses : Meeting::kFails;
}

}  // namespace

namespace {

// Whether a Downsample behind one user of `value` stays there, since another reads all elements.
// Equal ones behind several users are one.
bool IsKept(const Lowering& l, const Value* value) {
  for (const Node* user : l.Users(value)) {
    if (!user) return true;
    const bool window = user->op == Op::kConv && !MayDownsample(*user);
    if (window || user->op == Op::kMaxPool || user->op == Op::kAvgPool) return true;
  }
  return false;
}

}  // namespace

bool MayFail(const Lowering& l, const Value& downsampled, bool begins_later) {
  std::set<std::pair<const Node*, bool>> seen;
  std::vector<std::pair<const Value*, bool>> pending = {{&downsampled, begins_later}};
  while (!pending.empty()) {
    auto [value, begins] = pending.back();
    pending.pop_back();
    const Node& node = *value->node;
    if (value->is_constant() || IsKept(l, value)) continue;
    if (!seen.insert({&node, begins}).second) continue;
    const Meeting meeting = Meet(l, node);
    if (meeting == Meeting::kFails || seen.size() > kMaxNodes) return true;
    if (node.op == Op::kConv && begins) return true;
    if (meeting == Meeting::kStays) continue;
    begins |= node.op == Op::kSlice && node.attrs.Size("begin") != Dim(0);
    for (const Value* input : node.inputs) pending.push_back({input, begins});
  }
  return false;
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
  bool apart = MayFail(l, *node.inputs[0]);
  Expr x = l.In(node, 0);
  for (int64_t axis : node.attrs.Ints("axes")) {
    std::optional<int64_t> size = node.output()->shape()[axis].constant();
    if (apart && size && *size <= kMostListed) {
      std::vector<int64_t> backwards(*size);
      std::iota(backwards.rbegin(), backwards.rend(), 0);
      Expr positions = l.Constant(Tensor::Ints(backwards), "backwards");
      x = Call("tract_core_gather", {x, positions}, {{"axis", nnef::Int(axis)}});
    } else if (apart && l.target().has_symbolic_values()) {
      const Dim last = node.output()->shape()[axis] - 1;
      Expr positions =
          l.Temp(node, "backwards",
                 Call("tract_core_range", {DimExpr(last), nnef::Int(-1), nnef::Int(-1)}));
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
