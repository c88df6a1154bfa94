#include "t2n/convert/patterns.h"

#include <fnmatch.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace t2n {

bool Patterns::Match(absl::string_view name) {
  bool any = false;
  for (const std::string& pattern : patterns_) {
    if (fnmatch(pattern.c_str(), std::string(name).c_str(), 0) != 0) continue;
    any = true;
    idle_.erase(pattern);
  }
  return any;
}

absl::Status CheckMatched(absl::string_view flag, absl::string_view what, const Patterns& patterns,
                          const std::set<std::string>& names) {
  if (patterns.idle().empty()) return absl::OkStatus();
  constexpr size_t kShown = 8;
  std::vector<std::string> shown(names.begin(), names.end());
  const bool more = shown.size() > kShown;
  if (more) shown.resize(kShown);
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": no ", what, " matches ", absl::StrJoin(patterns.idle(), ", "),
                   "; there are ", absl::StrJoin(shown, ", "), more ? ", ..." : ""));
}

}  // namespace t2n
