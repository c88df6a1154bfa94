// Takes from a process what converting does not need: files, the network, other programs.
#ifndef TOOLS_SANDBOX_SANDBOX_H_
#define TOOLS_SANDBOX_SANDBOX_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace t2n {

// What can be opened in a sandbox, besides what is open already.
struct SandboxFiles {
  std::vector<std::string> read;     // files
  std::vector<std::string> written;  // folders: files in them may be made, written and taken away
};

// From here on this thread, and all that it starts, can open only these files, and make no other
// call to the system than those that computing, memory, threads, and reading and writing files
// take: no sockets, no programs, no other processes, no names or modes of files changed. A call
// that is not allowed fails with EPERM or EACCES. What stat tells of other files can still be seen.
// There is no way back. To be called while the process has one thread.
//
// Landlock(7) holds the files, a filter of seccomp(2) the rest. FailedPrecondition if the system
// has not both, or this build has not libseccomp: the process is then not to go on.
absl::Status EnterSandbox(const SandboxFiles& files);

}  // namespace t2n

#endif  // TOOLS_SANDBOX_SANDBOX_H_
