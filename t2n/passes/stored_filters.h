// Filters that are computed from constants, as constants: for runtimes that convolve by stored
// filters alone.
#ifndef T2N_PASSES_STORED_FILTERS_H_
#define T2N_PASSES_STORED_FILTERS_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Whether a convolution of the graph or of its bodies has a computed filter.
bool HasComputedFilters(const Graph& graph);

// Rebuilds `graph` in `out` (empty before) with the filters of convolutions computed where nothing
// but constants goes into them, such as the steps of quantized weights; others stay.
absl::Status StoreFilters(const Graph& graph, Graph* out);

}  // namespace t2n

#endif  // T2N_PASSES_STORED_FILTERS_H_
