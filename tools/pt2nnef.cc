// pt2nnef: converts PyTorch archives to NNEF. Option parsing and calls; the work is in t2n.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/commands.h"
#include "tools/ending.h"
#include "tools/help.h"
#include "tools/messages.h"

namespace {

int Usage(const std::string& message) {
  std::fprintf(stderr, "pt2nnef: %s\nTry 'pt2nnef --help'.\n", message.c_str());
  return 2;
}

int Show(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

int ShowHelp(bool all) {
  const std::string text = t2n::HelpText(all);
  return Show(t2n::HasColors(STDOUT_FILENO) ? t2n::InColors(text) : text);
}

// What did not get to stdout is a failure, if not its reader went away.
int Finish(int status) {
  const bool written = std::fflush(stdout) == 0 && !std::ferror(stdout);
  if (written || errno == EPIPE) return status;
  std::fprintf(stderr, "pt2nnef: cannot write to standard output: %s\n", std::strerror(errno));
  return status == 0 ? 1 : status;
}

}  // namespace

int main(int argc, char** argv) {
  t2n::KeepStandardStreams();
  t2n::EndBySignals();
  t2n::EndWithoutMemory();
  std::vector<std::string> args(argv + 1, argv + argc);
  for (const std::string& a : args) {
    if (a == "--") break;
    if (a == "--help" || a == "-h") return Finish(ShowHelp(false));
    if (a == "--help=all") return Finish(ShowHelp(true));
    if (a == "--version") return Finish(Show(t2n::VersionText() + "\n"));
  }
  // Under `bazel run` paths are relative to where the caller stands.
  if (const char* directory = std::getenv("BUILD_WORKING_DIRECTORY")) {
    if (chdir(directory) != 0) return Usage(absl::StrCat("cannot enter ", directory));
  }
  t2n::CommandLine command;
  absl::Status parsed = t2n::ParseCommandLine(args, &command);
  if (!parsed.ok()) return Usage(std::string(parsed.message()));
  return Finish(t2n::RunCommand(command));
}
