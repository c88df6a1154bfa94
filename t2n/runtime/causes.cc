#include "t2n/runtime/causes.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace t2n {

std::string Causes(absl::string_view error) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(error, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (absl::StartsWith(line, "Stack backtrace")) break;
    const size_t colon = line.find(": ");
    if (colon != line.npos && line.find_first_not_of("0123456789") == colon) {
      line = line.substr(colon + 2);
    }
    if (line.empty() || line == "Caused by:" || absl::StartsWith(line, "opening file") ||
        absl::StartsWith(line, "ModelPatch {") || line == "In ModelBuilder::translate") {
      continue;
    }
    lines.emplace_back(line);
  }
  return lines.empty() ? std::string(error) : absl::StrJoin(lines, "; ");
}

}  // namespace t2n
