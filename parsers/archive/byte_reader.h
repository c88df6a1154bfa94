// Bytes that can be read at any place: those of a file, of memory, or a part of either.
//
// What is in a file is copied out of it and never mapped: a file that another process cuts off
// while it is mapped ends this one by SIGBUS, and what was checked in a map may change behind it.
#ifndef PARSERS_ARCHIVE_BYTE_READER_H_
#define PARSERS_ARCHIVE_BYTE_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace t2n {

// Several threads may read at once.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  uint64_t size() const { return size_; }
  // Fills `out` with the bytes from `offset` on. Errors: kInvalidArgument if they do not lie
  // inside; kDataLoss if the file was changed since it was opened; kUnavailable if the system
  // cannot read.
  absl::Status Read(uint64_t offset, absl::Span<uint8_t> out) const;
  // All bytes, if they lie in memory: they stay there as long as this does. Else null.
  virtual const uint8_t* data() const { return nullptr; }

 protected:
  explicit ByteReader(uint64_t size) : size_(size) {}

 private:
  // `out` is not empty and inside.
  virtual absl::Status ReadInside(uint64_t offset, absl::Span<uint8_t> out) const = 0;

  uint64_t size_;
};

using ByteReaderPtr = std::shared_ptr<const ByteReader>;

// Errors begin with the path: kNotFound when it cannot be opened, kInvalidArgument when it is no
// regular file.
absl::StatusOr<ByteReaderPtr> OpenFile(const std::string& path);

ByteReaderPtr ReadMemory(std::string bytes);
// `owner` keeps alive what the bytes are in.
ByteReaderPtr ReadMemory(absl::Span<const uint8_t> bytes, std::shared_ptr<const void> owner);
// `size` bytes of `whole` from `offset` on, which lie inside of it.
ByteReaderPtr ReadPart(ByteReaderPtr whole, uint64_t offset, uint64_t size);

}  // namespace t2n

#endif  // PARSERS_ARCHIVE_BYTE_READER_H_
