// What is made beside a path before it gets that name.
//
// It is called PATH.tmp-N and locked (flock) as long as its maker lives. So whoever writes to that
// path next knows what a run that was killed has left, and takes it away.
#ifndef EMIT_STAGING_H_
#define EMIT_STAGING_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace t2n {

class Staging {
 public:
  enum class Kind { kFile, kFolder };

  // For `path`, which has no slash at its end.
  Staging(std::string path, Kind kind) : path_(std::move(path)), kind_(kind) {}
  // What has not got its name is taken away.
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  // Makes it, empty. Unavailable if the system refuses.
  absl::Status Open();
  // Where it is until Commit.
  const std::string& path() const { return staging_; }
  // Of a file: open for writing until Commit.
  int descriptor() const { return fd_; }

  // Gives it the path, in one step: whoever looks there finds what was there or all of this. What
  // was there is taken away; FailedPrecondition if it must not be.
  absl::Status Commit();

 private:
  absl::Status TryMake(const std::string& name);
  bool RemoveLeftover(const std::string& name) const;
  absl::Status TakePath(bool* done, bool* exchanged);
  absl::Status ReplaceInSteps();
  void SettleOld(const std::string& old) const;
  bool RemoveOld(const std::string& name) const;
  void Forget();

  std::string path_;
  Kind kind_;
  std::string staging_;  // empty if there is none
  int fd_ = -1;
  bool locked_ = false;  // else the file system has no locks
};

// Whether what stands at `path` may be replaced: a file by a file; a folder by a folder, if it is
// empty or holds NNEF's own files alone.
bool IsReplaceable(const std::string& path, Staging::Kind kind);

// Takes away all that this process has not finished, and lets nothing be begun or finished from now
// on: for a process that is about to end.
void DiscardUnfinished();

}  // namespace t2n

#endif  // EMIT_STAGING_H_
