// What changed between two models that were written.
#ifndef TOOLS_MODEL_DIFF_H_
#define TOOLS_MODEL_DIFF_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace t2n {

// A line for each difference of the models at two paths (folders, .tar or .tgz): interface and
// extensions, operations by name, files of weights by their bytes. Empty if there is none.
// FailedPrecondition if one cannot be read or has no graph.nnef.
absl::StatusOr<std::vector<std::string>> DiffModels(const std::string& a, const std::string& b);

}  // namespace t2n

#endif  // TOOLS_MODEL_DIFF_H_
