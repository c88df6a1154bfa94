#include "t2n/values/text.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace t2n {

std::string FloatText(double value) {
  if (std::isnan(value)) return std::signbit(value) ? "-nan" : "nan";
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  const bool whole = value >= -kLimit && value < kLimit && value == std::trunc(value);
  if (whole) return absl::StrCat(static_cast<int64_t>(value), ".");
  return absl::StrFormat("%.17g", value);
}

std::string ComplexText(std::complex<double> value) {
  const std::string imaginary = FloatText(value.imag());
  return absl::StrCat(FloatText(value.real()), imaginary[0] == '-' ? "" : "+", imaginary, "j");
}

}  // namespace t2n
