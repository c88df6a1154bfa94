#include "emit/lower/families.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;

namespace {

// Sizes of a pooling operator cover batch and channel too.
Expr WithLeading(int64_t leading, const std::vector<int64_t>& spatial) {
  std::vector<int64_t> all = {leading, leading};
  all.insert(all.end(), spatial.begin(), spatial.end());
  return nnef::Ints(all);
}

std::vector<std::pair<std::string, Expr>> PoolArguments(const Attrs& attrs, const char* border) {
  const auto &before = attrs.Ints("pad_before"), &after = attrs.Ints("pad_after");
  std::vector<Expr> padding(2, nnef::Tuple({nnef::Int(0), nnef::Int(0)}));
  for (size_t i = 0; i < before.size(); ++i) {
    padding.push_back(nnef::Tuple({nnef::Int(before[i]), nnef::Int(after[i])}));
  }
  return {{"size", WithLeading(1, attrs.Ints("size"))},
          {"border", nnef::Str(border)},
          {"padding", nnef::Array(std::move(padding))},
          {"stride", WithLeading(1, attrs.Ints("stride"))},
          {"dilation", WithLeading(1, attrs.Ints("dilation"))}};
}

// tract's pools want a known number of channels; others are items of the batch.
bool HasOpenChannels(const Lowering& l, const Node& node) {
  return !l.target().strict && !node.inputs[0]->shape()[1].is_const();
}

// The first two axes of `x` with other sizes.
Expr WithFirstTwo(Expr x, const Dim& batch, const Dim& channels) {
  return Call("reshape", {std::move(x)},
              {{"shape", DimArray({batch, channels})},
               {"axis_start", nnef::Int(0)},
               {"axis_count", nnef::Int(2)}});
}

// The operand with known channels, and the results with those of the node again.
Expr PoolOperand(Lowering& l, const Node& node) {
  if (!HasOpenChannels(l, node)) return l.In(node, 0);
  const Shape& shape = node.inputs[0]->shape();
  return l.Temp(node, "planes", WithFirstTwo(l.In(node, 0), shape[0] * shape[1], 1));
}

void SetPooled(Lowering& l, const Node& node, Expr pooled) {
  if (!HasOpenChannels(l, node)) return l.SetAll(node, std::move(pooled));
  const Shape& shape = node.inputs[0]->shape();
  if (node.outputs.size() == 1) {
    return l.Set(node, WithFirstTwo(l.Temp(node, "pooled", std::move(pooled)), shape[0], shape[1]));
  }
  auto [values, positions] = l.TempPair(node, "pooled", "positions", std::move(pooled));
  l.SetOutput(*node.output(0), WithFirstTwo(std::move(values), shape[0], shape[1]));
  l.SetOutput(*node.output(1), WithFirstTwo(std::move(positions), shape[0], shape[1]));
}

}  // namespace

absl::Status LowerMaxPool(Lowering& l, const Node& node) {
  if (l.target().strict) {
    if (l.Uses(node.output(1))) {
      return l.Refuse(node, "NNEF 1.0.5 does not say from where positions of maxima count");
    }
    l.SetOutput(*node.output(),
                Call("max_pool", {l.In(node, 0)}, PoolArguments(node.attrs, "ignore")));
    return absl::OkStatus();
  }
  SetPooled(
      l, node,
      Call("max_pool_with_index", {PoolOperand(l, node)}, PoolArguments(node.attrs, "ignore")));
  return absl::OkStatus();
}

absl::Status LowerAvgPool(Lowering& l, const Node& node) {
  bool count = node.attrs.Bool("count_include_pad");
  auto arguments = PoolArguments(node.attrs, count ? "constant" : "ignore");
  Expr x = PoolOperand(l, node);
  if (count && !l.target().counts_padding()) {
    // Padded before, nothing is left to count.
    x = l.Temp(node, "padded", Call("pad", {x}, {arguments[2], {"value", nnef::Float(0)}}));
    Attrs attrs = node.attrs;
    std::vector<int64_t> none(attrs.Ints("size").size(), 0);
    attrs.Set("pad_before", none);
    attrs.Set("pad_after", none);
    arguments = PoolArguments(attrs, "ignore");
  }
  arguments.push_back({"normalize", nnef::Bool(true)});
  SetPooled(l, node, Call("box", {x}, std::move(arguments)));
  return absl::OkStatus();
}

}  // namespace t2n
