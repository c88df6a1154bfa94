// Selections (t2n/builder/selection.h) padded: what a mask chose stands first among as many rows as
// there can be, and behind it are rows of no meaning. How many count is computed beside it.
//
// Where CloseSelections leaves every row at its place, here the chosen ones move to the front. So
// their order means what it means in the program: slices, sorts, joins and loops over rows that
// suppress others go on too. Rows of no meaning are left out of sums and products, sorted behind
// all others, and point at row 0.
#ifndef T2N_PASSES_PADDED_ROWS_H_
#define T2N_PASSES_PADDED_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// An output that was padded, and the one that says how many of its rows count.
struct PaddedOutput {
  std::string name, count;
};

// Rebuilds `graph` in `out` (empty before). An output with as many rows as the inputs' values
// decide has at most `most`, the first ones; rows that do not count are zeros. Behind all outputs
// come the counts, each once: i64 without axes, called as the first output of that size and
// `_count`. Unimplemented, with its place, for what cannot go on with padded rows.
absl::Status PadSelections(const Graph& graph, int64_t most, Graph* out,
                           std::vector<PaddedOutput>* padded);

}  // namespace t2n

#endif  // T2N_PASSES_PADDED_ROWS_H_
