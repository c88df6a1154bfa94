#include "t2n/convert.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parsers/model_archive.h"
#include "t2n/assumptions.h"
#include "t2n/base/status.h"
#include "t2n/interface.h"
#include "t2n/least_sizes.h"
#include "t2n/passes/selections.h"
#include "t2n/script/evaluator.h"
#include "t2n/script/scan.h"
#include "t2n/script/signature.h"

namespace t2n {
namespace {

constexpr int kMaxPasses = 8;  // until no more is known of the sizes

absl::StatusOr<std::vector<script::DynamicAxis>> ParseAllAxes(const proto::ConversionSpec& spec) {
  std::vector<script::DynamicAxis> all;
  for (const std::string& text : spec.dynamic_axes()) {
    T2N_ASSIGN_OR_RETURN(auto axes, script::ParseDynamicAxes(text));
    for (script::DynamicAxis& axis : axes) {
      // The dict of torch's exporters names outputs too; their sizes follow from the inputs'.
      const auto& outputs = spec.output_names();
      if (std::find(outputs.begin(), outputs.end(), axis.input) != outputs.end()) continue;
      all.push_back(std::move(axis));
    }
  }
  return all;
}

// Assertions on elements: of sizes that the request has.
absl::Status ParseLargestElements(const proto::ConversionSpec& spec,
                                  script::InputRequest* request) {
  for (const std::string& a : spec.assertions()) {
    if (!script::IsAboutElements(a)) continue;
    T2N_ASSIGN_OR_RETURN(const auto as_written, script::ParseLargest(a, {}));
    for (const std::string& name : as_written.second.Symbols()) {
      if (request->open_sizes.count(name)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("--assert '", a, "': ", name, " is no open size of an input"));
    }
    T2N_ASSIGN_OR_RETURN(auto largest, script::ParseLargest(a, request->facts));
    request->largest.push_back(std::move(largest));
  }
  return absl::OkStatus();
}

absl::StatusOr<script::InputRequest> ParseRequest(const proto::ConversionSpec& spec) {
  script::InputRequest request;
  for (const std::string& a : spec.assertions()) {
    if (script::IsAboutElements(a)) continue;
    T2N_RETURN_IF_ERROR(script::ParseAssertion(a, &request.facts));
  }
  T2N_ASSIGN_OR_RETURN(request.specs, script::ParseInputs(spec.inputs(), request.facts));
  T2N_ASSIGN_OR_RETURN(request.args, script::ParseArgs(spec.args()));
  T2N_ASSIGN_OR_RETURN(request.dynamic_axes, ParseAllAxes(spec));
  for (const script::DynamicAxis& axis : request.dynamic_axes) {
    request.open_sizes.insert(axis.symbol);
  }
  T2N_ASSIGN_OR_RETURN(const auto inputs, script::ParseInputs(spec.inputs(), {}));
  for (const script::InputSpec& input : inputs) {
    for (const Dim& d : input.type.shape) {
      for (const std::string& s : d.Symbols()) request.open_sizes.insert(s);
    }
  }
  T2N_RETURN_IF_ERROR(ParseLargestElements(spec, &request));
  return request;
}

// `(x, mask)`.
std::string ParameterNames(const torchscript::FunctionDef& method) {
  std::vector<absl::string_view> names;
  for (size_t i = 1; i < method.params.size(); ++i) names.push_back(method.params[i].name);
  return absl::StrCat("(", absl::StrJoin(names, ", "), ")");
}

// One line for the failure, and one for every operator of the program that is not known.
void Explain(const absl::Status& status, script::Code* code, ConversionFailure* failure) {
  if (!failure) return;
  std::string place = script::PlaceOf(status);
  std::string line = std::string(status.message());
  if (!place.empty()) absl::StrAppend(&line, ", at ", place);
  std::vector<std::string> missing;
  if (absl::IsNotFound(status) && code) {
    for (const auto& [name, use] : script::ScanOperators(code, nullptr)) {
      if (use.known) continue;
      missing.push_back(absl::StrCat("operator ", name, " is not known: ", use.count,
                                     use.count == 1 ? " call" : " calls", ", first at ",
                                     use.first_place));
    }
  }
  if (missing.empty()) {
    failure->causes.push_back(line);
  } else {
    failure->causes = std::move(missing);
  }
}

struct Session {
  ModelArchive archive;
  std::unique_ptr<script::Code> code;
  std::vector<std::string> frozen;  // sizes that look so, of the last call
};

// One abstract call of the method, which finds its attributes as `forms` say; its nodes are in
// `graph`, those too that a call which failed has left.
absl::StatusOr<CallResult> CallMethod(const proto::ConversionSpec& spec,
                                      const script::InputRequest& request, Session& session,
                                      const OpEnv& env, const AttributeForms& forms,
                                      const script::Answers& answers, Graph* graph) {
  CallResult result;
  Builder builder(graph);
  script::Evaluator evaluator(session.code.get(), &builder, &env);
  T2N_ASSIGN_OR_RETURN(auto root, evaluator.Root());
  std::string method = spec.method().empty() ? "forward" : spec.method();
  T2N_ASSIGN_OR_RETURN(const auto* def, session.code->FindMethod(root->class_name, method));
  if (!def) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model has no method '", method, "'; see pt2nnef inspect"));
  }
  T2N_ASSIGN_OR_RETURN(script::CallArguments args,
                       script::MakeArguments(*def, method, request, session.code.get(), &builder));
  if (!args.unused.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(args.unused[0], " fits no argument of ", method, ParameterNames(*def)));
  }
  T2N_RETURN_IF_ERROR(ApplyForms(forms, root, &builder));
  result.before = script::Attributes(root);
  script::FrozenSizes frozen;
  for (const auto& [size, example] : args.examples) frozen.AddExample(size, example);
  evaluator.set_frozen_sizes(&frozen);
  evaluator.set_answers(&answers);
  absl::StatusOr<script::IValue> called =
      evaluator.CallRoot(root, method, args.positional, args.keywords);
  session.frozen = frozen.Warnings();
  for (const std::string& line : session.frozen) env.warn(line);
  T2N_ASSIGN_OR_RETURN(const script::IValue value, std::move(called));
  T2N_RETURN_IF_ERROR(script::CheckBounded(value));
  const auto& restored = evaluator.restored();
  result.before.insert(result.before.end(), restored.begin(), restored.end());
  T2N_RETURN_IF_ERROR(AddOutputs(builder, value, graph));
  if (graph->outputs().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(method, " returns no tensor"));
  }
  T2N_ASSIGN_OR_RETURN(result.after, AttributesAfter(forms, root, &builder));
  return result;
}

