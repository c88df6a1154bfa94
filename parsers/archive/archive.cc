#include "parsers/archive/archive.h"

#include <libdeflate.h>

#include <algorithm>
#include <new>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parsers/archive/file_kind.h"
#include "parsers/archive/zip_index.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

// Behind the bytes of an entry, for readers that look ahead (simdjson needs 64).
constexpr size_t kPadding = 64;
// Of a stream: large enough that calls cost nothing, small enough to stay in the processor's cache.
constexpr uint64_t kPiece = 256 << 10;

absl::Span<uint8_t> Writable(std::string& text) {
  return {reinterpret_cast<uint8_t*>(text.data()), text.size()};
}

// Gives bytes [offset, offset + size) to the sink, piece by piece.
absl::Status StreamRange(const ByteReader& bytes, uint64_t offset, uint64_t size,
                         const ByteSink& sink) {
  std::vector<uint8_t> copy;
  if (!bytes.data()) copy.resize(std::min(size, kPiece));
  for (uint64_t done = 0; done < size;) {
    const size_t count = std::min(size - done, kPiece);
    const uint8_t* piece = copy.data();
    if (bytes.data()) {
      piece = bytes.data() + offset + done;
    } else {
      T2N_RETURN_IF_ERROR(bytes.Read(offset + done, absl::MakeSpan(copy.data(), count)));
    }
    T2N_RETURN_IF_ERROR(sink(absl::MakeConstSpan(piece, count)));
    done += count;
  }
  return absl::OkStatus();
}

// Memory that nobody has written to; null if there is not so much.
std::shared_ptr<uint8_t> Allocate(size_t size) {
  return std::shared_ptr<uint8_t>(new (std::nothrow) uint8_t[size],
                                  std::default_delete<uint8_t[]>());
}

absl::Status NoMemory(const Entry& entry) {
  return absl::ResourceExhaustedError(
      absl::StrCat("has ", entry.size, " bytes, for which there is no memory"));
}

// The zip's end record is in the last 64 KiB + 22 bytes; without one the file is no zip at all.
absl::StatusOr<bool> HasZipEnd(const ByteReader& bytes) {
  constexpr uint64_t kReach = 22 + 65535;
  std::string end(std::min(bytes.size(), kReach), '\0');
  T2N_RETURN_IF_ERROR(bytes.Read(bytes.size() - end.size(), Writable(end)));
  return absl::StrContains(end, absl::string_view("PK\5\6", 4));
}

absl::Status Inflate(absl::Span<const uint8_t> packed, absl::Span<uint8_t> out) {
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!inflater) return absl::ResourceExhaustedError("no memory to unpack an archive entry");
  size_t written = 0;
  if (libdeflate_deflate_decompress(inflater.get(), packed.data(), packed.size(), out.data(),
                                    out.size(), &written) != LIBDEFLATE_SUCCESS ||
      written != out.size()) {
    return absl::DataLossError("does not unpack to the size its index gives");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Archive>> Archive::Make(std::string path,
                                                             ByteReaderPtr bytes) {
  std::shared_ptr<Archive> archive(new Archive(std::move(path), std::move(bytes)));
  T2N_RETURN_IF_ERROR(archive->ReadIndex());
  return archive;
}

absl::StatusOr<std::shared_ptr<const Archive>> Archive::Open(const std::string& path) {
  T2N_ASSIGN_OR_RETURN(ByteReaderPtr bytes, OpenFile(path));
  return Make(path, std::move(bytes));
}

absl::StatusOr<std::shared_ptr<const Archive>> Archive::FromMemory(std::string bytes,
                                                                   std::string name) {
  return Make(std::move(name), ReadMemory(std::move(bytes)));
}

absl::StatusOr<std::shared_ptr<const Archive>> Archive::OverMemory(absl::string_view bytes,
                                                                   std::string name) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  return Make(std::move(name), ReadMemory({data, bytes.size()}, nullptr));
}

