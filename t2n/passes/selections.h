// Selections (t2n/ir/selection.h) closed: what a mask chose becomes all there is, and what is made
// of it takes the mask into account.
//
// A tensor [count, ...] of chosen rows becomes [size, ...], one row for every element of the mask;
// the rows that were not chosen hold values of no meaning. They are never seen:
//  - elementwise operations, products and whatever else keeps rows apart go on with them;
//  - sums, means, products, extremes over the rows put the neutral value in their place;
//  - writing rows back (x[mask] = ..., index_add_) leaves them out;
//  - everything that would mix rows in another way, and outputs of such sizes, are refused.
#ifndef T2N_PASSES_SELECTIONS_H_
#define T2N_PASSES_SELECTIONS_H_

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Whether CloseSelections has anything to do in the graph or its bodies.
bool HasSelections(const Graph& graph);

// Rebuilds `graph` in `out` (empty before) without counts of selections. Unimplemented, with the
// places of the mask and of the operation, for what cannot go on with all rows.
absl::Status CloseSelections(const Graph& graph, Graph* out);

}  // namespace t2n

#endif  // T2N_PASSES_SELECTIONS_H_
