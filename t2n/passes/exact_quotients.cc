#include "t2n/passes/exact_quotients.h"

#include <cmath>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "t2n/ir/uniform.h"
#include "t2n/passes/powers_of_two.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

using Quotients = absl::flat_hash_set<const Node*>;

// Whether a digit more or less of the operands may change all of the result.
bool IsStep(const Node& node) {
  if (node.op == Op::kCast) return !IsFloat(node.output()->dtype());
  return KindOf(node.op) == OpKind::kComparison || IsRounding(node.op);
}

// Whether the constant's reciprocal is exact everywhere.
bool HasExactReciprocal(const Tensor& divisor) {
  const auto read = ReadDoubles(divisor);
  if (!read.ok()) return false;
  for (double number : *read) {
    if (std::isfinite(number) && number != 0 && !IsPowerOfTwo(number)) return false;
  }
  return true;
}

bool IsInexactQuotient(const Node& node) {
  if (node.op != Op::kDiv) return false;
  const DType dtype = node.output()->dtype();
  if (dtype != DType::kF32 && dtype != DType::kF16) return false;
  const Value& divisor = BeforeBroadcast(*node.inputs[1]);
  return divisor.constant && !HasExactReciprocal(*divisor.constant);
}

void Collect(const Graph& graph, Quotients* quotients) {
  for (const auto& node : graph.nodes()) {
    for (const auto& body : node->bodies) Collect(*body, quotients);
    if (!IsStep(*node)) continue;
    for (const Value* operand : node->inputs) {
      while (!operand->constant && KindOf(operand->node->op) == OpKind::kLayout &&
             operand->node->inputs.size() == 1) {
        operand = operand->node->inputs[0];
      }
      if (!operand->constant && IsInexactQuotient(*operand->node)) quotients->insert(operand->node);
    }
  }
}

class Rebuilder : public GraphRewriter {
 public:
  explicit Rebuilder(Quotients quotients) : quotients_(std::move(quotients)) {}

 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    if (!quotients_.contains(&node)) return Copy(node, inputs);
    const Val a = b().Cast(inputs[0], DType::kF64), c = b().Cast(inputs[1], DType::kF64);
    return {b().Cast(b().Div(a, c), node.output()->dtype())};
  }

  Quotients quotients_;
};

}  // namespace

bool HasInexactQuotients(const Graph& graph) {
  Quotients quotients;
  Collect(graph, &quotients);
  return !quotients.empty();
}

absl::Status ComputeQuotientsExactly(const Graph& graph, Graph* out) {
  Quotients quotients;
  Collect(graph, &quotients);
  return Rebuilder(std::move(quotients)).Rewrite(graph, out);
}

}  // namespace t2n
