// The files of a model that was written, wherever they are.
#ifndef TOOLS_DIFF_MODEL_FILES_H_
#define TOOLS_DIFF_MODEL_FILES_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace t2n {

// A model's texts, and its other files by hash.
struct ModelFiles {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::string> hashes;
};

// Of a folder, .tar or .tgz. FailedPrecondition if it cannot be read or has no graph.nnef.
absl::StatusOr<ModelFiles> ReadModel(const std::string& path);

// The file of the graph's text.
constexpr char kGraphFile[] = "graph.nnef";

}  // namespace t2n

#endif  // TOOLS_DIFF_MODEL_FILES_H_
