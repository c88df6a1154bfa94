// Selections: as many elements as a mask has true ones.
//
// A graph's sizes are known before it runs, but `x[mask]` has a size that the mask's elements
// decide. While the program is evaluated this size is a symbol of the mask, its count, and the
// chosen positions are those of a stable TopK of the mask with k = count. The pass CloseSelections
// (t2n/passes/selections.h) then puts all positions in place of the chosen ones.
#ifndef T2N_BUILDER_SELECTION_H_
#define T2N_BUILDER_SELECTION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "t2n/builder/builder.h"

namespace t2n {

struct Selection {
  Dim count;      // a symbol, between 0 and the mask's size
  Val positions;  // i64 [count], rising
};

// Whether both have the same elements because they come from the same values in the same way.
bool SameComputation(const Value& a, const Value& b);

// Where `mask` (bool, rank 1) is true. One mask, or one computed in the same way, has one count, of
// which it is known that it is not more than `most`; not given, the mask's size.
Selection SelectTrue(Builder& b, const Val& mask, std::optional<Dim> most = std::nullopt);

// The mask, if `node` is the TopK that chooses a selection's positions; else null.
const Value* SelectedMask(const Node& node);

// The symbol, if `d` is the count of a selection.
std::optional<std::string> AsSelectionCount(const Dim& d);
// Whether the count of a selection, or its turns, are part of `d`.
bool HasSelectionCount(const Dim& d);
bool HasSelectionCount(const Shape& shape);
// The same of the sizes of what the node takes and gives, and of its attributes.
bool HasSelectionCount(const Node& node);
bool IsSelectionCount(absl::string_view symbol);

// The symbol of a count that is no mask's: the one with this number.
std::string NameOfCount(int64_t number);

// How many turns a loop takes that finds chosen rows one after the other, of the rows of `among`: a
// symbol. What takes it may be given any number, as turns behind the last row find none.
Dim SelectionTurns(const Val& among);
// The symbol, if `d` is such a number.
std::optional<std::string> AsSelectionTurns(const Dim& d);

}  // namespace t2n

#endif  // T2N_BUILDER_SELECTION_H_
