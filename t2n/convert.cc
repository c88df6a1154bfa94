#include "t2n/convert.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/custom_operators.h"
#include "t2n/base/allowance.h"
#include "t2n/base/status.h"
#include "t2n/convert/compression.h"
#include "t2n/convert/interface.h"
#include "t2n/convert/limits_of.h"
#include "t2n/convert/open_program.h"
#include "t2n/convert/output.h"
#include "t2n/convert/precision.h"
#include "t2n/convert/report.h"
#include "t2n/convert/request.h"
#include "t2n/convert/solver.h"
#include "t2n/convert/stopwatch.h"
#include "t2n/extend/extend.h"
#include "t2n/ir/failure.h"
#include "t2n/ir/graph_text.h"
#include "t2n/passes/padded_rows.h"
#include "t2n/passes/selections.h"
#include "t2n/program/program.h"
#include "t2n/sizes/least_sizes.h"

namespace t2n {
namespace {

// One line for the failure, or one for every operator of the program that is not known.
void Explain(const absl::Status& status, Program* program, ConversionFailure* failure) {
  if (!failure) return;
  if (const std::string place = PlaceOf(status); !place.empty()) {
    failure->places.push_back(ParsePlace(place));
  }
  if (absl::IsNotFound(status) && program) failure->causes = program->MissingOperators();
  if (failure->causes.empty()) {
    const std::string place = PlaceOf(status);
    failure->causes.push_back(absl::StrCat(status.message(), place.empty() ? "" : ", at ", place));
  }
  const std::string begin = ExtensionToBeginOf(status);
  if (begin.empty()) return;
  failure->causes.push_back(absl::StrCat(
      "an operator may become a fragment of your own: --extend FILE, which begins so\n", begin));
}

// Evaluates with the rounding of the engine that the spec names or the archive shows.
absl::StatusOr<StatefulModel> EvaluateForEngine(const proto::ConversionSpec& spec,
                                                const std::string& method, Program& program,
                                                Solver& solver) {
  const bool keep_state = spec.state() != "drop";
  QuantizedTraits traits;
  solver.env().quantized_traits = &traits;
  T2N_ASSIGN_OR_RETURN(std::optional<QuantizedEngine> engine, EngineOf(spec));
  solver.env().quantized_engine = engine.value_or(QuantizedEngine::kFbgemm);
  T2N_ASSIGN_OR_RETURN(StatefulModel found, program.Evaluate(method, keep_state, solver));
  if (!engine && MayReduceRangeOrNot(traits)) {
    return absl::UnimplementedError(
        "layers are quantized dynamically by qnnpack or oneDNN: which of them the archive does not "
        "tell, and their results differ; --quantized_engine qnnpack or --quantized_engine onednn "
        "says it (torch.backends.quantized.engine where the model was saved)");
  }
  if (!engine) engine = EngineFrom(traits);
  if (engine) engine = OfItsTime(*engine, traits);
  if (engine && *engine != solver.env().quantized_engine) {
    solver.env().quantized_engine = *engine;
    T2N_ASSIGN_OR_RETURN(found, program.Evaluate(method, keep_state, solver));
  } else if (!engine && traits.weights_per_channel) {
    solver.env().warn(
        "quantized layers round as fbgemm does; if torch ran them by oneDNN (engine x86), "
        "--quantized_engine x86 gives its results");
  }
  solver.env().quantized_traits = nullptr;
  while (true) {
    found.graph->EliminateDeadCode();
    T2N_ASSIGN_OR_RETURN(const bool learned, solver.LearnFrom(*found.graph));
    if (!learned) return found;
    T2N_ASSIGN_OR_RETURN(found, program.Evaluate(method, keep_state, solver));
  }
}

// Gives what has as many rows as the inputs' values decide sizes that are known.
absl::Status SettleCounts(const proto::ConversionSpec& spec, EvaluatedModel* model) {
  if (!HasSelections(*model->graph)) {
    if (spec.has_max_detections()) {
      model->warnings.push_back(
          "--max_detections: no size depends on the inputs' values, so nothing is padded");
    }
    return absl::OkStatus();
  }
  auto settled = std::make_unique<Graph>();
  std::vector<PaddedOutput> padded;
  T2N_RETURN_IF_ERROR(
      spec.has_max_detections()
          ? PadSelections(*model->graph, spec.max_detections(), settled.get(), &padded)
          : CloseSelections(*model->graph, settled.get()));
  for (const PaddedOutput& output : padded) {
    model->warnings.push_back(absl::StrCat("output ", output.name, " has ", spec.max_detections(),
                                           " rows at most, zeros behind those that count: output ",
                                           output.count, " says how many these are"));
  }
  model->graph = std::move(settled);
  return absl::OkStatus();
}

// Names inputs and outputs, and leaves out what nobody wants.
absl::Status NameAndPrune(const proto::ConversionSpec& spec, EvaluatedModel* model) {
  for (const StateTensor& s : model->states) {
    model->emit.initial_values.emplace_back(s.input, s.initial);
  }
  T2N_RETURN_IF_ERROR(NameInputs(spec, model->graph.get()));
  T2N_RETURN_IF_ERROR(NameOutputs(spec, model->graph.get()));
  T2N_RETURN_IF_ERROR(DropOutputs(model->graph.get(), &model->states));
  model->graph->EliminateDeadCode();
  return SettleCounts(spec, model);
}

using ArchivePtr = std::shared_ptr<const Archive>;

absl::StatusOr<std::unique_ptr<const Extensions>> ExtensionsOf(const proto::ConversionSpec& spec) {
  return LoadExtensions({spec.extend().begin(), spec.extend().end()});
}

// `bytes`: the archive's, or null if it is a file.
absl::StatusOr<ArchivePtr> Open(const proto::ConversionSpec& spec, const absl::string_view* bytes) {
  return bytes ? Archive::OverMemory(*bytes, spec.model()) : Archive::Open(spec.model());
}

// Opens the program, and adds what it knows of its sizes to the request.
absl::Status OpenFor(const proto::ConversionSpec& spec, const std::string& method,
                     const ArchivePtr& archive, const Extensions& extensions, InputRequest* request,
                     std::unique_ptr<Program>* opened) {
  Allowance::Current().set_limits(LimitsOf(spec, archive->file_size()));
  T2N_RETURN_IF_ERROR(ChargeTexts(*archive));
  T2N_ASSIGN_OR_RETURN(*opened, OpenProgram(archive, spec.model_name()));
  (*opened)->set_custom(&extensions.code);
  const SymbolFacts as_told = request->facts;
  T2N_RETURN_IF_ERROR((*opened)->AddKnownFacts(method, request));
  return CheckAssertedSizes(spec, as_told, request->open_sizes);
}

// Makes of an evaluated graph what is to be written.
absl::Status Finish(const proto::ConversionSpec& spec, const Archive& archive,
                    const SymbolFacts& facts, const OpEnv& env, EvaluatedModel* model) {
  if (spec.print_graph() == "evaluated") model->graph_text = GraphText(*model->graph, true);
  T2N_RETURN_IF_ERROR(NameAndPrune(spec, model));
  if (spec.print_graph() == "closed") model->graph_text = GraphText(*model->graph, true);
  T2N_RETURN_IF_ERROR(SetEmitSpec(spec, archive, &model->emit));
  T2N_RETURN_IF_ERROR(SetPrecision(spec, &model->graph));
  T2N_RETURN_IF_ERROR(Compress(spec, model->emit.target, &model->graph, &model->warnings));
  for (const auto& [symbol, range] : InputSymbols(*model->graph, facts)) {
    model->emit.symbols.emplace_back(symbol, range);
  }
  if (const Relations relations = RelationsIn(facts)) model->emit.relations = *relations;
  if (model->emit.target.is_tract()) {
    for (const std::string& line : CutsBeyondLeastSizes(*model->graph)) env.warn(line);
  }
  if (spec.print_graph() == "lowered") {
    T2N_ASSIGN_OR_RETURN(model->graph_text, LoweredText(*model->graph, model->emit));
  }
  return absl::OkStatus();
}

absl::Status Run(const proto::ConversionSpec& spec, const absl::string_view* bytes,
                 const Extensions& extensions, Cut* cut, std::unique_ptr<Program>* opened,
                 EvaluatedModel* model) {
  T2N_ASSIGN_OR_RETURN(InputRequest request, ParseRequest(spec));
  T2N_ASSIGN_OR_RETURN(model->emit.target,
                       FindTarget(spec.target().empty() ? "tract" : spec.target()));
  if (model->emit.target.strict) request.never_fails = model->emit.target.Note();
  if (model->emit.target.strict && spec.has_max_detections()) {
    return absl::UnimplementedError(
        absl::StrCat("--max_detections: the specification has neither sorts nor loops to choose "
                     "rows by; --cut can end the model before them",
                     model->emit.target.Note()));
  }
  model->emit.fragments = extensions.fragments;
  const std::string method = spec.method().empty() ? "forward" : spec.method();
  T2N_ASSIGN_OR_RETURN(const ArchivePtr archive, Open(spec, bytes));
  T2N_RETURN_IF_ERROR(OpenFor(spec, method, archive, extensions, &request, opened));
  Program& program = **opened;
  if (cut->used()) program.set_cut(cut);
  OpEnv env;
  env.version = program.version();
  env.keep_training = spec.training() == "keep";
  std::set<std::string> seen;
  env.warn = [&](const std::string& text) {
    if (seen.insert(text).second) model->warnings.push_back(text);
  };
  Solver solver(spec.inputs(), std::move(request), env);
  absl::StatusOr<StatefulModel> evaluated = EvaluateForEngine(spec, method, program, solver);
  if (!evaluated.ok()) {
    model->graph = solver.TakeUnfinished();
    return evaluated.status();
  }
  for (const std::string& line : solver.Assumed()) env.warn(line);
  for (const std::string& line : extensions.Unmet()) env.warn(line);
  model->archive_bytes = program.archive_bytes();
  model->graph = std::move(evaluated->graph);
  model->states = std::move(evaluated->states);
  return Finish(spec, *archive, solver.facts(), env, model);
}

absl::Status EvaluateInto(const proto::ConversionSpec& spec, const absl::string_view* bytes,
                          Cut* cut, ConversionFailure* failure, Progress* progress,
                          EvaluatedModel* model) {
  if (progress) progress->stage = "evaluating";
  Allowance::Current().Enter("evaluating");
  T2N_ASSIGN_OR_RETURN(const auto extensions, ExtensionsOf(spec));
  std::unique_ptr<Program> program;
  absl::Status status = Run(spec, bytes, *extensions, cut, &program, model);
  // An end that was reached may have been taken for something else on the way.
  if (!absl::IsResourceExhausted(status)) {
    const absl::Status end = Allowance::Current().Check();
    if (!end.ok()) status = end;
  }
  if (status.ok()) return status;
  Explain(status, program.get(), failure);
  if (failure && program) failure->warnings = program->Hints();
  return status;
}

Cut CutOf(const proto::ConversionSpec& spec) { return Cut({spec.cut().begin(), spec.cut().end()}); }

// `may_name_sizes`: the program may be one of torch.export, which names sizes itself.
absl::Status CheckFields(const proto::ConversionSpec& spec, bool may_name_sizes) {
  T2N_ASSIGN_OR_RETURN(const InputRequest request, ParseRequest(spec));
  T2N_RETURN_IF_ERROR(CheckFacts(request.facts));
  if (!may_name_sizes) {
    T2N_RETURN_IF_ERROR(CheckAssertedSizes(spec, request.facts, request.open_sizes));
  }
  T2N_RETURN_IF_ERROR(CheckWords(spec));
  T2N_RETURN_IF_ERROR(CheckCut(spec));
  T2N_RETURN_IF_ERROR(CheckLimits(spec));
  T2N_RETURN_IF_ERROR(ExtensionsOf(spec).status());
  T2N_RETURN_IF_ERROR(CheckOutput(spec));
  T2N_RETURN_IF_ERROR(CheckCompression(spec));
  T2N_RETURN_IF_ERROR(CheckPrecision(spec));
  T2N_RETURN_IF_ERROR(FindTarget(spec.target().empty() ? "tract" : spec.target()).status());
  return absl::OkStatus();
}

}  // namespace

void DescribeFailure(const absl::Status& status, const ConversionFailure& failure,
                     proto::ConversionReport* report) {
  for (const std::string& cause : failure.causes) report->add_refusals(cause);
  if (failure.causes.empty()) report->add_refusals(std::string(status.message()));
  for (const std::string& warning : failure.warnings) report->add_warnings(warning);
  for (const proto::PlaceInfo& place : failure.places) *report->add_refusal_places() = place;
}

absl::Status CheckSpec(const proto::ConversionSpec& spec) {
  return CheckFields(spec, absl::EndsWith(spec.model(), ".pt2"));
}

absl::StatusOr<EvaluatedModel> Evaluate(const proto::ConversionSpec& spec,
                                        ConversionFailure* failure, Progress* progress) {
  Allowance allowance;
  const Allowance::Scope scope(&allowance);
  EvaluatedModel model;
  Cut cut = CutOf(spec);
  T2N_RETURN_IF_ERROR(EvaluateInto(spec, nullptr, &cut, failure, progress, &model));
  return model;
}

absl::Status EvaluateAsFarAsItGoes(const proto::ConversionSpec& spec, EvaluatedModel* model,
                                   ConversionFailure* failure, Progress* progress) {
  Allowance allowance;
  const Allowance::Scope scope(&allowance);
  Cut cut = CutOf(spec);
  return EvaluateInto(spec, nullptr, &cut, failure, progress, model);
}

absl::Status ListTensors(const proto::ConversionSpec& spec, ConversionFailure* failure,
                         Progress* progress, std::vector<InnerTensor>* tensors) {
  Allowance allowance;
  const Allowance::Scope scope(&allowance);
  EvaluatedModel model;
  Cut all({}, /*lists=*/true);
  absl::Status status = EvaluateInto(spec, nullptr, &all, failure, progress, &model);
  *tensors = all.met();
  return status;
}

absl::StatusOr<proto::ConversionReport> Write(const EvaluatedModel& model,
                                              ConversionFailure* failure, Progress* progress) {
  Allowance::Current().Enter("writing");
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
      failure->places = PlacesOf(emitted);
    }
    return status;
  }
  proto::ConversionReport report;
  DescribeModel(*model.graph, model.states, emit, emitted, &report);
  report.set_archive_bytes(model.archive_bytes);
  for (const std::string& w : model.warnings) report.add_warnings(w);
  return report;
}

