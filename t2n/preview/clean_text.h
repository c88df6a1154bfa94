// Text of an archive, for pages and pictures.
#ifndef T2N_PREVIEW_CLEAN_TEXT_H_
#define T2N_PREVIEW_CLEAN_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace t2n {

// The text with U+FFFD for what is no UTF-8, and for control characters other than tabs.
std::string CleanText(absl::string_view text);

}  // namespace t2n

#endif  // T2N_PREVIEW_CLEAN_TEXT_H_
