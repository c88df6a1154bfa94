// Numbers that division and multiplication by are exact.
#ifndef T2N_PASSES_POWERS_OF_TWO_H_
#define T2N_PASSES_POWERS_OF_TWO_H_

#include <cmath>

namespace t2n {

// Whether it is one, or the opposite of one.
inline bool IsPowerOfTwo(double x) {
  int exponent;
  return std::isfinite(x) && x != 0 && std::frexp(std::abs(x), &exponent) == 0.5;
}

}  // namespace t2n

#endif  // T2N_PASSES_POWERS_OF_TWO_H_
