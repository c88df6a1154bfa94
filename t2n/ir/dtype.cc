#include "t2n/ir/dtype.h"

#include <algorithm>

namespace t2n {
namespace {

enum Category { kBoolean, kUnsigned, kSignedInteger, kFloating, kComplexNumber, kQuant };

struct Info {
  DType type;
  absl::string_view name;
  int64_t size;
  Category category;
  int torch_code;
};

// In the order of the enumeration.
constexpr Info kInfo[] = {
    {DType::kBool, "bool", 1, kBoolean, 11},
    {DType::kU8, "u8", 1, kUnsigned, 0},
    {DType::kU16, "u16", 2, kUnsigned, 27},
    {DType::kU32, "u32", 4, kUnsigned, 28},
    {DType::kU64, "u64", 8, kUnsigned, 29},
    {DType::kI8, "i8", 1, kSignedInteger, 1},
    {DType::kI16, "i16", 2, kSignedInteger, 2},
    {DType::kI32, "i32", 4, kSignedInteger, 3},
    {DType::kI64, "i64", 8, kSignedInteger, 4},
    {DType::kF16, "f16", 2, kFloating, 5},
    {DType::kBF16, "bf16", 2, kFloating, 15},
    {DType::kF32, "f32", 4, kFloating, 6},
    {DType::kF64, "f64", 8, kFloating, 7},
    {DType::kC64, "c64", 8, kComplexNumber, 9},
    {DType::kC128, "c128", 16, kComplexNumber, 10},
    {DType::kQU8, "qu8", 1, kQuant, 13},
    {DType::kQI8, "qi8", 1, kQuant, 12},
    {DType::kQI32, "qi32", 4, kQuant, 14},
};

const Info& Of(DType t) { return kInfo[static_cast<int>(t)]; }

}  // namespace

int64_t ItemSize(DType t) { return Of(t).size; }

absl::string_view DTypeName(DType t) { return Of(t).name; }

std::optional<DType> ParseDType(absl::string_view name) {
  for (const Info& info : kInfo) {
    if (info.name == name) return info.type;
  }
  return std::nullopt;
}

std::optional<DType> DTypeFromTorch(int64_t code) {
  for (const Info& info : kInfo) {
    if (info.torch_code == code) return info.type;
  }
  return std::nullopt;
}

int64_t TorchCode(DType t) { return Of(t).torch_code; }

bool IsFloat(DType t) { return Of(t).category == kFloating; }
bool IsInteger(DType t) { return Of(t).category == kSignedInteger || Of(t).category == kUnsigned; }
bool IsSigned(DType t) {
  return Of(t).category >= kSignedInteger && Of(t).category <= kComplexNumber;
}
bool IsComplex(DType t) { return Of(t).category == kComplexNumber; }
bool IsQuantized(DType t) { return Of(t).category == kQuant; }

DType RealType(DType t) {
  if (t == DType::kC64) return DType::kF32;
  if (t == DType::kC128) return DType::kF64;
  return t;
}

DType ComplexType(DType t) {
  if (IsComplex(t)) return t;
  return t == DType::kF64 ? DType::kC128 : DType::kC64;
}

DType StorageType(DType t) {
  switch (t) {
    case DType::kQU8:
      return DType::kU8;
    case DType::kQI8:
      return DType::kI8;
    case DType::kQI32:
      return DType::kI32;
    default:
      return t;
  }
}

DType PromoteTypes(DType a, DType b) {
  if (a == b) return a;
  const Info &x = Of(a), &y = Of(b);
  if (x.category == kQuant || y.category == kQuant) return a;
  if (x.category == kComplexNumber || y.category == kComplexNumber) {
    bool wide = a == DType::kC128 || b == DType::kC128 || a == DType::kF64 || b == DType::kF64;
    return wide ? DType::kC128 : DType::kC64;
  }
  if (x.category == kFloating && y.category == kFloating) {
    if (x.size == y.size) return DType::kF32;  // f16 with bf16
    return x.size > y.size ? a : b;
  }
  if (x.category == kFloating) return a;
  if (y.category == kFloating) return b;
  if (x.category == kBoolean) return b;
  if (y.category == kBoolean) return a;
  if (x.category == y.category) return x.size > y.size ? a : b;
  // Signed with unsigned: the signed type if it is wider, else the next wider signed one.
  DType u = x.category == kUnsigned ? a : b, s = x.category == kUnsigned ? b : a;
  if (ItemSize(s) > ItemSize(u)) return s;
  switch (ItemSize(u)) {
    case 1:
      return DType::kI16;
    case 2:
      return DType::kI32;
    case 4:
      return DType::kI64;
    default:
      return DType::kF32;
  }
}

}  // namespace t2n
