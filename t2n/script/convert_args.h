// Between script values and operator arguments.
#ifndef T2N_SCRIPT_CONVERT_ARGS_H_
#define T2N_SCRIPT_CONVERT_ARGS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "t2n/aten/arg.h"
#include "t2n/script/tensor_ref.h"
#include "t2n/script/value.h"

namespace t2n::script {

// Tensors become their current values; objects and dicts are refused.
absl::StatusOr<Arg> ToArg(const IValue& value);

// Results become fresh values; tensors built from `source` by views become aliases of it (`source`
// may be null).
absl::StatusOr<IValue> FromArg(const Arg& arg, const std::shared_ptr<TensorRef>& source);

}  // namespace t2n::script

#endif  // T2N_SCRIPT_CONVERT_ARGS_H_
