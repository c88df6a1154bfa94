// Integer arithmetic in the forms that tract (0.23.9 and before) computes right and in time.
//
// It takes an integer constant of one element beside a product or a quotient for a mask: it leaves
// out what a 1 or 0 multiplies, and follows others backwards through the graph as regions that grow
// twofold with each product. Shifts, and constants of more elements, are none to it.
#ifndef EMIT_LOWER_INTEGERS_H_
#define EMIT_LOWER_INTEGERS_H_

#include <optional>

#include "emit/lower/lowering.h"

namespace t2n {

// A primitive of one operand, of integers; none where the common form does.
std::optional<nnef::Expr> IntegerUnary(Lowering& l, const Node& node, const nnef::Expr& x);
// Mul and Pow of integers; none where the common form does.
std::optional<nnef::Expr> IntegerMulOrPow(Lowering& l, const Node& node, const nnef::Expr& a,
                                          const nnef::Expr& b);
// C's quotient and remainder.
nnef::Expr IntegerDiv(Lowering& l, const Node& node, const nnef::Expr& a, const nnef::Expr& b);
nnef::Expr IntegerRem(Lowering& l, const Node& node, const nnef::Expr& a, const nnef::Expr& b);

}  // namespace t2n

#endif  // EMIT_LOWER_INTEGERS_H_
