#include "t2n/values/scalar_math.h"

#include <cmath>
#include <limits>

#include "absl/strings/match.h"
#include "t2n/base/status.h"
#include "t2n/values/builtins.h"

namespace t2n {
namespace {

constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();

// Divisors for which C++ has no quotient.
absl::Status CheckDivisor(int64_t a, int64_t b) {
  if (b == 0) return Raised("ZeroDivisionError: integer division or modulo by zero");
  if (a == kSmallest && b == -1) return Raised("integer division overflows");
  return absl::OkStatus();
}

int64_t FloorQuotient(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

uint64_t Magnitude(int64_t a) { return a < 0 ? -static_cast<uint64_t>(a) : a; }

int64_t Gcd(int64_t a, int64_t b) {
  uint64_t x = Magnitude(a), y = Magnitude(b);
  while (y != 0) {
    const uint64_t rest = x % y;
    x = y;
    y = rest;
  }
  return static_cast<int64_t>(x);
}

// Only the last six bits of `by` count.
int64_t ShiftedLeft(int64_t a, int64_t by) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) << (by & 63));
}

}  // namespace

int64_t WrappedAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

int64_t WrappedMultiply(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

int64_t WrappedNegative(int64_t a) { return static_cast<int64_t>(-static_cast<uint64_t>(a)); }

std::complex<double> Product(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

std::complex<double> Quotient(std::complex<double> a, std::complex<double> b) {
  const double c = std::fabs(b.real()), d = std::fabs(b.imag());
  if (c == 0 && d == 0) return {a.real() / c, a.imag() / d};
  if (c >= d) {
    const double ratio = b.imag() / b.real(), scale = 1.0 / (b.real() + b.imag() * ratio);
    return {(a.real() + a.imag() * ratio) * scale, (a.imag() - a.real() * ratio) * scale};
  }
  const double ratio = b.real() / b.imag(), scale = 1.0 / (b.real() * ratio + b.imag());
  return {(a.real() * ratio + a.imag()) * scale, (a.imag() * ratio - a.real()) * scale};
}

int64_t TruncatedToInt(double x) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  return x >= -kLimit && x < kLimit ? static_cast<int64_t>(x) : kSmallest;
}

int64_t WrappedFactorial(int64_t n) {
  int64_t odd = 1, twos = 0;
  for (int64_t i = 2; i <= n; ++i) {
    int64_t factor = i;
    for (; factor % 2 == 0; factor /= 2) ++twos;
    odd = WrappedMultiply(odd, factor);
  }
  return ShiftedLeft(odd, twos);
}

absl::StatusOr<std::optional<int64_t>> IntOperation(absl::string_view op, int64_t a, int64_t b) {
  if (op == "add") return WrappedAdd(a, b);
  if (op == "sub") return WrappedAdd(a, WrappedNegative(b));
  if (op == "mul") return WrappedMultiply(a, b);
  if (op == "floordiv" || op == "floor_divide") {
    T2N_RETURN_IF_ERROR(CheckDivisor(a, b));
    return FloorQuotient(a, b);
  }
  if (op == "remainder") {
    T2N_RETURN_IF_ERROR(CheckDivisor(a, b));
    return WrappedAdd(b, a % b) % b;
  }
  if (op == "__lshift__") return ShiftedLeft(a, b);
  if (op == "__rshift__") return a >> (b & 63);
  if (op == "__and__") return a & b;
  if (op == "__or__") return a | b;
  if (op == "__xor__") return a ^ b;
  if (op == "gcd") return Gcd(a, b);
  if (op == "min") return a < b ? a : b;
  if (op == "max") return a > b ? a : b;
  return std::nullopt;
}

absl::StatusOr<std::optional<double>> FloatOperation(absl::string_view op, double a, double b) {
  if (op == "add") return a + b;
  if (op == "sub") return a - b;
  if (op == "mul") return a * b;
  if (op == "div") return a / b;
  if (op == "floordiv" || op == "floor_divide") return std::floor(a / b);
  if (op == "remainder") return std::fmod(b + std::fmod(a, b), b);
  if (op == "pow") {
    if (a == 0 && b < 0) return Raised("0.0 cannot be raised to a negative power");
    return std::pow(a, b);
  }
  if (op == "fmod") return std::fmod(a, b);
  if (op == "mathremainder") return std::remainder(a, b);
  // With a NaN beside it the second is taken.
  if (op == "min") return a < b ? a : b;
  if (op == "max") return a > b ? a : b;
  if (op == "atan2") return std::atan2(a, b);
  if (op == "copysign") return std::copysign(a, b);
  if (op == "log") return std::log(a) / std::log(b);
  return std::nullopt;
}

}  // namespace t2n
