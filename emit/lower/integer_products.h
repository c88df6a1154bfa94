// Sums of products of quantized numbers by tract's operators on the integers themselves.
#ifndef EMIT_LOWER_INTEGER_PRODUCTS_H_
#define EMIT_LOWER_INTEGER_PRODUCTS_H_

#include <array>
#include <optional>

#include "emit/target.h"
#include "t2n/ir/graph.h"

namespace t2n {

// What an operand of a Conv or Einsum of f32 stands for: integers less their zero point.
struct StepsOperand {
  const Value* integers;
  int64_t zero_point;
};
using StepsOperands = std::array<StepsOperand, 2>;

// The operands of `node`, where both are 8-bit integers less one zero point each and nothing is
// added to their products.
std::optional<StepsOperands> QuantizedOperands(const Node& node);

// The same where the target has an operator that gives the exact sums, and is faster by it.
std::optional<StepsOperands> IntegerProduct(const Target& target, const Node& node);

}  // namespace t2n

#endif  // EMIT_LOWER_INTEGER_PRODUCTS_H_
