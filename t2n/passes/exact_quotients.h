// Quotients of which the last digit decides something.
#ifndef T2N_PASSES_EXACT_QUOTIENTS_H_
#define T2N_PASSES_EXACT_QUOTIENTS_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// tract multiplies by the reciprocal of a divisor, which is off by a digit: 97 / 97 is less than 1
// then, and its floor 0. Rebuilds `graph` in `out` (empty before) with those quotients of f32 and
// f16 in f64, rounded back, by constants or sizes that are rounded, compared or made integers
// (behind what only moves them, those by sizes behind sums and products too: positions in an image
// to be resized). Divisors that are powers of two have exact reciprocals and stay.
absl::Status ComputeQuotientsExactly(const Graph& graph, Graph* out);
// Whether there are such.
bool HasInexactQuotients(const Graph& graph);

}  // namespace t2n

#endif  // T2N_PASSES_EXACT_QUOTIENTS_H_
