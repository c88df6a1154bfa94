#include "emit/staging.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

// So many numbers are looked at for what dead runs left, and further ones while there is something.
constexpr int kLookedAt = 16;
constexpr int kMaxStagings = 10000;
// Others that write to the same path may come between two steps.
constexpr int kMaxTries = 1000;

constexpr char kOld[] = ".old";  // what stood at the path, where two names cannot be exchanged

// The one call that only Linux has: rename() under a condition. Elsewhere it fails with ENOSYS, as
// it does in file systems without it.
#if defined(RENAME_EXCHANGE)
constexpr unsigned kIfAbsent = RENAME_NOREPLACE, kExchange = RENAME_EXCHANGE;
bool RenameIf(const std::string& from, const std::string& to, unsigned condition) {
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), condition) == 0;
}
#else
constexpr unsigned kIfAbsent = 0, kExchange = 0;
bool RenameIf(const std::string&, const std::string&, unsigned) {
  errno = ENOSYS;
  return false;
}
#endif

// What this process is making. Whoever makes or names something, or takes away what stood there,
// holds the lock; if it has no memory left meanwhile, it is the one who discards all.
using Mutex = std::recursive_mutex;
struct Unfinished {
  Mutex mutex;
  std::set<std::string> paths;
};

Unfinished& TheUnfinished() {
  static Unfinished& unfinished = *new Unfinished;
  return unfinished;
}

absl::Status ErrnoError(absl::string_view what, const std::string& path) {
  return absl::UnavailableError(absl::StrCat("cannot ", what, " ", path, ": ", strerror(errno)));
}

bool IsThere(const std::string& path) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0;
}

// Whether the name is still that of what was opened.
bool StillNames(const std::string& path, int fd) {
  struct stat named, opened;
  return ::lstat(path.c_str(), &named) == 0 && ::fstat(fd, &opened) == 0 &&
         named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

// Whether the folder holds nothing but NNEF's own files; and whether there is a graph, or nothing.
struct Contents {
  bool only_files_of_models = true;
  bool whole = false;
};

Contents ContentsOf(const std::string& path) {
  std::error_code error;
  bool graph = false, empty = true;
  Contents contents;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    empty = false;
    const std::string name = entry.path().filename().string();
    const bool known =
        name == "graph.nnef" || name == "graph.quant" || absl::EndsWith(name, ".dat");
    contents.only_files_of_models &= known && entry.is_regular_file(error);
    graph |= name == "graph.nnef";
  }
  contents.only_files_of_models &= !error;
  contents.whole = contents.only_files_of_models && (empty || graph);
  return contents;
}

void Remove(const std::string& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace

Staging::~Staging() {
  if (!staging_.empty()) {
    Remove(staging_);
    Forget();
  }
  if (fd_ >= 0) ::close(fd_);
}

void Staging::Forget() {
  Unfinished& unfinished = TheUnfinished();
  std::lock_guard<Mutex> lock(unfinished.mutex);
  unfinished.paths.erase(staging_);
  staging_.clear();
}

absl::Status Staging::Open() {
  for (int n = 1; n <= kMaxStagings; ++n) {
    const std::string name = absl::StrCat(path_, ".tmp-", n);
    const bool there = IsThere(name);
    const bool taken = there && !RemoveLeftover(name);
    if (!taken) SettleOld(name + kOld);
    if (n > kLookedAt && !there && !staging_.empty()) return absl::OkStatus();
    if (!taken && staging_.empty()) T2N_RETURN_IF_ERROR(TryMake(name));
  }
  return absl::UnavailableError(absl::StrCat("too many unfinished models beside ", path_));
}

// Leaves `staging_` empty if another has that name.
absl::Status Staging::TryMake(const std::string& name) {
  Unfinished& unfinished = TheUnfinished();
  std::lock_guard<Mutex> lock(unfinished.mutex);
  int fd;
  if (kind_ == Kind::kFolder) {
    if (::mkdir(name.c_str(), 0777) != 0) {
      return errno == EEXIST ? absl::OkStatus() : ErrnoError("create a folder beside", path_);
    }
    fd = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  } else {
    fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno != EEXIST) return ErrnoError("create a file beside", path_);
  }
  if (fd < 0) return absl::OkStatus();
  // Before it was locked, another run may have taken it for what a dead one left. (Where nothing
  // can be locked, nothing is taken for that.)
  locked_ = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  if ((!locked_ && errno == EWOULDBLOCK) || !StillNames(name, fd)) {
    ::close(fd);
    return absl::OkStatus();
  }
  fd_ = fd;
  staging_ = name;
  unfinished.paths.insert(name);
  return absl::OkStatus();
}

