// Limits on what the values of a program may cost in one conversion, beside those of
// t2n/base/limits.h.
#ifndef T2N_BASE_PROGRAM_LIMITS_H_
#define T2N_BASE_PROGRAM_LIMITS_H_

#include <cstdint>

namespace t2n::limits {

inline constexpr uint64_t kMaxComputedItems = 16u << 20;  // of lists, tuples and dicts together
inline constexpr uint64_t kMaxVisitedItems = 1u << 30;    // of lists and dicts gone through

}  // namespace t2n::limits

#endif  // T2N_BASE_PROGRAM_LIMITS_H_
