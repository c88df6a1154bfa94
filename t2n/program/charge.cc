#include "t2n/program/charge.h"

#include "t2n/base/allowance.h"
#include "t2n/ir/primitives.h"

namespace t2n {
namespace {

struct Made {
  int64_t operations = 0;
  int64_t bytes = 0;  // of constants
};

void Count(const Graph& graph, size_t begin, Made* made) {
  for (size_t i = begin; i < graph.nodes().size(); ++i) {
    const Node& node = *graph.nodes()[i];
    ++made->operations;
    for (const auto& body : node.bodies) Count(*body, 0, made);
    // What is given stays where it is, and a view has no elements of its own.
    if (node.op == Op::kConstant || IsViewOp(node.op)) continue;
    for (const auto& v : node.outputs) {
      if (v->constant && !v->constant->is_expanded()) made->bytes += v->constant->nbytes();
    }
  }
}

}  // namespace

absl::Status ChargeNodes(const Graph& graph, size_t begin) {
  Made made;
  Count(graph, begin, &made);
  return Allowance::Current().CountOperations(made.operations, made.bytes);
}

}  // namespace t2n
