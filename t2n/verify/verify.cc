#include "t2n/verify/verify.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/convert/stopwatch.h"
#include "t2n/reference/run.h"
#include "t2n/runtime/tract.h"
#include "t2n/verify/bundle.h"
#include "t2n/verify/calls.h"
#include "t2n/verify/declared.h"
#include "t2n/verify/divergence.h"
#include "t2n/verify/inputs.h"
#include "t2n/verify/unknown.h"
#include "t2n/verify/written.h"

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

std::vector<Tensor> InitialStates(const EvaluatedModel& model) {
  std::vector<Tensor> states;
  for (const StateTensor& s : model.states) states.push_back(s.initial);
  return states;
}

// Whether it computes anything of the type.
bool HasType(const Graph& graph, DType dtype) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(), [&](const auto& node) {
    return std::any_of(node->outputs.begin(), node->outputs.end(),
                       [&](const auto& v) { return !v->constant && v->dtype() == dtype; });
  });
}

// `the fragment norm has no body, at code/net.py:3:4`
std::string WhyUnknown(const Node& node) {
  return absl::StrCat("the fragment ", node.attrs.Str("fragment"), " has no body",
                      node.place ? absl::StrCat(", at ", node.place->ToString()) : "");
}

class Verifier {
 public:
  Verifier(const proto::ConversionSpec& spec, EvaluatedModel* model,
           proto::ConversionReport* report)
      : spec_(spec),
        tolerance_(ToleranceOf(spec, *model->graph)),
        model_(*model),
        report_(*report) {}

  absl::Status Verify() {
    T2N_ASSIGN_OR_RETURN(tract_, FindTract(spec_.tract()));
    T2N_ASSIGN_OR_RETURN(version_, VersionOf(tract_));
    for (const proto::TensorInfo& input : report_.inputs()) input_names_.push_back(input.name());
    unknown_ = FirstUnknown(graph());
    if (!spec_.io().empty()) {
      T2N_ASSIGN_OR_RETURN(const Run recorded, RecordedRun(spec_.io(), model_));
      return CheckRun(recorded);
    }
    // Numbers may become indices where the graph does not tell; small ones are in range.
    absl::Status status;
    for (const int64_t most : {std::numeric_limits<int64_t>::max(), int64_t{2}, int64_t{1}}) {
      report_.clear_checks();
      status = CheckGenerated(most);
      if (!absl::IsOutOfRange(status)) break;
    }
    return status;
  }

 private:
  const Graph& graph() const { return *model_.graph; }

  // OutOfRange if the graph does not take what was generated.
  absl::Status CheckGenerated(int64_t most) {
    T2N_ASSIGN_OR_RETURN(const std::vector<Run> runs, GeneratedRuns(spec_, model_, most));
    if (runs.empty()) {
      return absl::FailedPreconditionError(
          "no open sizes were found that the model takes: give some, --check_sizes S=3");
    }
    for (const Run& run : runs) T2N_RETURN_IF_ERROR(CheckRun(run));
    return absl::OkStatus();
  }

  absl::Status CheckRun(const Run& run) {
    sizes_ = run.sizes;
    std::vector<Tensor> states = InitialStates(model_);
    for (size_t i = 0; i < run.calls.size(); ++i) {
      call_ = run.calls.size() > 1 ? static_cast<int>(i) + 1 : 0;
      Call call = run.calls[i];
      call.inputs.insert(call.inputs.end(), states.begin(), states.end());
      T2N_ASSIGN_OR_RETURN(const std::vector<Tensor> outputs, CheckCall(call));
      if (outputs.size() < states.size()) return absl::OkStatus();
      states.assign(outputs.end() - states.size(), outputs.end());
    }
    return absl::OkStatus();
  }

  // Returns the outputs by which the next call's states are known; none if there are none.
  absl::StatusOr<std::vector<Tensor>> CheckCall(const Call& call) {
    const absl::StatusOr<SymbolBinding> symbols = BindSymbols(graph(), call.inputs);
    if (!symbols.ok()) return CannotRun(symbols.status());
    T2N_ASSIGN_OR_RETURN(const std::vector<Tensor> reference, RunReference(call));
    const TemporaryFolder folder;
    const std::vector<TriedCall> tried =
        TryDeclarations(graph(), *symbols, model_.emit, tract_, folder.path() + "/call");
    T2N_ASSIGN_OR_RETURN(const std::vector<Tensor> inputs, AllAsWritten(call.inputs));
    const absl::StatusOr<std::vector<Tensor>> got =
        RunInTract(tract_, report_.out(), inputs, input_names_);
    proto::CheckInfo& info = Add(version_.empty() ? "tract" : absl::StrCat("tract ", version_));
    const Divergence declared = TellDeclarations(tried, got.ok(), &info);
    if (!got.ok()) {
      info.add_differences(absl::StrCat("tract: ", got.status().message()));
      T2N_RETURN_IF_ERROR(declared.node ? WriteBundle(call, reference, &declared)
                                        : Explain(call, reference, 0, true, &info));
      return std::vector<Tensor>();
    }
    T2N_ASSIGN_OR_RETURN(const int first, Judge(call, reference, *symbols, *got, &info));
    if (declared.node) {
      T2N_RETURN_IF_ERROR(WriteBundle(call, reference, &declared));
    } else if (first >= 0) {
      T2N_RETURN_IF_ERROR(Explain(call, reference, first, false, &info));
    }
    return unknown_ ? *got : reference;
  }

