#include "t2n/verify/verify.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/reference/npz.h"
#include "t2n/reference/run.h"
#include "t2n/runtime/tract.h"
#include "t2n/verify/bundle.h"
#include "t2n/verify/divergence.h"
#include "t2n/verify/inputs.h"
#include "t2n/verify/unknown.h"

namespace t2n {
namespace {

// A folder that is gone with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "pt2nnef-XXXXXX").string()) {
    if (!mkdtemp(path_.data())) path_.clear();
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// One call of the model: inputs with the states' first values, and what torch gave, if that is
// recorded.
struct Call {
  std::string sizes;
  std::vector<Tensor> inputs;
  std::vector<Tensor> recorded;
};

std::vector<Tensor> InitialStates(const EvaluatedModel& model) {
  std::vector<Tensor> states;
  for (const StateTensor& s : model.states) states.push_back(s.initial);
  return states;
}

absl::StatusOr<std::vector<Call>> RecordedCall(const std::string& io, const EvaluatedModel& model) {
  T2N_ASSIGN_OR_RETURN(const std::vector<NamedTensor> arrays, ReadNpz(io));
  Call call;
  for (const auto& [name, array] : arrays) {
    if (name == absl::StrCat("in", call.inputs.size())) call.inputs.push_back(array);
    if (name == absl::StrCat("out", call.recorded.size())) call.recorded.push_back(array);
  }
  for (Tensor& state : InitialStates(model)) call.inputs.push_back(std::move(state));
  if (call.recorded.size() + model.states.size() != model.graph->outputs().size()) {
    return absl::FailedPreconditionError(
        absl::StrCat(io, ": ", call.recorded.size(), " outputs out0, out1, ..., the model has ",
                     model.graph->outputs().size() - model.states.size()));
  }
  return std::vector<Call>{std::move(call)};
}

absl::StatusOr<std::vector<Call>> GeneratedCalls(const proto::ConversionSpec& spec,
                                                 const EvaluatedModel& model) {
  std::vector<SymbolValues> choices;
  for (const std::string& text : spec.check_sizes()) {
    T2N_ASSIGN_OR_RETURN(SymbolValues sizes, ParseSizes(text));
    choices.push_back(std::move(sizes));
  }
  if (choices.empty()) choices = ChooseSizes(model.emit.symbols, model.emit.relations);
  std::vector<Call> calls;
  for (const SymbolValues& sizes : choices) {
    Call call;
    call.sizes = ToText(sizes);
    T2N_ASSIGN_OR_RETURN(call.inputs, GenerateInputs(*model.graph, model.states.size(), sizes,
                                                     static_cast<uint32_t>(calls.size() + 1)));
    for (Tensor& state : InitialStates(model)) call.inputs.push_back(std::move(state));
    calls.push_back(std::move(call));
  }
  return calls;
}

// Adds the differences of outputs to what is told of a run. Returns the first that differs, or -1.
absl::StatusOr<int> Judge(const Graph& graph, const std::vector<Tensor>& got,
                          const std::vector<Tensor>& want, const Tolerance& tolerance,
                          proto::CheckInfo* info) {
  int first = -1;
  for (size_t i = 0; i < want.size() && i < got.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(const Tensor a, AsWritten(got[i]));
    T2N_ASSIGN_OR_RETURN(const Tensor b, AsWritten(want[i]));
    T2N_ASSIGN_OR_RETURN(const Comparison comparison, Compare(a, b, tolerance));
    info->set_max_abs_error(std::max(info->max_abs_error(), comparison.max_abs_error));
    if (comparison.equal) continue;
    info->add_differences(
        absl::StrCat("output ", i, " (", graph.output_names()[i], "): ", comparison.message));
    if (first < 0) first = static_cast<int>(i);
  }
  return first;
}

// How what a run gave is not of the sizes that the graph says, a line an output.
absl::Status JudgeSizes(const Graph& graph, const std::vector<Tensor>& inputs,
                        const std::vector<Tensor>& got, proto::CheckInfo* info) {
  T2N_ASSIGN_OR_RETURN(const auto symbols, BindSymbols(graph, inputs));
  const auto bind = [&](absl::string_view name) -> std::optional<int64_t> {
    const auto it = symbols.find(std::string(name));
    return it == symbols.end() ? std::nullopt : std::make_optional(it->second);
  };
  for (size_t i = 0; i < graph.outputs().size() && i < got.size(); ++i) {
    std::vector<int64_t> sizes;
    for (const Dim& d : graph.outputs()[i]->shape()) sizes.push_back(d.Eval(bind).value_or(-1));
    if (IsComplex(graph.outputs()[i]->dtype())) sizes.push_back(2);
    if (sizes == got[i].sizes) continue;
    info->add_differences(absl::StrCat("output ", i, " (", graph.output_names()[i], "): shape [",
                                       absl::StrJoin(got[i].sizes, ","), "], expected [",
                                       absl::StrJoin(sizes, ","), "]"));
  }
  return absl::OkStatus();
}

// `the fragment norm has no body, at code/net.py:3:4`
std::string WhyUnknown(const Node& node) {
  return absl::StrCat("the fragment ", node.attrs.Str("fragment"), " has no body",
                      node.place ? absl::StrCat(", at ", node.place->ToString()) : "");
}

class Verifier {
 public:
  Verifier(const proto::ConversionSpec& spec, const Tolerance& tolerance, EvaluatedModel* model,
           proto::ConversionReport* report)
      : spec_(spec), tolerance_(tolerance), model_(*model), report_(*report) {}

