// Folding by construction: what a new node's outputs are known to be.
#ifndef T2N_BUILDER_FOLD_H_
#define T2N_BUILDER_FOLD_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Sets `constant` or `dims` of the node's outputs where they are known:
//  - view primitives of constants become views (no bytes move);
//  - other primitives of constants run their kernel, unless the result would be much larger than
//    what it is made of (such nodes stay, and are small), or they widen bytes to floats;
//  - integer tensors of sizes are computed element by element as Dims.
absl::Status FoldNode(Node* node);

}  // namespace t2n

#endif  // T2N_BUILDER_FOLD_H_
