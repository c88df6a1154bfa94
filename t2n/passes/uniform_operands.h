// Operands that are one number everywhere, as that number: for runtimes that replace an operation
// with such a constant by one of the other operand alone (a power by a square, a product by a
// shift, a sum with 0 by what is added to), which then lacks the sizes that only the constant has.
#ifndef T2N_PASSES_UNIFORM_OPERANDS_H_
#define T2N_PASSES_UNIFORM_OPERANDS_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Whether an elementwise operation of the graph or of its bodies has sizes from such an operand.
bool HasUniformOperands(const Graph& graph);

// Rebuilds `graph` in `out` (empty before): `x ** [2, 2, 2]` of an x of size 1 is the square of x,
// repeated three times.
absl::Status NarrowUniformOperands(const Graph& graph, Graph* out);

}  // namespace t2n

#endif  // T2N_PASSES_UNIFORM_OPERANDS_H_
