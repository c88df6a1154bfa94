#include "tools/sandbox/sandbox.h"

#include "t2n/base/status.h"
#include "tools/sandbox/filter.h"
#include "tools/sandbox/landlock.h"

namespace t2n {

absl::Status EnterSandbox(const SandboxFiles& files) {
  T2N_RETURN_IF_ERROR(RestrictFiles(files));
  return FilterCalls();
}

}  // namespace t2n
