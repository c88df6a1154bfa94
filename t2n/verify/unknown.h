// What nobody but the target can compute.
#ifndef T2N_VERIFY_UNKNOWN_H_
#define T2N_VERIFY_UNKNOWN_H_

#include "t2n/ir/graph.h"

namespace t2n {

// The first node that outputs depend on, or that stands in a body of such a node, which calls a
// fragment of the user's that has no body (t2n/builder/custom.h); null if there is none. The
// reference evaluator cannot go past it.
const Node* FirstUnknown(const Graph& graph);

}  // namespace t2n

#endif  // T2N_VERIFY_UNKNOWN_H_
