#include "t2n/runtime/child.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace t2n {
namespace {

// The last lines of what a process has said.
std::string LastWords(std::FILE* file) {
  constexpr size_t kLines = 3;
  std::string text;
  std::rewind(file);
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipWhitespace());
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  return absl::StrJoin(lines, "\n");
}

// The status as text: its code, then the message.
void Send(int pipe, const absl::Status& status) {
  const std::string text = absl::StrCat(static_cast<int>(status.code()), " ", status.message());
  size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = write(pipe, text.data() + sent, text.size() - sent);
    if (n <= 0) return;
    sent += n;
  }
}

// What the process sends until it closes the pipe; false if that is too late.
bool Receive(int pipe, absl::Time deadline, std::string* text) {
  char buffer[4096];
  for (;;) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    pollfd ready{pipe, POLLIN, 0};
    if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) <= 0) return false;
    const ssize_t n = read(pipe, buffer, sizeof buffer);
    if (n <= 0) return true;
    text->append(buffer, n);
  }
}

// In a child: signals end it, whatever they do to its parent, and so does its parent's end.
void EndWith(pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
}

}  // namespace

absl::Status RunInChild(const std::function<absl::Status()>& work, absl::Duration limit) {
  int ends[2];
  std::FILE* messages = std::tmpfile();
  if (!messages || pipe(ends) != 0) return absl::InternalError("no process can be started");
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return absl::InternalError("no process can be started");
  if (pid == 0) {
    EndWith(parent);
    setenv("RUST_BACKTRACE", "0", 1);  // a trace is longer than what is kept of it
    close(ends[0]);
    dup2(fileno(messages), STDERR_FILENO);
    dup2(fileno(messages), STDOUT_FILENO);
    Send(ends[1], work());
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  const bool in_time = Receive(ends[0], absl::Now() + limit, &text);
  close(ends[0]);
  if (!in_time) kill(pid, SIGKILL);
  int ended = 0;
  while (waitpid(pid, &ended, 0) < 0 && errno == EINTR) continue;
  const std::string words = LastWords(messages);
  std::fclose(messages);
  if (!in_time) {
    return absl::DeadlineExceededError(absl::StrCat("no end in ", absl::FormatDuration(limit)));
  }
  const size_t space = text.find(' ');
  if (space == std::string::npos) {
    return absl::AbortedError(absl::StrCat(
        WIFSIGNALED(ended) ? absl::StrCat("ended by signal ", WTERMSIG(ended)) : "ended early",
        words.empty() ? "" : ": ", words));
  }
  return absl::Status(static_cast<absl::StatusCode>(std::atoi(text.c_str())),
                      text.substr(space + 1));
}

}  // namespace t2n