absl::StatusOr<proto::ConversionReport> Convert(const proto::ConversionSpec& spec,
                                                ConversionFailure* failure, Progress* progress,
                                                EvaluatedModel* kept) {
  return ConvertBuffers(spec, ConversionBuffers(), failure, progress, kept);
}

absl::StatusOr<proto::ConversionReport> ConvertBuffers(const proto::ConversionSpec& spec,
                                                       const ConversionBuffers& buffers,
                                                       ConversionFailure* failure,
                                                       Progress* progress, EvaluatedModel* kept) {
  T2N_RETURN_IF_ERROR(CheckFields(spec, buffers.archive || absl::EndsWith(spec.model(), ".pt2")));
  const bool prints = !spec.print_graph().empty();
  if (!buffers.model && !buffers.output && !prints) {
    T2N_ASSIGN_OR_RETURN(const std::string out, OutPath(spec));
    T2N_RETURN_IF_ERROR(CheckDestination(out, ContainerKind::kByName));
  }
  const absl::string_view* archive = buffers.archive ? &*buffers.archive : nullptr;
  Allowance allowance;
  const Allowance::Scope scope(&allowance);
  Stopwatch stopwatch;
  EvaluatedModel model;
  Cut cut = CutOf(spec);
  T2N_RETURN_IF_ERROR(EvaluateInto(spec, archive, &cut, failure, progress, &model));
  const proto::PhaseInfo evaluated = stopwatch.Lap("evaluate");
  if (prints) {
    proto::ConversionReport report;
    report.set_model(spec.model());
    report.set_graph(model.graph_text);
    for (const std::string& w : model.warnings) report.add_warnings(w);
    *report.add_phases() = evaluated;
    if (kept) *kept = std::move(model);
    return report;
  }
  model.emit.memory = buffers.model;
  model.emit.opened = buffers.output;
  if (buffers.model) {
    const bool pack = spec.compression_level() > 0;
    model.emit.container = pack ? ContainerKind::kTarGz : ContainerKind::kTar;
    model.emit.path.clear();
  }
  T2N_ASSIGN_OR_RETURN(proto::ConversionReport report, Write(model, failure, progress));
  report.set_model(spec.model());
  *report.add_phases() = evaluated;
  *report.add_phases() = stopwatch.Lap("write");
  if (kept) *kept = std::move(model);
  return report;
}

}  // namespace t2n