  absl::Status Run() {
    T2N_ASSIGN_OR_RETURN(tract_, FindTract(spec_.tract()));
    for (const proto::TensorInfo& input : report_.inputs()) input_names_.push_back(input.name());
    T2N_ASSIGN_OR_RETURN(const std::vector<Call> calls, spec_.io().empty()
                                                            ? GeneratedCalls(spec_, model_)
                                                            : RecordedCall(spec_.io(), model_));
    if (calls.empty()) {
      return absl::FailedPreconditionError(
          "no open sizes were found that the model takes: give some, --check_sizes S=3");
    }
    for (const Call& call : calls) T2N_RETURN_IF_ERROR(RunCall(call));
    return absl::OkStatus();
  }

 private:
  absl::Status RunCall(const Call& call) {
    if (const Node* unknown = FirstUnknown(*model_.graph)) return RunInTractAlone(call, *unknown);
    absl::StatusOr<std::vector<Tensor>> reference = RunGraph(*model_.graph, call.inputs);
    if (!reference.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the graph cannot be run on ", spec_.io().empty() ? "generated" : "these",
                       " inputs: ", reference.status().message(),
                       spec_.io().empty() ? "; give recorded ones, --io FILE.npz" : ""));
    }
    // What torch gave was computed with the weights as they were.
    const bool exact = spec_.compress().empty();
    const bool recorded = !call.recorded.empty();
    const std::vector<Tensor>& want = recorded && exact ? call.recorded : *reference;
    if (recorded) {
      proto::CheckInfo& info = Add(exact ? "reference" : "reference, in blocks", call);
      T2N_RETURN_IF_ERROR(
          Judge(*model_.graph, *reference, call.recorded, tolerance_, &info).status());
      if (!exact) info.clear_differences();
    }
    const absl::StatusOr<TractRun> run =
        RunInTract(tract_, report_.out(), call.inputs, input_names_);
    if (!run.ok()) {
      Add("tract", call).add_differences(absl::StrCat("tract: ", run.status().message()));
      return absl::OkStatus();
    }
    proto::CheckInfo& info = Add(absl::StrCat("tract ", run->version), call);
    T2N_ASSIGN_OR_RETURN(const int first,
                         Judge(*model_.graph, run->outputs, want, tolerance_, &info));
    return first < 0 ? absl::OkStatus() : Explain(call, *reference, first, run->version, &info);
  }

