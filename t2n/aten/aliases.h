// Second names of operators: torch writes either, and both mean the same in all overloads.
#ifndef T2N_ATEN_ALIASES_H_
#define T2N_ATEN_ALIASES_H_

#include "absl/strings/string_view.h"

namespace t2n {

// `aten::div` for `aten::divide`; a name that is no alias as it is.
absl::string_view Unaliased(absl::string_view name);

}  // namespace t2n

#endif  // T2N_ATEN_ALIASES_H_
