// Arithmetic where tract's own operators differ from torch's, or are replaced by others that do.
#ifndef EMIT_LOWER_ARITHMETIC_H_
#define EMIT_LOWER_ARITHMETIC_H_

#include <optional>

#include "emit/lower/lowering.h"

namespace t2n {

// The absolute value of an f64.
nnef::Expr AbsF64(Lowering& l, const Node& node, const nnef::Expr& x);

// C's remainder of floats.
absl::Status LowerFloatRem(Lowering& l, const Node& node, nnef::Expr a, nnef::Expr b);

// Products of floats with a constant 0, and quotients that are some; nullopt for anything else.
std::optional<nnef::Expr> VanishingProduct(Lowering& l, const Node& node, const nnef::Expr& a,
                                           const nnef::Expr& b);

// Operands `a` and `b` of a product or quotient of floats by a constant behind others: tract makes
// one factor of them all, and where that is no number of the type, the product so far goes through
// an operation between.
void KeepFactorsApart(Lowering& l, const Node& node, nnef::Expr* a, nnef::Expr* b);

// `extreme`, the minimum or maximum of two floats, with NaN where one of them is; of one and a
// constant (relu, clamp) only where a NaN comes up of itself, or the fast form would be lost.
nnef::Expr KeepNan(Lowering& l, const Node& node, const nnef::Expr& a, const nnef::Expr& b,
                   nnef::Expr extreme);

// The signs of floats; of NaN it is 0.
nnef::Expr SignOf(Lowering& l, const Node& node, const nnef::Expr& x, DType dtype);

}  // namespace t2n

#endif  // EMIT_LOWER_ARITHMETIC_H_
