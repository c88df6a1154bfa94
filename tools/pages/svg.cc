#include "tools/pages/svg.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "emit/staging.h"
#include "t2n/base/status.h"

extern char** environ;

namespace t2n {
namespace {

absl::Status Unwritable(const std::string& path, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": cannot be written: ", why));
}

// What is written to `path` by `write`, which gets the path of a file that takes its place.
template <typename Write>
absl::Status Staged(const std::string& path, Write write) {
  Staging staging(path, Staging::Kind::kFile);
  const absl::Status opened = staging.Open();
  if (!opened.ok()) return Unwritable(path, opened.message());
  T2N_RETURN_IF_ERROR(write(staging.path()));
  const absl::Status done = staging.Commit();
  return done.ok() ? done : Unwritable(path, done.message());
}

absl::Status WriteFile(const std::string& path, absl::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(std::strerror(errno));
}

// `dot -Tsvg -o OUT IN`; its messages go to where ours go.
absl::Status RunDot(std::string in, std::string out) {
  std::string name = "dot", format = "-Tsvg", flag = "-o";
  char* arguments[] = {name.data(), format.data(), flag.data(), out.data(), in.data(), nullptr};
  pid_t child;
  const int error = posix_spawnp(&child, "dot", nullptr, nullptr, arguments, environ);
  if (error == ENOENT) {
    return absl::FailedPreconditionError(
        "--graph: an .svg needs Graphviz' program dot, which is not on the path (Debian's package "
        "graphviz); a .dot needs nothing");
  }
  if (error != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("--graph: dot cannot be started: ", std::strerror(error)));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "--graph: Graphviz' dot failed; a .dot is written without it");
}

}  // namespace

absl::Status WriteWhole(const std::string& path, absl::string_view content) {
  return Staged(path, [&](const std::string& staged) { return WriteFile(staged, content); });
}

absl::Status WriteSvg(const std::string& dot, const std::string& path) {
  return Staged(path, [&](const std::string& staged) {
    const std::string source = absl::StrCat(staged, ".dot");
    absl::Status status = WriteFile(source, dot);
    if (status.ok()) status = RunDot(source, staged);
    unlink(source.c_str());
    return status;
  });
}

}  // namespace t2n
