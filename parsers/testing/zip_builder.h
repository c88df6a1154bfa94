// Makes zip archives byte by byte, sound ones and ones that lie, for tests of the readers.
#ifndef PARSERS_TESTING_ZIP_BUILDER_H_
#define PARSERS_TESTING_ZIP_BUILDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace t2n::testing {

struct ZipItem {
  std::string name;
  std::string data;
  bool deflate = false;
  // What the headers claim instead of the truth.
  std::optional<uint32_t> crc32 = {};
  std::optional<uint32_t> size = {};
  std::optional<uint32_t> packed_size = {};
  std::optional<uint32_t> header_offset = {};
  uint16_t method = 0;  // beside store and deflate
  uint16_t flags = 0;
};

// The archive; `count` is the number of entries its end record claims, if not the true one.
std::string BuildZip(const std::vector<ZipItem>& items, std::optional<uint16_t> count = {});

}  // namespace t2n::testing

#endif  // PARSERS_TESTING_ZIP_BUILDER_H_
