#include "parsers/testing/zip_builder.h"

#include <libdeflate.h>

#include "absl/strings/str_cat.h"

namespace t2n::testing {
namespace {

void Append(std::string* out, uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out->push_back(static_cast<char>(i < 8 ? value >> (8 * i) : 0));
}

std::string Deflate(const std::string& data) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string packed(libdeflate_deflate_compress_bound(compressor, data.size()), '\0');
  packed.resize(libdeflate_deflate_compress(compressor, data.data(), data.size(), packed.data(),
                                            packed.size()));
  libdeflate_free_compressor(compressor);
  return packed;
}

// The fields that local and central headers share, from the flags to the name's length.
std::string SharedFields(const ZipItem& item, uint64_t packed_size) {
  std::string out;
  Append(&out, item.flags, 2);
  Append(&out, item.deflate ? 8 : item.method, 2);
  Append(&out, 0x00210000, 4);  // 1980-01-01 00:00
  Append(&out, item.crc32.value_or(libdeflate_crc32(0, item.data.data(), item.data.size())), 4);
  Append(&out, item.packed_size.value_or(packed_size), 4);
  Append(&out, item.size.value_or(item.data.size()), 4);
  Append(&out, item.name.size(), 2);
  return out;
}

}  // namespace

std::string BuildZip(const std::vector<ZipItem>& items, std::optional<uint16_t> count) {
  std::string out, central;
  for (const ZipItem& item : items) {
    const std::string payload = item.deflate ? Deflate(item.data) : item.data;
    const std::string fields = SharedFields(item, payload.size());
    absl::StrAppend(&central, "PK\1\2");
    Append(&central, 20 | 20 << 16, 4);
    absl::StrAppend(&central, fields);
    Append(&central, 0, 12);
    Append(&central, item.header_offset.value_or(out.size()), 4);
    absl::StrAppend(&central, item.name);
    absl::StrAppend(&out, "PK\3\4");
    Append(&out, 20, 2);
    absl::StrAppend(&out, fields);
    Append(&out, 0, 2);
    absl::StrAppend(&out, item.name, payload);
  }
  const uint64_t central_offset = out.size();
  absl::StrAppend(&out, central, "PK\5\6");
  Append(&out, 0, 4);
  Append(&out, count.value_or(items.size()), 2);
  Append(&out, count.value_or(items.size()), 2);
  Append(&out, central.size(), 4);
  Append(&out, central_offset, 4);
  Append(&out, 0, 2);
  return out;
}

}  // namespace t2n::testing
