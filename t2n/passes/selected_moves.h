// Chains of reshapes, transposes and slices, in the fewest operations.
#ifndef T2N_PASSES_SELECTED_MOVES_H_
#define T2N_PASSES_SELECTED_MOVES_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Rebuilds `graph` in `out` (empty before): what a chain of Reshape, Transpose and Slice of known
// sizes makes of a tensor becomes slices of it, one Reshape, one Transpose and one Reshape, where
// the chain selects something and that are fewer operations. So torch.export has the queries, keys
// and values of nn.MultiheadAttention: nine moves each of one product, three afterwards.
absl::Status JoinSelectedMoves(const Graph& graph, Graph* out);
// Whether there may be such: a slice of what was moved.
bool HasSelectedMoves(const Graph& graph);

}  // namespace t2n

#endif  // T2N_PASSES_SELECTED_MOVES_H_
