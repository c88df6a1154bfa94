#include "emit/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {

TarWriter::~TarWriter() {
  if (archive_) archive_write_free(archive_);
}

absl::Status TarWriter::Error() const {
  const char* why = archive_error_string(archive_);
  return absl::UnavailableError(absl::StrCat("cannot write the archive: ", why ? why : "unknown"));
}

absl::Status TarWriter::Prepare(bool gzip, int compression_level) {
  archive_ = archive_write_new();
  if (!archive_) return absl::ResourceExhaustedError("no memory for the archive");
  bool ok = archive_write_set_format_gnutar(archive_) == ARCHIVE_OK;
  if (ok && gzip) {
    std::string level = absl::StrCat(compression_level);
    ok = archive_write_add_filter_gzip(archive_) == ARCHIVE_OK &&
         archive_write_set_filter_option(archive_, "gzip", "compression-level", level.c_str()) ==
             ARCHIVE_OK &&
         archive_write_set_filter_option(archive_, "gzip", "timestamp", nullptr) == ARCHIVE_OK;
  }
  // Large blocks go to the file as they come; the last one is not padded.
  ok = ok && archive_write_set_bytes_per_block(archive_, 1 << 20) == ARCHIVE_OK &&
       archive_write_set_bytes_in_last_block(archive_, 1) == ARCHIVE_OK;
  return ok ? absl::OkStatus() : Error();
}

absl::Status TarWriter::Open(int fd, bool gzip, int compression_level) {
  T2N_RETURN_IF_ERROR(Prepare(gzip, compression_level));
  return archive_write_open_fd(archive_, fd) == ARCHIVE_OK ? absl::OkStatus() : Error();
}

absl::Status TarWriter::Open(std::string* out, bool gzip, int compression_level) {
  T2N_RETURN_IF_ERROR(Prepare(gzip, compression_level));
  const auto append = [](struct archive*, void* to, const void* bytes, size_t size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
  };
  const bool ok = archive_write_open(archive_, out, nullptr, append, nullptr) == ARCHIVE_OK;
  return ok ? absl::OkStatus() : Error();
}

absl::Status TarWriter::Begin(absl::string_view name, uint64_t size) {
  std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                 archive_entry_free);
  archive_entry_set_pathname(entry.get(), std::string(name).c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_size(entry.get(), size);
  archive_entry_set_mtime(entry.get(), 0, 0);
  return archive_write_header(archive_, entry.get()) == ARCHIVE_OK ? absl::OkStatus() : Error();
}

absl::Status TarWriter::Write(absl::Span<const uint8_t> piece) {
  constexpr size_t kChunk = 8 << 20;
  while (!piece.empty()) {
    la_ssize_t n = archive_write_data(archive_, piece.data(), std::min(piece.size(), kChunk));
    if (n <= 0) return Error();
    piece.remove_prefix(n);
  }
  return absl::OkStatus();
}

absl::Status TarWriter::Close() {
  return archive_write_close(archive_) == ARCHIVE_OK ? absl::OkStatus() : Error();
}

}  // namespace t2n
