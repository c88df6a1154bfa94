// A call of an operator or builtin by its name, on the way to whoever answers it.
#ifndef T2N_TORCHSCRIPT_OPERATOR_CALL_H_
#define T2N_TORCHSCRIPT_OPERATOR_CALL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/torchscript/machine.h"
#include "t2n/values/builtins.h"

namespace t2n::script {

struct OperatorCall {
  const std::string& name;  // `aten::add`, `python::len`
  const std::vector<IValue>& args;
  const Keywords& keywords;
  const BuiltinTraits* builtin;  // null: the interpreter has nothing of this name

  bool Has(BuiltinTrait trait) const { return builtin && builtin->Has(trait); }
};

// The result, or nullopt if the call is for somebody else.
using Answer = absl::StatusOr<std::optional<IValue>>;

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_OPERATOR_CALL_H_
