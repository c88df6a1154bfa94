#include "t2n/passes/stored_filters.h"

#include <optional>
#include <utility>
#include <vector>

#include "t2n/kernels/kernel.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

bool IsConvolution(Op op) { return op == Op::kConv || op == Op::kConvTranspose; }

// What a value is known to be when all before it is; none if an input goes into it.
std::optional<Tensor> Computed(const Value& value) {
  if (value.constant) return value.constant;
  const Node& node = *value.node;
  if (node.op == Op::kInput || node.outputs.size() != 1 || !node.bodies.empty()) {
    return std::nullopt;
  }
  std::vector<Tensor> inputs;
  for (const Value* v : node.inputs) {
    std::optional<Tensor> known = Computed(*v);
    if (!known) return std::nullopt;
    inputs.push_back(*std::move(known));
  }
  auto results = RunNode(node, inputs, [](absl::string_view) { return std::nullopt; });
  return results.ok() ? std::make_optional(std::move((*results)[0])) : std::nullopt;
}

class Rebuilder : public GraphRewriter {
 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    if (!IsConvolution(node.op) || node.inputs[1]->constant) return Copy(node, inputs);
    std::optional<Tensor> filter = Computed(*node.inputs[1]);
    if (!filter) return Copy(node, inputs);
    Vals stored = inputs;
    stored[1] = b().Constant(*std::move(filter));
    const Value* named = node.inputs[1];
    while (named->name.empty() && !named->node->inputs.empty()) named = named->node->inputs[0];
    if (stored[1]) stored[1]->name = named->name;
    return Copy(node, stored);
  }
};

}  // namespace

bool HasComputedFilters(const Graph& graph) {
  return AnyNode(
      graph, [](const Node& node) { return IsConvolution(node.op) && !node.inputs[1]->constant; });
}

absl::Status StoreFilters(const Graph& graph, Graph* out) {
  return Rebuilder().Rewrite(graph, out);
}

}  // namespace t2n
