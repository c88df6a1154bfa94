// The type rule of every primitive: from attributes and input types to output types.
#ifndef T2N_IR_TYPE_RULES_H_
#define T2N_IR_TYPE_RULES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Types of the outputs of `op`. InvalidArgument if operands or attributes break a rule of
// primitives.h. Composite, Scan, Input and Constant have no rule: their types are given.
absl::StatusOr<std::vector<ValueType>> InferTypes(Op op, const Attrs& attrs,
                                                  absl::Span<const ValueType> inputs);

// Size of a sliding window's output: floor((size + pad - dilation * (kernel - 1) - 1) / stride)
// + 1.
Dim WindowOutputSize(const Dim& size, int64_t kernel, int64_t stride, int64_t dilation,
                     int64_t pad_before, int64_t pad_after);

// numpy's broadcasting of two sizes: equal, or one is 1. nullopt if they cannot be equal, or only
// for some values of the symbols: an open size and a number. Two open sizes that are not known to
// differ are taken as equal (the first is returned), as torch's trace did.
std::optional<Dim> BroadcastSize(const Dim& a, const Dim& b);

// Operands of an einsum equation: "ij,jk->ik" -> {"ij", "jk"} and "ik".
struct EinsumTerms {
  std::vector<std::string> inputs;
  std::string output;
};
EinsumTerms ParseEinsum(absl::string_view equation);

}  // namespace t2n

#endif  // T2N_IR_TYPE_RULES_H_
