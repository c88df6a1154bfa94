// Integer tensors whose elements are size expressions.
#ifndef T2N_BUILDER_DIM_VALUES_H_
#define T2N_BUILDER_DIM_VALUES_H_

#include <optional>
#include <vector>

#include "t2n/ir/graph.h"

namespace t2n {

// The elements of an integer value as size expressions, row-major: of a value with `dims`, or of an
// integer constant with at most `max_elements`.
std::optional<Shape> DimElements(const Value& value, int64_t max_elements);

// numerator / denominator, the latter positive. Sizes are taken to be below 2^24, as far as floats
// count one by one.
struct Ratio {
  Dim numerator;
  Dim denominator = 1;
  bool exact = true;  // floats hold it; else they hold what it is rounded to
};

// What a float (or integer) of one element is as a fraction of sizes.
std::optional<Ratio> RatioOf(const Value& value);
std::optional<Ratio> RatioOf(double number);
// The primitive that a reduction repeats.
std::optional<Op> FoldedBy(Op reduction);
// For kAdd, kSub, kMul, kDiv, kMin, kMax of exact ones; nullopt where no fraction is what floats
// give.
std::optional<Ratio> CombineRatios(Op op, const Ratio& a, const Ratio& b);
// To an integer: kFloor, kCeil or kTrunc.
std::optional<Dim> Rounded(const Ratio& ratio, Op rounding);

// What `d` is where `fact` is not negative, with less minima and maxima in it.
Dim SimplifiedWhere(const Dim& d, const Dim& fact);

// Whether `d` is 0 wherever none of the facts is negative.
bool IsZeroWhere(const Dim& d, const std::vector<Dim>& facts);

// A size that is 1 where `d` is at least 1, and 0 where it is at most 0.
Dim PositiveIndicator(const Dim& d);

// Attribute of a graph's input of integers: the size that its largest element is.
inline constexpr char kLargestElement[] = "largest_element";

// If the node computes an integer tensor from such tensors, at least one of them symbolic, or
// rounds a fraction of sizes, or is the largest element of an input that has it for an attribute,
// sets the output's `dims` (or `constant`, if no symbol is left). Returns whether it did.
bool FoldDims(Node* node, int64_t max_elements);

}  // namespace t2n

#endif  // T2N_BUILDER_DIM_VALUES_H_
