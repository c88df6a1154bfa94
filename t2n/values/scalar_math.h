// Arithmetic of a script's own numbers as torch's interpreter does it
// (torch/csrc/jit/runtime/register_prim_ops.cpp, built for x86): ints wrap, floats follow IEEE 754.
#ifndef T2N_VALUES_SCALAR_MATH_H_
#define T2N_VALUES_SCALAR_MATH_H_

#include <complex>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n {

// The result of `op` (`add`, `floordiv`, `__lshift__`, `gcd` ...) on two ints; nullopt if it has no
// result that is an int. Fails as Raised where torch raises or its process ends.
absl::StatusOr<std::optional<int64_t>> IntOperation(absl::string_view op, int64_t a, int64_t b);

// The same for floats, where `op` may be `div`, `pow`, `atan2`, `log` ... too.
absl::StatusOr<std::optional<double>> FloatOperation(absl::string_view op, double a, double b);

// Of complex numbers, by the formulas that torch takes (c10/util/complex.h).
std::complex<double> Product(std::complex<double> a, std::complex<double> b);
std::complex<double> Quotient(std::complex<double> a, std::complex<double> b);

// Towards zero. What does not fit becomes the smallest int.
int64_t TruncatedToInt(double x);

// math.factorial, wrapped; `n` is not negative.
int64_t WrappedFactorial(int64_t n);

// The ordinary int arithmetic that wraps.
int64_t WrappedAdd(int64_t a, int64_t b);
int64_t WrappedMultiply(int64_t a, int64_t b);
int64_t WrappedNegative(int64_t a);

}  // namespace t2n

#endif  // T2N_VALUES_SCALAR_MATH_H_