absl::StatusOr<std::shared_ptr<const Archive>> Archive::OpenNested(
    std::shared_ptr<const Archive> outer, absl::string_view name) {
  std::string path = absl::StrCat(outer->path(), "!", name);
  T2N_ASSIGN_OR_RETURN(const Entry* entry, outer->Require(name));
  if (entry->stored) {
    return Make(std::move(path), ReadPart(outer->bytes_, entry->data_offset, entry->size));
  }
  T2N_ASSIGN_OR_RETURN(EntryBytes bytes, outer->Read(name));
  const auto owner = std::make_shared<EntryBytes>(std::move(bytes));
  return Make(std::move(path), ReadMemory(owner->span(), owner));
}

absl::Status Archive::ReadIndex() {
  const auto refuse = [this](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(path_, ": ", what));
  };
  T2N_ASSIGN_OR_RETURN(const bool is_zip, HasZipEnd(*bytes_));
  if (!is_zip) {
    T2N_ASSIGN_OR_RETURN(const std::string what, DescribeNonZip(*bytes_));
    return refuse(what);
  }
  absl::StatusOr<std::vector<ZipEntry>> index = ReadZipIndex(*bytes_);
  if (absl::IsInvalidArgument(index.status())) return refuse(index.status().message());
  T2N_RETURN_IF_ERROR(index.status());
  const std::string& first = index->front().name;
  const size_t slash = first.find('/');
  if (slash != std::string::npos) top_folder_ = first.substr(0, slash);
  const std::string prefix = top_folder_.empty() ? "" : absl::StrCat(top_folder_, "/");
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (ZipEntry& e : *index) {
    if (e.packed_size > 0) ranges.emplace_back(e.header_offset, e.data_offset + e.packed_size);
    const absl::string_view name = e.name;
    if (!absl::StartsWith(name, prefix) || name.back() == '/') continue;
    entries_.push_back(Entry{e.name.substr(prefix.size()), e.size, e.packed_size, e.data_offset,
                             e.crc32, e.stored});
    if (!by_name_.emplace(entries_.back().name, entries_.size() - 1).second) {
      return refuse(
          absl::StrCat("two entries of the zip have the same name, '", e.name,
                       "': which of them is meant cannot be known; save the model again"));
    }
  }
  return CheckOverlaps(std::move(ranges));
}

absl::Status Archive::CheckOverlaps(std::vector<std::pair<uint64_t, uint64_t>> ranges) const {
  std::sort(ranges.begin(), ranges.end());
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first < ranges[i - 1].second) {
      return absl::InvalidArgumentError(
          absl::StrCat(path_, ": two entries overlap at byte ", ranges[i].first,
                       ": the file is damaged or made to deceive; save the model again"));
    }
  }
  return absl::OkStatus();
}

const Entry* Archive::Find(absl::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : &entries_[it->second];
}

absl::StatusOr<const Entry*> Archive::Require(absl::string_view name) const {
  if (const Entry* entry = Find(name)) return entry;
  return absl::NotFoundError(absl::StrCat(path_, ": the archive has no entry '", name, "'"));
}

absl::StatusOr<EntryBytes> Archive::Read(absl::string_view name, uint64_t max_bytes) const {
  T2N_ASSIGN_OR_RETURN(const Entry* entry, Require(name));
  const uint64_t limit = entry->stored ? max_bytes : std::min(max_bytes, limits::kMaxInflatedBytes);
  if (entry->size > limit) {
    return absl::ResourceExhaustedError(absl::StrCat(path_, ": entry '", name, "' has ",
                                                     entry->size, " bytes; the limit is ", limit));
  }
  T2N_ASSIGN_OR_RETURN(EntryBytes bytes, entry->stored ? Stored(*entry) : Inflated(*entry));
  return bytes;
}

