// torch's x[indices] as one gather or scatter (numpy's advanced indexing).
#ifndef T2N_ATEN_SHAPE_INDEX_PLAN_H_
#define T2N_ATEN_SHAPE_INDEX_PLAN_H_

#include <optional>
#include <vector>

#include "t2n/aten/core/op_call.h"

namespace t2n {

// The indexed axes in front and joined to one, the other axes behind; `at` says which elements of
// the joined axis. The result of gathering is [at's shape..., other axes...]; transposed by
// `result_perm` it is what torch returns: at's axes in place of the indexed ones if those are
// adjacent, in front if not.
struct IndexPlan {
  std::vector<int64_t> axes;         // the indexed axes; empty if no index was given
  std::vector<int64_t> perm;         // brings them to the front
  Shape front_shape;                 // the shape after that
  Shape flat_shape;                  // ... with the indexed axes joined
  Val at;                            // i64, in [0, size of the joined axis)
  std::vector<int64_t> result_perm;  // of the gathered tensor
};

// Indices are integers (negative ones count from the end), masks, or null; nullopt if the call is
// refused. A mask whose value is not known chooses a selection (t2n/ir/selection.h).
std::optional<IndexPlan> PlanIndex(OpCall& c, const Val& x, std::vector<Val> indices);

// Where `x` is not zero: an i64 tensor an axis (one for rank 0 gives none), of a selection's count
// where the value is not known. nullopt if `c` refuses.
std::optional<std::vector<Val>> NonzeroPositions(OpCall& c, const Val& x);

}  // namespace t2n

#endif  // T2N_ATEN_SHAPE_INDEX_PLAN_H_
