// What a loop over an open size counts.
#ifndef T2N_BUILDER_TURNS_H_
#define T2N_BUILDER_TURNS_H_

#include "absl/types/span.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Whether sizes of operands or attributes are made of the counter of a loop over an open size: what
// is refused of them for its first turn may hold for later ones.
bool CountsTurns(absl::Span<const ValueType> operands, const Attrs& attrs);

}  // namespace t2n

#endif  // T2N_BUILDER_TURNS_H_
