// Elements of 8 bits (torch's float8 types) as ones that graphs have and that hold every value of
// theirs: f16, and f32 for the powers of two of float8_e8m0fnu.
#ifndef T2N_PROGRAM_FLOAT8_H_
#define T2N_PROGRAM_FLOAT8_H_

#include <memory>
#include <optional>

#include "parsers/torchvalue/scalar_type.h"
#include "t2n/ir/dtype.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// nullopt for types that are no float8.
std::optional<DType> WideTypeOf(torchvalue::ScalarType type);

// The number that an element's bits are; `type` is a float8 type.
float Float8ToFloat(torchvalue::ScalarType type, uint8_t bits);

// The elements of a storage as WideTypeOf(type), converted when they are read.
std::shared_ptr<const Buffer> Widen(std::shared_ptr<const Buffer> storage,
                                    torchvalue::ScalarType type);

}  // namespace t2n

#endif  // T2N_PROGRAM_FLOAT8_H_
