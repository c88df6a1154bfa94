// Calls of the user's fragments, which nobody but the target can compute where they have no body.
#ifndef T2N_VERIFY_UNKNOWN_H_
#define T2N_VERIFY_UNKNOWN_H_

#include <vector>

#include "t2n/ir/graph.h"

namespace t2n {

// The nodes that outputs depend on, or that stand in bodies of such nodes, which call a fragment of
// the user's (t2n/builder/custom.h), in order.
std::vector<const Node*> CustomCalls(const Graph& graph);

// The first of them that has no body; null if there is none. The reference evaluator cannot go past
// it.
const Node* FirstUnknown(const Graph& graph);

}  // namespace t2n

#endif  // T2N_VERIFY_UNKNOWN_H_
