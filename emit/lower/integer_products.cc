#include "emit/lower/integer_products.h"

#include <algorithm>
#include <vector>

#include "emit/lower/lowering.h"
#include "t2n/ir/type_rules.h"

namespace t2n {
namespace {

// Bringing integers back to f32 costs as much for each sum as some products: shorter sums are
// faster in f32, where they are exact too (up to 2^24, 514 products).
constexpr int64_t kLeastProducts = 256;

// How many products a sum has; 0 if that is not known, or not what one matrix product sums up.
int64_t Products(const Node& node) {
  if (node.op == Op::kConv) {
    Dim products = 1;
    for (size_t i = 1; i < node.inputs[1]->shape().size(); ++i) {
      products = products * node.inputs[1]->shape()[i];
    }
    return products.constant().value_or(0);
  }
  EinsumTerms terms = ParseEinsum(node.attrs.Str("equation"));
  const std::string &a = terms.inputs[0], &b = terms.inputs[1];
  int64_t products = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::count(a.begin(), a.end(), a[i]) > 1) return 0;
    if (terms.output.find(a[i]) != std::string::npos) continue;
    if (products > 0 || b.find(a[i]) == std::string::npos) return 0;
    products = node.inputs[0]->shape()[i].constant().value_or(0);
  }
  return products;
}

}  // namespace

// Dequantize with a scale of 1.
std::optional<Steps> AsSteps(const Value& x) {
  if (x.constant || x.node->op != Op::kDequantize) return std::nullopt;
  const Value& q = *x.node->inputs[0];
  const QuantParams& quant = *q.type.quant;
  if (q.dtype() != DType::kQU8 && q.dtype() != DType::kQI8) return std::nullopt;
  for (double scale : quant.scale) {
    if (scale != 1) return std::nullopt;
  }
  for (int64_t zero_point : quant.zero_point) {
    if (zero_point != quant.zero_point[0]) return std::nullopt;
  }
  return Steps{q.constant ? &q : MadeBy(q).output(), quant.zero_point[0]};
}

std::optional<StepsOperands> IntegerProduct(const Target& target, const Node& node) {
  bool has = node.op == Op::kConv     ? target.sums_quantized_windows()
             : node.op == Op::kEinsum ? target.has_quantized_einsum()
                                      : false;
  if (!has || node.inputs.size() != 2) return std::nullopt;
  std::optional<Steps> a = AsSteps(*node.inputs[0]), b = AsSteps(*node.inputs[1]);
  if (!a || !b || Products(node) < kLeastProducts) return std::nullopt;
  return StepsOperands{*a, *b};
}

}  // namespace t2n
