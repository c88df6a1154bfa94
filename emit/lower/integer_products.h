// Sums of products of quantized numbers by tract's operators on the integers themselves.
#ifndef EMIT_LOWER_INTEGER_PRODUCTS_H_
#define EMIT_LOWER_INTEGER_PRODUCTS_H_

#include <array>
#include <optional>
#include <vector>

#include "emit/lower/lowering.h"

namespace t2n {

// f32 numbers that are 8-bit integers less their zero point, which is known or computed: an f32
// value of rank 0.
struct Steps {
  const Value* integers;
  int64_t zero_point;
  const Value* computed_zero_point = nullptr;
};
std::optional<Steps> AsSteps(const Value& x);

// Both operands of `node` (Conv or Einsum) where they are such, nothing is added to their products,
// and the target has an operator for the integers that is faster. It gives the exact sums.
using StepsOperands = std::array<Steps, 2>;
std::optional<StepsOperands> IntegerProduct(const Target& target, const Node& node);

// A zero point as i32 of rank 0; `zero` is one.
nnef::Expr ZeroPoint(Lowering& l, const Node& node, const Steps& steps, const nnef::Expr& zero);

// What the operators for an IntegerProduct read.
std::vector<const Value*> UsedInputs(const StepsOperands& operands);

}  // namespace t2n

#endif  // EMIT_LOWER_INTEGER_PRODUCTS_H_
