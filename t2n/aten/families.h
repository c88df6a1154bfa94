// The families of operators, a library each.
#ifndef T2N_ATEN_FAMILIES_H_
#define T2N_ATEN_FAMILIES_H_

#include <vector>

#include "t2n/aten/core/op_entry.h"

namespace t2n {

// Their tables, with the rules of their rows.
std::vector<Family> AllFamilies();

}  // namespace t2n

#endif  // T2N_ATEN_FAMILIES_H_