// The engine that the spec names, if any.
absl::StatusOr<std::optional<QuantizedEngine>> EngineOf(const proto::ConversionSpec& spec) {
  constexpr std::pair<absl::string_view, QuantizedEngine> kEngines[] = {
      {"fbgemm", QuantizedEngine::kFbgemm},
      {"x86", QuantizedEngine::kX86},
      {"onednn", QuantizedEngine::kOneDnn},
      {"qnnpack", QuantizedEngine::kQnnpack}};
  if (spec.quantized_engine().empty()) return std::nullopt;
  for (const auto& [name, engine] : kEngines) {
    if (name == spec.quantized_engine()) return engine;
  }
  return absl::InvalidArgumentError("--quantized_engine is fbgemm, x86, onednn or qnnpack");
}

// The request with what the answers say of the sizes, as far as that can be said of them.
absl::StatusOr<script::InputRequest> WithAnswers(const proto::ConversionSpec& spec,
                                                 script::InputRequest request,
                                                 const script::Answers& answers) {
  for (const std::string& fact : AsAssertions(answers)) {
    script::SymbolFacts facts = request.facts;
    if (script::ParseAssertion(fact, &facts).ok()) request.facts = std::move(facts);
  }
  T2N_RETURN_IF_ERROR(script::CheckFacts(request.facts));
  T2N_ASSIGN_OR_RETURN(request.specs, script::ParseInputs(spec.inputs(), request.facts));
  return request;
}

// Takes what the graph needs of the sizes into the request; whether that was not known. What can be
// called is as much as before.
absl::StatusOr<bool> RaiseLeastSizes(const proto::ConversionSpec& spec, const Graph& graph,
                                     script::InputRequest* request) {
  const std::map<std::string, Range> symbols = script::InputSymbols(graph, request->facts);
  std::map<std::string, int64_t> known;
  for (const auto& [symbol, range] : symbols) known[symbol] = range.min.value_or(1);
  bool raised = false;
  for (const auto& [symbol, least] : LeastSizes(graph, known)) {
    const auto it = symbols.find(symbol);
    if (it == symbols.end() || least > it->second.max.value_or(least)) continue;
    request->facts[symbol].range.min = least;
    raised = true;
  }
  T2N_ASSIGN_OR_RETURN(request->specs, script::ParseInputs(spec.inputs(), request->facts));
  return raised;
}

