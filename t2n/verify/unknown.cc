#include "t2n/verify/unknown.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "t2n/builder/custom.h"

namespace t2n {
namespace {

absl::flat_hash_set<const Node*> Needed(const Graph& graph) {
  absl::flat_hash_set<const Node*> needed;
  for (const Value* output : graph.outputs()) needed.insert(output->node);
  for (auto it = graph.nodes().rbegin(); it != graph.nodes().rend(); ++it) {
    if (!needed.contains(it->get())) continue;
    for (const Value* input : (*it)->inputs) needed.insert(input->node);
  }
  return needed;
}

}  // namespace

std::vector<const Node*> CustomCalls(const Graph& graph) {
  const absl::flat_hash_set<const Node*> needed = Needed(graph);
  std::vector<const Node*> calls;
  for (const auto& node : graph.nodes()) {
    if (!needed.contains(node.get())) continue;
    if (IsCustom(*node)) calls.push_back(node.get());
    for (const auto& body : node->bodies) {
      for (const Node* inner : CustomCalls(*body)) calls.push_back(inner);
    }
  }
  return calls;
}

const Node* FirstUnknown(const Graph& graph) {
  const std::vector<const Node*> calls = CustomCalls(graph);
  const auto unknown = std::find_if(calls.begin(), calls.end(),
                                    [](const Node* node) { return node->bodies.empty(); });
  return unknown == calls.end() ? nullptr : *unknown;
}

}  // namespace t2n
