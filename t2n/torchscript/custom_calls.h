// Calls of modules that the user converts in his own way.
//
// Tracing keeps the tensors that a module's code uses, in the order in which it does, and calls
// them as it finds them called; only scripted code has forward's own arguments.
#ifndef T2N_TORCHSCRIPT_CUSTOM_CALLS_H_
#define T2N_TORCHSCRIPT_CUSTOM_CALLS_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"
#include "t2n/torchscript/machine.h"

namespace t2n::script {

struct Parts;

// The result of `object.method(args, **keywords)`; nullopt if it is no such module's forward.
absl::StatusOr<std::optional<IValue>> CallCustom(
    Machine& m, Parts& parts, const std::shared_ptr<Object>& object, absl::string_view method,
    const torchscript::FunctionDef& def, const std::vector<IValue>& args, const Keywords& keywords);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_CUSTOM_CALLS_H_
