// --sandbox: a conversion in a process of its own, which has no rights but to the archive.
#ifndef TOOLS_SANDBOXED_H_
#define TOOLS_SANDBOXED_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "emit/container.h"
#include "tools/commands.h"

namespace t2n {

// What a conversion in a sandbox has others do.
struct Outside {
  OpenedStaging output;                                         // spec.out
  std::function<absl::Status(absl::string_view)> write_report;  // its text, at spec.report
};

// Opens what `command` writes to, and lets `convert` run in a sandboxed child (EnterSandbox), whose
// exit status it returns. What needs rights is done here at the child's request: giving OUT its
// name and writing the report. A child that is at fault can therefore do no more than a wrong
// model.
int ConvertSandboxed(const CommandLine& command,
                     const std::function<int(const CommandLine&, const Outside&)>& convert);

}  // namespace t2n

#endif  // TOOLS_SANDBOXED_H_
