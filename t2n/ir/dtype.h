// Element types. The quantized ones are integers with quantization parameters beside them
// (see ValueType in graph.h).
#ifndef T2N_IR_DTYPE_H_
#define T2N_IR_DTYPE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace t2n {

enum class DType : uint8_t {
  kBool,
  kU8,
  kU16,
  kU32,
  kU64,
  kI8,
  kI16,
  kI32,
  kI64,
  kF16,
  kBF16,
  kF32,
  kF64,
  kC64,   // two f32
  kC128,  // two f64
  kQU8,   // torch.quint8
  kQI8,   // torch.qint8
  kQI32,  // torch.qint32
};

// Bytes an element.
int64_t ItemSize(DType t);
// `f32`, `i64`, `bool`, `c64`, `qu8`...: our own and tract's notation.
absl::string_view DTypeName(DType t);
// The inverse of DTypeName.
std::optional<DType> ParseDType(absl::string_view name);

// torch's ScalarType code (c10/core/ScalarType.h); nullopt for the ones not carried here.
std::optional<DType> DTypeFromTorch(int64_t code);
int64_t TorchCode(DType t);

bool IsFloat(DType t);    // f16, bf16, f32, f64
bool IsInteger(DType t);  // signed and unsigned integers, not bool, not quantized
bool IsSigned(DType t);   // signed integers, floats, complex
bool IsComplex(DType t);
bool IsQuantized(DType t);
// c64 -> f32, c128 -> f64, others unchanged.
DType RealType(DType t);
// f32 -> c64, f64 -> c128, f16 -> c64.
DType ComplexType(DType t);
// qu8 -> u8, qi8 -> i8, qi32 -> i32, others unchanged.
DType StorageType(DType t);

// torch.promote_types (c10/core/ScalarType.cpp): the smallest type both convert to.
DType PromoteTypes(DType a, DType b);

}  // namespace t2n

#endif  // T2N_IR_DTYPE_H_
