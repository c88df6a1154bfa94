#include "parsers/archive/zip_index.h"

#include <zip.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

constexpr uint64_t kLocalHeaderBytes = 30;

// A libzip source. libzip does not tell where an entry lies, but when an entry is opened it goes to
// its local header: `first_seek` is that place.
struct Source {
  explicit Source(const ByteReader& b) : bytes(b) { zip_error_init(&error); }

  // Small pieces that lie close to one another are read from the file at once.
  absl::Status Read(uint64_t offset, absl::Span<uint8_t> out) {
    if (out.size() > kWindow) return bytes.Read(offset, out);
    if (offset < window_begin || offset + out.size() > window_begin + window.size()) {
      window.resize(std::min<uint64_t>(kWindow, bytes.size() - offset));
      window_begin = offset;
      T2N_RETURN_IF_ERROR(bytes.Read(offset, absl::MakeSpan(window)));
    }
    std::copy_n(window.data() + (offset - window_begin), out.size(), out.data());
    return absl::OkStatus();
  }

  static constexpr uint64_t kWindow = 4096;
  const ByteReader& bytes;
  std::vector<uint8_t> window;
  uint64_t window_begin = 0;
  uint64_t position = 0;
  std::optional<uint64_t> first_seek;
  absl::Status failure;  // of reading
  zip_error_t error;
};

zip_int64_t ReadNext(Source* source, void* data, zip_uint64_t length) {
  const uint64_t count = std::min<uint64_t>(length, source->bytes.size() - source->position);
  source->failure.Update(
      source->Read(source->position, absl::MakeSpan(static_cast<uint8_t*>(data), count)));
  if (!source->failure.ok()) {
    zip_error_set(&source->error, ZIP_ER_READ, 0);
    return -1;
  }
  source->position += count;
  return count;
}

zip_int64_t StatSource(Source* source, void* data) {
  auto* stat = static_cast<zip_stat_t*>(data);
  zip_stat_init(stat);
  stat->size = source->bytes.size();
  stat->valid |= ZIP_STAT_SIZE;
  return sizeof(*stat);
}

zip_int64_t SourceCallback(void* state, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  auto* source = static_cast<Source*>(state);
  switch (command) {
    case ZIP_SOURCE_OPEN:
      source->position = 0;
      return 0;
    case ZIP_SOURCE_READ:
      return ReadNext(source, data, length);
    case ZIP_SOURCE_SEEK: {
      const zip_int64_t to = zip_source_seek_compute_offset(source->position, source->bytes.size(),
                                                            data, length, &source->error);
      if (to < 0) return -1;
      source->position = to;
      if (!source->first_seek) source->first_seek = to;
      return 0;
    }
    case ZIP_SOURCE_TELL:
      return source->position;
    case ZIP_SOURCE_STAT:
      return StatSource(source, data);
    case ZIP_SOURCE_ERROR:
      return zip_error_to_data(&source->error, data, length);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_SEEK,
                                            ZIP_SOURCE_TELL, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
                                            ZIP_SOURCE_CLOSE, ZIP_SOURCE_FREE, -1);
    default:
      zip_error_set(&source->error, ZIP_ER_OPNOTSUPP, 0);
      return -1;
  }
}

using ZipHandle = std::unique_ptr<zip_t, void (*)(zip_t*)>;

absl::StatusOr<ZipHandle> OpenZip(Source* from) {
  zip_error_t error;
  zip_error_init(&error);
  zip_error_init(&from->error);
  zip_source_t* source = zip_source_function_create(SourceCallback, from, &error);
  zip_t* zip = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) : nullptr;
  if (zip == nullptr) {
    absl::Status status = absl::InvalidArgumentError(
        zip_error_code_zip(&error) == ZIP_ER_EXISTS
            ? "two entries of the zip have the same name: which of them is meant cannot be known; "
              "save the model again"
            : absl::StrCat("the zip index cannot be read (", zip_error_strerror(&error),
                           "): the file is damaged or incomplete; copy or save it again"));
    if (source) zip_source_free(source);
    zip_error_fini(&error);
    return status;
  }
  return ZipHandle(zip, zip_discard);
}

