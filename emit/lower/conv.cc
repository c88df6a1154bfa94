// Convolutions.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "emit/lower/families.h"
#include "emit/lower/integer_products.h"
#include "t2n/base/status.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

namespace {

Expr Pairs(const std::vector<int64_t>& before, const std::vector<int64_t>& after) {
  std::vector<Expr> pairs;
  for (size_t i = 0; i < before.size(); ++i) {
    pairs.push_back(nnef::Tuple({nnef::Int(before[i]), nnef::Int(after[i])}));
  }
  return nnef::Array(std::move(pairs));
}

std::vector<int64_t> WithoutFirst(const std::vector<int64_t>& perm) {
  std::vector<int64_t> out;
  for (size_t i = 1; i < perm.size(); ++i) out.push_back(perm[i] - 1);
  return out;
}

// Whether the elements are chosen before the convolution, along spatial axis `i`.
bool IsSampled(const Lowering& l, const Node& node, size_t i) {
  return !l.target().strict && IsDownsample(node, i) && MayFail(l, *node.inputs[0]);
}

// Of the input `x` of a convolution, where IsSampled, the elements that matter, and `stride` and
// `dilation` among them.
Expr Sampled(Lowering& l, const Node& node, Expr x, std::vector<int64_t>* stride,
             std::vector<int64_t>* dilation) {
  for (size_t i = 0; i < stride->size(); ++i) {
    if (!IsSampled(l, node, i)) continue;
    int64_t step = (*stride)[i];
    x = l.Temp(node, "sampled",
               EveryNth(l, node, std::move(x), i + 2, node.inputs[0]->shape()[i + 2], step));
    (*stride)[i] = 1;
    if ((*dilation)[i] % step == 0) (*dilation)[i] /= step;
  }
  return x;
}

// operands: the input, the filter, perhaps a bias.
Expr WindowOf(Lowering& l, const Node& node, const char* op, std::vector<Expr> operands,
              const std::vector<int64_t>& pad_after) {
  const Attrs& attrs = node.attrs;
  std::vector<int64_t> stride = attrs.Ints("stride"), dilation = attrs.Ints("dilation");
  operands[0] = Sampled(l, node, std::move(operands[0]), &stride, &dilation);
  std::vector<std::pair<std::string, Expr>> named;
  named.push_back({"padding", Pairs(attrs.Ints("pad_before"), pad_after)});
  named.push_back({"stride", Ints(stride)});
  named.push_back({"dilation", Ints(dilation)});
  named.push_back({"groups", nnef::Int(attrs.Int("groups"))});
  return Call(op, std::move(operands), std::move(named));
}

Expr Window(Lowering& l, const Node& node, const char* op, Expr filter,
            const std::vector<int64_t>& pad_after, bool biased = true) {
  std::vector<Expr> operands = {l.In(node, 0), std::move(filter)};
  if (biased && node.inputs.size() > 2) {
    // The standard's bias is [1, channels].
    operands.push_back(l.target().strict ? WithLeadingOnes(l, node, 2, 1) : l.In(node, 2));
  }
  return WindowOf(l, node, op, std::move(operands), pad_after);
}

// torch's filter is [in, out / groups, ...]; tract reads [out, in / groups, ...].
absl::StatusOr<Expr> DeconvFilter(Lowering& l, const Node& node) {
  const Value& filter = *node.inputs[1];
  if (l.target().strict) return l.In(node, 1);
  int64_t groups = node.attrs.Int("groups");
  std::vector<int64_t> perm(filter.rank() + 1);
  for (size_t i = 0; i < perm.size(); ++i) perm[i] = i;
  std::swap(perm[1], perm[2]);
  if (groups == 1) perm = WithoutFirst(perm);
  auto sizes = ConstantShape(filter.shape());
  if (!sizes) return l.Refuse(node, "a filter of symbolic size");
  std::vector<int64_t> grouped = *sizes;
  if (groups != 1) {
    grouped[0] /= groups;
    grouped.insert(grouped.begin(), groups);
  }
  std::vector<int64_t> merged = {groups * (*sizes)[1], (*sizes)[0] / groups};
  merged.insert(merged.end(), sizes->begin() + 2, sizes->end());
  if (filter.constant) {
    Tensor t = *filter.constant;
    if (groups != 1) {
      T2N_ASSIGN_OR_RETURN(t, MakeContiguous(t));
      t.sizes = grouped;
      t.strides = ContiguousStrides(grouped);
    }
    Tensor view = t;
    for (size_t i = 0; i < perm.size(); ++i) {
      view.sizes[i] = t.sizes[perm[i]];
      view.strides[i] = t.strides[perm[i]];
    }
    if (groups != 1) {
      T2N_ASSIGN_OR_RETURN(view, MakeContiguous(view));
      view.sizes = merged;
      view.strides = ContiguousStrides(merged);
    }
    return l.Constant(view, filter.name.empty() ? "filter" : filter.name);
  }
  Expr x = l.In(node, 1);
  if (groups != 1) x = l.Temp(node, "groups", Call("reshape", {x}, {{"shape", Ints(grouped)}}));
  x = l.Temp(node, "filter", Call("transpose", {x}, {{"axes", Ints(perm)}}));
  if (groups != 1) x = l.Temp(node, "filter", Call("reshape", {x}, {{"shape", Ints(merged)}}));
  return x;
}

absl::Status CheckConvolution(Lowering& l, const Node& node) {
  if (!IsFloat(node.output()->dtype())) return l.Refuse(node, "a convolution of integers");
  if (!l.target().convolves_by_results() && !node.inputs[1]->is_constant()) {
    return l.Refuse(node, "a convolution by a computed filter");
  }
  if (!node.inputs[0]->shape()[1].is_const()) {
    return l.Refuse(
        node, absl::StrCat("an open number of channels, ", ShapeToString(node.inputs[0]->shape())));
  }
  if (!ConstantShape(node.inputs[1]->shape())) {
    return l.Refuse(
        node, absl::StrCat("a filter of open size, ", ShapeToString(node.inputs[1]->shape())));
  }
  for (int64_t i = 0; i + 2 < node.inputs[0]->rank() && !l.target().has_symbolic_values(); ++i) {
    if (!node.inputs[0]->shape()[i + 2].is_const() && IsSampled(l, node, i)) {
      return l.Refuse(node, "a stride behind a reshape, along an open axis");
    }
  }
  return absl::OkStatus();
}

// In tract's operator `a` is the filter, `b` the input, and its reader looks for `groups`.
void SetIntegerConv(Lowering& l, const Node& node, const StepsOperands& operands) {
  Expr zero = l.Integer(node, "zero", 0), one = nnef::Float(1);
  Expr conv = WindowOf(l, node, "tract_core_qconv",
                       {l.Ref(operands[0].integers), l.Ref(operands[1].integers), zero},
                       node.attrs.Ints("pad_after"));
  std::vector<nnef::Argument> quantization = {{"border", nnef::Str("constant")},
                                              {"a0", ZeroPoint(l, node, operands[1], zero)},
                                              {"a_scale", one},
                                              {"b0", ZeroPoint(l, node, operands[0], zero)},
                                              {"b_scale", one},
                                              {"c0", zero},
                                              {"c_scale", one},
                                              {"output_dt", nnef::Str("i32")}};
  for (nnef::Argument& argument : quantization) conv.items.push_back(std::move(argument));
  l.Set(node, l.Cast(l.Temp(node, "sums", std::move(conv)), DType::kF32));
}

}  // namespace

