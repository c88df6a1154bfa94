#include "emit/target.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace t2n {
namespace {

// Oldest first.
const std::vector<Target>& Table() {
  static const auto* const kTable = new std::vector<Target>{
      {"khronos", true, 0},         {"tract:0.19.15", false, 19}, {"tract:0.20.22", false, 20},
      {"tract:0.21.19", false, 21}, {"tract:0.22.4", false, 22},  {"tract:0.23.9", false, 23},
  };
  return *kTable;
}

// `0.22.4` -> {0, 22, 4}; empty if it is no version.
std::vector<int> ParseVersion(absl::string_view text) {
  std::vector<int> parts;
  for (absl::string_view part : absl::StrSplit(text, '.')) {
    int n;
    if (!absl::SimpleAtoi(part, &n) || n < 0) return {};
    parts.push_back(n);
  }
  return parts;
}

}  // namespace

const Target& DefaultTarget() { return Table().back(); }

absl::StatusOr<Target> FindTarget(absl::string_view name) {
  if (name == "tract") return DefaultTarget();
  std::vector<std::string> known;
  const Target* found = nullptr;
  absl::string_view version = name;
  bool is_version = absl::ConsumePrefix(&version, "tract:");
  std::vector<int> wanted = is_version ? ParseVersion(version) : std::vector<int>();
  for (const Target& row : Table()) {
    known.push_back(row.name);
    if (row.name == name) return row;
    absl::string_view row_version = row.name;
    if (!wanted.empty() && absl::ConsumePrefix(&row_version, "tract:") &&
        ParseVersion(row_version) <= wanted) {
      found = &row;
    }
  }
  if (found) return *found;
  return absl::InvalidArgumentError(absl::StrCat("unknown target `", name, "`: use tract, ",
                                                 absl::StrJoin(known, ", "),
                                                 " or a later tract version"));
}

}  // namespace t2n
