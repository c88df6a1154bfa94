// Where a value lies in the arguments of a method: `x`, `pair.0`, `state.hidden`, `d["odd key"]`,
// `d[3]`, `d.a[0]`.
#ifndef T2N_PROGRAM_INPUT_PATH_H_
#define T2N_PROGRAM_INPUT_PATH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n {

// An index, a field or a key: `.0`, `.hidden`, `["odd key"]`, `[-1]`.
struct PathStep {
  std::string text;
  bool quoted = false;  // a key that is a string, whatever it looks like

  bool operator==(const PathStep& other) const {
    return text == other.text && quoted == other.quoted;
  }
};

// The step to a key that is a string.
PathStep StepToText(std::string key);

struct InputPath {
  std::string argument;
  std::vector<PathStep> steps;

  // As short as it can be written: `d.a` of `d["a"]`. Two paths are the same if this is.
  std::string ToString() const;
  // Without quotes and brackets, for names: `d.odd key`.
  std::string Label() const;
  InputPath Child(PathStep step) const;
};

// InvalidArgument, with a message to stand behind the path, if it is none.
absl::StatusOr<InputPath> ParseInputPath(absl::string_view text);

// The parts of `text` between `separator`, but for those in quotes or brackets; empty ones are left
// out.
std::vector<std::string> SplitOutsideQuotes(absl::string_view text, char separator);

}  // namespace t2n

#endif  // T2N_PROGRAM_INPUT_PATH_H_
