// Where tract cannot see that two sizes are the same, says so in a form that it takes.
#ifndef EMIT_ALIGNED_SIZES_H_
#define EMIT_ALIGNED_SIZES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "emit/lower/lowering.h"

namespace t2n {

// tract refuses a model in which sizes that must be equal are not equal by its own algebra. The
// operands of such operators are cut to their whole, up to an end that is written as the size is
// elsewhere; reshapes are taken apart. What stays unequal is a refusal of the model. Does nothing
// for targets that have no such algebra, and for models without open sizes.
void AlignSizes(Model* model);

}  // namespace t2n

#endif  // EMIT_ALIGNED_SIZES_H_
