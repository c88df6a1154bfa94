// Work that may crash or hang, in a process of its own.
#ifndef T2N_RUNTIME_CHILD_H_
#define T2N_RUNTIME_CHILD_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace t2n {

// What `work` returns, run in a child process (a copy of this one: what it changes is lost but for
// files). Its stderr is kept from the terminal. Aborted if it crashes, with the last lines of its
// stderr; DeadlineExceeded if it does not end in time.
absl::Status RunInChild(const std::function<absl::Status()>& work, absl::Duration limit);

}  // namespace t2n

#endif  // T2N_RUNTIME_CHILD_H_
