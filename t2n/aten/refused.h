// Operators that have no NNEF form whatever their arguments, and why.
#ifndef T2N_ATEN_REFUSED_H_
#define T2N_ATEN_REFUSED_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace t2n {

// The reason why `name` (`aten::nonzero`, `aten::bernoulli_`) is refused; empty if it is not.
absl::string_view RefusalOf(absl::string_view name);

// All of them with their reasons, sorted by name.
std::vector<std::pair<std::string, std::string>> AllRefusals();

}  // namespace t2n

#endif  // T2N_ATEN_REFUSED_H_
