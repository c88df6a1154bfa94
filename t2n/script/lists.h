// Failures of the interpreter's operators on lists.
#ifndef T2N_SCRIPT_LISTS_H_
#define T2N_SCRIPT_LISTS_H_

#include "absl/status/status.h"
#include "t2n/script/value.h"

namespace t2n::script {

// That a list has more items than parsers/limits.h lets one have.
absl::Status TooMany();
// That whether `a` equals `b` decides and is not known.
absl::Status EqualUnknown(const IValue& a, const IValue& b);

}  // namespace t2n::script

#endif  // T2N_SCRIPT_LISTS_H_
