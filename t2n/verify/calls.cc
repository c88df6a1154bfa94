#include "t2n/verify/calls.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/reference/npz.h"
#include "t2n/verify/inputs.h"

namespace t2n {
namespace {

// The arrays `prefix`0, `prefix`1, ..., up to the first that is not there.
std::vector<Tensor> Numbered(const std::map<std::string, Tensor>& arrays,
                             absl::string_view prefix) {
  std::vector<Tensor> found;
  for (;;) {
    const auto it = arrays.find(absl::StrCat(prefix, found.size()));
    if (it == arrays.end()) return found;
    found.push_back(it->second);
  }
}

}  // namespace

absl::StatusOr<Run> RecordedRun(const std::string& io, const EvaluatedModel& model) {
  T2N_ASSIGN_OR_RETURN(const std::vector<NamedTensor> all, ReadNpz(io));
  const std::map<std::string, Tensor> arrays(all.begin(), all.end());
  const size_t outputs = model.graph->outputs().size() - model.states.size();
  Run run;
  for (;;) {
    const std::string prefix = run.calls.empty() ? "" : absl::StrCat("next", run.calls.size(), "_");
    Call call{Numbered(arrays, prefix + "in"), Numbered(arrays, prefix + "out"), {}};
    if (!run.calls.empty() && call.recorded.empty()) return run;
    if (call.recorded.size() != outputs) {
      return absl::FailedPreconditionError(absl::StrCat(io, ": ", call.recorded.size(), " outputs ",
                                                        prefix, "out0, ", prefix,
                                                        "out1, ..., the model has ", outputs));
    }
    for (const Tensor& step : Numbered(arrays, prefix + "step")) {
      T2N_ASSIGN_OR_RETURN(const std::vector<double> scale, ReadDoubles(step));
      call.steps.push_back(scale.empty() ? 0 : scale[0]);
    }
    run.calls.push_back(std::move(call));
  }
}

absl::StatusOr<std::vector<Run>> GeneratedRuns(const proto::ConversionSpec& spec,
                                               const EvaluatedModel& model, int64_t most) {
  std::vector<SymbolValues> choices;
  for (const std::string& text : spec.check_sizes()) {
    T2N_ASSIGN_OR_RETURN(SymbolValues sizes, ParseSizes(text));
    T2N_RETURN_IF_ERROR(CheckSizes(sizes, model.emit.symbols, model.emit.relations));
    choices.push_back(std::move(sizes));
  }
  if (choices.empty()) choices = ChooseSizes(model.emit.symbols, model.emit.relations);
  std::vector<Run> runs;
  uint32_t seed = 0;
  for (const SymbolValues& sizes : choices) {
    Run run{ToText(sizes), {}};
    for (int calls = model.states.empty() ? 1 : 2; calls > 0; --calls) {
      T2N_ASSIGN_OR_RETURN(std::vector<Tensor> inputs,
                           GenerateInputs(*model.graph, model.states.size(), sizes, ++seed, most));
      run.calls.push_back({std::move(inputs), {}, {}});
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace t2n
