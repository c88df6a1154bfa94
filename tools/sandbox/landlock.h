// The files that a sandbox leaves.
#ifndef TOOLS_SANDBOX_LANDLOCK_H_
#define TOOLS_SANDBOX_LANDLOCK_H_

#include "absl/status/status.h"
#include "tools/sandbox/sandbox.h"

namespace t2n {

// EnterSandbox's half: other files cannot be opened, made or taken away, and no connections be made
// where the kernel's Landlock knows of them. FailedPrecondition if the kernel has none;
// Unavailable if one of the files cannot be looked at.
absl::Status RestrictFiles(const SandboxFiles& files);

}  // namespace t2n

#endif  // TOOLS_SANDBOX_LANDLOCK_H_
