// tract's command line (crates.io's tract-cli), in the place of its library.
#ifndef T2N_RUNTIME_COMMAND_H_
#define T2N_RUNTIME_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// `0.23.9` of `tract 0.23.9`, what `COMMAND --version` says. FailedPrecondition if it is not that.
absl::StatusOr<std::string> VersionOfCommand(const std::string& command);

// The outputs of the model at `path` for inputs of these names, which are put into the .npz `given`
// (`COMMAND PATH run --input-from-npz GIVEN --dump`). They are read from what it prints: an .npz of
// its own has no halves, no sizes that tract computes with, and no two outputs that are one.
// FailedPrecondition with the command's own words if it fails. It ends with this process.
absl::StatusOr<std::vector<Tensor>> RunByCommand(const std::string& command,
                                                 const std::string& path,
                                                 absl::Span<const Tensor> inputs,
                                                 absl::Span<const std::string> names,
                                                 const std::string& given);

}  // namespace t2n

#endif  // T2N_RUNTIME_COMMAND_H_
