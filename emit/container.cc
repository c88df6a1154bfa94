#include "emit/container.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "emit/staging.h"
#include "emit/tar_writer.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

absl::Status ErrnoError(absl::string_view what, const std::string& path) {
  return absl::UnavailableError(absl::StrCat("cannot ", what, " ", path, ": ", strerror(errno)));
}

// `out` for `out/`: temporaries stand beside it.
std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// Writes a file. A piece that is small waits for the next one, so that a header costs no call.
class FileWriter {
 public:
  explicit FileWriter(std::string path) : path_(std::move(path)) {}
  ~FileWriter() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  absl::Status Open() {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return fd_ < 0 ? ErrnoError("create", path_) : absl::OkStatus();
  }

  absl::Status Write(absl::Span<const uint8_t> piece) {
    if (waiting_.size() + piece.size() <= kSmall) {
      waiting_.insert(waiting_.end(), piece.begin(), piece.end());
      return absl::OkStatus();
    }
    iovec pieces[] = {{waiting_.data(), waiting_.size()},
                      {const_cast<uint8_t*>(piece.data()), piece.size()}};
    T2N_RETURN_IF_ERROR(WriteAll(pieces));
    waiting_.clear();
    return absl::OkStatus();
  }

  absl::Status Close() {
    iovec rest[] = {{waiting_.data(), waiting_.size()}, {nullptr, 0}};
    T2N_RETURN_IF_ERROR(WriteAll(rest));
    if (::close(std::exchange(fd_, -1)) != 0) return ErrnoError("write", path_);
    return absl::OkStatus();
  }

 private:
  static constexpr size_t kSmall = 4096;

  absl::Status WriteAll(iovec (&pieces)[2]) {
    while (pieces[0].iov_len + pieces[1].iov_len > 0) {
      ssize_t n = ::writev(fd_, pieces, 2);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return ErrnoError("write", path_);
      for (iovec& piece : pieces) {
        const size_t done = std::min<size_t>(n, piece.iov_len);
        piece.iov_base = static_cast<uint8_t*>(piece.iov_base) + done;
        piece.iov_len -= done;
        n -= done;
      }
    }
    return absl::OkStatus();
  }

  std::string path_;
  int fd_ = -1;
  std::vector<uint8_t> waiting_;
};

class Folder : public Container {
 public:
  explicit Folder(OpenedStaging opened) : opened_(std::move(opened)) {}

  absl::Status Add(absl::string_view name, uint64_t, const ByteSource& write) override {
    FileWriter file(absl::StrCat(opened_.path, "/", name));
    T2N_RETURN_IF_ERROR(file.Open());
    T2N_RETURN_IF_ERROR(
        write([&file](absl::Span<const uint8_t> piece) { return file.Write(piece); }));
    return file.Close();
  }

  bool concurrent() const override { return true; }

  absl::Status Commit() override { return opened_.commit(); }

 private:
  OpenedStaging opened_;
};

class Archive : public Container {
 public:
  explicit Archive(OpenedStaging opened) : opened_(std::move(opened)) {}

  absl::Status Open(int compression_level) {
    return tar_.Open(opened_.descriptor, opened_.kind == ContainerKind::kTarGz, compression_level);
  }

  absl::Status Add(absl::string_view name, uint64_t size, const ByteSource& write) override {
    T2N_RETURN_IF_ERROR(tar_.Begin(name, size));
    return write([this](absl::Span<const uint8_t> piece) { return tar_.Write(piece); });
  }

  absl::Status Commit() override {
    T2N_RETURN_IF_ERROR(tar_.Close());
    return opened_.commit();
  }

 private:
  OpenedStaging opened_;  // outlives what writes to it
  TarWriter tar_;
};

class MemoryArchive : public Container {
 public:
  explicit MemoryArchive(std::string* out) : bytes_{out} { out->clear(); }

  absl::Status Open(bool gzip, int compression_level) {
    return tar_.Open(bytes_.out, gzip, compression_level);
  }

  absl::Status Add(absl::string_view name, uint64_t size, const ByteSource& write) override {
    T2N_RETURN_IF_ERROR(tar_.Begin(name, size));
    return write([this](absl::Span<const uint8_t> piece) { return tar_.Write(piece); });
  }

  absl::Status Commit() override {
    T2N_RETURN_IF_ERROR(tar_.Close());
    bytes_.whole = true;
    return absl::OkStatus();
  }

