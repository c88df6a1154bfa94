// Arithmetic of complex numbers by their parts.
#ifndef T2N_PASSES_COMPLEX_MATH_H_
#define T2N_PASSES_COMPLEX_MATH_H_

#include <optional>

#include "t2n/builder/builder.h"

namespace t2n {

// Two real values of one shape.
struct Parts {
  Val re, im;
};

// The elementwise primitive `op` on complex operands; nullopt if it is not defined there. Branch
// cuts are those of the C++ standard (std::log, std::sqrt, ...).
std::optional<Parts> ComplexUnary(Builder& b, Op op, const Parts& z);
std::optional<Parts> ComplexBinary(Builder& b, Op op, const Parts& x, const Parts& y);

// |z|
Val ComplexAbs(Builder& b, const Parts& z);
Parts ComplexMul(Builder& b, const Parts& x, const Parts& y);

}  // namespace t2n

#endif  // T2N_PASSES_COMPLEX_MATH_H_
