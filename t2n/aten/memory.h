// What the results of an operator share with its arguments, and which of them it writes, where its
// schema does not say it all.
#ifndef T2N_ATEN_MEMORY_H_
#define T2N_ATEN_MEMORY_H_

#include <string>
#include <utility>
#include <vector>

#include "t2n/aten/op_call.h"

namespace t2n {

// New values of arguments, by name.
using Writes = std::vector<std::pair<std::string, Val>>;

enum class Sharing {
  kMarked,          // results marked in the schema (`Tensor(a)`) are views, others are new
  kIfStridesAllow,  // a view if no element has to move, otherwise new: reshape
  kIfContiguous,    // the argument itself if it lies as is asked for, otherwise new: contiguous
  kIfUnchanged,     // the argument itself unless something of it, or `copy`, asks for other: to
  kStorage,         // views of the whole storage of the argument: as_strided
};

struct MemoryRule {
  Sharing sharing = Sharing::kMarked;
  Writes (*writes)(OpCall&) = nullptr;  // what the call writes beside its result; may be null
};

inline constexpr MemoryRule kViewIfStridesAllow{Sharing::kIfStridesAllow};
inline constexpr MemoryRule kItselfIfContiguous{Sharing::kIfContiguous};
inline constexpr MemoryRule kItselfIfUnchanged{Sharing::kIfUnchanged};
inline constexpr MemoryRule kViewOfStorage{Sharing::kStorage};

}  // namespace t2n

#endif  // T2N_ATEN_MEMORY_H_