 private:
  // Empty unless all was written; outlives what writes, which flushes as it goes.
  struct AllOrNothing {
    std::string* out;
    bool whole = false;
    ~AllOrNothing() {
      if (!whole) out->clear();
    }
  };

  AllOrNothing bytes_;
  TarWriter tar_;
};

ContainerKind KindByName(absl::string_view path) {
  if (absl::EndsWith(path, ".tar")) return ContainerKind::kTar;
  bool gzip = absl::EndsWith(path, ".tgz") || absl::EndsWith(path, ".tar.gz");
  return gzip ? ContainerKind::kTarGz : ContainerKind::kFolder;
}

}  // namespace

absl::Status CheckDestination(const std::string& path, ContainerKind kind) {
  const auto refuse = [](const std::string& what, absl::string_view why) {
    return absl::FailedPreconditionError(absl::StrCat(what, why));
  };
  if (path.empty()) return absl::InvalidArgumentError("no output path given");
  const std::string name = WithoutSlash(path);
  std::string parent = fs::path(name).parent_path().string();
  if (parent.empty()) parent.push_back('.');
  struct stat info;
  if (::stat(parent.c_str(), &info) != 0) {
    return refuse(parent, absl::StrCat(": ", strerror(errno), ": create this folder first"));
  }
  if (!S_ISDIR(info.st_mode)) return refuse(parent, " is no folder: choose another OUT");
  if (::access(parent.c_str(), W_OK | X_OK) != 0) {
    return refuse(parent, absl::StrCat(": ", strerror(errno), ": choose another folder for OUT"));
  }
  if (::lstat(name.c_str(), &info) != 0) return absl::OkStatus();
  if (kind == ContainerKind::kByName) kind = KindByName(path);
  if (kind != ContainerKind::kFolder) {
    if (IsReplaceable(name, Staging::Kind::kFile)) return absl::OkStatus();
    return refuse(path, " exists and is no file: remove it or choose another name");
  }
  if (IsReplaceable(name, Staging::Kind::kFolder)) return absl::OkStatus();
  return refuse(path, " exists and is not an NNEF model: remove it or choose another name");
}

absl::StatusOr<OpenedStaging> OpenStaging(const std::string& path, ContainerKind kind) {
  T2N_RETURN_IF_ERROR(CheckDestination(path, kind));
  if (kind == ContainerKind::kByName) kind = KindByName(path);
  const bool folder = kind == ContainerKind::kFolder;
  const auto staging = std::make_shared<Staging>(
      folder ? WithoutSlash(path) : path, folder ? Staging::Kind::kFolder : Staging::Kind::kFile);
  T2N_RETURN_IF_ERROR(staging->Open());
  return OpenedStaging{staging->path(), staging->descriptor(), kind,
                       [staging] { return staging->Commit(); }};
}

absl::StatusOr<std::unique_ptr<Container>> FillStaging(OpenedStaging opened,
                                                       int compression_level) {
  if (compression_level < 0 || compression_level > 9) {
    return absl::InvalidArgumentError("the compression level lies between 0 and 9");
  }
  if (opened.kind == ContainerKind::kFolder) {
    return std::unique_ptr<Container>(std::make_unique<Folder>(std::move(opened)));
  }
  auto archive = std::make_unique<Archive>(std::move(opened));
  T2N_RETURN_IF_ERROR(archive->Open(compression_level));
  return std::unique_ptr<Container>(std::move(archive));
}

absl::StatusOr<std::unique_ptr<Container>> CreateContainer(const std::string& path,
                                                           ContainerKind kind,
                                                           int compression_level) {
  T2N_ASSIGN_OR_RETURN(OpenedStaging opened, OpenStaging(path, kind));
  return FillStaging(std::move(opened), compression_level);
}

absl::StatusOr<std::unique_ptr<Container>> CreateMemoryArchive(std::string* out, ContainerKind kind,
                                                               int compression_level) {
  if (kind != ContainerKind::kTar && kind != ContainerKind::kTarGz) {
    return absl::InvalidArgumentError("in memory a model is a .nnef.tar or a .nnef.tgz");
  }
  auto archive = std::make_unique<MemoryArchive>(out);
  T2N_RETURN_IF_ERROR(archive->Open(kind == ContainerKind::kTarGz, compression_level));
  return std::unique_ptr<Container>(std::move(archive));
}

}  // namespace t2n
