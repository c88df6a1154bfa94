// Models that keep tensors between calls: found by calling the method again on what the call before
// has left, until calls repeat; then each such tensor is an input and an output.
#ifndef T2N_STATE_H_
#define T2N_STATE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/ir/graph.h"
#include "t2n/script/evaluator.h"
#include "t2n/script/held.h"

namespace t2n {

// One abstract call of the method.
struct CallResult {
  std::unique_ptr<Graph> graph;  // the method's results are its outputs
  std::vector<script::Attribute> before, after;
};

// Attributes by path as a call finds them; a tensor without `constant` is an input of the graph,
// behind the method's own.
using AttributeForms = std::map<std::string, script::Held>;
using CallOnce = std::function<absl::StatusOr<CallResult>(const AttributeForms&)>;

// A tensor kept from call to call: an input of the graph, and the output with its next value.
struct StateTensor {
  std::string path;
  size_t input, output;
  Tensor initial;
};

struct StatefulModel {
  std::unique_ptr<Graph> graph;
  std::vector<StateTensor> states;
};

// Gives `root`'s attributes the forms; inputs are made for tensors that are no constants.
absl::Status ApplyForms(const AttributeForms& forms, const std::shared_ptr<script::Object>& root,
                        Builder* builder);

// Calls until calls repeat. Without state: the graph of the first call. Initial values are the
// attributes' own, else zeros where the first call is shown to give the same on them. Unimplemented
// if calls never repeat, or no initial value is found.
absl::StatusOr<StatefulModel> FindState(const CallOnce& call, bool keep_state);

}  // namespace t2n

#endif  // T2N_STATE_H_
