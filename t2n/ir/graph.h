// The graph: nodes of primitives in the order they were built (inputs before users).
#ifndef T2N_IR_GRAPH_H_
#define T2N_IR_GRAPH_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/ir/dim.h"
#include "t2n/ir/dtype.h"
#include "t2n/ir/primitives.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// Affine quantization: real = (integer - zero_point) * scale. One entry per tensor, or one per
// slice along `axis` (per channel).
struct QuantParams {
  std::vector<double> scale;
  std::vector<int64_t> zero_point;
  int64_t axis = -1;  // -1: per tensor
  bool operator==(const QuantParams& o) const {
    return scale == o.scale && zero_point == o.zero_point && axis == o.axis;
  }
};
using QuantPtr = std::shared_ptr<const QuantParams>;

struct ValueType {
  DType dtype = DType::kF32;
  Shape shape;
  QuantPtr quant;  // set exactly for quantized dtypes
};

// Where in the archive a node came from: a chain of calls, innermost first.
struct Place {
  std::shared_ptr<const Place> caller;
  std::string module_path;  // `encoder.layer.3.attention`; empty for the root module
  std::string entry;        // `code/__torch__/net.py`
  int line = 0;             // 1-based; 0 if unknown
  int column = 0;
  // `code/__torch__/net.py:12:4 (module encoder.layer.3)`
  std::string ToString() const;
};
using PlacePtr = std::shared_ptr<const Place>;

using Attr = std::variant<int64_t, double, bool, std::string, DType, std::vector<int64_t>, Dim,
                          Shape, QuantPtr>;

// A node's attributes, by name. The getters are for attributes the primitive has (see
// primitives.h); asking for one it has not is a bug of the caller, answered with a zero value.
class Attrs {
 public:
  Attrs() = default;
  Attrs(std::initializer_list<std::pair<absl::string_view, Attr>> init);

  void Set(absl::string_view name, Attr value);
  bool Has(absl::string_view name) const { return Find(name) != nullptr; }
  const Attr* Find(absl::string_view name) const;

  int64_t Int(absl::string_view name) const;
  double Float(absl::string_view name) const;
  bool Bool(absl::string_view name) const;
  const std::string& Str(absl::string_view name) const;
  DType Type(absl::string_view name) const;
  const std::vector<int64_t>& Ints(absl::string_view name) const;
  Dim Size(absl::string_view name) const;
  const Shape& Sizes(absl::string_view name) const;
  QuantPtr Quant(absl::string_view name) const;

  const std::vector<std::pair<std::string, Attr>>& all() const { return attrs_; }
  bool operator==(const Attrs& other) const;
  // `axis=1, begin=0, end=S`
  std::string ToString() const;

 private:
  std::vector<std::pair<std::string, Attr>> attrs_;
};

struct Node;
class Graph;

// One output of a node. A value keeps its node even when its elements are known, so that the
// history of a folded constant (a view of a weight, say) is not lost; unused history is dead code.
struct Value {
  Node* node = nullptr;
  int index = 0;
  int id = 0;  // unique in the graph, in order of creation
  ValueType type;
  std::optional<Tensor> constant;  // the elements, if known
  std::optional<Shape> dims;       // integers: elements as size expressions, row-major, if known
  std::string name;                // the script variable it was bound to first, or empty

  DType dtype() const { return type.dtype; }
  const Shape& shape() const { return type.shape; }
  int64_t rank() const { return static_cast<int64_t>(type.shape.size()); }
  bool is_constant() const { return constant.has_value(); }
};

// What a Scan node iterates (attributes of Op::kScan):
//   inputs of the node = scanned inputs, then initial states, then full inputs;
//   inputs of the body = the same, scanned ones with size 1 along their axis;
//   outputs of the body = new states, then scanned outputs (size 1 along their axis);
//   outputs of the node = last states, then scanned outputs, concatenated.
// {scan_inputs, states, scan_outputs: counts; scan_axes, output_axes: one a scanned input/output;
//  reverse: all run from the end to the begin; length: dim}
struct Node {
  Op op;
  Attrs attrs;
  std::vector<Value*> inputs;
  std::vector<std::unique_ptr<Value>> outputs;
  std::vector<std::unique_ptr<Graph>> bodies;  // Composite: 1, Scan: 1
  PlacePtr place;
  Graph* graph = nullptr;

  Value* output(int i = 0) const { return outputs[i].get(); }
};

class Graph {
 public:
  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  // Appends a node with outputs of the given types. No rule is checked here: use Builder.
  Node* AddNode(Op op, Attrs attrs, std::vector<Value*> inputs, std::vector<ValueType> types,
                PlacePtr place = nullptr);

  std::vector<std::unique_ptr<Node>>& nodes() { return nodes_; }
  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
  std::vector<Value*>& inputs() { return inputs_; }
  const std::vector<Value*>& inputs() const { return inputs_; }
  std::vector<Value*>& outputs() { return outputs_; }
  const std::vector<Value*>& outputs() const { return outputs_; }
  // Names of the outputs as the caller should see them; one each.
  std::vector<std::string>& output_names() { return output_names_; }
  const std::vector<std::string>& output_names() const { return output_names_; }

  // Drops nodes that no output needs; inputs stay. A value that is_constant() needs no history.
  void EliminateDeadCode();

  // One line a node: `%3 f32[1,S,4] = Add(%1, %2) {axis=1}  # name`; bodies indented. Values are
  // numbered in the order of the lines, whatever was built and dropped between. For goldens.
  std::string ToString() const;

 private:
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Value*> inputs_;
  std::vector<Value*> outputs_;
  std::vector<std::string> output_names_;
  int next_id_ = 0;
};

// `f32[1,S,4]`
std::string TypeToString(const ValueType& type);

}  // namespace t2n

#endif  // T2N_IR_GRAPH_H_
