// What the targets of nodes are: operators, arithmetic on numbers, assertions, control flow.
#ifndef T2N_EXPORTED_TARGETS_H_
#define T2N_EXPORTED_TARGETS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/values/value.h"

namespace t2n::exported {

// `torch.ops.aten.add.Tensor` as {`aten::add`, `Tensor`}; the overload `default` has no name.
struct OperatorTarget {
  std::string name;
  std::string overload;
};
// nullopt for targets of other kinds.
std::optional<OperatorTarget> ParseTarget(absl::string_view target);

// `torch.ops.higher_order.cond`, and in torch 2.4 `torch._higher_order_ops.wrap.NAME`.
bool IsHigherOrder(absl::string_view target);
// `cond`
absl::string_view HigherOrderName(absl::string_view target);

// Nodes that compute nothing.
bool IsAssertion(absl::string_view target);

// What BuiltinOf gives for what is no operator on numbers.
inline constexpr absl::string_view kItself = "itself";
inline constexpr absl::string_view kSubclassPart = "subclass_part";
inline constexpr absl::string_view kSizePrefix = "size::";

// The name under which the interpreter of numbers has the target (t2n/values/builtins.h), or one of
// the names above; empty for others.
absl::string_view BuiltinOf(absl::string_view target);

// The size, the stride or the like of a tensor, for names that begin with kSizePrefix.
absl::StatusOr<IValue> SizeOf(absl::string_view what, const std::vector<IValue>& args);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_TARGETS_H_
