// How unlike two words are, for messages that tell what may have been meant.
#ifndef T2N_BASE_EDIT_DISTANCE_H_
#define T2N_BASE_EDIT_DISTANCE_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace t2n {

// Levenshtein's distance: letters that are added, dropped or changed.
size_t EditDistance(absl::string_view a, absl::string_view b);

}  // namespace t2n

#endif  // T2N_BASE_EDIT_DISTANCE_H_
