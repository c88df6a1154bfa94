// Failures of the interpreter's operators on lists.
#ifndef T2N_VALUES_LISTS_H_
#define T2N_VALUES_LISTS_H_

#include "absl/status/status.h"
#include "t2n/values/value.h"

namespace t2n {

// That a list has more items than t2n/base/limits.h lets one have.
absl::Status TooMany();
// That whether `a` equals `b` decides and is not known.
absl::Status EqualUnknown(const IValue& a, const IValue& b);

}  // namespace t2n

#endif  // T2N_VALUES_LISTS_H_