  absl::Status CannotRun(const absl::Status& why) const {
    if (!spec_.io().empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the graph cannot be run on these inputs: ", why.message()));
    }
    return absl::OutOfRangeError(
        absl::StrCat("the graph cannot be run on generated inputs: ", why.message(),
                     "; give recorded ones, --io FILE.npz"));
  }

  // What the reference evaluator gives, compared with what is recorded; nothing where it cannot
  // follow.
  absl::StatusOr<std::vector<Tensor>> RunReference(const Call& call) {
    if (unknown_) {
      Add("reference").set_not_compared(absl::StrCat("it cannot follow: ", WhyUnknown(*unknown_)));
      return std::vector<Tensor>();
    }
    absl::StatusOr<std::vector<Tensor>> reference = RunGraph(graph(), call.inputs);
    if (!reference.ok()) return CannotRun(reference.status());
    if (call.recorded.empty()) return reference;
    // What torch gave was computed with the weights as they were.
    const bool exact = spec_.compress().empty();
    proto::CheckInfo& info = Add(exact ? "reference" : "reference, in blocks");
    T2N_RETURN_IF_ERROR(CompareAll(*reference, call.recorded, call.steps, exact, &info).status());
    return reference;
  }

  // What tract gave, against the types of the graph, and against what is known of the elements.
  // Returns the first output that differs, or -1.
  absl::StatusOr<int> Judge(const Call& call, const std::vector<Tensor>& reference,
                            const SymbolBinding& symbols, const std::vector<Tensor>& got,
                            proto::CheckInfo* info) {
    if (got.size() != graph().outputs().size()) {
      info->add_differences(
          absl::StrCat(got.size(), " outputs, declared ", graph().outputs().size()));
      return -1;
    }
    int first = -1;
    for (size_t i = 0; i < got.size(); ++i) {
      const auto type = AtSizes(graph().outputs()[i]->type, symbols);
      if (!type.ok()) continue;
      const std::string difference = TypeDifference(got[i], *type, !model_.emit.target.strict);
      if (difference.empty()) continue;
      info->add_differences(absl::StrCat(OutputText(i), difference));
      if (first < 0) first = static_cast<int>(i);
    }
    if (first >= 0) return first;
    const bool exact = spec_.compress().empty();
    if (!call.recorded.empty() && (exact || unknown_)) {
      return CompareAll(got, call.recorded, call.steps, exact, info);
    }
    if (!unknown_) return CompareAll(got, reference, {}, true, info);
    if (!info->differences().empty()) return -1;
    info->set_not_compared(absl::StrCat(
        "it runs and gives the types that are declared; nothing tells what elements it should "
        "give: give recorded outputs, --io FILE.npz",
        info->not_compared().empty() ? "" : "; ", info->not_compared()));
    return -1;
  }

  std::string OutputText(size_t i) const {
    return absl::StrCat("output ", i, " (", graph().output_names()[i], "): ");
  }

  // Tells how elements differ, unless they only tell the error of what is stored otherwise. Returns
  // the first output that does, or -1.
  absl::StatusOr<int> CompareAll(const std::vector<Tensor>& got, const std::vector<Tensor>& want,
                                 const std::vector<double>& steps, bool exact,
                                 proto::CheckInfo* info) const {
    int first = -1;
    for (size_t i = 0; i < want.size() && i < got.size(); ++i) {
      T2N_ASSIGN_OR_RETURN(const Tensor a, AsWritten(got[i]));
      T2N_ASSIGN_OR_RETURN(const Tensor b, AsWritten(want[i]));
      Tolerance own = tolerance_;
      if (i < steps.size()) own.step = steps[i];
      T2N_ASSIGN_OR_RETURN(const Comparison comparison, Compare(a, b, own));
      info->set_max_abs_error(std::max(info->max_abs_error(), comparison.max_abs_error));
      if (comparison.equal || !exact) continue;
      info->add_differences(absl::StrCat(OutputText(i), comparison.message));
      if (first < 0) first = static_cast<int>(i);
    }
    return first;
  }

