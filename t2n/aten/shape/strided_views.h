// Where results lie that their arguments say more of than a rule of all: views that are no chains
// of slices, transpositions and the like of their source, and stacks.
#ifndef T2N_ATEN_SHAPE_STRIDED_VIEWS_H_
#define T2N_ATEN_SHAPE_STRIDED_VIEWS_H_

#include <optional>

#include "absl/types/span.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/op_call.h"

namespace t2n {

// Of arguments (self, offset, dim1, dim2).
std::optional<Strided> LiesDiagonally(absl::Span<const Arg> args,
                                      absl::Span<const Strided> operands);
// Of arguments (self, size, stride, storage_offset).
std::optional<Strided> LiesAsGiven(absl::Span<const Arg> args, absl::Span<const Strided> operands);
// Of arguments (self, dimension, size, step).
std::optional<Strided> LiesUnfolded(absl::Span<const Arg> args, absl::Span<const Strided> operands);
// Of arguments (tensors, dim).
std::optional<Strided> LiesStacked(absl::Span<const Arg> args, absl::Span<const Strided> operands);

inline constexpr MemoryRule kStacked{Sharing::kMarked, Order::kUnstated, false, LiesStacked};
inline constexpr MemoryRule kDiagonal{Sharing::kMarked, Order::kUnstated, false, LiesDiagonally};
inline constexpr MemoryRule kAsStrided{Sharing::kStorage, Order::kRows, true, LiesAsGiven};
inline constexpr MemoryRule kUnfold{Sharing::kMarked, Order::kUnstated, false, LiesUnfolded};

}  // namespace t2n

#endif  // T2N_ATEN_SHAPE_STRIDED_VIEWS_H_
