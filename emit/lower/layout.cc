#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "emit/lower/families.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

Expr OneSlice(Expr x, int64_t axis, const Dim& begin, const Dim& end) {
  return Call("slice", {std::move(x)},
              {{"axes", Ints({axis})}, {"begin", DimArray({begin})}, {"end", DimArray({end})}});
}

namespace {

std::vector<int64_t> PositionsOfOnes(absl::Span<const Dim> shape, int64_t offset) {
  std::vector<int64_t> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == Dim(1)) axes.push_back(offset + i);
  }
  return axes;
}

std::vector<Dim> WithoutOnes(absl::Span<const Dim> shape) {
  std::vector<Dim> out;
  for (const Dim& d : shape) {
    if (d != Dim(1)) out.push_back(d);
  }
  return out;
}

// Elements before and behind an axis that circular padding repeats.
absl::Status LowerCircularPad(Lowering& l, const Node& node) {
  Expr x = l.In(node, 0);
  Shape shape = node.inputs[0]->shape();
  const Shape& before = node.attrs.Sizes("before");
  const Shape& after = node.attrs.Sizes("after");
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (before[axis] == Dim(0) && after[axis] == Dim(0)) continue;
    std::vector<Expr> parts;
    if (before[axis] != Dim(0)) {
      parts.push_back(
          l.Temp(node, "head", OneSlice(x, axis, shape[axis] - before[axis], shape[axis])));
    }
    parts.push_back(x);
    if (after[axis] != Dim(0)) {
      parts.push_back(l.Temp(node, "tail", OneSlice(x, axis, 0, after[axis])));
    }
    x = l.Temp(node, "wrapped", Call("concat", {nnef::Array(parts)}, {{"axis", nnef::Int(axis)}}));
    shape[axis] = shape[axis] + before[axis] + after[axis];
    l.NoteSizes(x, shape);
  }
  l.Alias(node.output(), x);
  return absl::OkStatus();
}

// The elements `first`, `first` - 1 and so on of an axis.
Expr Mirrored(Lowering& l, const Node& node, Expr x, int64_t axis, const Dim& first,
              const Dim& count) {
  Expr numbers =
      l.Temp(node, "backwards",
             Call("tract_core_range", {DimExpr(first), DimExpr(first - count), nnef::Int(-1)}));
  return l.Temp(node, "side",
                Call("tract_core_gather", {std::move(x), numbers}, {{"axis", nnef::Int(axis)}}));
}

// Padding by an amount that is an expression: joined from constants or repeated edges.
absl::Status LowerSymbolicPad(Lowering& l, const Node& node) {
  const std::string& mode = node.attrs.Str("mode");
  const bool reflect = mode == "reflect";
  bool possible =
      mode == "constant" || mode == "replicate" || (reflect && l.target().has_symbolic_values());
  bool symbolic = !ConstantShape(node.output()->shape()) ||
                  !ConstantShape(node.attrs.Sizes("before")) ||
                  !ConstantShape(node.attrs.Sizes("after"));
  if (l.target().strict || !possible || (symbolic && !l.target().broadcasts_to_symbols())) {
    return l.Refuse(node, absl::StrCat(mode, " padding by a symbolic amount"));
  }
  Expr x = l.In(node, 0);
  Shape shape = node.inputs[0]->shape();
  const Shape &before = node.attrs.Sizes("before"), &after = node.attrs.Sizes("after");
  Tensor value = Tensor::Scalar(node.output()->dtype(), node.attrs.Float("value"));
  value.sizes.assign(shape.size(), 1);
  value.strides.assign(shape.size(), 1);
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    auto side = [&](const Dim& amount, const Dim& edge) {
      if (reflect) return Mirrored(l, node, x, axis, edge == Dim(0) ? amount : edge - 1, amount);
      Expr one = mode == "constant" ? l.Constant(value, "padding")
                                    : l.Temp(node, "edge", OneSlice(x, axis, edge, edge + 1));
      Shape ones = shape, sizes = shape;
      if (mode == "constant") ones.assign(shape.size(), Dim(1));
      ones[axis] = 1;
      sizes[axis] = amount;
      return l.Temp(node, "side", l.Repeat(one, ones, sizes, *node.output()));
    };
    std::vector<Expr> parts;
    if (before[axis] != Dim(0)) parts.push_back(side(before[axis], 0));
    parts.push_back(x);
    if (after[axis] != Dim(0)) parts.push_back(side(after[axis], shape[axis] - 1));
    if (parts.size() == 1) continue;
    x = l.Temp(node, "padded", Call("concat", {nnef::Array(parts)}, {{"axis", nnef::Int(axis)}}));
    shape[axis] = shape[axis] + before[axis] + after[axis];
    l.NoteSizes(x, shape);
  }
  l.Alias(node.output(), x);
  return absl::OkStatus();
}

}  // namespace

