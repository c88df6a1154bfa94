#include "emit/nnef/tensor_file.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n::nnef {
namespace {

constexpr size_t kMaxRank = 8;

// Item type codes of the specification's table.
std::optional<uint16_t> ItemType(DType dtype) {
  constexpr uint16_t kFloat = 0, kQuantizedUnsigned = 2, kQuantizedSigned = 3, kUnsigned = 1,
                     kSigned = 4, kBool = 5;
  switch (dtype) {
    case DType::kF16:
    case DType::kF32:
    case DType::kF64:
      return kFloat;
    case DType::kU8:
    case DType::kU16:
    case DType::kU32:
    case DType::kU64:
      return kUnsigned;
    case DType::kI8:
    case DType::kI16:
    case DType::kI32:
    case DType::kI64:
      return kSigned;
    case DType::kBool:
      return kBool;
    case DType::kQU8:
      return kQuantizedUnsigned;
    case DType::kQI8:
    case DType::kQI32:
      return kQuantizedSigned;
    case DType::kBF16:
    case DType::kC64:
    case DType::kC128:
      return std::nullopt;
  }
  return std::nullopt;
}

void Put(TensorHeader& header, size_t at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) header[at + i] = static_cast<uint8_t>(value >> (8 * i));
}

absl::StatusOr<TensorHeader> MakeHeader(uint16_t item_type, int64_t bits,
                                        absl::Span<const int64_t> sizes) {
  if (sizes.size() > kMaxRank) {
    return absl::UnimplementedError(
        absl::StrCat("NNEF tensor files hold up to 8 axes, not ", sizes.size()));
  }
  constexpr uint64_t kMax = std::numeric_limits<uint32_t>::max();
  TensorHeader header{};
  header[0] = 0x4e;
  header[1] = 0xef;
  header[2] = 1;  // version 1.0
  uint64_t bytes = std::max<int64_t>(bits / 8, 1);
  for (size_t i = 0; i < sizes.size(); ++i) {
    uint64_t size = static_cast<uint64_t>(sizes[i]);
    bool fits = size <= kMax && (size == 0 || bytes <= kMax / size);
    if (!fits) {
      return absl::UnimplementedError(
          "a tensor of 4 GiB or more does not fit an NNEF tensor file: split it in the model");
    }
    bytes *= size;
    Put(header, 12 + 4 * i, size, 4);
  }
  Put(header, 4, bits < 8 ? (bytes * bits + 7) / 8 : bytes, 4);
  Put(header, 8, sizes.size(), 4);
  Put(header, 44, bits, 4);
  Put(header, 48, item_type, 2);
  return header;
}

}  // namespace

absl::StatusOr<TensorHeader> MakeTensorHeader(DType dtype, absl::Span<const int64_t> sizes) {
  std::optional<uint16_t> item_type = ItemType(dtype);
  if (!item_type) {
    return absl::UnimplementedError(
        absl::StrCat("NNEF tensor files have no element type ", DTypeName(dtype)));
  }
  return MakeHeader(*item_type, 8 * ItemSize(dtype), sizes);
}

absl::StatusOr<TensorHeader> MakeBitsHeader(absl::Span<const int64_t> sizes) {
  return MakeHeader(*ItemType(DType::kBool), 1, sizes);
}

absl::StatusOr<TensorHeader> MakeQ4Header(int64_t bytes, absl::Span<const int64_t> sizes) {
  constexpr uint16_t kQ4 = 0x3040, kVendor = 'T' << 8 | 'R';
  constexpr uint32_t kAnyBits = std::numeric_limits<uint32_t>::max();
  if (bytes > std::numeric_limits<uint32_t>::max()) {
    return absl::UnimplementedError("a tensor of 4 GiB or more in blocks does not fit a file");
  }
  T2N_ASSIGN_OR_RETURN(TensorHeader header, MakeHeader(kQ4, 0, sizes));
  Put(header, 4, bytes, 4);
  Put(header, 44, kAnyBits, 4);
  Put(header, 50, kVendor, 2);
  return header;
}

}  // namespace t2n::nnef
