// Models that keep tensors between calls: found by calling the method again on what the call before
// has left, until calls repeat; then each such tensor is an input and an output.
#ifndef T2N_STATE_STATE_H_
#define T2N_STATE_STATE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/ir/graph.h"
#include "t2n/program/program.h"
#include "t2n/state/held.h"
#include "t2n/state/state_forms.h"

namespace t2n {

// One abstract call of the method.
struct CallResult {
  std::unique_ptr<Graph> graph;  // the method's results are its outputs
  std::vector<Attribute> before, after;
};

using CallOnce = std::function<absl::StatusOr<CallResult>(const AttributeForms&)>;

// Calls until calls repeat. Without state: the graph of the first call. Attributes that share their
// memory are one state; numbers that change at every call and matter are states of rank 0. Initial
// values as FindInitialValues says. Unimplemented if calls never repeat, or no initial value is
// found.
absl::StatusOr<StatefulModel> FindState(const CallOnce& call, bool keep_state);

}  // namespace t2n

#endif  // T2N_STATE_STATE_H_