absl::Status Run(const proto::ConversionSpec& spec, Session& session, EvaluatedModel& model) {
  T2N_ASSIGN_OR_RETURN(script::InputRequest request, ParseRequest(spec));
  T2N_ASSIGN_OR_RETURN(model.emit.target,
                       FindTarget(spec.target().empty() ? "tract" : spec.target()));
  T2N_ASSIGN_OR_RETURN(session.archive, LoadModelArchive(spec.model()));
  session.code = std::make_unique<script::Code>(&session.archive);
  OpEnv env;
  env.version = session.archive.version;
  if (!spec.training().empty() && spec.training() != "eval" && spec.training() != "keep") {
    return absl::InvalidArgumentError("--training is eval or keep");
  }
  env.keep_training = spec.training() == "keep";
  std::set<std::string> seen;
  env.warn = [&](const std::string& text) {
    if (seen.insert(text).second) model.warnings.push_back(text);
  };
  if (!spec.state().empty() && spec.state() != "input" && spec.state() != "drop") {
    return absl::InvalidArgumentError("--state is input or drop");
  }
  Assumptions assumed;
  auto call = [&](const AttributeForms& forms) {
    const CallAnswered answered = [&](const script::Answers& answers,
                                      bool trial) -> absl::StatusOr<CallResult> {
      T2N_ASSIGN_OR_RETURN(script::InputRequest learned, WithAnswers(spec, request, answers));
      OpEnv own = env;
      if (trial) own.warn = [](const std::string&) {};
      for (int pass = 0;; ++pass) {
        auto graph = std::make_unique<Graph>();
        absl::StatusOr<CallResult> result =
            CallMethod(spec, learned, session, own, forms, answers, graph.get());
        if (result.ok()) {
          result->graph = std::move(graph);
          if (!trial) request = std::move(learned);
          return result;
        }
        // What has been done needs sizes; known, they may decide what stopped the call.
        T2N_ASSIGN_OR_RETURN(bool raised, RaiseLeastSizes(spec, *graph, &learned));
        if (!raised || pass == kMaxPasses) return result;
      }
    };
    return CallWhereItDoesNotRaise(answered, &assumed);
  };
  QuantizedTraits traits;
  env.quantized_traits = &traits;
  T2N_ASSIGN_OR_RETURN(std::optional<QuantizedEngine> engine, EngineOf(spec));
  env.quantized_engine = engine.value_or(QuantizedEngine::kFbgemm);
  T2N_ASSIGN_OR_RETURN(StatefulModel found, FindState(call, spec.state() != "drop"));
  if (!engine) engine = EngineFrom(traits);
  if (engine) engine = OfItsTime(*engine, traits);
  if (engine && *engine != env.quantized_engine) {
    env.quantized_engine = *engine;
    T2N_ASSIGN_OR_RETURN(found, FindState(call, spec.state() != "drop"));
  } else if (!engine && traits.weights_per_channel) {
    env.warn(
        "quantized layers round as fbgemm does; if torch ran them by oneDNN (engine x86), "
        "--quantized_engine x86 gives its results");
  }
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    T2N_ASSIGN_OR_RETURN(request, WithAnswers(spec, std::move(request), assumed.answers));
    found.graph->EliminateDeadCode();
    T2N_ASSIGN_OR_RETURN(bool raised, RaiseLeastSizes(spec, *found.graph, &request));
    if (!raised) break;
    T2N_ASSIGN_OR_RETURN(found, FindState(call, spec.state() != "drop"));
  }
  for (const std::string& line : Describe(assumed)) env.warn(line);
  model.graph = std::move(found.graph);
  model.states = std::move(found.states);
  for (const StateTensor& s : model.states) {
    model.emit.initial_values.emplace_back(s.input, s.initial);
  }
  T2N_RETURN_IF_ERROR(NameInputs(spec, model.graph.get()));
  T2N_RETURN_IF_ERROR(NameOutputs(spec, model.graph.get()));
  T2N_RETURN_IF_ERROR(DropOutputs(model.graph.get(), &model.states));
  model.graph->EliminateDeadCode();
  if (HasSelections(*model.graph)) {
    auto closed = std::make_unique<Graph>();
    T2N_RETURN_IF_ERROR(CloseSelections(*model.graph, closed.get()));
    model.graph = std::move(closed);
  }
  model.emit.path = spec.out();
  if (spec.compression_level() != 0) model.emit.compression_level = spec.compression_level();
  for (const auto& [symbol, range] : script::InputSymbols(*model.graph, request.facts)) {
    model.emit.symbols.emplace_back(symbol, range);
  }
  if (const Relations relations = script::RelationsIn(request.facts)) {
    model.emit.relations = *relations;
  }
  if (model.emit.target.is_tract()) {
    for (const std::string& line : CutsBeyondLeastSizes(*model.graph)) env.warn(line);
  }
  return absl::OkStatus();
}

