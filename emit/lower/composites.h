// Operators that targets have for composites.
#ifndef EMIT_LOWER_COMPOSITES_H_
#define EMIT_LOWER_COMPOSITES_H_

#include <optional>

#include "emit/lower/lowering.h"

namespace t2n {

// The target's operator for the composite `node`, if it has one that means the same for these
// attributes and types.
std::optional<nnef::Expr> NativeComposite(Lowering& l, const Node& node);

}  // namespace t2n

#endif  // EMIT_LOWER_COMPOSITES_H_
