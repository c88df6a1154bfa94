// What the results of an operator share with its arguments, and which of them it writes, where its
// schema does not say it all; and how results lie in memory that share nothing.
//
// A row of an operator names its rule; the others have that of their family's table (families.cc).
// Rules are torch's own: testdata/make_memory.py asks it, testdata/tables/memory.tsv has the
// answers.
#ifndef T2N_ATEN_CORE_MEMORY_H_
#define T2N_ATEN_CORE_MEMORY_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/ir/strides.h"

namespace t2n {

// New values of arguments, by name.
using Writes = std::vector<std::pair<std::string, Val>>;

enum class Sharing {
  kMarked,          // results marked in the schema (`Tensor(a)`) are views, others are new
  kUnmarked,        // what an argument is seen through is a view, though nothing is marked
  kIfStridesAllow,  // a view if no element has to move, otherwise new: reshape
  kIfContiguous,    // the argument itself if it lies as is asked for, otherwise new: contiguous
  kIfUnchanged,     // the argument itself unless something of it, or `copy`, asks for other: to
  kStorage,         // views of the whole storage of the argument: as_strided
};

// The order of a new result's axes in memory. A memory format that a call gives goes before.
enum class Order {
  kUnstated,             // in rows if the operands are, otherwise not known
  kUnknown,              // not known
  kRows,                 // in rows
  kElementwise,          // as TensorIterator orders it by its operands
  kElementwiseNumber,    // the same, where a number stands for one of the operands
  kElementwiseReversed,  // the same as kElementwise, the last operand first
  kFirst,                // as the first operand lies (torch.preserve_format)
  kExactlyFirst,         // the same, with what lies between its elements
  kFormatOfFirst,        // channels last if the first operand is, otherwise in rows
  kFormatOfAll,          // channels last if all operands are, otherwise in rows
  kRowsUnlessFormat,     // in rows if no operand is channels last, otherwise not known
};

// The strides of a new result of these sizes, made from operands that lie so; nullopt if they are
// not known.
std::optional<Shape> NewStrides(Order order, absl::Span<const Strided> operands,
                                const Shape& sizes);

struct MemoryRule {
  Sharing sharing = Sharing::kMarked;
  Order order = Order::kUnstated;
  // Whether the operator asks where the elements of its first argument lie (OpCall::memory).
  bool asks = false;
  // Where the result lies, where the call's arguments say it: what it is a view of, or what it is
  // made from, lies as `operands` say.
  std::optional<Strided> (*lies)(absl::Span<const Arg> args,
                                 absl::Span<const Strided> operands) = nullptr;
  Writes (*writes)(OpCall&) = nullptr;  // what the call writes beside its result; may be null
  // Whether a result that is unchanged is the argument itself, not another tensor that shares its
  // memory: what squeeze_ and the like make of one is seen by the other.
  bool itself = false;
};

inline constexpr MemoryRule kViewIfStridesAllow{Sharing::kIfStridesAllow, Order::kRows};
constexpr MemoryRule Itself(Sharing sharing, Order order) {
  return {sharing, order, false, nullptr, nullptr, /*itself=*/true};
}
inline constexpr MemoryRule kItselfIfContiguous = Itself(Sharing::kIfContiguous, Order::kRows);
inline constexpr MemoryRule kItselfIfUnchanged = Itself(Sharing::kIfUnchanged, Order::kFirst);
inline constexpr MemoryRule kItselfOrView = Itself(Sharing::kMarked, Order::kUnstated);
inline constexpr MemoryRule kItselfOrViewIfStridesAllow =
    Itself(Sharing::kIfStridesAllow, Order::kRows);
inline constexpr MemoryRule kUnmarkedItself = Itself(Sharing::kUnmarked, Order::kElementwise);
inline constexpr MemoryRule kUnmarkedView{Sharing::kUnmarked, Order::kElementwise};
inline constexpr MemoryRule kViewOfStorage{Sharing::kStorage, Order::kRows, true};
inline constexpr MemoryRule kAsksMemory{Sharing::kMarked, Order::kUnstated, true};
inline constexpr MemoryRule kFirstAsksMemory{Sharing::kMarked, Order::kExactlyFirst, true};

inline constexpr MemoryRule kOrderUnstated{};
inline constexpr MemoryRule kOrderUnknown{Sharing::kMarked, Order::kUnknown};
inline constexpr MemoryRule kInRows{Sharing::kMarked, Order::kRows};
inline constexpr MemoryRule kElementwise{Sharing::kMarked, Order::kElementwise};
inline constexpr MemoryRule kElementwiseNumber{Sharing::kMarked, Order::kElementwiseNumber};
inline constexpr MemoryRule kElementwiseReversed{Sharing::kMarked, Order::kElementwiseReversed};
inline constexpr MemoryRule kAsFirst{Sharing::kMarked, Order::kFirst};
inline constexpr MemoryRule kExactlyAsFirst{Sharing::kMarked, Order::kExactlyFirst};
inline constexpr MemoryRule kRowsUnlessFormat{Sharing::kMarked, Order::kRowsUnlessFormat};
inline constexpr MemoryRule kFormatOfFirst{Sharing::kMarked, Order::kFormatOfFirst};
inline constexpr MemoryRule kFormatOfAll{Sharing::kMarked, Order::kFormatOfAll};

}  // namespace t2n

#endif  // T2N_ATEN_CORE_MEMORY_H_
