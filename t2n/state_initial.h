// The values that a model's states have before the first call.
#ifndef T2N_STATE_INITIAL_H_
#define T2N_STATE_INITIAL_H_

#include <vector>

#include "absl/status/status.h"
#include "t2n/state.h"

namespace t2n {

// Sets `initial` of all states: the attribute's own value if it has the state's type and
// `own_values` says that the first call finds it as later calls do. Otherwise `steady` must give on
// the initial values what the first call gives, shown with the reference evaluator on random
// inputs; tried are own values, zeros, and the constants of the first call's graph. `results`: how
// many outputs of both graphs are the method's. Adds outputs to `first`. Unimplemented if nothing
// fits.
absl::Status FindInitialValues(const Graph& steady, size_t results, bool own_values,
                               CallResult* first, std::vector<StateTensor>* states);

}  // namespace t2n

#endif  // T2N_STATE_INITIAL_H_
