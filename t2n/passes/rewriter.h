// A graph built anew, node by node: what passes that replace primitives by others share.
#ifndef T2N_PASSES_REWRITER_H_
#define T2N_PASSES_REWRITER_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "t2n/builder/builder.h"

namespace t2n {

// Whether a node of the graph or of a body in it is such.
bool AnyNode(const Graph& graph, absl::FunctionRef<bool(const Node&)> is);
// The same of the values that nodes give.
bool AnyValue(const Graph& graph, absl::FunctionRef<bool(const Value&)> is);

class GraphRewriter {
 public:
  virtual ~GraphRewriter() = default;

  // Builds in `out` (empty before) what RewriteNode makes of each node of `graph`, with the names
  // and places of the old one; dead nodes are dropped. The builder's failure if there is one.
  absl::Status Rewrite(const Graph& graph, Graph* out);

 protected:
  using Vals = std::vector<Val>;

  // The results of a node for its rewritten inputs; the node as it is if not overridden.
  virtual Vals RewriteNode(const Node& node, const Vals& inputs) { return Copy(node, inputs); }
  virtual ValueType RewriteInputType(const ValueType& type) { return type; }
  virtual Tensor RewriteConstant(const Tensor& tensor) { return tensor; }
  // What the graph gives for an output, of its rewritten value.
  virtual Val RewriteOutput(const Value&, const Val& rewritten) { return rewritten; }

  // Of the graph, or of the body that is being built.
  Builder& b() { return *builder_; }
  // The node with these inputs, its body rewritten.
  Vals Copy(const Node& node, const Vals& inputs) { return Copy(node, node.attrs, inputs); }
  Vals Copy(const Node& node, const Attrs& attrs, const Vals& inputs);
  // Builds the rewritten body of a node.
  Builder::BodyFn Body(const Node& node);

 private:
  Vals CopyCustom(const Node& node, const Attrs& attrs, const Vals& inputs);
  Val Get(const Value* value);
  absl::Status RewriteNodes(const Graph& graph);

  Builder* builder_ = nullptr;
  absl::flat_hash_map<const Value*, Val> values_;
};

}  // namespace t2n

#endif  // T2N_PASSES_REWRITER_H_
