#include "t2n/torchscript/program.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/program/cut.h"
#include "t2n/program/results.h"
#include "t2n/state/state.h"
#include "t2n/torchscript/evaluator.h"
#include "t2n/torchscript/scan.h"
#include "t2n/torchscript/signature.h"

namespace t2n::script {
namespace {

class ScriptProgram : public Program {
 public:
  explicit ScriptProgram(ModelArchive archive) : archive_(std::move(archive)), code_(&archive_) {}

  int64_t version() const override { return archive_.version; }

  absl::StatusOr<StatefulModel> Evaluate(absl::string_view method, bool keep_state,
                                         Caller& caller) override {
    auto call = [&](const AttributeForms& forms) -> absl::StatusOr<CallResult> {
      CallResult result;
      T2N_ASSIGN_OR_RETURN(
          std::unique_ptr<Graph> graph,
          caller.Call([&](const CallRequest& request, const OpEnv& env, Graph* g) -> absl::Status {
            T2N_ASSIGN_OR_RETURN(result, CallMethod(method, request, env, forms, g));
            return absl::OkStatus();
          }));
      result.graph = std::move(graph);
      return result;
    };
    return FindState(call, keep_state);
  }

  std::vector<std::string> MissingOperators() override {
    std::vector<std::string> missing;
    for (const auto& [name, use] : ScanOperators(&code_, nullptr)) {
      if (use.known || (custom() && custom()->operators.Has(name))) continue;
      missing.push_back(absl::StrCat("operator ", name, " is not known: ", use.count,
                                     use.count == 1 ? " call" : " calls", ", first at ",
                                     use.first_place));
    }
    return missing;
  }

  int64_t archive_bytes() const override { return archive_bytes_; }
  std::vector<std::string> Hints() const override {
    std::vector<std::string> lines = frozen_;
    if (!cut()) return lines;
    for (std::string& line : cut()->Hints()) lines.push_back(std::move(line));
    return lines;
  }

 private:
  // One abstract call of the method, which finds its attributes as `forms` say.
  absl::StatusOr<CallResult> CallMethod(absl::string_view method, const CallRequest& request,
                                        const OpEnv& env, const AttributeForms& forms,
                                        Graph* graph) {
    CallResult result;
    Builder builder(graph);
    Evaluator evaluator(&code_, &builder, &env);
    evaluator.set_custom(custom());
    T2N_ASSIGN_OR_RETURN(auto root, evaluator.Root());
    T2N_ASSIGN_OR_RETURN(const auto* def, code_.FindMethod(root->class_name, method));
    if (!def) {
      return absl::InvalidArgumentError(
          absl::StrCat("the model has no method '", method, "'; see pt2nnef inspect"));
    }
    T2N_ASSIGN_OR_RETURN(CallArguments args,
                         MakeArguments(*def, method, request.inputs, &code_, &builder));
    T2N_RETURN_IF_ERROR(ApplyForms(forms, root, &builder));
    result.before = Attributes(root);
    FrozenSizes frozen;
    for (const auto& [size, example] : args.examples) frozen.AddExample(size, example);
    evaluator.set_frozen_sizes(&frozen);
    if (cut()) cut()->BeginCall();
    evaluator.set_cut(cut());
    evaluator.set_questions({&request.answers, &request.left_open, request.leave_all_open});
    absl::StatusOr<IValue> called =
        evaluator.CallRoot(root, method, args.positional, args.keywords);
    archive_bytes_ = evaluator.loader().archive_bytes();
    frozen_ = frozen.Warnings();
    for (const std::string& line : frozen_) env.warn(line);
    const auto& restored = evaluator.restored();
    result.before.insert(result.before.end(), restored.begin(), restored.end());
    T2N_RETURN_IF_ERROR(AddResults(method, std::move(called), &builder));
    T2N_ASSIGN_OR_RETURN(result.after, AttributesAfter(forms, root, &builder));
    return result;
  }

  // The outputs: what the method has returned, or what the cut has met of it by then.
  absl::Status AddResults(absl::string_view method, absl::StatusOr<IValue> called, Builder* b) {
    if (cut() && cut()->complete()) {
      cut()->AddOutputs(b->graph());
      return absl::OkStatus();
    }
    T2N_ASSIGN_OR_RETURN(const IValue value, std::move(called));
    if (cut() && cut()->ends()) return cut()->Missing();
    T2N_RETURN_IF_ERROR(CheckBounded(value));
    T2N_RETURN_IF_ERROR(AddOutputs(*b, value, b->graph()));
    if (!b->graph()->outputs().empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(method, " returns no tensor"));
  }

  ModelArchive archive_;
  Code code_;
  int64_t archive_bytes_ = 0;        // of tensors that the last call asked for
  std::vector<std::string> frozen_;  // sizes that look so, of the last call
};

}  // namespace

std::unique_ptr<Program> NewProgram(ModelArchive archive) {
  return std::make_unique<ScriptProgram>(std::move(archive));
}

}  // namespace t2n::script
