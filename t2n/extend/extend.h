// The user's operators and modules of --extend: files of proto/extension.proto.
#ifndef T2N_EXTEND_EXTEND_H_
#define T2N_EXTEND_EXTEND_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "emit/nnef/fragments.h"
#include "t2n/values/custom_modules.h"

namespace t2n {

struct Extensions {
  CustomCode code;
  std::shared_ptr<nnef::FragmentLibrary> fragments = std::make_shared<nnef::FragmentLibrary>();

  // A line for each operator and module of the files that no call has met.
  std::vector<std::string> Unmet() const;

  struct Entry {
    std::string what;  // `--extend my.textproto: module pkg.Attention`
    std::shared_ptr<bool> met;
  };
  std::vector<Entry> entries;
};

// Reads the files, in order. InvalidArgument with file, line and column for what is no such file, a
// schema or expression that cannot be read, and what does not fit: a fragment that is missing, a
// parameter that nothing is given for, another number of results. Modules that the program is
// linked with (register.h) come behind.
absl::StatusOr<std::unique_ptr<const Extensions>> LoadExtensions(
    const std::vector<std::string>& paths);

// The files that LoadExtensions reads: these, and those with the fragments that they name. Errors:
// its own, of what cannot be read.
absl::StatusOr<std::vector<std::string>> FilesOfExtensions(const std::vector<std::string>& paths);

}  // namespace t2n

#endif  // T2N_EXTEND_EXTEND_H_
