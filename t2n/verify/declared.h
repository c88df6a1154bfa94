// Whether calls of the user's fragments (t2n/builder/custom.h) give what is declared of them.
//
// Between builder and writer nobody looks at what a fragment computes: the types of its results are
// what the user says, and what is wrong about them shows somewhere behind the call, or not at all.
// So each call is written as a model of its own, and tract is asked what it gives.
#ifndef T2N_VERIFY_DECLARED_H_
#define T2N_VERIFY_DECLARED_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "emit/emit.h"
#include "t2n/ir/graph.h"
#include "t2n/runtime/tract.h"
#include "t2n/verify/written.h"

namespace t2n {

// A call that is not as declared, or that could not be tried.
struct TriedCall {
  const Node* node = nullptr;
  std::string description;       // `fragment norm at code/__torch__/net.py:12:4 (module n)`
  std::string difference;        // `result 0: f32[2,8], declared f16[2,8]`; one after the other
  std::string why_not;           // it could not be tried
  std::unique_ptr<Graph> alone;  // the call alone, at the sizes that were asked for
  std::vector<Tensor> inputs;    // what that was run on
  std::vector<Tensor> got;
};

// The calls of the graph that outputs depend on, and of its bodies, in order; of calls that are
// alike (fragment, attributes, types) the first. Operands are generated.
std::vector<TriedCall> TryDeclarations(const Graph& graph, const SymbolBinding& symbols,
                                       const EmitSpec& emit, const Tract& tract,
                                       const std::string& folder);

}  // namespace t2n

#endif  // T2N_VERIFY_DECLARED_H_
