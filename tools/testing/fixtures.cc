#include "tools/testing/fixtures.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "t2n/base/status.h"
#include "tools/commands.h"

namespace t2n::testing {
namespace {

// `--flag 'a value' --flag value`, as in a shell.
std::vector<std::string> SplitFlags(absl::string_view line) {
  std::vector<std::string> flags;
  bool quoted = false;
  for (absl::string_view part : absl::StrSplit(line, '\'')) {
    if (quoted) {
      flags.emplace_back(part);
    } else {
      for (absl::string_view flag : absl::StrSplit(part, absl::ByAnyChar(" \n"), absl::SkipEmpty()))
        flags.emplace_back(flag);
    }
    quoted = !quoted;
  }
  return flags;
}

}  // namespace

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

absl::StatusOr<proto::ConversionSpec> SpecOfModel(const std::string& name, const std::string& out) {
  const std::string base = absl::StrCat(kModels, "/", name);
  std::vector<std::string> args = SplitFlags(ReadText(base + ".flags"));
  args.push_back(base + ".pt");
  args.push_back(out);
  CommandLine command;
  T2N_RETURN_IF_ERROR(ParseCommandLine(args, &command));
  return command.spec;
}

}  // namespace t2n::testing
