// What a call of an operator tells in the text of a program, before anything is known of its
// arguments' values: where sizes stand, and what a weight says of the tensor beside it.
#ifndef T2N_ATEN_SOURCE_RULES_H_
#define T2N_ATEN_SOURCE_RULES_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace t2n {

struct SourceRule {
  // What the integers in the arguments [first, last) are.
  enum class Sizes {
    kNone,
    kReshape,  // the sizes that the first argument is given
    kExpand,   // those it is expanded to
    kSlice,    // where the slice along the axis in the second argument ends, or its length
    kCreate,   // those of a new tensor
    kDivide,   // a divisor
  };
  // What the constant tensor in the second argument is.
  enum class Weight {
    kNone,
    kMatrix,             // of a linear layer: the first argument's last size is its second one
    kFilters,            // of a convolution
    kTransposedFilters,  // of a transposed convolution
    kFiltersOfEither,    // the arguments tell: transposed, output_padding and groups at 6, 7, 8
  };

  absl::string_view name;  // `aten::view`
  Sizes sizes = Sizes::kNone;
  size_t first = 0, last = 0;
  Weight weight = Weight::kNone;
  bool same_size = false;  // its result is as large as the first argument
  bool retypes = false;    // its result is its first argument, a number, in another type
  bool indexes = false;    // its second argument has indices
};

// The rule of an operator or builtin (`python::int`); null if its call tells nothing.
const SourceRule* SourceRuleOf(absl::string_view name);

// All of them.
absl::Span<const SourceRule> SourceRules();

}  // namespace t2n

#endif  // T2N_ATEN_SOURCE_RULES_H_
