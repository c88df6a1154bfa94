// The results of a method as outputs of its graph.
#ifndef T2N_PROGRAM_RESULTS_H_
#define T2N_PROGRAM_RESULTS_H_

#include <string>

#include "absl/status/status.h"
#include "t2n/builder/builder.h"
#include "t2n/values/value.h"

namespace t2n {

// Makes the tensors and numbers of a method's result outputs of the graph, in order, with names
// from dict keys and NamedTuple fields (empty where nothing names them). Unimplemented for what is
// no tensor.
absl::Status AddOutputs(Builder& b, const IValue& value, Graph* graph);

// The same of one result that is called `name`.
absl::Status AddOutput(Builder& b, const IValue& value, const std::string& name, Graph* graph);

}  // namespace t2n

#endif  // T2N_PROGRAM_RESULTS_H_
