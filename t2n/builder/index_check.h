// Indices that are known when the graph is built.
#ifndef T2N_BUILDER_INDEX_CHECK_H_
#define T2N_BUILDER_INDEX_CHECK_H_

#include <vector>

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// For the primitives that take index tensors: OutOfRange if a constant one, of at most 64 Ki
// elements, has an index outside of the axis it is for. Runtimes do not agree on what they read
// there.
absl::Status CheckIndices(Op op, const Attrs& attrs, const std::vector<Value*>& inputs);

}  // namespace t2n

#endif  // T2N_BUILDER_INDEX_CHECK_H_
