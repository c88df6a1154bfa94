// What a source file may hold, so that no input can exhaust stack or memory. Real archives stay far
// below: torch wraps expressions at 40 characters and nests a block for every early return.
#ifndef PARSERS_TORCHSCRIPT_LIMITS_H_
#define PARSERS_TORCHSCRIPT_LIMITS_H_

#include <cstddef>

namespace t2n::torchscript {

inline constexpr size_t kMaxSourceBytes = 32 << 20;
inline constexpr int kMaxExprHeight = 200;
inline constexpr int kMaxBlockDepth = 400;
inline constexpr int kMaxTypeDepth = 64;

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_LIMITS_H_
