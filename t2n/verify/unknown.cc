#include "t2n/verify/unknown.h"

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

const Node* FirstUnknown(const Graph& graph) {
  const absl::flat_hash_set<const Node*> needed = Needed(graph);
  for (const auto& node : graph.nodes()) {
    if (!needed.contains(node.get())) continue;
    if (IsCustom(*node) && node->bodies.empty()) return node.get();
    for (const auto& body : node->bodies) {
      if (const Node* inner = FirstUnknown(*body)) return inner;
    }
  }
  return nullptr;
}

}  // namespace t2n
