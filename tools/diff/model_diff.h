// What changed between two models that were written.
#ifndef TOOLS_DIFF_MODEL_DIFF_H_
#define TOOLS_DIFF_MODEL_DIFF_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace t2n {

// A line for each difference of the models at two paths (folders, .tar or .tgz): interface,
// extensions and fragments, then operations below the module that they belong to (told by the
// weights, as the labels of these have it), then how many tensors only have other names, then files
// of weights by their bytes (`=` where only their names changed). Empty if there is none. Errors:
// those of ReadModel.
absl::StatusOr<std::vector<std::string>> DiffModels(const std::string& a, const std::string& b);

}  // namespace t2n

#endif  // TOOLS_DIFF_MODEL_DIFF_H_
