// How the source of a program names operators.
#ifndef T2N_TORCHSCRIPT_OPERATOR_NAME_H_
#define T2N_TORCHSCRIPT_OPERATOR_NAME_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace t2n::script {

// `aten::add` of `torch.add`, `quantized::mul` of `ops.quantized.mul`; nullopt for other names.
std::optional<std::string> OperatorName(absl::string_view dotted);

// The same, and `python::len` of `len`.
std::string FunctionName(absl::string_view dotted);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_OPERATOR_NAME_H_
