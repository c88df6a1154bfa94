#include "parsers/archive/byte_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

class FileReader : public ByteReader {
 public:
  // Owns `fd`.
  FileReader(std::string path, int fd, const struct stat& info)
      : ByteReader(info.st_size), path_(std::move(path)), fd_(fd), written_(info.st_mtim) {}
  ~FileReader() override { close(fd_); }

 private:
  absl::Status ReadInside(uint64_t offset, absl::Span<uint8_t> out) const override {
    while (!out.empty()) {
      const ssize_t n = pread(fd_, out.data(), out.size(), offset);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        return absl::UnavailableError(
            absl::StrCat(path_, ": cannot be read: ", std::strerror(errno)));
      }
      if (n == 0) return Changed();
      offset += n;
      out.remove_prefix(n);
    }
    return CheckUnchanged();
  }

  // All that was read before is of one file, as long as nobody has written to it.
  absl::Status CheckUnchanged() const {
    struct stat now;
    const bool same = fstat(fd_, &now) == 0 && static_cast<uint64_t>(now.st_size) == size() &&
                      now.st_mtim.tv_sec == written_.tv_sec &&
                      now.st_mtim.tv_nsec == written_.tv_nsec;
    return same ? absl::OkStatus() : Changed();
  }

  absl::Status Changed() const {
    return absl::DataLossError(absl::StrCat(
        path_, ": the file was changed while it was read: convert it when it is complete"));
  }

  std::string path_;
  int fd_;
  struct timespec written_;
};

class MemoryReader : public ByteReader {
 public:
  MemoryReader(absl::Span<const uint8_t> bytes, std::shared_ptr<const void> owner)
      : ByteReader(bytes.size()), bytes_(bytes), owner_(std::move(owner)) {}
  const uint8_t* data() const override { return bytes_.data(); }

 private:
  absl::Status ReadInside(uint64_t offset, absl::Span<uint8_t> out) const override {
    std::memcpy(out.data(), bytes_.data() + offset, out.size());
    return absl::OkStatus();
  }

  absl::Span<const uint8_t> bytes_;
  std::shared_ptr<const void> owner_;
};

class PartReader : public ByteReader {
 public:
  PartReader(ByteReaderPtr whole, uint64_t offset, uint64_t size)
      : ByteReader(size), whole_(std::move(whole)), offset_(offset) {}
  const uint8_t* data() const override {
    return whole_->data() ? whole_->data() + offset_ : nullptr;
  }

 private:
  absl::Status ReadInside(uint64_t offset, absl::Span<uint8_t> out) const override {
    return whole_->Read(offset_ + offset, out);
  }

  ByteReaderPtr whole_;
  uint64_t offset_;
};

}  // namespace

absl::Status ByteReader::Read(uint64_t offset, absl::Span<uint8_t> out) const {
  if (offset > size_ || out.size() > size_ - offset) {
    return absl::InvalidArgumentError("bytes behind the end are read");
  }
  return out.empty() ? absl::OkStatus() : ReadInside(offset, out);
}

absl::StatusOr<ByteReaderPtr> OpenFile(const std::string& path) {
  // Not to wait for whoever may write to a pipe of that name.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be opened: ", std::strerror(errno)));
  }
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not a regular file; give the .pt file itself"));
  }
  return std::make_shared<FileReader>(path, fd, info);
}

ByteReaderPtr ReadMemory(std::string bytes) {
  const auto owner = std::make_shared<const std::string>(std::move(bytes));
  return ReadMemory({reinterpret_cast<const uint8_t*>(owner->data()), owner->size()}, owner);
}

ByteReaderPtr ReadMemory(absl::Span<const uint8_t> bytes, std::shared_ptr<const void> owner) {
  return std::make_shared<MemoryReader>(bytes, std::move(owner));
}

ByteReaderPtr ReadPart(ByteReaderPtr whole, uint64_t offset, uint64_t size) {
  return std::make_shared<PartReader>(std::move(whole), offset, size);
}

}  // namespace t2n
