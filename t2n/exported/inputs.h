// The user's inputs of a program: which of the graph's inputs they are, their names, and what the
// conversion asks of them.
#ifndef T2N_EXPORTED_INPUTS_H_
#define T2N_EXPORTED_INPUTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/exported/program.h"
#include "t2n/builder/builder.h"
#include "t2n/exported/symbols.h"
#include "t2n/program/input_request.h"
#include "t2n/values/value.h"

namespace t2n::exported {

// One of the user's arguments, as flattened.
struct UserInput {
  std::string name;       // "pair_0"
  std::string path;       // in forward's arguments, if the archive tells: "pair.0"
  size_t position;        // among the user's arguments
  const Argument* input;  // of the graph: a name, or the value that the program has for it
};

// In order, with those whose value is part of the program.
std::vector<UserInput> UserInputs(const ExportedProgram& program);

// Those that are tensors, with the sizes that --args gives. InvalidArgument if the request asks for
// what the program has not: an input, an axis, a type.
absl::StatusOr<std::vector<UserTensor>> UserTensors(const ExportedProgram& program,
                                                    const InputRequest& request);

// The value of a user's input: an input of the graph or, if --args gives it, a constant.
absl::StatusOr<IValue> MakeInput(const UserInput& input, const Graph& graph, const Symbols& symbols,
                                 const InputRequest& request, Builder* builder);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_INPUTS_H_
