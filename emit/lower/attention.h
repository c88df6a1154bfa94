// Attention, of which tract has an operator outside of its core.
#ifndef EMIT_LOWER_ATTENTION_H_
#define EMIT_LOWER_ATTENTION_H_

#include <optional>

#include "emit/lower/lowering.h"

namespace t2n {

// The composite `sdpa` by tract_transformers_sdpa, if the model's readers have that registry, the
// operator means the same for these operands, and is faster than a softmax between two products.
std::optional<nnef::Expr> FusedAttention(Lowering& l, const Node& node);

}  // namespace t2n

#endif  // EMIT_LOWER_ATTENTION_H_
