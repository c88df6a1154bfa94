// The families of operators, one file each.
#ifndef T2N_ATEN_FAMILIES_H_
#define T2N_ATEN_FAMILIES_H_

#include <vector>

#include "absl/types/span.h"
#include "t2n/aten/registry.h"

namespace t2n {

absl::Span<const OpEntry> ArithmeticOps();

// Every table above.
std::vector<absl::Span<const OpEntry>> AllFamilies();

}  // namespace t2n

#endif  // T2N_ATEN_FAMILIES_H_
