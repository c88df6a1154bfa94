// Parts of the type rules that stand in files of their own; see type_rules.h.
#ifndef T2N_IR_RULE_FAMILIES_H_
#define T2N_IR_RULE_FAMILIES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/ir/graph.h"

namespace t2n::rules {

using Types = std::vector<ValueType>;
using Inputs = absl::Span<const ValueType>;

// InvalidArgument: what is wrong with a use of `op`.
absl::Status Bad(Op op, absl::string_view what);

// Ends messages about open sizes.
inline constexpr char kNotForAll[] =
    " for all values of the symbols, so that axis cannot stay open";

// layout_rules.cc
// {axis}, if `x` has it.
absl::StatusOr<int64_t> AxisOf(Op op, const Attrs& attrs, const ValueType& x);
absl::StatusOr<Types> Reshape(Op op, const Attrs& attrs, Inputs in);
absl::StatusOr<Types> Transpose(Op op, const Attrs& attrs, Inputs in);
absl::StatusOr<Types> Broadcast(Op op, const Attrs& attrs, Inputs in);
absl::StatusOr<Types> Slice(Op op, const Attrs& attrs, Inputs in);
absl::StatusOr<Types> Concat(Op op, const Attrs& attrs, Inputs in);
absl::StatusOr<Types> Pad(Op op, const Attrs& attrs, Inputs in);

// window_rules.cc
absl::StatusOr<Types> Conv(Op op, const Attrs& attrs, Inputs in);  // transposed ones too
absl::StatusOr<Types> Pool(Op op, const Attrs& attrs, Inputs in);

// rule_checks.cc
// Sizes that no tensor has: negative for all values of the symbols, or beyond all limits.
absl::Status CheckSizes(Op op, const Shape& shape);
// Scales and zero points for a tensor that becomes quantized.
absl::Status CheckParameters(Op op, const Attrs& attrs, const ValueType& x);
// Quantized tensors can be moved about and turned into numbers; those with parameters a channel
// only where the channels stay apart.
absl::Status CheckQuantized(Op op, Inputs in);

}  // namespace t2n::rules

#endif  // T2N_IR_RULE_FAMILIES_H_
