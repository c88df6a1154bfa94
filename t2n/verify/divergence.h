// Where a written model goes wrong: the first node whose value in tract is not the graph's own.
#ifndef T2N_VERIFY_DIVERGENCE_H_
#define T2N_VERIFY_DIVERGENCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "emit/emit.h"
#include "t2n/ir/graph.h"
#include "t2n/reference/compare.h"
#include "t2n/runtime/tract.h"

namespace t2n {

struct Divergence {
  const Node* node = nullptr;
  std::string description;            // `Conv at code/__torch__/net.py:12:4 (module conv1)`
  std::string message;                // what differs
  std::vector<std::string> operands;  // a line each: type and first elements
  std::optional<Tensor> want;         // what it should give, if it is not that tract refuses it
  // Of a call that gives other types than are declared, in the place of `want`: the call alone.
  const Graph* alone = nullptr;
  std::vector<Tensor> inputs;
};

// How a graph is tried: written as `emit` says, but into a folder of its own, and run by `tract`.
struct Trial {
  const EmitSpec* emit;
  Tract tract;
  std::vector<std::string> input_names;  // in graph.nnef
  std::string folder;                    // to write into
  Tolerance tolerance;
  bool refused = false;  // the model does not run: what is looked for is what tract refuses
};

// The first node, along the data's way to output `output`, whose value differs, or is of another
// type, while its operands agree. The graph's outputs are as they were when this returns. NotFound
// if no such node is found: what differs alone does not differ when it is an output.
absl::StatusOr<Divergence> FindDivergence(Graph* graph, size_t output,
                                          absl::Span<const Tensor> inputs, const Trial& trial);

}  // namespace t2n

#endif  // T2N_VERIFY_DIVERGENCE_H_
