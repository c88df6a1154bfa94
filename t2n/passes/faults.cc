#include "t2n/passes/faults.h"

#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

class Rebuilder : public GraphRewriter {
 public:
  explicit Rebuilder(const Node* faulty) : faulty_(faulty) {}

 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    Vals results = Copy(node, inputs);
    if (&node == faulty_ && !results.empty() && results[0]) {
      Val& first = results[0];
      first = first.dtype() == DType::kBool ? b().Not(first) : first + 1.0;
    }
    return results;
  }

  const Node* faulty_;
};

}  // namespace

absl::Status AddFault(const Graph& graph, size_t index, Graph* out) {
  const Node* faulty = index < graph.nodes().size() ? graph.nodes()[index].get() : nullptr;
  return Rebuilder(faulty).Rewrite(graph, out);
}

}  // namespace t2n
