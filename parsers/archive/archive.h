// The zip container of a torch archive. Entries are read on demand, each time checked against their
// checksums; weights stream in pieces, so that they need no memory.
#ifndef PARSERS_ARCHIVE_ARCHIVE_H_
#define PARSERS_ARCHIVE_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parsers/archive/byte_reader.h"
#include "t2n/base/byte_sink.h"

namespace t2n {

// One file of the archive. Sizes and offsets are bytes and already checked against the file.
struct Entry {
  std::string name;      // relative to the archive's top folder, e.g. "data/0"
  uint64_t size;         // unpacked
  uint64_t packed_size;  // in the file; equals `size` when stored
  uint64_t data_offset;  // of the payload, from the start of the file
  uint32_t crc32;        // of the unpacked bytes
  bool stored;           // else deflated
};

// Bytes of an entry; keeps alive what they are in (a copy, or the memory that the archive is in).
class EntryBytes {
 public:
  EntryBytes(absl::Span<const uint8_t> span, size_t behind, std::shared_ptr<const void> owner)
      : span_(span), behind_(behind), owner_(std::move(owner)) {}
  absl::Span<const uint8_t> span() const { return span_; }
  // How many bytes behind those of the span can be read too; what they say does not matter.
  size_t behind() const { return behind_; }
  absl::string_view text() const {
    return absl::string_view(reinterpret_cast<const char*>(span_.data()), span_.size());
  }

 private:
  absl::Span<const uint8_t> span_;
  size_t behind_;
  std::shared_ptr<const void> owner_;
};

class Archive : public std::enable_shared_from_this<Archive> {
 public:
  // Opens the file and reads its index (zip and zip64). Errors: kNotFound when it cannot be opened,
  // kInvalidArgument when it is no zip (the message says what it looks like and what to do) or when
  // its index is inconsistent: duplicate names, overlapping entries, payloads outside of the file,
  // encrypted entries, methods other than store and deflate. From here on, that the file was
  // changed while it was read is an error of whatever reads it: kDataLoss.
  static absl::StatusOr<std::shared_ptr<const Archive>> Open(const std::string& path);

  // The same over bytes in memory. `name` stands for the path in messages.
  static absl::StatusOr<std::shared_ptr<const Archive>> FromMemory(std::string bytes,
                                                                   std::string name);
  // The same without a copy: the bytes stay as they are as long as the archive and what it gave.
  static absl::StatusOr<std::shared_ptr<const Archive>> OverMemory(absl::string_view bytes,
                                                                   std::string name);

  // The zip that is an entry of `outer`. A stored one is read where it lies. Its path is
  // "OUTER!entry".
  static absl::StatusOr<std::shared_ptr<const Archive>> OpenNested(
      std::shared_ptr<const Archive> outer, absl::string_view entry);

  const std::string& path() const { return path_; }
  uint64_t file_size() const { return bytes_->size(); }
  // The top folder that all names are relative to: that of the first entry. Empty when the first
  // entry is in none: then names are as they are.
  const std::string& top_folder() const { return top_folder_; }
  // In the order of the archive's index. Folders and entries outside of the top folder are left
  // out.
  absl::Span<const Entry> entries() const { return entries_; }
  // nullptr when there is none.
  const Entry* Find(absl::string_view name) const;

  // The entry's bytes, unpacked if need be, CRC-32 verified. Errors: kNotFound; kDataLoss when the
  // bytes are damaged; kResourceExhausted past `max_bytes`.
  absl::StatusOr<EntryBytes> Read(absl::string_view name, uint64_t max_bytes) const;
  absl::StatusOr<EntryBytes> Read(absl::string_view name) const;

  // The same bytes in order, in pieces. Damage is found only when all have been given.
  absl::Status Stream(absl::string_view name, const ByteSink& sink) const;

  // The whole file's bytes, in the same way.
  absl::Status StreamFile(const ByteSink& sink) const;

 private:
  Archive(std::string path, ByteReaderPtr bytes)
      : path_(std::move(path)), bytes_(std::move(bytes)) {}
  static absl::StatusOr<std::shared_ptr<const Archive>> Make(std::string path, ByteReaderPtr bytes);

  absl::Status ReadIndex();
  absl::Status Damaged(absl::string_view name) const;
  absl::Status InEntry(const Entry& entry, const absl::Status& status) const;
  absl::StatusOr<EntryBytes> Stored(const Entry& entry) const;
  absl::StatusOr<EntryBytes> Inflated(const Entry& entry) const;
  absl::StatusOr<const Entry*> Require(absl::string_view name) const;
  absl::Status CheckOverlaps(std::vector<std::pair<uint64_t, uint64_t>> ranges) const;

  std::string path_;
  ByteReaderPtr bytes_;  // the whole file
  std::string top_folder_;
  std::vector<Entry> entries_;
  absl::flat_hash_map<std::string, size_t> by_name_;
};

}  // namespace t2n

#endif  // PARSERS_ARCHIVE_ARCHIVE_H_