// Whether nothing has that name any more.
bool Staging::RemoveLeftover(const std::string& name) const {
  const int fd = ::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  struct stat info;
  const bool dead = ::fstat(fd, &info) == 0 && info.st_uid == ::geteuid() &&
                    ::flock(fd, LOCK_EX | LOCK_NB) == 0 && StillNames(name, fd);
  const bool ours = dead && (S_ISREG(info.st_mode) ||
                             (S_ISDIR(info.st_mode) && ContentsOf(name).only_files_of_models));
  if (ours) {
    SettleOld(name + kOld);
    Remove(name);
  }
  ::close(fd);
  return !IsThere(name);
}

// What a run moved out of its way goes back if nothing came in its place.
void Staging::SettleOld(const std::string& old) const {
  if (!IsReplaceable(old, kind_)) return;
  if (IsThere(path_)) return Remove(old);
  ::rename(old.c_str(), path_.c_str());
}

absl::Status Staging::Commit() {
  // Some file systems tell only then that the disk is full.
  const int copy = ::dup(fd_);
  if (copy < 0 || ::close(copy) != 0) return ErrnoError("write", staging_);
  bool done = false, exchanged = false;
  const std::string name = staging_;
  Unfinished& unfinished = TheUnfinished();
  std::unique_lock<Mutex> lock(unfinished.mutex);
  for (int i = 0; i < kMaxTries && !done; ++i) T2N_RETURN_IF_ERROR(TakePath(&done, &exchanged));
  if (!done) return absl::UnavailableError(absl::StrCat("cannot replace ", path_));
  unfinished.paths.erase(staging_);
  staging_.clear();
  // It is no longer in the making: who replaces it next may take it away.
  ::close(std::exchange(fd_, -1));
  // What stood at the path has that name now, if not another run has taken it away already. Another
  // may also have made it a moment ago, and have it locked still.
  constexpr auto kPause = std::chrono::milliseconds(1);
  for (int i = 0; i < kMaxTries && exchanged && !RemoveOld(name); ++i) {
    lock.unlock();
    std::this_thread::sleep_for(kPause);
    lock.lock();
  }
  return absl::OkStatus();
}

// Whether nothing has that name any more.
bool Staging::RemoveOld(const std::string& name) const {
  if (locked_) return !IsThere(name) || RemoveLeftover(name);
  Remove(name);
  return true;
}

absl::Status Staging::TakePath(bool* done, bool* exchanged) {
  const auto unsupported = [] { return errno == EINVAL || errno == ENOSYS; };
  *done = RenameIf(staging_, path_, kIfAbsent);
  if (*done) return absl::OkStatus();
  if (errno != EEXIST && !unsupported()) return ErrnoError("create", path_);
  if (IsThere(path_) && !IsReplaceable(path_, kind_)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, " cannot be replaced any more: remove it or choose another name"));
  }
  if (kind_ == Kind::kFile) {
    *done = ::rename(staging_.c_str(), path_.c_str()) == 0;
    return *done ? absl::OkStatus() : ErrnoError("replace", path_);
  }
  *done = *exchanged = RenameIf(staging_, path_, kExchange);
  if (*done || errno == ENOENT) return absl::OkStatus();
  if (!unsupported()) return ErrnoError("replace", path_);
  *done = true;
  return ReplaceInSteps();
}

// Where the file system cannot exchange two names. If this process is killed between the two steps,
// the next run to that path makes the first one undone.
absl::Status Staging::ReplaceInSteps() {
  const std::string old = staging_ + kOld;
  if (IsThere(path_) && ::rename(path_.c_str(), old.c_str()) != 0) {
    return ErrnoError("replace", path_);
  }
  if (::rename(staging_.c_str(), path_.c_str()) != 0) {
    const absl::Status status = ErrnoError("replace", path_);
    ::rename(old.c_str(), path_.c_str());
    return status;
  }
  Remove(old);
  return absl::OkStatus();
}

bool IsReplaceable(const std::string& path, Staging::Kind kind) {
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0) return false;
  if (kind == Staging::Kind::kFile) return S_ISREG(info.st_mode);
  return S_ISDIR(info.st_mode) && ContentsOf(path).whole;
}

void DiscardUnfinished() {
  Unfinished& unfinished = TheUnfinished();
  unfinished.mutex.lock();
  for (const std::string& path : unfinished.paths) {
    // Other threads may be adding files.
    for (int i = 0; i < kMaxTries && IsThere(path); ++i) Remove(path);
  }
}

}  // namespace t2n
