// Calls of operators whose arguments may share memory: the pure operator is called with the present
// values of its arguments; what its results share with them, and what it writes, is carried back.
#ifndef T2N_ALIAS_OPERATOR_CALLER_H_
#define T2N_ALIAS_OPERATOR_CALLER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/alias/call_state.h"
#include "t2n/alias/custom_operators.h"
#include "t2n/alias/operand.h"
#include "t2n/aten/registry.h"

namespace t2n {

class OperatorCaller {
 public:
  // Both must outlive the caller.
  OperatorCaller(Builder* builder, const OpEnv* env) : b_(*builder), env_(*env) {}

  // Operators that go before those of the tables; may be null.
  void set_custom(const CustomOperators* custom) { custom_ = custom; }

  // Calls the overload of `name` (`aten::add`, `aten::add_`) that the arguments fit. An operator in
  // place returns its argument.
  absl::StatusOr<Operand> Call(absl::string_view name, absl::Span<const Operand> positional,
                               absl::Span<const NamedOperand> keywords = {}) {
    return CallOverload(name, std::nullopt, positional, keywords);
  }

  // Calls exactly the overload of that name (`Tensor`; empty for the one without a name) if it is
  // there, otherwise the one that the arguments fit.
  absl::StatusOr<Operand> CallOverload(absl::string_view name,
                                       std::optional<absl::string_view> overload,
                                       absl::Span<const Operand> positional,
                                       absl::Span<const NamedOperand> keywords);

 private:
  static std::shared_ptr<TensorRef> TakeStorage(const std::shared_ptr<TensorRef>& view,
                                                CallState* call);
  // Runs the operator: fills in the value.
  absl::Status Run(CallState* call);
  // The result of a call whose value is there, with what it writes.
  absl::StatusOr<Operand> Finish(const CallState& call);
  absl::Status WriteUnmarked(const CallState& call);
  absl::StatusOr<Operand> WriteBack(const CallState& call);
  absl::StatusOr<Operand> MakeResult(const CallState& call);
  static std::shared_ptr<TensorRef> MakeTensor(const CallState& call, std::optional<bool> shares,
                                               const Val& value);

  Builder& b_;
  const OpEnv& env_;
  const CustomOperators* custom_ = nullptr;
};

}  // namespace t2n

#endif  // T2N_ALIAS_OPERATOR_CALLER_H_
