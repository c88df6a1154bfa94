// The calls to the system that a sandbox leaves.
#ifndef TOOLS_SANDBOX_FILTER_H_
#define TOOLS_SANDBOX_FILTER_H_

#include "absl/status/status.h"

namespace t2n {

// EnterSandbox's half: all calls but those of a list fail with EPERM. FailedPrecondition if that
// cannot be.
absl::Status FilterCalls();

}  // namespace t2n

#endif  // TOOLS_SANDBOX_FILTER_H_
