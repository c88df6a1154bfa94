#include "t2n/runtime/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "re2/re2.h"
#include "t2n/base/status.h"
#include "t2n/reference/npz.h"

namespace t2n {
namespace {

constexpr int kNotStarted = 127;

// In a child: becomes the command, whose output goes to `sink`.
[[noreturn]] void Become(const std::vector<std::string>& words, int sink) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(sink, STDOUT_FILENO);
  dup2(sink, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(kNotStarted);
}

std::string ReadAll(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  return text;
}

// What a command prints, colours left out; FailedPrecondition with its last lines if it fails.
absl::StatusOr<std::string> Output(const std::vector<std::string>& words) {
  std::FILE* file = std::tmpfile();
  const pid_t pid = file ? fork() : -1;
  if (pid < 0) return absl::InternalError("no process can be started");
  if (pid == 0) Become(words, fileno(file));
  int ended = 0;
  while (waitpid(pid, &ended, 0) < 0 && errno == EINTR) continue;
  std::string text = ReadAll(file);
  std::fclose(file);
  RE2::GlobalReplace(&text, "\033\\[[0-9;]*m", "");
  if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0) return text;
  if (WIFEXITED(ended) && WEXITSTATUS(ended) == kNotStarted) {
    return absl::FailedPreconditionError(absl::StrCat(words[0], " cannot be started"));
  }
  constexpr size_t kLines = 4;
  std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipWhitespace());
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  for (std::string& line : lines) absl::StripAsciiWhitespace(&line);
  return absl::FailedPreconditionError(lines.empty() ? absl::StrCat(words[0], " failed")
                                                     : absl::StrJoin(lines, "; "));
}

}  // namespace

absl::StatusOr<std::string> VersionOfCommand(const std::string& command) {
  T2N_ASSIGN_OR_RETURN(const std::string text, Output({command, "--version"}));
  std::string version;
  if (RE2::PartialMatch(text, R"(^tract(?:-cli)? (\d+\.\d+\.\S+))", &version)) return version;
  return absl::FailedPreconditionError(
      absl::StrCat(command, " is not tract's command line: `--version` says `",
                   absl::StripAsciiWhitespace(text.substr(0, 80)), "`"));
}

absl::Status RunByCommand(const std::string& command, const std::string& path,
                          absl::Span<const Tensor> inputs, absl::Span<const std::string> names,
                          const std::string& outputs) {
  if (names.size() != inputs.size()) {
    return absl::InternalError(
        absl::StrCat(inputs.size(), " inputs, ", names.size(), " names of them"));
  }
  std::vector<NamedTensor> arrays;
  for (size_t i = 0; i < inputs.size(); ++i) arrays.emplace_back(names[i], inputs[i]);
  const std::string given = outputs + ".in.npz";
  T2N_RETURN_IF_ERROR(WriteNpz(given, arrays));
  const absl::Status status = Output({command, path, "--format", "nnef", "--opl", "-O", "run",
                                      "--input-from-npz", given, "--save-outputs-npz", outputs})
                                  .status();
  std::remove(given.c_str());
  return status;
}

}  // namespace t2n
