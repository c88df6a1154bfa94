// pt2nnef: converts PyTorch archives to NNEF. Option parsing and calls; the work is in t2n.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/commands.h"
#include "tools/help.h"

namespace {

int Usage(const std::string& message) {
  std::fprintf(stderr, "pt2nnef: %s\nTry 'pt2nnef --help'.\n", message.c_str());
  return 2;
}

int Show(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  for (const std::string& a : args) {
    if (a == "--") break;
    if (a == "--help" || a == "-h") return Show(t2n::HelpText(false));
    if (a == "--help=all") return Show(t2n::HelpText(true));
    if (a == "--version") return Show(t2n::VersionText() + "\n");
  }
  // Under `bazel run` paths are relative to where the caller stands.
  if (const char* directory = std::getenv("BUILD_WORKING_DIRECTORY")) {
    if (chdir(directory) != 0) return Usage(absl::StrCat("cannot enter ", directory));
  }
  t2n::CommandLine command;
  absl::Status parsed = t2n::ParseCommandLine(args, &command);
  if (!parsed.ok()) return Usage(std::string(parsed.message()));
  return t2n::RunCommand(command);
}
