// Reads the arguments of torch's tensor rebuilding functions.
#ifndef PARSERS_TORCHVALUE_TENSOR_BUILDER_H_
#define PARSERS_TORCHVALUE_TENSOR_BUILDER_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "parsers/pickle/value.h"
#include "parsers/torchvalue/interpret.h"

namespace t2n::torchvalue {

// Makes the torchvalue of a pickle value that is an argument.
using InterpretArgument = std::function<absl::StatusOr<const Value*>(const pickle::Value*)>;

// The result of torch._utils.`function`(*args) for the `_rebuild_*` functions that make plain,
// strided tensors (_rebuild_tensor, _v2, _v3, _rebuild_qtensor). Others, sparse and nested tensors
// among them, are refused by name (kUnimplemented).
absl::StatusOr<TensorRecord> RebuildTensor(absl::string_view function,
                                           const std::vector<const pickle::Value*>& args,
                                           const InterpretOptions& options,
                                           const InterpretArgument& interpret);

}  // namespace t2n::torchvalue

#endif  // PARSERS_TORCHVALUE_TENSOR_BUILDER_H_
