// A converted graph as it is drawn: operations that follow one another without a branch are one
// node, weights are folded away, and nodes stand in the boxes of their modules.
#ifndef T2N_PREVIEW_DRAWING_H_
#define T2N_PREVIEW_DRAWING_H_

#include <string>
#include <vector>

#include "proto/conversion.pb.h"

namespace t2n {

struct Drawing {
  // A chain of operations, or an input.
  struct Node {
    std::vector<int> operations;  // in the report's operation_list
    // The module that the node stands in: `layer1.0`. A small module that is a chain by itself
    // (`layer1.0.conv1`) has no box; its operations stand in that of the module around it.
    std::string box;
  };
  struct Edge {
    int from = 0, to = 0;  // nodes; `to` is -1 for an output of the model
    std::string tensor;    // its name
    std::string type;      // `f32[1,64,56,56]`; empty if it is not known
  };
  std::vector<Node> nodes;  // in the order of execution
  std::vector<Edge> edges;  // each tensor once between two nodes
};

// Linear in the report's operations and their operands.
Drawing Draw(const proto::ConversionReport& report);

// Whether the operation reads a file: `variable<scalar>`; or the model's input: `external`.
bool IsVariable(const proto::OperationInfo& operation);
bool IsInput(const proto::OperationInfo& operation);

}  // namespace t2n

#endif  // T2N_PREVIEW_DRAWING_H_
