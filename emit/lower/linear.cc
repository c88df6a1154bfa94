#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/lower/families.h"
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
  // Only leading axes may be missing, and all of them if there are any: matmul aligns on the right.
  if (missing != 0 && missing != batch.size()) return std::nullopt;
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

Expr Window(Lowering& l, const Node& node, const char* op, Expr filter) {
  const Attrs& attrs = node.attrs;
  std::vector<Expr> operands = {l.In(node, 0), std::move(filter)};
  if (node.inputs.size() > 2) {
    Expr bias = l.In(node, 2);
    // NNEF's bias is [1, channels].
    if (l.target().strict)
      bias = l.Temp(node, "bias", Call("unsqueeze", {bias}, {{"axes", Ints({0})}}));
    operands.push_back(std::move(bias));
  }
  std::vector<std::pair<std::string, Expr>> named;
  named.push_back({"padding", Pairs(attrs.Ints("pad_before"), attrs.Ints("pad_after"))});
  named.push_back({"stride", Ints(attrs.Ints("stride"))});
  named.push_back({"dilation", Ints(attrs.Ints("dilation"))});
  named.push_back({"groups", nnef::Int(attrs.Int("groups"))});
  return Call(op, std::move(operands), std::move(named));
}

}  // namespace

absl::Status LowerEinsum(Lowering& l, const Node& node) {
  const std::string& equation = node.attrs.Str("equation");
  EinsumTerms terms = ParseEinsum(equation);
  DType dtype = node.output()->dtype();
  DType operating = OperatingType(dtype);
  bool strict = l.target().strict;
  std::vector<Expr> operands;
  for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) {
    Expr x = l.In(node, i);
    if (operating != dtype && !strict) x = l.Temp(node, "wide", l.Cast(x, operating));
    operands.push_back(std::move(x));
  }
  Expr product;
  if (std::optional<PlainMatMul> plain = AsMatMul(terms)) {
    if (plain->b_leading > 0) {
      std::vector<int64_t> axes(plain->b_leading);
      for (size_t i = 0; i < axes.size(); ++i) axes[i] = i;
      operands[1] =
          l.Temp(node, "batched", Call("unsqueeze", {operands[1]}, {{"axes", Ints(axes)}}));
    }
    product = Call("matmul", std::move(operands));
    if (plain->transpose_a) product.items.push_back({"transposeA", nnef::Bool(true)});
    if (plain->transpose_b) product.items.push_back({"transposeB", nnef::Bool(true)});
  } else {
    if (strict) return l.Refuse(node, absl::StrCat("NNEF has no einsum for ", equation));
    product = Call("tract_core_einsum", {nnef::Array(std::move(operands))},
                   {{"expr", nnef::Str(equation)}, {"acc", nnef::Str(DTypeName(operating))}});
  }
  if (operating != dtype && !strict) {
    product = l.Cast(l.Temp(node, "product", std::move(product)), dtype);
  }
  l.Set(node, std::move(product));
  return absl::OkStatus();
}

absl::Status LowerConv(Lowering& l, const Node& node) {
  if (!IsFloat(node.output()->dtype())) return l.Refuse(node, "a convolution of integers");
  l.Set(node, Window(l, node, "conv", l.In(node, 1)));
  return absl::OkStatus();
}

absl::Status LowerConvTranspose(Lowering& l, const Node& node) {
  return l.Refuse(node, "transposed convolution");
}

}  // namespace t2n
