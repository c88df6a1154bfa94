// A tar archive, plain or gzip'ed, whose bytes are a function of its files.
#ifndef EMIT_TAR_WRITER_H_
#define EMIT_TAR_WRITER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

struct archive;

namespace t2n {

class TarWriter {
 public:
  TarWriter() = default;
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;
  ~TarWriter();

  // Writes to `fd`, which stays the caller's. `compression_level` is gzip's, 0 to 9.
  absl::Status Open(int fd, bool gzip, int compression_level);
  // Appends to `out`.
  absl::Status Open(std::string* out, bool gzip, int compression_level);
  // A file of `size` bytes; the bytes follow by Write.
  absl::Status Begin(absl::string_view name, uint64_t size);
  absl::Status Write(absl::Span<const uint8_t> piece);
  absl::Status Close();

 private:
  absl::Status Prepare(bool gzip, int compression_level);
  absl::Status Error() const;
  struct archive* archive_ = nullptr;
};

}  // namespace t2n

#endif  // EMIT_TAR_WRITER_H_