  // What the reference evaluator cannot follow is compared with what is recorded; without that
  // nothing but sizes can be wrong.
  absl::Status RunInTractAlone(const Call& call, const Node& unknown) {
    const std::string why = WhyUnknown(unknown);
    Add("reference", call).set_not_compared(absl::StrCat("it cannot follow: ", why));
    const absl::StatusOr<TractRun> run =
        RunInTract(tract_, report_.out(), call.inputs, input_names_);
    if (!run.ok()) {
      Add("tract", call).add_differences(absl::StrCat("tract: ", run.status().message()));
      return absl::OkStatus();
    }
    proto::CheckInfo& info = Add(absl::StrCat("tract ", run->version), call);
    if (call.recorded.empty()) {
      info.set_not_compared(
          "it runs, and nothing tells what it should give: give recorded outputs, --io FILE.npz");
      return JudgeSizes(*model_.graph, call.inputs, run->outputs, &info);
    }
    T2N_ASSIGN_OR_RETURN(const int first,
                         Judge(*model_.graph, run->outputs, call.recorded, tolerance_, &info));
    if (!spec_.compress().empty()) info.clear_differences();
    if (first < 0 || info.differences().empty()) return absl::OkStatus();
    info.set_first_node(absl::StrCat("not found: ", why));
    if (spec_.debug_bundle_path().empty()) return absl::OkStatus();
    const Bundle bundle{&spec_,       &model_,       call.inputs, call.recorded,
                        run->version, report_.out(), nullptr};
    return WriteBundle(bundle, spec_.debug_bundle_path());
  }

  proto::CheckInfo& Add(const std::string& runtime, const Call& call) {
    proto::CheckInfo& info = *report_.add_checks();
    info.set_runtime(runtime);
    info.set_sizes(call.sizes);
    return info;
  }

  // Names the node that tract computes otherwise; writes the bundle.
  absl::Status Explain(const Call& call, const std::vector<Tensor>& reference, int output,
                       const std::string& version, proto::CheckInfo* info) {
    TemporaryFolder folder;
    const std::string cut = folder.path() + "/cut";
    const Trial trial{&model_.emit, tract_, input_names_, cut, tolerance_};
    const absl::StatusOr<Divergence> found =
        FindDivergence(model_.graph.get(), output, call.inputs, trial);
    if (found.ok()) {
      info->set_first_node(found->description);
      if (found->node->place) info->set_source(found->node->place->ToString());
      info->set_node_difference(found->message);
      for (const std::string& operand : found->operands) info->add_operands(operand);
    } else {
      info->set_first_node(absl::StrCat("not found: ", found.status().message()));
    }
    if (spec_.debug_bundle_path().empty()) return absl::OkStatus();
    Bundle bundle{&spec_, &model_, call.inputs, reference, version, report_.out(), nullptr};
    if (found.ok()) bundle.divergence = &*found;
    return WriteBundle(bundle, spec_.debug_bundle_path());
  }

  const proto::ConversionSpec& spec_;
  const Tolerance& tolerance_;
  EvaluatedModel& model_;
  proto::ConversionReport& report_;
  Tract tract_;
  std::vector<std::string> input_names_;
};

}  // namespace

absl::Status Verify(const proto::ConversionSpec& spec, const Tolerance& tolerance,
                    EvaluatedModel* model, proto::ConversionReport* report) {
  return Verifier(spec, tolerance, model, report).Run();
}

absl::Status CheckVerification(const proto::ConversionSpec& spec) {
  for (const std::string& text : spec.check_sizes()) {
    T2N_RETURN_IF_ERROR(ParseSizes(text).status());
  }
  if (!spec.debug_bundle_path().empty() && !spec.check_same_io_as_tract()) {
    return absl::InvalidArgumentError("--debug_bundle_path is written by --check: add that");
  }
  return absl::OkStatus();
}

}  // namespace t2n
