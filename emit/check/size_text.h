// The texts of numbers and size expressions.
#ifndef EMIT_CHECK_SIZE_TEXT_H_
#define EMIT_CHECK_SIZE_TEXT_H_

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace t2n {

// `-12`
bool IsIntegerText(absl::string_view text);
// `-12`, `0.5`, `1e-3`, `inf`
bool IsNumberText(absl::string_view text);
// tract's size expressions: sums, products, quotients and remainders of integers, of symbols among
// `symbols`, of `min(a,b)` and `max(a,b)`, and of such in parentheses; only numbers have a minus of
// their own.
bool IsSizeText(absl::string_view text, const absl::flat_hash_set<absl::string_view>& symbols);

}  // namespace t2n

#endif  // EMIT_CHECK_SIZE_TEXT_H_
