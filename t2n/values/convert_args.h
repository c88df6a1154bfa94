// Between script values and what operators take and return.
#ifndef T2N_VALUES_CONVERT_ARGS_H_
#define T2N_VALUES_CONVERT_ARGS_H_

#include "absl/status/statusor.h"
#include "t2n/alias/operand.h"
#include "t2n/values/value.h"

namespace t2n {

// Tensors stay what they are; objects and dicts are refused.
absl::StatusOr<Operand> ToOperand(const IValue& value);
IValue FromOperand(const Operand& operand);

}  // namespace t2n

#endif  // T2N_VALUES_CONVERT_ARGS_H_