// Only the axes that change are reshaped: sizes that stay, symbolic ones above all, are not spelled
// out again.
absl::Status LowerReshape(Lowering& l, const Node& node) {
  Expr x = l.In(node, 0);
  absl::Span<const Dim> from = node.inputs[0]->shape(), to = node.output()->shape();
  int64_t start = 0;
  while (!from.empty() && !to.empty() && from.front() == to.front()) {
    from.remove_prefix(1), to.remove_prefix(1), ++start;
  }
  while (!from.empty() && !to.empty() && from.back() == to.back()) {
    from.remove_suffix(1), to.remove_suffix(1);
  }
  if (from.empty() && to.empty()) {
    l.Alias(node.output(), x);
    return absl::OkStatus();
  }
  if (WithoutOnes(from) == WithoutOnes(to)) {
    std::vector<int64_t> drop = PositionsOfOnes(from, start), add = PositionsOfOnes(to, start);
    if (add.empty()) {
      l.Set(node, Call("squeeze", {x}, {{"axes", Ints(drop)}}));
      return absl::OkStatus();
    }
    if (!drop.empty()) x = l.Temp(node, "squeezed", Call("squeeze", {x}, {{"axes", Ints(drop)}}));
    l.Set(node, Call("unsqueeze", {x}, {{"axes", Ints(add)}}));
    return absl::OkStatus();
  }
  bool all = from.size() == node.inputs[0]->shape().size();
  std::vector<std::pair<std::string, Expr>> named = {{"shape", DimArray(to)}};
  if (!all) {
    named.push_back({"axis_start", nnef::Int(start)});
    named.push_back({"axis_count", nnef::Int(from.size())});
  }
  if (l.target().strict && !ConstantShape(to)) {
    return l.Refuse(node, "NNEF has no symbolic sizes");
  }
  l.Set(node, Call("reshape", {x}, std::move(named)));
  return absl::OkStatus();
}

absl::Status LowerTranspose(Lowering& l, const Node& node) {
  l.Set(node, Call("transpose", {l.In(node, 0)}, {{"axes", Ints(node.attrs.Ints("perm"))}}));
  return absl::OkStatus();
}

absl::Status LowerBroadcast(Lowering& l, const Node& node) {
  const Shape &from = node.inputs[0]->shape(), &to = node.output()->shape();
  if (!ConstantShape(to) && !l.target().broadcasts_to_symbols()) {
    return l.Refuse(
        node, l.target().strict ? "NNEF has no symbolic sizes" : "broadcasting to a symbolic size");
  }
  l.Set(node, l.Repeat(l.In(node, 0), from, to, *node.output()));
  return absl::OkStatus();
}

namespace {

// A part of a constant whose size is open, such as a table of positions. Its elements are taken by
// number: of a slice, tract's streaming takes the same elements for every pulse.
bool IsOpenPartOfTable(const Target& target, const Node& node) {
  return node.inputs[0]->constant && node.attrs.Size("begin").is_const() &&
         !node.output()->shape()[node.attrs.Int("axis")].is_const() && target.has_symbolic_values();
}

}  // namespace

