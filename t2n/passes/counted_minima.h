// Numbers of rows that are least of a number and an open size, as counts: `topk(x, min(1000, n))`.
#ifndef T2N_PASSES_COUNTED_MINIMA_H_
#define T2N_PASSES_COUNTED_MINIMA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/ir/graph.h"

namespace t2n {

// The symbol of a count, which is min(most, size).
struct CountedMinimum {
  std::string symbol;
  int64_t most;
  Dim size;
};

// Where a size of `graph` is a sum of such numbers of best rows (the levels of a detector), as its
// readers would have to reason on, `graph` rebuilt in `out` (empty before) with a count for each of
// them. Empty, and nothing built, if there is no such sum or an output has such a size.
absl::StatusOr<std::vector<CountedMinimum>> CountMinima(const Graph& graph, Graph* out);

}  // namespace t2n

#endif  // T2N_PASSES_COUNTED_MINIMA_H_