proto::TensorInfo Describe(const std::string& name, const ValueType& type) {
  proto::TensorInfo info;
  info.set_name(name);
  info.set_dtype(std::string(DTypeName(type.dtype)));
  for (const Dim& d : type.shape) info.add_shape(d.ToString());
  return info;
}

}  // namespace

absl::Status CheckSpec(const proto::ConversionSpec& spec) {
  T2N_ASSIGN_OR_RETURN(const script::InputRequest request, ParseRequest(spec));
  std::set<std::string> symbols = request.open_sizes;
  T2N_RETURN_IF_ERROR(script::CheckFacts(request.facts));
  std::set<std::string> told;
  for (const auto& [name, fact] : request.facts) {
    if (symbols.count(name)) symbols.insert(script::GraphSymbol(name, request.facts).first);
    told.insert(name);
    for (const Dim& relation : fact.relations) {
      for (const std::string& s : relation.Symbols()) told.insert(s);
    }
    if (!fact.same_as) continue;
    for (const std::string& s : fact.same_as->Symbols()) told.insert(s);
  }
  for (const std::string& name : told) {
    if (symbols.count(name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--assert: no size of --inputs or --dynamic_axes is called ", name));
  }
  T2N_RETURN_IF_ERROR(CheckNames("input_names", spec.input_names()));
  T2N_RETURN_IF_ERROR(CheckNames("output_names", spec.output_names()));
  return FindTarget(spec.target().empty() ? "tract" : spec.target()).status();
}

absl::StatusOr<EvaluatedModel> Evaluate(const proto::ConversionSpec& spec,
                                        ConversionFailure* failure, Progress* progress) {
  if (progress) progress->stage = "evaluating";
  Session session;
  EvaluatedModel model;
  absl::Status status = Run(spec, session, model);
  if (status.ok()) return model;
  Explain(status, session.code.get(), failure);
  if (failure) failure->warnings = std::move(session.frozen);
  return status;
}

absl::StatusOr<proto::ConversionReport> Write(const EvaluatedModel& model,
                                              ConversionFailure* failure, Progress* progress) {
  EmitReport emitted;
  EmitSpec emit = model.emit;
  if (progress) {
    progress->stage = "writing";
    emit.on_written = [progress](int64_t done, int64_t total) {
      progress->done = done;
      progress->total = total;
    };
  }
  absl::Status status = EmitModel(*model.graph, emit, &emitted);
  if (!status.ok()) {
    if (failure) {
      failure->causes = emitted.refusals;
      if (failure->causes.empty()) failure->causes.push_back(std::string(status.message()));
    }
    return status;
  }
  proto::ConversionReport report;
  for (size_t i = 0; i < model.graph->inputs().size(); ++i) {
    *report.add_inputs() = Describe(emitted.inputs[i], model.graph->inputs()[i]->type);
  }
  for (size_t i = 0; i < model.graph->outputs().size(); ++i) {
    *report.add_outputs() = Describe(emitted.outputs[i], model.graph->outputs()[i]->type);
  }
  for (const StateTensor& s : model.states) {
    proto::StateInfo& state = *report.add_states();
    state.set_attribute(s.path);
    *state.mutable_input() = report.inputs(s.input);
    *state.mutable_output() = report.outputs(s.output);
    state.set_initial(InitialValueFile(emitted.inputs[s.input]));
  }
  report.set_variables(emitted.variables);
  report.set_variable_bytes(emitted.variable_bytes);
  report.set_operations(emitted.assignments);
  for (const std::string& w : model.warnings) report.add_warnings(w);
  return report;
}

absl::StatusOr<proto::ConversionReport> Convert(const proto::ConversionSpec& spec,
                                                ConversionFailure* failure, Progress* progress) {
  T2N_RETURN_IF_ERROR(CheckSpec(spec));
  T2N_RETURN_IF_ERROR(CheckDestination(spec.out(), ContainerKind::kByName));
  T2N_ASSIGN_OR_RETURN(EvaluatedModel model, Evaluate(spec, failure, progress));
  return Write(model, failure, progress);
}

}  // namespace t2n
