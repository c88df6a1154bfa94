// Computation in f16 of a graph in f32: half the memory, and half the bytes that products read.
#ifndef T2N_PASSES_HALF_FLOATS_H_
#define T2N_PASSES_HALF_FLOATS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Rebuilds `graph` in `out` (empty before) with f16 in the place of f32, but for:
//  - inputs and outputs, which keep their types: they are cast;
//  - softmax, normalizations, sums, means, exponentials, logarithms, powers, roots, resizing, loops
//    and fragments of the user's: what a half would overflow in, or loses digits that count. Their
//    operands are cast to f32, and their results stay f32 until they meet a half or a product;
//  - what is computed from integers and sizes alone, such as positions and their angles, until
//  then;
//  - operations with a number that f16 has not: -1e30 of a mask, an epsilon of 1e-12;
//  - nodes in modules (by dotted path) that `exempt` takes.
// Weights become f16 as they are read: a model of any size takes no more memory for it.
absl::Status ComputeInHalf(const Graph& graph, absl::FunctionRef<bool(absl::string_view)> exempt,
                           Graph* out);

}  // namespace t2n

#endif  // T2N_PASSES_HALF_FLOATS_H_