absl::Status LowerSlice(Lowering& l, const Node& node) {
  int64_t axis = node.attrs.Int("axis"), step = node.attrs.Int("step");
  const Dim begin = node.attrs.Size("begin"), end = node.attrs.Size("end");
  const Dim &size = node.inputs[0]->shape()[axis], &count = node.output()->shape()[axis];
  if (!l.target().strict && step != 1 && size.is_const() && begin.is_const() && count.is_const() &&
      size.value() >= step) {
    l.Set(node, BlockSlice(l, node, l.In(node, 0), axis, size.value(), begin.value(), count.value(),
                           step));
    return absl::OkStatus();
  }
  // By number, where a slice would be a Downsample that cannot move, or of a size not understood.
  bool apart = step != 1 && (!begin.is_const() || MayFail(l, *node.inputs[0], begin != Dim(0)));
  bool unsure = !l.target().compares_open_ends() && !end.is_const() && !(size - end).is_const();
  bool by_number = !l.target().strict && l.target().has_symbolic_values() && (apart || unsure);
  if (by_number || IsOpenPartOfTable(l.target(), node)) {
    Expr numbers = l.Temp(
        node, "numbers", Call("tract_core_range", {DimExpr(begin), DimExpr(end), nnef::Int(step)}));
    l.Set(node, Call("tract_core_gather", {l.In(node, 0), numbers}, {{"axis", nnef::Int(axis)}}));
    return absl::OkStatus();
  }
  if (step != 1 && !count.is_const() && !l.target().steps_along_open_axes()) {
    return l.Refuse(node, "steps along an open axis");
  }
  if (!l.target().reads_smaller_ends() && absl::StrContains(end.ToString(), "min(")) {
    return l.Refuse(node, absl::StrCat("a slice up to ", end.ToString()));
  }
  Expr slice = OneSlice(l.In(node, 0), axis, begin, end);
  if (step != 1) slice.items.push_back({"stride", Ints({step})});
  l.Set(node, std::move(slice));
  return absl::OkStatus();
}

absl::Status LowerConcat(Lowering& l, const Node& node) {
  int64_t axis = node.attrs.Int("axis");
  std::vector<Expr> parts;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i]->shape()[axis] != Dim(0)) parts.push_back(l.In(node, static_cast<int>(i)));
  }
  l.Set(node, Call("concat", {nnef::Array(std::move(parts))}, {{"axis", nnef::Int(axis)}}));
  return absl::OkStatus();
}

absl::Status LowerPad(Lowering& l, const Node& node) {
  const std::string& mode = node.attrs.Str("mode");
  if (mode == "circular") return LowerCircularPad(l, node);
  auto before = ConstantShape(node.attrs.Sizes("before"));
  auto after = ConstantShape(node.attrs.Sizes("after"));
  bool readable = std::isfinite(node.attrs.Float("value")) || l.target().has_infinity_literal();
  bool other =
      mode == "constant" && node.output()->dtype() != DType::kF32 && !l.target().pads_any_type();
  if (!before || !after || !readable || other) return LowerSymbolicPad(l, node);
  std::vector<Expr> padding;
  for (size_t i = 0; i < before->size(); ++i) {
    padding.push_back(nnef::Tuple({nnef::Int((*before)[i]), nnef::Int((*after)[i])}));
  }
  std::vector<std::pair<std::string, Expr>> named = {{"padding", nnef::Array(padding)}};
  const char* replicate = l.target().strict ? "replicate" : "replicated";
  if (mode == "constant") {
    named.push_back({"value", nnef::Float(node.attrs.Float("value"))});
  } else {
    named.push_back({"border", nnef::Str(mode == "replicate" ? replicate : mode)});
  }
  Expr x = l.In(node, 0);
  DType dtype = node.output()->dtype();
  if (dtype != DType::kBool) {
    l.Set(node, Call("pad", {x}, std::move(named)));
    return absl::OkStatus();
  }
  x = l.Temp(node, "u8", l.Cast(x, DType::kU8));
  x = l.Temp(node, "padded", Call("pad", {x}, std::move(named)));
  l.Set(node, l.Cast(x, DType::kBool));
  return absl::OkStatus();
}

}  // namespace t2n
