// Integer tensors whose elements are size expressions.
#ifndef T2N_IR_DIM_VALUES_H_
#define T2N_IR_DIM_VALUES_H_

#include <optional>

#include "t2n/ir/graph.h"

namespace t2n {

// The elements of an integer value as size expressions, row-major: of a value with `dims`, or of an
// integer constant with at most `max_elements`.
std::optional<Shape> DimElements(const Value& value, int64_t max_elements);

// Attribute of a graph's input of integers: the size that its largest element is.
inline constexpr char kLargestElement[] = "largest_element";

// If the node computes an integer tensor from such tensors, at least one of them symbolic, or the
// largest element of an input that has it for an attribute, sets the output's `dims` (or `constant`,
// if no symbol is left). Returns whether it did.
bool FoldDims(Node* node, int64_t max_elements);

}  // namespace t2n

#endif  // T2N_IR_DIM_VALUES_H_
