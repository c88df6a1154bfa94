#include "tools/sandboxed.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/convert/output.h"
#include "t2n/convert/report.h"
#include "t2n/extend/extend.h"
#include "tools/sandbox/sandbox.h"

namespace t2n {
namespace {

// A child asks with a letter and a text, and is answered with a text: empty if it was done.
constexpr char kCommit = 'c', kReport = 'r';
constexpr uint64_t kMaxMessageBytes = uint64_t{1} << 30;

bool WriteAll(int fd, const void* bytes, size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t n = write(fd, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= n;
  }
  return true;
}

bool ReadAll(int fd, void* bytes, size_t size) {
  char* at = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t n = read(fd, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= n;
  }
  return true;
}

bool WriteText(int fd, absl::string_view text) {
  const uint64_t size = text.size();
  return WriteAll(fd, &size, sizeof size) && WriteAll(fd, text.data(), size);
}

bool ReadText(int fd, std::string* text) {
  uint64_t size;
  if (!ReadAll(fd, &size, sizeof size) || size > kMaxMessageBytes) return false;
  text->resize(size);
  return ReadAll(fd, text->data(), size);
}

// In the child.
absl::Status Ask(int fd, char what, absl::string_view text) {
  std::string answer;
  if (!WriteAll(fd, &what, 1) || !WriteText(fd, text) || !ReadText(fd, &answer)) {
    return absl::UnavailableError("the process outside of the sandbox is gone");
  }
  return answer.empty() ? absl::OkStatus() : absl::FailedPreconditionError(answer);
}

// Does what the child asks for until it ends.
void Serve(int fd, const CommandLine& command, const OpenedStaging& output) {
  char what;
  std::string text;
  while (ReadAll(fd, &what, 1) && ReadText(fd, &text)) {
    absl::Status status = absl::InvalidArgumentError("the sandbox asks for something unknown");
    if (what == kCommit) status = output.commit();
    if (what == kReport && !command.spec.report().empty()) {
      status = WriteReportText(text, command.spec.report());
    }
    if (!WriteText(fd, status.message())) return;
  }
}

int Fail(const CommandLine& command, absl::string_view why) {
  const std::string line =
      absl::StrCat("pt2nnef: ", command.spec.model(), ": not converted: ", why, "\n");
  std::fputs(line.c_str(), stderr);
  return 1;
}

int RunChild(int fd, const CommandLine& command, OpenedStaging output,
             const std::function<int(const CommandLine&, const Outside&)>& convert) {
  SandboxFiles files;
  auto extensions = FilesOfExtensions({command.spec.extend().begin(), command.spec.extend().end()});
  if (!extensions.ok()) return Fail(command, extensions.status().message());
  files.read = *std::move(extensions);
  // An archive that is not there is told of by whoever opens it.
  if (access(command.spec.model().c_str(), R_OK) == 0) files.read.push_back(command.spec.model());
  if (output.kind == ContainerKind::kFolder) files.written.push_back(output.path);
  const absl::Status entered = EnterSandbox(files);
  if (!entered.ok()) return Fail(command, absl::StrCat("--sandbox: ", entered.message()));
  Outside outside{std::move(output),
                  [fd](absl::string_view text) { return Ask(fd, kReport, text); }};
  outside.output.commit = [fd] { return Ask(fd, kCommit, ""); };
  return convert(command, outside);
}

int StatusOf(pid_t child, const CommandLine& command) {
  int status;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return Fail(command, "the process in the sandbox is gone");
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return Fail(command,
              absl::StrCat("the process in the sandbox ended by signal ", WTERMSIG(status)));
}

}  // namespace

int ConvertSandboxed(const CommandLine& command,
                     const std::function<int(const CommandLine&, const Outside&)>& convert) {
  const auto path = OutPath(command.spec);
  if (!path.ok()) return Fail(command, path.status().message());
  const auto output = OpenStaging(*path, ContainerKind::kByName);
  if (!output.ok()) return Fail(command, output.status().message());
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Fail(command, "--sandbox: no pair of sockets");
  }
  std::fflush(nullptr);
  const pid_t parent = getpid(), child = fork();
  if (child < 0) return Fail(command, "--sandbox: no process can be started");
  if (child == 0) {
    close(ends[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    const int status = RunChild(ends[1], command, *output, convert);
    std::fflush(nullptr);
    _exit(status);
  }
  close(ends[1]);
  Serve(ends[0], command, *output);
  close(ends[0]);
  return StatusOf(child, command);
}

}  // namespace t2n
