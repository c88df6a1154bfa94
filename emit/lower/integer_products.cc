#include "emit/lower/integer_products.h"

#include <algorithm>
#include <vector>

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

namespace {

// Dequantize with a scale of 1.
std::optional<Steps> DequantizedSteps(const Node& node) {
  const Value& q = *node.inputs[0];
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

// Bytes as f32, less a number: what is quantized by its own extremes.
std::optional<Steps> ComputedSteps(const Node& node) {
  const Node& widened = *node.inputs[0]->node;
  const Value* number = node.inputs[1];
  while (number->rank() > 0 &&
         (number->node->op == Op::kBroadcast || number->node->op == Op::kReshape)) {
    number = number->node->inputs[0];
  }
  bool bytes = widened.op == Op::kCast && widened.inputs[0]->dtype() == DType::kU8;
  if (!bytes || number->rank() != 0 || number->constant || number->dims) return std::nullopt;
  return Steps{widened.inputs[0], 0, number};
}

}  // namespace

std::optional<Steps> AsSteps(const Value& x) {
  if (x.constant || x.dtype() != DType::kF32) return std::nullopt;
  if (x.node->op == Op::kDequantize) return DequantizedSteps(*x.node);
  if (x.node->op == Op::kSub) return ComputedSteps(*x.node);
  return std::nullopt;
}

nnef::Expr ZeroPoint(Lowering& l, const Node& node, const Steps& steps, const nnef::Expr& zero) {
  if (!steps.computed_zero_point) {
    return steps.zero_point == 0 ? zero : l.Integer(node, "zero_point", steps.zero_point);
  }
  return l.Temp(node, "zero_point", l.Cast(l.Ref(steps.computed_zero_point), DType::kI32));
}

std::vector<const Value*> UsedInputs(const StepsOperands& operands) {
  std::vector<const Value*> used;
  for (const Steps& steps : operands) {
    used.push_back(steps.integers);
    if (steps.computed_zero_point) used.push_back(steps.computed_zero_point);
  }
  return used;
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
