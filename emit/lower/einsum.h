// Einsum by transpositions, reshapes and matmul, for targets without an operator for it.
#ifndef EMIT_LOWER_EINSUM_H_
#define EMIT_LOWER_EINSUM_H_

#include <vector>

#include "emit/lower/lowering.h"

namespace t2n {

// The value of an Einsum node whose operands are `operands`; refused if a letter is repeated within
// one operand.
absl::StatusOr<nnef::Expr> EinsumByMatMul(Lowering& l, const Node& node,
                                          const std::vector<nnef::Expr>& operands);

}  // namespace t2n

#endif  // EMIT_LOWER_EINSUM_H_
