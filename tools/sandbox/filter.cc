#include "tools/sandbox/filter.h"

#include "t2n/base/status.h"

#if defined(__linux__) && __has_include(<seccomp.h>)
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace t2n {
namespace {

// Those that a machine does not have are left out.
constexpr const char* kAllowed[] = {
    // Files. What may be opened Landlock says; a descriptor cannot be had from elsewhere.
    "access", "close", "dup", "faccessat", "faccessat2", "fcntl", "fdatasync", "flock", "fstat",
    "fstatfs", "fsync", "ftruncate", "getcwd", "getdents64", "lseek", "lstat", "newfstatat", "open",
    "openat", "pread64", "preadv", "pwrite64", "pwritev", "read", "readlink", "readlinkat", "readv",
    "stat", "statx", "unlink", "unlinkat", "write", "writev",
    // Memory.
    "brk", "madvise", "mremap", "munmap",
    // Threads and time.
    "clock_getres", "clock_gettime", "clock_nanosleep", "exit", "exit_group", "futex",
    "get_robust_list", "getcpu", "getpid", "getppid", "gettid", "gettimeofday", "membarrier",
    "nanosleep", "pause", "restart_syscall", "rseq", "sched_getaffinity", "sched_yield",
    "set_robust_list",
    // Signals that it gets.
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
    // What it is and may take.
    "getegid", "geteuid", "getgid", "getrandom", "getrlimit", "getrusage", "getuid", "setrlimit",
    "sysinfo", "uname"};

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};

absl::Status Failed(int error) {
  return absl::FailedPreconditionError(
      absl::StrCat("no filter of system calls (seccomp): ", strerror(-error)));
}

// Adds a rule; a call that this machine has not needs none.
int Add(scmp_filter_ctx filter, uint32_t action, const char* name,
        std::initializer_list<scmp_arg_cmp> conditions = {}) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return 0;
  return seccomp_rule_add_array(filter, action, number, conditions.size(), conditions.begin());
}

// Calls that are allowed with some arguments alone.
int AddConditional(scmp_filter_ctx filter) {
  const auto self = static_cast<scmp_datum_t>(getpid());
  int worst = 0;
  const auto add = [&](const char* name, std::initializer_list<scmp_arg_cmp> conditions) {
    if (const int error = Add(filter, SCMP_ACT_ALLOW, name, conditions)) worst = error;
  };
  // Memory is never made a program.
  for (const char* name : {"mmap", "mmap2", "mprotect"}) {
    add(name, {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  }
  // Threads, not processes.
  add("clone", {SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)});
  add("tgkill", {SCMP_A0(SCMP_CMP_EQ, self, 0)});
  add("prlimit64", {SCMP_A0(SCMP_CMP_EQ, 0, 0)});
  add("ioctl", {SCMP_A1(SCMP_CMP_EQ, TCGETS, 0)});
  // What clone3 does stands in memory, which a filter cannot see: the C library then takes clone.
  if (const int error = Add(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3")) worst = error;
  return worst;
}

}  // namespace

absl::Status FilterCalls() {
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return Failed(-ENOMEM);
  for (const char* name : kAllowed) {
    if (const int error = Add(filter.get(), SCMP_ACT_ALLOW, name)) return Failed(error);
  }
  if (const int error = AddConditional(filter.get())) return Failed(error);
  if (const int error = seccomp_load(filter.get())) return Failed(error);
  return absl::OkStatus();
}

}  // namespace t2n

#else

namespace t2n {

absl::Status FilterCalls() {
  return absl::FailedPreconditionError("this build has not libseccomp, or the system no seccomp");
}

}  // namespace t2n

#endif
