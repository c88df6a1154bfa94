#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/lower/einsum.h"
#include "emit/lower/families.h"
#include "emit/lower/integer_products.h"
#include "emit/lower/products.h"
#include "t2n/base/status.h"
#include "t2n/blocks/block_buffer.h"
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

Expr UnsqueezeFront(Lowering& l, const Node& node, Expr x, int64_t count) {
  std::vector<int64_t> axes(count);
  for (size_t i = 0; i < axes.size(); ++i) axes[i] = i;
  return l.Temp(node, "batched", Call("unsqueeze", {std::move(x)}, {{"axes", Ints(axes)}}));
}

// Blocks have no axes of size 1 in front: an einsum wants none.
bool ReadsBlocks(const Node& node) {
  return std::any_of(node.inputs.begin(), node.inputs.end(),
                     [](const Value* v) { return v->constant && BlocksOf(*v->constant); });
}

// Sums of products of integers less their zero points, as f32. tract's operators take scales and
// the result's zero point too; its bias, b and c have the parameters of an einsum.
void SetIntegerEinsum(Lowering& l, const Node& node, const StepsOperands& operands) {
  Expr zero = l.Integer(node, "zero", 0);
  std::vector<std::pair<std::string, Expr>> named;
  EinsumTerms terms = ParseEinsum(node.attrs.Str("equation"));
  std::string equation = absl::StrCat(terms.inputs[0], ",", terms.inputs[1], ",,,,,,,->",
                                      terms.output);  // seven parameters of rank 0
  named.push_back({"expr", nnef::Str(equation)});
  named.push_back({"acc", nnef::Str("i32")});
  named.push_back({"output", nnef::Str("i32")});
  named.push_back({"bias", zero});
  for (int i : {0, 1}) {
    named.push_back({i == 0 ? "a0" : "b0", ZeroPoint(l, node, operands[i], zero)});
    named.push_back({i == 0 ? "a_scale" : "b_scale", nnef::Float(1)});
  }
  named.push_back({"c0", zero});
  named.push_back({"c_scale", nnef::Float(1)});
  Expr inputs = nnef::Array({l.Ref(operands[0].integers), l.Ref(operands[1].integers)});
  Expr sums = l.Temp(node, "sums", Call("tract_core_einsum_q", {inputs}, std::move(named)));
  l.Set(node, l.Cast(std::move(sums), DType::kF32));
}

}  // namespace

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

namespace {

// Operand i of the product as tract or the standard's reader takes it.
Expr ProductOperand(Lowering& l, const Node& node, const ProductForm& form, int i, int64_t leading,
                    DType operating) {
  const bool strict = l.target().strict;
  const bool stored = strict && i == 1 && leading > 0;
  Expr x = stored ? WithLeadingOnes(l, node, i, leading) : l.Ref(form.operands[i]);
  if (!form.dropped[i].empty()) {
    x = l.Temp(node, "narrow", Call("squeeze", {x}, {{"axes", Ints(form.dropped[i])}}));
  }
  if (operating != node.output()->dtype() && !strict) {
    x = l.Temp(node, "wide", l.Cast(x, operating));
  }
  if (!strict && i == 1 && leading > 0) x = UnsqueezeFront(l, node, std::move(x), leading);
  return x;
}

Expr MatMul(std::vector<Expr> operands, const PlainMatMul& plain) {
  Expr product = Call("matmul", std::move(operands));
  if (plain.transpose_a) product.items.push_back({"transposeA", nnef::Bool(true)});
  if (plain.transpose_b) product.items.push_back({"transposeB", nnef::Bool(true)});
  return product;
}

Expr NativeEinsum(std::vector<Expr> operands, const EinsumTerms& terms, DType operating) {
  std::string equation = absl::StrCat(absl::StrJoin(terms.inputs, ","), "->", terms.output);
  return Call("tract_core_einsum", {nnef::Array(std::move(operands))},
              {{"expr", nnef::Str(equation)}, {"acc", nnef::Str(DTypeName(operating))}});
}

}  // namespace

absl::Status LowerEinsum(Lowering& l, const Node& node) {
  if (std::optional<StepsOperands> integers = IntegerProduct(l.target(), node)) {
    SetIntegerEinsum(l, node, *integers);
    return absl::OkStatus();
  }
  ProductForm form = GivenForm(node);
  const bool by_matmul = !l.target().has_einsum() || ContractsSeveral(form.terms);
  if (!by_matmul) form = FormOfProduct(l.target(), l.model().behind_reshapes, node);
  const DType dtype = node.output()->dtype(), operating = OperatingType(dtype);
  const bool narrows = operating != dtype && !l.target().strict;
  std::optional<PlainMatMul> plain = AsMatMul(form.terms);
  if (plain && plain->b_leading > 0 && form.behind_reshape) plain.reset();
  if (ReadsBlocks(node)) plain.reset();
  std::vector<Expr> operands;
  for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) {
    operands.push_back(ProductOperand(l, node, form, i, plain ? plain->b_leading : 0, operating));
  }
  std::optional<Expr> product;
  if (plain) {
    product = MatMul(std::move(operands), *plain);
  } else if (by_matmul) {
    T2N_ASSIGN_OR_RETURN(product, EinsumByMatMul(l, node, operands));
    if (!narrows) {
      l.Alias(node.output(), *std::move(product));
      return absl::OkStatus();
    }
  } else {
    product = NativeEinsum(std::move(operands), form.terms, operating);
  }
  if (narrows) {
    product = l.Cast(l.Temp(node, "product", *std::move(product)), DType::kI64);
    // Narrow integers wrap; a cast from floats would saturate.
    if (dtype != DType::kI64) product = l.Cast(l.Temp(node, "wide", *std::move(product)), dtype);
  }
  if (form.spread) {
    product = l.Repeat(l.Temp(node, "narrow", *std::move(product)), form.result,
                       node.output()->shape(), *node.output());
  }
  l.Set(node, *std::move(product));
  return absl::OkStatus();
}

}  // namespace t2n