absl::Status Archive::InEntry(const Entry& entry, const absl::Status& status) const {
  return absl::Status(status.code(),
                      absl::StrCat(path_, ": entry '", entry.name, "' ", status.message()));
}

absl::StatusOr<EntryBytes> Archive::Stored(const Entry& entry) const {
  uint32_t crc = 0;
  if (bytes_->data()) {
    const uint8_t* data = bytes_->data() + entry.data_offset;
    if (libdeflate_crc32(0, data, entry.size) != entry.crc32) return Damaged(entry.name);
    const size_t behind = bytes_->size() - entry.data_offset - entry.size;
    return EntryBytes(absl::MakeConstSpan(data, entry.size), behind, bytes_);
  }
  const std::shared_ptr<uint8_t> copy = Allocate(entry.size + kPadding);
  if (!copy) return InEntry(entry, NoMemory(entry));
  uint8_t* out = copy.get();
  for (uint64_t done = 0; done < entry.size;) {
    const auto piece = absl::MakeSpan(out + done, std::min(entry.size - done, kPiece));
    T2N_RETURN_IF_ERROR(bytes_->Read(entry.data_offset + done, piece));
    crc = libdeflate_crc32(crc, piece.data(), piece.size());
    done += piece.size();
  }
  if (crc != entry.crc32) return Damaged(entry.name);
  std::fill_n(out + entry.size, kPadding, 0);
  return EntryBytes(absl::MakeConstSpan(out, entry.size), kPadding, copy);
}

absl::StatusOr<EntryBytes> Archive::Inflated(const Entry& entry) const {
  if (entry.size / limits::kMaxDeflateRatio > entry.packed_size) {
    return InEntry(entry, absl::DataLossError("claims to unpack to more than deflate can hold"));
  }
  std::string copy;
  const uint8_t* packed = nullptr;
  if (bytes_->data()) {
    packed = bytes_->data() + entry.data_offset;
  } else {
    copy.resize(entry.packed_size);
    T2N_RETURN_IF_ERROR(bytes_->Read(entry.data_offset, Writable(copy)));
    packed = Writable(copy).data();
  }
  const std::shared_ptr<uint8_t> out = Allocate(entry.size + kPadding);
  if (!out) return InEntry(entry, NoMemory(entry));
  const auto bytes = absl::MakeSpan(out.get(), entry.size);
  const absl::Status status = Inflate(absl::MakeConstSpan(packed, entry.packed_size), bytes);
  if (!status.ok()) return InEntry(entry, status);
  if (libdeflate_crc32(0, bytes.data(), bytes.size()) != entry.crc32) return Damaged(entry.name);
  std::fill_n(out.get() + entry.size, kPadding, 0);
  return EntryBytes(bytes, kPadding, out);
}

absl::Status Archive::Damaged(absl::string_view name) const {
  return absl::DataLossError(
      absl::StrCat(path_, ": entry '", name, "' is damaged (its CRC-32 differs); copy it again"));
}

absl::Status Archive::Stream(absl::string_view name, const ByteSink& sink) const {
  T2N_ASSIGN_OR_RETURN(const Entry* entry, Require(name));
  if (!entry->stored) {
    T2N_ASSIGN_OR_RETURN(const EntryBytes bytes, Read(name));
    return sink(bytes.span());
  }
  uint32_t crc = 0;
  T2N_RETURN_IF_ERROR(
      StreamRange(*bytes_, entry->data_offset, entry->size, [&](absl::Span<const uint8_t> piece) {
        crc = libdeflate_crc32(crc, piece.data(), piece.size());
        return sink(piece);
      }));
  return crc == entry->crc32 ? absl::OkStatus() : Damaged(name);
}

absl::Status Archive::StreamFile(const ByteSink& sink) const {
  return StreamRange(*bytes_, 0, bytes_->size(), sink);
}

absl::StatusOr<EntryBytes> Archive::Read(absl::string_view name) const {
  return Read(name, UINT64_MAX);
}

}  // namespace t2n
