// torch's element types, with the codes of torch::headeronly::ScalarType (the dtype numbers in
// TorchScript code). The table is the only list of them.
#ifndef PARSERS_TORCHVALUE_SCALAR_TYPE_H_
#define PARSERS_TORCHVALUE_SCALAR_TYPE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace t2n::torchvalue {

// X(code, torch's C++ name, torch's Python name, short name, bits of one element)
#define T2N_TORCH_SCALAR_TYPES(X)                            \
  X(0, Byte, "uint8", "u8", 8)                               \
  X(1, Char, "int8", "i8", 8)                                \
  X(2, Short, "int16", "i16", 16)                            \
  X(3, Int, "int32", "i32", 32)                              \
  X(4, Long, "int64", "i64", 64)                             \
  X(5, Half, "float16", "f16", 16)                           \
  X(6, Float, "float32", "f32", 32)                          \
  X(7, Double, "float64", "f64", 64)                         \
  X(8, ComplexHalf, "complex32", "c32", 32)                  \
  X(9, ComplexFloat, "complex64", "c64", 64)                 \
  X(10, ComplexDouble, "complex128", "c128", 128)            \
  X(11, Bool, "bool", "bool", 8)                             \
  X(12, QInt8, "qint8", "qint8", 8)                          \
  X(13, QUInt8, "quint8", "quint8", 8)                       \
  X(14, QInt32, "qint32", "qint32", 32)                      \
  X(15, BFloat16, "bfloat16", "bf16", 16)                    \
  X(16, QUInt4x2, "quint4x2", "quint4x2", 4)                 \
  X(17, QUInt2x4, "quint2x4", "quint2x4", 2)                 \
  X(18, Bits1x8, "bits1x8", "bits1x8", 8)                    \
  X(19, Bits2x4, "bits2x4", "bits2x4", 8)                    \
  X(20, Bits4x2, "bits4x2", "bits4x2", 8)                    \
  X(21, Bits8, "bits8", "bits8", 8)                          \
  X(22, Bits16, "bits16", "bits16", 16)                      \
  X(23, Float8_e5m2, "float8_e5m2", "f8e5m2", 8)             \
  X(24, Float8_e4m3fn, "float8_e4m3fn", "f8e4m3fn", 8)       \
  X(25, Float8_e5m2fnuz, "float8_e5m2fnuz", "f8e5m2fnuz", 8) \
  X(26, Float8_e4m3fnuz, "float8_e4m3fnuz", "f8e4m3fnuz", 8) \
  X(27, UInt16, "uint16", "u16", 16)                         \
  X(28, UInt32, "uint32", "u32", 32)                         \
  X(29, UInt64, "uint64", "u64", 64)                         \
  X(44, Float8_e8m0fnu, "float8_e8m0fnu", "f8e8m0fnu", 8)    \
  X(45, Float4_e2m1fn_x2, "float4_e2m1fn_x2", "f4e2m1x2", 8)

enum class ScalarType : int8_t {
#define T2N_ENUMERATOR(code, name, python_name, short_name, bits) k##name = code,
  T2N_TORCH_SCALAR_TYPES(T2N_ENUMERATOR)
#undef T2N_ENUMERATOR
};

// "f32", "quint8", ...
const char* ShortName(ScalarType type);

// Bits of one element; a multiple of 8 but for quint4x2 and quint2x4.
int ElementBits(ScalarType type);

// By code, by storage class ("FloatStorage"), by torch's Python name ("float32"); nullopt for
// others.
std::optional<ScalarType> ScalarTypeFromCode(int64_t code);
std::optional<ScalarType> ScalarTypeFromStorage(absl::string_view storage_class);
std::optional<ScalarType> ScalarTypeFromPythonName(absl::string_view name);

}  // namespace t2n::torchvalue

#endif  // PARSERS_TORCHVALUE_SCALAR_TYPE_H_
