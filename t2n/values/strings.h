// Arguments of the interpreter's operators on strings.
#ifndef T2N_VALUES_STRINGS_H_
#define T2N_VALUES_STRINGS_H_

#include <optional>
#include <string>

#include "t2n/values/builtins.h"

namespace t2n {

// A string that is known, or nullptr.
const std::string* TextOf(const BuiltinCall& c, size_t i, absl::string_view key);
// A known int; `otherwise` if the argument is not given, nullopt if it is and is not known.
std::optional<int64_t> NumberOf(const BuiltinCall& c, size_t i, absl::string_view key,
                                int64_t otherwise);
// That a string is longer than t2n/base/limits.h lets one be.
absl::Status TooLong();

}  // namespace t2n

#endif  // T2N_VALUES_STRINGS_H_
