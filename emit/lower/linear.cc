#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/lower/einsum.h"
#include "emit/lower/families.h"
#include "t2n/base/status.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

namespace {

bool Has(const std::string& axes, char axis) { return axes.find(axis) != std::string::npos; }

// How two operands of an einsum are a plain matmul: [batch, m, k] x [batch, k, n].
struct PlainMatMul {
  bool transpose_a = false;
  bool transpose_b = false;
  int64_t b_leading = 0;  // axes of size 1 that the second operand lacks in front
};

// Equations are matched by position: batch axes first and in one order, m and n last in the output.
std::optional<PlainMatMul> AsMatMul(const EinsumTerms& terms) {
  if (terms.inputs.size() != 2) return std::nullopt;
  const std::string &a = terms.inputs[0], &b = terms.inputs[1], &out = terms.output;
  size_t rank = a.size();
  if (rank < 2 || b.size() < 2 || b.size() > rank || out.size() != rank) return std::nullopt;
  std::string batch = out.substr(0, rank - 2);
  char m = out[rank - 2], n = out[rank - 1];
  size_t missing = rank - b.size();
  if (a.substr(0, rank - 2) != batch || b.substr(0, b.size() - 2) != batch.substr(missing)) {
    return std::nullopt;
  }
  std::string a_last = a.substr(rank - 2), b_last = b.substr(b.size() - 2);
  PlainMatMul plain;
  plain.b_leading = missing;
  char k;
  if (a_last[0] == m) {
    k = a_last[1];
  } else if (a_last[1] == m) {
    k = a_last[0];
    plain.transpose_a = true;
  } else {
    return std::nullopt;
  }
  if (b_last[0] == k && b_last[1] == n)
    return Has(out, k) || m == n ? std::nullopt : std::make_optional(plain);
  plain.transpose_b = true;
  bool good = b_last[0] == n && b_last[1] == k && !Has(out, k) && m != n;
  return good ? std::make_optional(plain) : std::nullopt;
}

// tract (0.23.9 and before) fails to compile contractions over several axes.
bool ContractsSeveral(const EinsumTerms& terms) {
  if (terms.inputs.size() != 2) return false;
  int contracted = 0;
  for (const std::string& axes : terms.inputs) {
    for (char c : axes) {
      if (std::count(axes.begin(), axes.end(), c) > 1) return false;
    }
  }
  for (char c : terms.inputs[0]) contracted += Has(terms.inputs[1], c) && !Has(terms.output, c);
  return contracted > 1;
}

// tract contracts floats and i32; other integers are exact in f64 up to 2^53.
DType OperatingType(DType dtype) {
  bool native = IsFloat(dtype) || dtype == DType::kI32;
  return native ? dtype : DType::kF64;
}

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

Expr UnsqueezeFront(Lowering& l, const Node& node, Expr x, int64_t count) {
  std::vector<int64_t> axes(count);
  for (size_t i = 0; i < axes.size(); ++i) axes[i] = i;
  return l.Temp(node, "batched", Call("unsqueeze", {std::move(x)}, {{"axes", Ints(axes)}}));
}

// Operand i with further axes of size 1 in front; a constant is stored so, unless it is already.
Expr WithLeadingOnes(Lowering& l, const Node& node, int i, int64_t count) {
  const Value& value = *node.inputs[i];
  if (!value.constant || l.IsStored(*value.constant)) {
    return UnsqueezeFront(l, node, l.In(node, i), count);
  }
  Tensor t = *value.constant;
  t.sizes.insert(t.sizes.begin(), count, 1);
  t.strides.insert(t.strides.begin(), count, 1);
  return l.Constant(t, value.name.empty() ? ValueName(value, l.model().naming) : value.name);
}

// Whether tract takes the stride along spatial axis `i` of a convolution for a Downsample, which
// its optimiser may then move to a reshape.
bool IsDownsample(const Lowering& l, const Node& node, size_t i) {
  const Attrs& attrs = node.attrs;
  int64_t step = attrs.Ints("stride")[i];
  bool padded = attrs.Ints("pad_before")[i] != 0 || attrs.Ints("pad_after")[i] != 0;
  bool every = node.inputs[1]->shape()[i + 2] == Dim(1) || attrs.Ints("dilation")[i] % step == 0;
  return node.op == Op::kConv && !l.target().strict && step != 1 && !padded && every &&
         MayMoveToReshape(*node.inputs[0]);
}

// The input of a convolution; where IsDownsample, the elements that matter, and `stride` and
// `dilation` among them.
Expr Sampled(Lowering& l, const Node& node, std::vector<int64_t>* stride,
             std::vector<int64_t>* dilation) {
  Expr x = l.In(node, 0);
  for (size_t i = 0; i < stride->size(); ++i) {
    if (!IsDownsample(l, node, i)) continue;
    int64_t step = (*stride)[i];
    x = l.Temp(node, "sampled",
               EveryNth(l, node, std::move(x), i + 2, node.inputs[0]->shape()[i + 2], step));
    (*stride)[i] = 1;
    if ((*dilation)[i] % step == 0) (*dilation)[i] /= step;
  }
  return x;
}

Expr Window(Lowering& l, const Node& node, const char* op, Expr filter,
            const std::vector<int64_t>& pad_after, bool biased = true) {
  const Attrs& attrs = node.attrs;
  std::vector<int64_t> stride = attrs.Ints("stride"), dilation = attrs.Ints("dilation");
  std::vector<Expr> operands = {Sampled(l, node, &stride, &dilation), std::move(filter)};
  if (biased && node.inputs.size() > 2) {
    // The standard's bias is [1, channels].
    operands.push_back(l.target().strict ? WithLeadingOnes(l, node, 2, 1) : l.In(node, 2));
  }
  std::vector<std::pair<std::string, Expr>> named;
  named.push_back({"padding", Pairs(attrs.Ints("pad_before"), pad_after)});
  named.push_back({"stride", Ints(stride)});
  named.push_back({"dilation", Ints(dilation)});
  named.push_back({"groups", nnef::Int(attrs.Int("groups"))});
  return Call(op, std::move(operands), std::move(named));
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
  for (int64_t i = 0; i + 2 < node.inputs[0]->rank() && !l.target().has_symbolic_values(); ++i) {
    if (!node.inputs[0]->shape()[i + 2].is_const() && IsDownsample(l, node, i)) {
      return l.Refuse(node, "a stride behind a reshape, along an open axis");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status LowerEinsum(Lowering& l, const Node& node) {
  const std::string& equation = node.attrs.Str("equation");
  EinsumTerms terms = ParseEinsum(equation);
  DType dtype = node.output()->dtype();
  DType operating = OperatingType(dtype);
  bool strict = l.target().strict;
  std::optional<PlainMatMul> plain = AsMatMul(terms);
  int64_t leading = plain ? plain->b_leading : 0;
  std::vector<Expr> operands;
  for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) {
    bool stored = strict && i == 1 && leading > 0;
    Expr x = stored ? WithLeadingOnes(l, node, i, leading) : l.In(node, i);
    if (operating != dtype && !strict) x = l.Temp(node, "wide", l.Cast(x, operating));
    operands.push_back(std::move(x));
  }
  Expr product;
  if (plain) {
    if (!strict && leading > 0) operands[1] = UnsqueezeFront(l, node, operands[1], leading);
    product = Call("matmul", std::move(operands));
    if (plain->transpose_a) product.items.push_back({"transposeA", nnef::Bool(true)});
    if (plain->transpose_b) product.items.push_back({"transposeB", nnef::Bool(true)});
  } else if (!l.target().has_einsum() || ContractsSeveral(terms)) {
    T2N_ASSIGN_OR_RETURN(product, EinsumByMatMul(l, node, operands));
    if (operating == dtype || strict) {
      l.Alias(node.output(), product);
      return absl::OkStatus();
    }
  } else {
    product = Call("tract_core_einsum", {nnef::Array(std::move(operands))},
                   {{"expr", nnef::Str(equation)}, {"acc", nnef::Str(DTypeName(operating))}});
  }
  if (operating != dtype && !strict) {
    product = l.Cast(l.Temp(node, "product", std::move(product)), DType::kI64);
    // Narrow integers wrap; a cast from floats would saturate.
    if (dtype != DType::kI64) product = l.Cast(l.Temp(node, "wide", std::move(product)), dtype);
  }
  l.Set(node, std::move(product));
  return absl::OkStatus();
}

absl::Status LowerConv(Lowering& l, const Node& node) {
  T2N_RETURN_IF_ERROR(CheckConvolution(l, node));
  l.Set(node, Window(l, node, "conv", l.In(node, 1), node.attrs.Ints("pad_after")));
  return absl::OkStatus();
}

namespace {

// `x` with `after` zeros behind each spatial axis, and the bias of `node` everywhere.
void SetExtended(Lowering& l, const Node& node, Expr x, const std::vector<int64_t>& after) {
  std::vector<int64_t> before(after.size() + 2, 0), behind(2, 0), spatial;
  behind.insert(behind.end(), after.begin(), after.end());
  Expr padded =
      Call("pad", {std::move(x)}, {{"padding", Pairs(before, behind)}, {"value", nnef::Float(0)}});
  if (node.inputs.size() < 3) return l.Set(node, std::move(padded));
  for (size_t i = 0; i < after.size(); ++i) spatial.push_back(i + 1);
  padded = l.Temp(node, "padded", std::move(padded));
  Expr bias = l.Temp(node, "bias", Call("unsqueeze", {l.In(node, 2)}, {{"axes", Ints(spatial)}}));
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
