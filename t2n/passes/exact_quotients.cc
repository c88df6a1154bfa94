#include "t2n/passes/exact_quotients.h"

#include <algorithm>
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

// Whether it is computed from sizes alone.
bool IsOfSizes(const Value& v, int depth) {
  if (v.dims || v.constant) return true;
  if (depth == 0 || v.node->inputs.empty()) return false;
  const OpKind kind = KindOf(v.node->op);
  if (kind != OpKind::kCast && kind != OpKind::kLayout && kind != OpKind::kBinary) return false;
  return std::all_of(v.node->inputs.begin(), v.node->inputs.end(),
                     [&](const Value* input) { return IsOfSizes(*input, depth - 1); });
}

class Search {
 public:
  explicit Search(Quotients* found) : found_(*found) {}

  void Run(const Graph& graph) {
    for (const auto& node : graph.nodes()) {
      for (const auto& body : node->bodies) Run(*body);
      if (!IsStep(*node)) continue;
      for (const Value* operand : node->inputs) Follow(*operand, false, kMaxSteps);
    }
  }

 private:
  static constexpr int kMaxSteps = 6;

  void Follow(const Value& operand, bool computed, int depth) {
    const Value* v = &operand;
    while (!v->constant && KindOf(v->node->op) == OpKind::kLayout && v->node->inputs.size() == 1) {
      v = v->node->inputs[0];
    }
    if (v->constant || v->dims) return;
    const Op op = v->node->op;
    if (op == Op::kDiv) {
      if (IsInexact(*v->node, computed)) found_.insert(v->node);
    } else if (depth > 0 && (op == Op::kMul || op == Op::kAdd || op == Op::kSub)) {
      for (const Value* input : v->node->inputs) Follow(*input, true, depth - 1);
    }
  }

  static bool IsInexact(const Node& node, bool computed) {
    const DType dtype = node.output()->dtype();
    if (dtype != DType::kF32 && dtype != DType::kF16) return false;
    const Value& divisor = BeforeBroadcast(*node.inputs[1]);
    if (divisor.constant) return !computed && !HasExactReciprocal(*divisor.constant);
    return IsOfSizes(divisor, kMaxSteps);
  }

  Quotients& found_;
};

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
  Search(&quotients).Run(graph);
  return !quotients.empty();
}

absl::Status ComputeQuotientsExactly(const Graph& graph, Graph* out) {
  Quotients quotients;
  Search(&quotients).Run(graph);
  return Rebuilder(std::move(quotients)).Rewrite(graph, out);
}

}  // namespace t2n
