// Which values may be NaN where no weight and no input is.
#ifndef EMIT_LOWER_NANS_H_
#define EMIT_LOWER_NANS_H_

#include "absl/container/flat_hash_set.h"
#include "t2n/ir/graph.h"

namespace t2n {

using Nans = absl::flat_hash_set<const Value*>;

// The values, of a graph and of the bodies of its composites, that come from its inputs or from a
// logarithm, a root, a power, a quotient and such, with no product, no norm and nothing chosen
// between. tract's maximum and minimum with a constant lose a NaN: behind a product they are part
// of it, and fast; for these values they are written otherwise. Linear in the graph.
Nans FindNans(const Graph& graph);

// Whether a value is known to be NaN in all its elements.
bool IsNanEverywhere(const Value& value);

}  // namespace t2n

#endif  // EMIT_LOWER_NANS_H_
