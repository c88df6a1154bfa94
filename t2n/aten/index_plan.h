// torch's x[indices] as one gather or scatter (numpy's advanced indexing).
#ifndef T2N_ATEN_INDEX_PLAN_H_
#define T2N_ATEN_INDEX_PLAN_H_

#include <optional>
#include <vector>

#include "t2n/aten/op_call.h"

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

// Indices are integers (negative ones count from the end), bools of a known value, or null. Fails
// in `c` and returns nullopt if a mask's value is not known.
std::optional<IndexPlan> PlanIndex(OpCall& c, const Val& x, std::vector<Val> indices);

// Where a constant is not zero: an i64 tensor an axis (one for rank 0 gives none). nullopt if it is
// no constant.
std::optional<std::vector<Val>> KnownNonzero(Builder& b, const Val& x);

}  // namespace t2n

#endif  // T2N_ATEN_INDEX_PLAN_H_
