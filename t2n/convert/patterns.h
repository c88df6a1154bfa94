// Patterns of names (*, ?, [abc]) that fields of the spec hold.
#ifndef T2N_CONVERT_PATTERNS_H_
#define T2N_CONVERT_PATTERNS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"

namespace t2n {

// The patterns of a field, and which of them have matched nothing so far.
class Patterns {
 public:
  explicit Patterns(const google::protobuf::RepeatedPtrField<std::string>& patterns)
      : patterns_(patterns.begin(), patterns.end()), idle_(patterns.begin(), patterns.end()) {}

  bool empty() const { return patterns_.empty(); }
  bool Match(absl::string_view name);
  const std::set<std::string>& idle() const { return idle_; }

 private:
  std::vector<std::string> patterns_;
  std::set<std::string> idle_;
};

// InvalidArgument if some pattern of `flag` matched none of `names`, which are a `what` each.
absl::Status CheckMatched(absl::string_view flag, absl::string_view what, const Patterns& patterns,
                          const std::set<std::string>& names);

}  // namespace t2n

#endif  // T2N_CONVERT_PATTERNS_H_
