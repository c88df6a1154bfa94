// From example values and what the user says of a method's inputs to the arguments of a call whose
// tensors are the graph's inputs.
#ifndef T2N_TORCHSCRIPT_SIGNATURE_H_
#define T2N_TORCHSCRIPT_SIGNATURE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/torchscript/ast.h"
#include "t2n/builder/builder.h"
#include "t2n/program/input_request.h"
#include "t2n/torchscript/code.h"
#include "t2n/values/value.h"

namespace t2n::script {

struct CallArguments {
  std::vector<IValue> positional;
  std::vector<std::pair<std::string, IValue>> keywords;
  std::vector<std::pair<Dim, int64_t>> examples;  // open sizes, and what they were when traced
};

// The arguments of `method` (without self). Tensor leaves become inputs of the builder's graph in
// order of the parameters. A FailedPrecondition names the flag to add when sizes are missing, an
// InvalidArgument what is given for no argument.
absl::StatusOr<CallArguments> MakeArguments(const torchscript::FunctionDef& method,
                                            absl::string_view method_name,
                                            const InputRequest& request, Code* code,
                                            Builder* builder);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_SIGNATURE_H_
