// What a refusal in the search for state tells code beyond its message, as t2n/ir/failure.h has it
// for calls of a program.
#ifndef T2N_STATE_REFUSAL_H_
#define T2N_STATE_REFUSAL_H_

#include "absl/status/status.h"

namespace t2n {

// A refusal that converting without state would lift, and that says so: --state drop.
absl::Status AsDroppable(absl::Status refusal);
bool IsDroppable(const absl::Status& refusal);

// A failure with another message and code that tells code what `status` does.
absl::Status Reworded(const absl::Status& status, absl::Status told);

}  // namespace t2n

#endif  // T2N_STATE_REFUSAL_H_
