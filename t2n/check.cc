#include "t2n/check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/reference/npz.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

// The arrays `prefix`0, `prefix`1, ..., up to the first that is not there.
std::vector<Tensor> Numbered(const std::vector<NamedTensor>& arrays, absl::string_view prefix) {
  std::vector<Tensor> found;
  for (;;) {
    const std::string name = absl::StrCat(prefix, found.size());
    const auto it = std::find_if(arrays.begin(), arrays.end(),
                                 [&](const NamedTensor& array) { return array.first == name; });
    if (it == arrays.end()) return found;
    found.push_back(it->second);
  }
}

}  // namespace

absl::StatusOr<CheckResult> CheckGraph(const Graph& graph, const std::vector<Tensor>& initial,
                                       const std::string& io, const Tolerance& tolerance) {
  T2N_ASSIGN_OR_RETURN(const std::vector<NamedTensor> arrays, ReadNpz(io));
  CheckResult result;
  std::vector<Tensor> state = initial;
  for (int call = 0;; ++call) {
    const std::string prefix = call ? absl::StrCat("next", call, "_") : "";
    std::vector<Tensor> inputs = Numbered(arrays, prefix + "in");
    const std::vector<Tensor> want = Numbered(arrays, prefix + "out");
    if (call && want.empty()) return result;
    if (want.empty() && graph.outputs().size() > state.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(io, ": no out0, out1, ... to compare with: record what the model gives"));
    }
    if (want.size() + state.size() != graph.outputs().size()) {
      result.differences.push_back(
          absl::StrCat(graph.outputs().size() - state.size(), " outputs, expected ", want.size()));
      return result;
    }
    const std::vector<Tensor> steps = Numbered(arrays, prefix + "step");
    inputs.insert(inputs.end(), state.begin(), state.end());
    T2N_ASSIGN_OR_RETURN(const std::vector<Tensor> got, RunGraph(graph, inputs));
    for (size_t i = 0; i < want.size(); ++i) {
      Tolerance own = tolerance;
      if (i < steps.size()) {
        T2N_ASSIGN_OR_RETURN(const std::vector<double> step, ReadDoubles(steps[i]));
        if (!step.empty()) own.step = step[0];
      }
      T2N_ASSIGN_OR_RETURN(const Comparison comparison, Compare(got[i], want[i], own));
      result.max_abs_error = std::max(result.max_abs_error, comparison.max_abs_error);
      if (comparison.equal) continue;
      result.differences.push_back(absl::StrCat(call ? absl::StrCat("call ", call, ": ") : "",
                                                "output ", i, " (", graph.output_names()[i],
                                                "): ", comparison.message));
    }
    state.assign(got.end() - state.size(), got.end());
  }
}

}  // namespace t2n