  // Tells of calls that do not give what is declared. Those that do not run alone, on operands
  // which are generated, are to blame only if the model does not run either. Returns the first that
  // is to blame, if one is.
  Divergence TellDeclarations(const std::vector<TriedCall>& tried, bool runs,
                              proto::CheckInfo* info) const {
    Divergence first;
    std::vector<std::string> untried;
    for (const TriedCall& call : tried) {
      const std::string what = call.difference.empty()
                                   ? absl::StrCat("it does not run alone: ", call.why_not)
                                   : call.difference;
      if (call.difference.empty() && (runs || !call.alone)) {
        untried.push_back(absl::StrCat(call.description, ": ", what));
        continue;
      }
      info->add_differences(absl::StrCat(call.description, ": ", what));
      if (first.node) continue;
      first.node = call.node;
      first.description = call.description;
      first.message = what;
      first.alone = call.alone.get();
      first.inputs = call.inputs;
      Tell(first, info);
    }
    if (!untried.empty()) info->set_not_compared(absl::StrJoin(untried, "; "));
    return first;
  }

  static void Tell(const Divergence& found, proto::CheckInfo* info) {
    info->set_first_node(found.description);
    if (found.node->place) info->set_source(found.node->place->ToString());
    info->set_node_difference(found.message);
    for (const std::string& operand : found.operands) info->add_operands(operand);
  }

  // Names the node that tract computes otherwise, or that it refuses; writes the bundle.
  absl::Status Explain(const Call& call, const std::vector<Tensor>& reference, int output,
                       bool refused, proto::CheckInfo* info) {
    if (unknown_ && !refused) {
      info->set_first_node(absl::StrCat("not found: ", WhyUnknown(*unknown_)));
      return WriteBundle(call, call.recorded, nullptr);
    }
    const TemporaryFolder folder;
    const std::string cut = folder.path() + "/cut";
    const Trial trial{&model_.emit, tract_, input_names_, cut, tolerance_, refused};
    const absl::StatusOr<Divergence> found =
        FindDivergence(model_.graph.get(), output, call.inputs, trial);
    if (found.ok()) {
      Tell(*found, info);
    } else {
      info->set_first_node(absl::StrCat("not found: ", found.status().message()));
    }
    return WriteBundle(call, reference, found.ok() ? &*found : nullptr);
  }

  absl::Status WriteBundle(const Call& call, const std::vector<Tensor>& outputs,
                           const Divergence* divergence) {
    if (spec_.debug_bundle_path().empty()) return absl::OkStatus();
    const Bundle bundle{&spec_, &model_, call.inputs, outputs, version_, report_.out(), divergence};
    return t2n::WriteBundle(bundle, spec_.debug_bundle_path());
  }

  proto::CheckInfo& Add(const std::string& runtime) {
    proto::CheckInfo& info = *report_.add_checks();
    info.set_runtime(runtime);
    info.set_sizes(sizes_);
    info.set_call(call_);
    return info;
  }

  const proto::ConversionSpec& spec_;
  const Tolerance tolerance_;
  EvaluatedModel& model_;
  proto::ConversionReport& report_;
  Tract tract_;
  std::string version_;  // tract's
  std::vector<std::string> input_names_;
  const Node* unknown_ = nullptr;  // what the reference evaluator cannot go past
  std::string sizes_;              // of the run
  int call_ = 0;                   // of several in a row, from 1
};

}  // namespace

Tolerance ToleranceOf(const proto::ConversionSpec& spec, const Graph& graph) {
  const std::map<absl::string_view, Tolerance> named = {
      {"exact", {0, 0}},      {"close", {1e-7, 1e-7}}, {"approximate", {5e-4, 1e-4}},
      {"very", {1e-2, 5e-2}}, {"super", {0.05, 0.1}},  {"ultra", {0.1, 0.2}},
  };
  const auto found = named.find(spec.check_io_tolerance());
  Tolerance tolerance = found == named.end() ? Tolerance() : found->second;
  // Halves have three digits; bfloat16, which a model computes in f32, has hardly more than two.
  const bool halves = HasType(graph, DType::kF16) || HasType(graph, DType::kBF16);
  if (found == named.end() && halves) tolerance.rtol = tolerance.atol = 1e-2;
  if (spec.has_rtol()) tolerance.rtol = spec.rtol();
  if (spec.has_atol()) tolerance.atol = spec.atol();
  return tolerance;
}

absl::Status Verify(const proto::ConversionSpec& spec, EvaluatedModel* model,
                    proto::ConversionReport* report, Progress* progress) {
  if (progress) progress->stage = "checking";
  Stopwatch stopwatch;
  const absl::Status status = Verifier(spec, model, report).Verify();
  *report->add_phases() = stopwatch.Lap("check");
  return status;
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
