// What tract's errors say.
#ifndef T2N_RUNTIME_CAUSES_H_
#define T2N_RUNTIME_CAUSES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace t2n {

// The lines of one of its errors that say something, with `; ` between them: no headings, numbers
// and traces.
std::string Causes(absl::string_view error);

}  // namespace t2n

#endif  // T2N_RUNTIME_CAUSES_H_