absl::Status EntryError(absl::string_view name, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("archive entry '", name, "' ", what));
}

uint16_t LoadLittle16(const uint8_t* bytes) { return bytes[0] | bytes[1] << 8; }

// Finds the payload behind the local header and checks that it lies in the file.
absl::Status LocatePayload(zip_t* zip, uint64_t index, Source* from, ZipEntry* entry) {
  uint8_t header[kLocalHeaderBytes];
  from->first_seek.reset();
  zip_file_t* file = zip_fopen_index(zip, index, ZIP_FL_COMPRESSED);
  if (file == nullptr) {
    return EntryError(entry->name, absl::StrCat("cannot be opened: ", zip_strerror(zip)));
  }
  zip_fclose(file);
  const uint64_t size = from->bytes.size();
  if (!from->first_seek || *from->first_seek > size || size - *from->first_seek < sizeof header) {
    return EntryError(entry->name, "has no local header");
  }
  entry->header_offset = *from->first_seek;
  T2N_RETURN_IF_ERROR(from->Read(entry->header_offset, absl::MakeSpan(header)));
  if (std::memcmp(header, "PK\3\4", 4) != 0) {
    return EntryError(entry->name, "has no local header");
  }
  entry->data_offset = entry->header_offset + kLocalHeaderBytes + LoadLittle16(header + 26) +
                       LoadLittle16(header + 28);
  if (entry->data_offset > size || entry->packed_size > size - entry->data_offset) {
    return EntryError(entry->name, "reaches past the end of the file");
  }
  return absl::OkStatus();
}

absl::StatusOr<ZipEntry> ReadEntry(zip_t* zip, uint64_t index, Source* from) {
  zip_stat_t stat;
  constexpr uint64_t kNeeded =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
  if (zip_stat_index(zip, index, ZIP_FL_ENC_RAW, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
    return absl::InvalidArgumentError(
        absl::StrCat("archive entry ", index, " has no usable name or sizes"));
  }
  const absl::string_view name = stat.name;
  if (name.empty() || name.size() > limits::kMaxEntryNameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("archive entry ", index, " has a name of ", name.size(), " bytes"));
  }
  if (stat.encryption_method != ZIP_EM_NONE) {
    return EntryError(name, "is encrypted; save the model again without a password");
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    return EntryError(name, absl::StrCat("is packed with method ", stat.comp_method,
                                         "; only store (0) and deflate (8) are read"));
  }
  ZipEntry entry;
  entry.name = std::string(name);
  entry.size = stat.size;
  entry.packed_size = stat.comp_size;
  entry.crc32 = stat.crc;
  entry.stored = stat.comp_method == ZIP_CM_STORE;
  if (entry.stored && entry.size != entry.packed_size) {
    return EntryError(name, "is stored but has two different sizes");
  }
  if (entry.packed_size == 0) {
    if (entry.size != 0) return EntryError(name, "has a size but no bytes");
    entry.header_offset = entry.data_offset = 0;
    return entry;
  }
  T2N_RETURN_IF_ERROR(LocatePayload(zip, index, from, &entry));
  return entry;
}

absl::StatusOr<std::vector<ZipEntry>> ReadEntries(Source* source) {
  T2N_ASSIGN_OR_RETURN(const ZipHandle zip, OpenZip(source));
  const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
  if (count <= 0) return absl::InvalidArgumentError("the zip holds no entries");
  if (count > static_cast<zip_int64_t>(limits::kMaxEntries)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the zip has ", count, " entries; the limit is ", limits::kMaxEntries));
  }
  std::vector<ZipEntry> entries;
  entries.reserve(count);
  for (zip_int64_t i = 0; i < count; ++i) {
    T2N_ASSIGN_OR_RETURN(ZipEntry entry, ReadEntry(zip.get(), i, source));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

absl::StatusOr<std::vector<ZipEntry>> ReadZipIndex(const ByteReader& bytes) {
  Source source(bytes);
  auto entries = ReadEntries(&source);
  return source.failure.ok() ? std::move(entries) : source.failure;
}

}  // namespace t2n