absl::Status LowerConv(Lowering& l, const Node& node) {
  if (std::optional<StepsOperands> integers = IntegerProduct(l.target(), node)) {
    SetIntegerConv(l, node, *integers);
    return absl::OkStatus();
  }
  T2N_RETURN_IF_ERROR(CheckConvolution(l, node));
  Expr conv = Window(l, node, "conv", l.In(node, 1), node.attrs.Ints("pad_after"));
  // Without an operator in between tract multiplies the filter by the factors that follow, and
  // sums of products of integers are no longer exact. None is below this.
  constexpr double kLowestSum = -0x1p31;
  bool exact = l.target().is_tract() && node.inputs.size() == 2 && AsSteps(*node.inputs[0]);
  if (exact) conv = Call("max", {l.Temp(node, "sums", std::move(conv)), nnef::Float(kLowestSum)});
  l.Set(node, std::move(conv));
  return absl::OkStatus();
}

namespace {

// `x` with `after` zeros behind each spatial axis, and the bias of `node` everywhere.
void SetExtended(Lowering& l, const Node& node, Expr x, const std::vector<int64_t>& after) {
  std::vector<int64_t> before(after.size() + 2, 0), behind(2, 0), beside = {0};
  behind.insert(behind.end(), after.begin(), after.end());
  Expr padded =
      Call("pad", {std::move(x)}, {{"padding", Pairs(before, behind)}, {"value", nnef::Float(0)}});
  if (node.inputs.size() < 3) return l.Set(node, std::move(padded));
  for (size_t i = 0; i < after.size(); ++i) beside.push_back(i + 2);  // of the channels
  padded = l.Temp(node, "padded", std::move(padded));
  Expr bias = l.Temp(node, "bias", Call("unsqueeze", {l.In(node, 2)}, {{"axes", Ints(beside)}}));
  l.Set(node, Call("add", {std::move(padded), std::move(bias)}));
}

}  // namespace

// Output padding is a smaller padding behind; where there is less of that, the output's size says
// it, or, if that is not known, what is behind the whole extent is added: only the bias is there.
absl::Status LowerConvTranspose(Lowering& l, const Node& node) {
  T2N_RETURN_IF_ERROR(CheckConvolution(l, node));
  T2N_ASSIGN_OR_RETURN(Expr filter, DeconvFilter(l, node));
  std::vector<int64_t> extra = node.attrs.Ints("output_padding");
  std::vector<int64_t> after = node.attrs.Ints("pad_after"), rest = after;
  bool fits = true;
  for (size_t i = 0; i < extra.size(); ++i) {
    int64_t common = std::min(rest[i], extra[i]);
    rest[i] -= common;
    extra[i] -= common;
    fits &= extra[i] == 0;
  }
  if (fits) {
    l.Set(node, Window(l, node, "deconv", std::move(filter), rest));
    return absl::OkStatus();
  }
  const Shape& shape = node.output()->shape();
  auto spatial = ConstantShape(absl::MakeConstSpan(shape).subspan(l.target().strict ? 0 : 2));
  if (!spatial) {
    SetExtended(l, node,
                l.Temp(node, "deconv", Window(l, node, "deconv", std::move(filter), rest, false)),
                extra);
    return absl::OkStatus();
  }
  Expr deconv = Window(l, node, "deconv", std::move(filter), after);
  deconv.items.push_back({"output_shape", Ints(*spatial)});
  l.Set(node, std::move(deconv));
  return absl::OkStatus();
}

}  // namespace t2n
