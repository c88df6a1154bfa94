#include "tools/sandbox/landlock.h"

#include "t2n/base/status.h"

#if defined(__linux__) && __has_include(<linux/landlock.h>)
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace t2n {
namespace {

// struct landlock_ruleset_attr of the newest kernels; older ones take as much as they know.
struct Ruleset {
  uint64_t files = 0;
  uint64_t network = 0;  // since version 4
  uint64_t scopes = 0;   // since version 6
};

// Rights by the version that brought them: what the headers of an older system lack, too.
constexpr uint64_t kFirstRights = (1 << 13) - 1;
constexpr uint64_t kTruncate = 1 << 14, kRename = 1 << 13, kDevices = 1 << 15;
constexpr uint64_t kConnections = 3;  // bind and connect of TCP
constexpr uint64_t kScopes = 3;       // abstract sockets and signals

constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr uint64_t kWritten = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
                              LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                              LANDLOCK_ACCESS_FS_REMOVE_FILE;

absl::Status Lacking() {
  return absl::FailedPreconditionError(
      absl::StrCat("the kernel has no Landlock, or it is off: ", strerror(errno)));
}

// A descriptor that closes itself.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

Ruleset All(int version) {
  Ruleset all;
  all.files = kFirstRights;
  if (version >= 2) all.files |= kRename;
  if (version >= 3) all.files |= kTruncate;
  if (version >= 5) all.files |= kDevices;
  if (version >= 4) all.network = kConnections;
  if (version >= 6) all.scopes = kScopes;
  return all;
}

size_t SizeFor(int version) { return version >= 6 ? 24 : version >= 4 ? 16 : 8; }

absl::Status Allow(int ruleset, const std::string& path, uint64_t rights) {
  const Descriptor opened{open(path.c_str(), O_PATH | O_CLOEXEC)};
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = opened.number;
  if (opened.number >= 0 &&
      syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(absl::StrCat(path, ": ", strerror(errno)));
}

}  // namespace

absl::Status RestrictFiles(const SandboxFiles& files) {
  const int version = static_cast<int>(
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
  if (version < 1) return Lacking();
  const Ruleset all = All(version);
  const Descriptor ruleset{
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &all, SizeFor(version), 0))};
  if (ruleset.number < 0) return Lacking();
  for (const std::string& path : files.read) {
    T2N_RETURN_IF_ERROR(Allow(ruleset.number, path, kRead));
  }
  for (const std::string& path : files.written) {
    T2N_RETURN_IF_ERROR(Allow(ruleset.number, path, kWritten));
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Lacking();
  if (syscall(SYS_landlock_restrict_self, ruleset.number, 0) != 0) return Lacking();
  return absl::OkStatus();
}

}  // namespace t2n

#else

namespace t2n {

absl::Status RestrictFiles(const SandboxFiles&) {
  return absl::FailedPreconditionError("this system has no Landlock");
}

}  // namespace t2n

#endif
