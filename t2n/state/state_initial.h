// The values that a model's states have before the first call.
#ifndef T2N_STATE_STATE_INITIAL_H_
#define T2N_STATE_STATE_INITIAL_H_

#include <vector>

#include "absl/status/status.h"
#include "t2n/state/state.h"

namespace t2n {

// Sets `initial` of all states: the attribute's own value if it has the state's type and
// `own_values` says that the first call finds it as later calls do. Otherwise `steady` must give on
// the initial values what the calls before it give in a row, shown with the reference evaluator on
// random inputs; tried are own values, zeros, and the constants of those calls. `early`: the calls
// before `steady`, in order; outputs are added to their graphs. `results`: how many outputs of all
// graphs are the method's. Unimplemented if nothing fits.
absl::Status FindInitialValues(const Graph& steady, size_t results, bool own_values,
                               std::vector<CallResult>* early, std::vector<StateTensor>* states);

}  // namespace t2n

#endif  // T2N_STATE_STATE_INITIAL_H_
