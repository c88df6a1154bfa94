// Where a model's files go: a folder or an archive, which appears at its path only when whole.
#ifndef EMIT_CONTAINER_H_
#define EMIT_CONTAINER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/base/byte_sink.h"

namespace t2n {

enum class ContainerKind {
  kByName,  // by the path's ending: .tar, .tgz, .tar.gz, else a folder
  kFolder,
  kTar,
  kTarGz,
};

using ByteSource = std::function<absl::Status(const ByteSink&)>;

// Takes files one by one; writes beside the path and moves there in Commit. Destroyed without
// Commit, it leaves nothing behind.
class Container {
 public:
  virtual ~Container() = default;
  // A file of `size` bytes, which `write` has to give to its sink. `name` has no folder in it.
  virtual absl::Status Add(absl::string_view name, uint64_t size, const ByteSource& write) = 0;
  // Whether Add may be called from several threads at once.
  virtual bool concurrent() const { return false; }
  virtual absl::Status Commit() = 0;
};

// FailedPrecondition if a model cannot be written at `path`: its folder is missing or not to be
// written in, or something stands there that is no model (see CreateContainer).
absl::Status CheckDestination(const std::string& path, ContainerKind kind);

// FailedPrecondition if something stands at `path` that is no model: an existing folder is replaced
// only if it is empty or holds NNEF files alone; an archive replaces a file. `compression_level`
// (.tar.gz): 0 to 9. Archives are functions of their files: no times, no owners.
absl::StatusOr<std::unique_ptr<Container>> CreateContainer(const std::string& path,
                                                           ContainerKind kind,
                                                           int compression_level);

// A model in the making, beside the path that it will have. Whoever fills it need not be who opened
// it: that may be a process with more rights.
struct OpenedStaging {
  std::string path;     // where it is
  int descriptor = -1;  // of the file
  ContainerKind kind = ContainerKind::kFolder;
  // Gives it its name when all is written. Destroyed before, it takes away what there is.
  std::function<absl::Status()> commit;
};

// The two halves of CreateContainer.
absl::StatusOr<OpenedStaging> OpenStaging(const std::string& path, ContainerKind kind);
absl::StatusOr<std::unique_ptr<Container>> FillStaging(OpenedStaging opened, int compression_level);

// An archive, kTar or kTarGz, in `out`: whole after Commit, else empty.
absl::StatusOr<std::unique_ptr<Container>> CreateMemoryArchive(std::string* out, ContainerKind kind,
                                                               int compression_level);

}  // namespace t2n

#endif  // EMIT_CONTAINER_H_
