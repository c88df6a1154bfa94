// The zip container of a torch archive, read from a memory map. Entries that are stored (all
// weights are) come back as spans of the map; deflated ones are unpacked on demand.
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

// Bytes of an entry; keeps alive what they are in (an unpacked buffer, or the archive's map).
class EntryBytes {
 public:
  EntryBytes(absl::Span<const uint8_t> span, std::shared_ptr<const void> owner)
      : span_(span), owner_(std::move(owner)) {}
  absl::Span<const uint8_t> span() const { return span_; }
  absl::string_view text() const {
    return absl::string_view(reinterpret_cast<const char*>(span_.data()), span_.size());
  }

 private:
  absl::Span<const uint8_t> span_;
  std::shared_ptr<const void> owner_;
};

// A stored entry's bytes in the map, not yet verified: whoever reads them all compares
// libdeflate_crc32 of them with `crc32`. Valid as long as the archive.
struct StoredBytes {
  absl::Span<const uint8_t> span;
  uint32_t crc32;
};

class Archive : public std::enable_shared_from_this<Archive> {
 public:
  // Maps the file read-only and reads its index (zip and zip64). Errors: kNotFound when it cannot
  // be opened, kInvalidArgument when it is no zip (the message says what it looks like and what to
  // do) or when its index is inconsistent: duplicate names, overlapping entries, payloads outside
  // of the file, encrypted entries, methods other than store and deflate.
  static absl::StatusOr<std::shared_ptr<const Archive>> Open(const std::string& path);

  // The same over bytes in memory. `name` stands for the path in messages.
  static absl::StatusOr<std::shared_ptr<const Archive>> FromMemory(std::string bytes,
                                                                   std::string name);

  // The zip that is an entry of `outer`. A stored one is read where it lies: its own entries are
  // spans of the outer map. Its path is "OUTER!entry".
  static absl::StatusOr<std::shared_ptr<const Archive>> OpenNested(
      std::shared_ptr<const Archive> outer, absl::string_view entry);
  virtual ~Archive() = default;

  const std::string& path() const { return path_; }
  uint64_t file_size() const { return bytes_.size(); }
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

  // The same bytes in order, in pieces; their memory is given back behind the sink. Damage is found
  // only when all have been given.
  absl::Status Stream(absl::string_view name, const ByteSink& sink) const;

  // How many bytes of the file follow those of `span`, a part of it: they can be read too.
  uint64_t BytesBehind(absl::Span<const uint8_t> span) const;

  // A stored entry as it lies in the map, unverified. Errors: kNotFound; kFailedPrecondition when
  // the entry is deflated (use Read).
  absl::StatusOr<StoredBytes> Stored(absl::string_view name) const;

  // Gives back the memory of pages that were read through `span`, a part of the map; they are read
  // again from the file when touched again. Does nothing for bytes elsewhere.
  void ReleasePages(absl::Span<const uint8_t> span) const;

 protected:
  Archive(std::string path) : path_(std::move(path)) {}
  absl::Status ReadIndex();

  absl::Span<const uint8_t> bytes_;  // the whole file
  bool mapped_ = false;

 private:
  absl::Status Damaged(absl::string_view name) const;
  void Advise(absl::Span<const uint8_t> span, int advice) const;
  void PopulatePages(absl::Span<const uint8_t> span) const;
  absl::StatusOr<const Entry*> Require(absl::string_view name) const;
  absl::Status CheckOverlaps(std::vector<std::pair<uint64_t, uint64_t>> ranges) const;

  std::string path_;
  std::string top_folder_;
  std::vector<Entry> entries_;
  absl::flat_hash_map<std::string, size_t> by_name_;
};

}  // namespace t2n

#endif  // PARSERS_ARCHIVE_ARCHIVE_H_
