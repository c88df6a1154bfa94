// The index of a zip, as libzip reads it, with the place of every payload.
#ifndef PARSERS_ARCHIVE_ZIP_INDEX_H_
#define PARSERS_ARCHIVE_ZIP_INDEX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/archive/byte_reader.h"

namespace t2n {

struct ZipEntry {
  std::string name;
  uint64_t size;
  uint64_t packed_size;
  uint64_t header_offset;  // of the local header; 0 when the entry is empty
  uint64_t data_offset;  // of the payload; [data_offset, data_offset + packed_size) is in the file
  uint32_t crc32;
  bool stored;
};

// Entries in central directory order. Errors: kInvalidArgument naming what is wrong with the zip;
// those of reading it.
absl::StatusOr<std::vector<ZipEntry>> ReadZipIndex(const ByteReader& bytes);

}  // namespace t2n

#endif  // PARSERS_ARCHIVE_ZIP_INDEX_H_
