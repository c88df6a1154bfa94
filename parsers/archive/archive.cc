#include "parsers/archive/archive.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parsers/archive/file_kind.h"
#include "parsers/archive/zip_index.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

// What Linux maps around a page that is touched.
constexpr size_t kFaultAround = 64 << 10;

class MappedArchive : public Archive {
 public:
  explicit MappedArchive(std::string path) : Archive(std::move(path)) {}
  ~MappedArchive() override {
    if (mapped_) munmap(const_cast<uint8_t*>(bytes_.data()), bytes_.size());
  }
  absl::Status Load() {
    T2N_RETURN_IF_ERROR(Map());
    absl::Status status = ReadIndex();
    ReleasePages(bytes_);
    return status;
  }

 private:
  absl::Status Map() {
    const int fd = open(path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return absl::NotFoundError(absl::StrCat(path(), ": cannot be opened: ", strerror(errno)));
    }
    absl::Status status = MapDescriptor(fd);
    close(fd);
    return status;
  }

  absl::Status MapDescriptor(int fd) {
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path(), ": not a regular file; give the .pt file itself"));
    }
    if (info.st_size == 0) return absl::OkStatus();
    void* map = mmap(nullptr, info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
      return absl::UnavailableError(absl::StrCat(path(), ": cannot be mapped: ", strerror(errno)));
    }
    bytes_ = absl::MakeSpan(static_cast<const uint8_t*>(map), info.st_size);
    mapped_ = true;
    return absl::OkStatus();
  }
};

class MemoryArchive : public Archive {
 public:
  MemoryArchive(std::string bytes, std::string name)
      : Archive(std::move(name)), owned_(std::move(bytes)) {}
  absl::Status Load() {
    bytes_ = absl::MakeSpan(reinterpret_cast<const uint8_t*>(owned_.data()), owned_.size());
    return ReadIndex();
  }

 private:
  std::string owned_;
};

class NestedArchive : public Archive {
 public:
  NestedArchive(absl::Span<const uint8_t> bytes, bool mapped, std::shared_ptr<const void> owner,
                std::string name)
      : Archive(std::move(name)), owner_(std::move(owner)) {
    bytes_ = bytes;
    mapped_ = mapped;
  }
  absl::Status Load() { return ReadIndex(); }

 private:
  std::shared_ptr<const void> owner_;
};

// The zip's end record is in the last 64 KiB + 22 bytes; without one the file is no zip at all.
bool HasZipEnd(absl::Span<const uint8_t> bytes) {
  const absl::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr size_t kReach = 22 + 65535;
  return absl::StrContains(text.substr(text.size() - std::min(text.size(), kReach)),
                           absl::string_view("PK\5\6", 4));
}

absl::StatusOr<std::shared_ptr<const std::string>> Inflate(absl::Span<const uint8_t> packed,
                                                           const Entry& entry) {
  if (entry.size / limits::kMaxDeflateRatio > packed.size()) {
    return absl::DataLossError("claims to unpack to more than deflate can hold");
  }
  auto out = std::make_shared<std::string>(entry.size, '\0');
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!inflater) return absl::ResourceExhaustedError("no memory to unpack an archive entry");
  size_t written = 0;
  if (libdeflate_deflate_decompress(inflater.get(), packed.data(), packed.size(), out->data(),
                                    out->size(), &written) != LIBDEFLATE_SUCCESS ||
      written != entry.size) {
    return absl::DataLossError("does not unpack to the size its index gives");
  }
  return out;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Archive>> Archive::Open(const std::string& path) {
  auto archive = std::make_shared<MappedArchive>(path);
  T2N_RETURN_IF_ERROR(archive->Load());
  return archive;
}

absl::StatusOr<std::shared_ptr<const Archive>> Archive::FromMemory(std::string bytes,
                                                                   std::string name) {
  auto archive = std::make_shared<MemoryArchive>(std::move(bytes), std::move(name));
  T2N_RETURN_IF_ERROR(archive->Load());
  return archive;
}

