#include "t2n/passes/real_quantities.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "t2n/builder/builder.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

bool IsQuantizedConstant(const Val& x) { return x.is_constant() && x->type.quant; }

// Numbers of a tensor, or a vector of them along an axis of `rank`, as f32.
Val Along(Builder& b, const std::vector<double>& values, int64_t axis, int64_t rank) {
  if (axis < 0) return b.Scalar(DType::kF32, values[0]);
  Shape shape(rank, 1);
  shape[axis] = static_cast<int64_t>(values.size());
  return b.Reshape(b.Doubles(DType::kF32, values), shape);
}

// What would not change `x` is left out.
Val Times(Builder& b, const Val& x, const std::vector<double>& factors, int64_t axis) {
  bool ones = std::all_of(factors.begin(), factors.end(), [](double f) { return f == 1; });
  return ones ? x : b.Mul(x, Along(b, factors, axis, x.rank()));
}

Val Plus(Builder& b, const Val& x, const std::vector<int64_t>& terms, int64_t axis, double sign) {
  bool zeros = std::all_of(terms.begin(), terms.end(), [](int64_t t) { return t == 0; });
  std::vector<double> signed_terms;
  for (int64_t t : terms) signed_terms.push_back(sign * static_cast<double>(t));
  return zeros ? x : b.Add(x, Along(b, signed_terms, axis, x.rank()));
}

class Rebuilder : public GraphRewriter {
 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override;
  Val RewriteOutput(const Value& output, const Val& rewritten) override;
  Val Integers(const Val& x);
  Val Quantize(const Node& node, const Val& x);
  Val FromIntRepr(const Val& integers);

  absl::flat_hash_set<const Value*> integers_;  // made of the numbers that Cast reads
};

// A constant's integers as f32.
Val Rebuilder::Integers(const Val& x) {
  if (!IsQuantizedConstant(x)) return x;
  QuantParams unit{{1}, {0}, -1};
  Val same = b().Constant(*x->constant, std::make_shared<const QuantParams>(std::move(unit)));
  same->name = x->name;
  return b().Dequantize(same);
}

// clamp(round(x * (1 / scale)) + zero_point), as emitted for tract and as the kernel does it.
Val Rebuilder::Quantize(const Node& node, const Val& x) {
  QuantPtr quant = node.attrs.Quant("quant");
  DType dtype = node.attrs.Type("dtype");
  std::vector<double> inverse;
  for (double scale : quant->scale) inverse.push_back(1.0f / static_cast<float>(scale));
  Val q = b().Cast(x, DType::kF32);
  q = b().Round(Times(b(), q, inverse, quant->axis));
  q = Plus(b(), q, quant->zero_point, quant->axis, 1);
  if (dtype == DType::kQI32) return q;
  bool sign = dtype == DType::kQI8;
  return b().Min(b().Max(q, sign ? -128 : 0), sign ? 127 : 255);
}

Val Rebuilder::FromIntRepr(const Val& integers) {
  if (integers_.contains(integers.get())) return Val(&b(), integers->node->inputs[0]);
  return b().Cast(integers, DType::kF32);
}

GraphRewriter::Vals Rebuilder::RewriteNode(const Node& node, const Vals& inputs) {
  if (node.op == Op::kQuantize) return {Quantize(node, inputs[0])};
  if (node.op == Op::kFromIntRepr) return {FromIntRepr(inputs[0])};
  if (node.op == Op::kIntRepr) {
    Val result = b().Cast(Integers(inputs[0]), node.output()->dtype());
    integers_.insert(result.get());
    return {result};
  }
  if (node.op == Op::kDequantize) {
    if (IsQuantizedConstant(inputs[0])) return Copy(node, inputs);
    const QuantParams& quant = *node.inputs[0]->type.quant;
    Val steps = Plus(b(), inputs[0], quant.zero_point, quant.axis, -1);
    return {Times(b(), steps, quant.scale, quant.axis)};
  }
  Vals numbers;
  for (const Val& x : inputs) numbers.push_back(Integers(x));
  return Copy(node, numbers);
}

Val Rebuilder::RewriteOutput(const Value& output, const Val& rewritten) {
  if (!output.type.quant) return rewritten;
  return b().Cast(Integers(rewritten), StorageType(output.dtype()));
}

}  // namespace

bool HasQuantities(const Graph& graph) {
  return AnyValue(graph, [](const Value& v) { return v.type.quant != nullptr; });
}

absl::Status LowerToRealQuantities(const Graph& graph, Graph* real) {
  return Rebuilder().Rewrite(graph, real);
}

}  // namespace t2n
