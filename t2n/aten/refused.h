// Operators that have no NNEF form whatever their arguments, and why.
#ifndef T2N_ATEN_REFUSED_H_
#define T2N_ATEN_REFUSED_H_

#include "absl/strings/string_view.h"

namespace t2n {

// The reason why `name` (`aten::nonzero`, `aten::bernoulli_`) is refused; empty if it is not.
absl::string_view RefusalOf(absl::string_view name);

}  // namespace t2n

#endif  // T2N_ATEN_REFUSED_H_