absl::StatusOr<std::shared_ptr<const Archive>> Archive::OpenNested(
    std::shared_ptr<const Archive> outer, absl::string_view name) {
  const std::string path = absl::StrCat(outer->path(), "!", name);
  T2N_ASSIGN_OR_RETURN(const Entry* entry, outer->Require(name));
  std::shared_ptr<NestedArchive> nested;
  if (entry->stored) {
    const auto bytes = outer->bytes_.subspan(entry->data_offset, entry->size);
    nested = std::make_shared<NestedArchive>(bytes, outer->mapped_, outer, path);
  } else {
    T2N_ASSIGN_OR_RETURN(EntryBytes bytes, outer->Read(name));
    auto owner = std::make_shared<EntryBytes>(std::move(bytes));
    nested = std::make_shared<NestedArchive>(owner->span(), /*mapped=*/false, owner, path);
  }
  T2N_RETURN_IF_ERROR(nested->Load());
  return nested;
}

absl::Status Archive::ReadIndex() {
  const auto refuse = [this](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(path_, ": ", what));
  };
  if (!HasZipEnd(bytes_)) return refuse(DescribeNonZip(bytes_));
  absl::StatusOr<std::vector<ZipEntry>> index = ReadZipIndex(bytes_);
  if (!index.ok()) return refuse(index.status().message());
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
  const absl::Span<const uint8_t> packed = bytes_.subspan(entry->data_offset, entry->packed_size);
  EntryBytes bytes(packed, shared_from_this());
  if (!entry->stored) {
    const auto inflated = Inflate(packed, *entry);
    if (!inflated.ok()) {
      return absl::DataLossError(
          absl::StrCat(path_, ": entry '", name, "' ", inflated.status().message()));
    }
    const std::string& text = **inflated;
    bytes = EntryBytes(absl::MakeSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size()),
                       *inflated);
  }
  if (libdeflate_crc32(0, bytes.span().data(), bytes.span().size()) != entry->crc32) {
    return Damaged(name);
  }
  return bytes;
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
  constexpr size_t kPiece = 2 << 20;
  const absl::Span<const uint8_t> all = bytes_.subspan(entry->data_offset, entry->size);
  uint32_t crc = 0;
  for (size_t begin = 0; begin < all.size(); begin += kPiece) {
    const absl::Span<const uint8_t> piece = all.subspan(begin, kPiece);
    PopulatePages(piece);
    crc = libdeflate_crc32(crc, piece.data(), piece.size());
    T2N_RETURN_IF_ERROR(sink(piece));
    ReleasePages(piece);
  }
  return crc == entry->crc32 ? absl::OkStatus() : Damaged(name);
}

absl::StatusOr<EntryBytes> Archive::Read(absl::string_view name) const {
  return Read(name, UINT64_MAX);
}

uint64_t Archive::BytesBehind(absl::Span<const uint8_t> span) const {
  const uint8_t* end = span.data() + span.size();
  const uint8_t* file_end = bytes_.data() + bytes_.size();
  return end >= bytes_.data() && end <= file_end ? file_end - end : 0;
}

absl::StatusOr<StoredBytes> Archive::Stored(absl::string_view name) const {
  T2N_ASSIGN_OR_RETURN(const Entry* entry, Require(name));
  if (!entry->stored) {
    return absl::FailedPreconditionError(absl::StrCat(path_, ": entry '", name, "' is deflated"));
  }
  return StoredBytes{bytes_.subspan(entry->data_offset, entry->size), entry->crc32};
}

void Archive::PopulatePages(absl::Span<const uint8_t> span) const {
  // Mapping many pages at once is cheaper than a fault for every few of them.
  if (span.size() > kFaultAround) Advise(span, MADV_POPULATE_READ);
}

void Archive::ReleasePages(absl::Span<const uint8_t> span) const { Advise(span, MADV_DONTNEED); }

void Archive::Advise(absl::Span<const uint8_t> span, int advice) const {
  if (!mapped_ || span.empty() || span.data() < bytes_.data() ||
      span.data() + span.size() > bytes_.data() + bytes_.size()) {
    return;
  }
  const uintptr_t page = sysconf(_SC_PAGESIZE);
  const uintptr_t begin = reinterpret_cast<uintptr_t>(span.data()) / page * page;
  const uintptr_t end = reinterpret_cast<uintptr_t>(span.data()) + span.size();
  madvise(reinterpret_cast<void*>(begin), end - begin, advice);
}

}  // namespace t2n
