#include "tools/commands.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <new>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/check.h"
#include "t2n/convert.h"
#include "t2n/convert/report.h"
#include "t2n/inspect/inner_tensors.h"
#include "t2n/inspect/inspect.h"
#include "t2n/inspect/open_sizes.h"
#include "t2n/preview/dot.h"
#include "t2n/preview/preview.h"
#include "t2n/verify/verify.h"
#include "tools/bounds.h"
#include "tools/convert_many.h"
#include "tools/diff/model_diff.h"
#include "tools/help.h"
#include "tools/messages.h"
#include "tools/pages/html.h"
#include "tools/pages/svg.h"
#include "tools/sandboxed.h"
#include "tools/ticker.h"

namespace t2n {
namespace {

Messages MessagesOf(const CommandLine& command) {
  return Messages(ParseLogLevel(command.spec.log_level()));
}

// The last line of stderr stands alone: file and reason.
int Fail(const CommandLine& command, const absl::Status& status, const ConversionFailure& failure) {
  const Messages messages = MessagesOf(command);
  for (const std::string& w : failure.warnings) messages.Warning(w);
  std::vector<std::string> causes = failure.causes;
  if (causes.empty()) causes.push_back(std::string(status.message()));
  for (const std::string& cause : causes) messages.Error(cause);
  std::string first = causes[0].substr(0, causes[0].find('\n'));
  std::string more = causes.size() > 1 ? absl::StrCat(" (and ", causes.size() - 1, " more)") : "";
  messages.Error(absl::StrCat("pt2nnef: ", command.spec.model(), ": not converted: ", first, more));
  return kFailed;
}

int FailPlainly(const CommandLine& command, const absl::Status& status) {
  MessagesOf(command).Error(absl::StrCat("pt2nnef: ", status.message()));
  return kFailed;
}

// What `work` returns; how far it is can be seen on a terminal.
template <typename Work>
auto Shown(const CommandLine& command, Work work) {
  Progress progress;
  std::optional<Ticker> ticker;
  if (ParseLogLevel(command.spec.log_level()) != LogLevel::kError) {
    ticker.emplace(absl::StrCat("pt2nnef: ", command.spec.model()), &progress);
  }
  return work(&progress);
}

// The same within the spec's limits.
template <typename Work>
auto Watched(const CommandLine& command, Work work) {
  return Shown(command, [&](Progress* progress) {
    const Bounds bounds(command.spec, progress);
    try {
      return work(progress);
    } catch (const std::bad_alloc&) {
      return decltype(work(progress))(absl::ResourceExhaustedError(bounds.WithoutMemory()));
    }
  });
}

// Those from number `first` on.
void TellPhases(const Messages& messages, const proto::ConversionReport& report, int first) {
  for (int i = first; i < report.phases_size(); ++i) {
    const proto::PhaseInfo& phase = report.phases(i);
    messages.Debug(absl::StrFormat("%s: %.3f s, %.1f MB at most so far", phase.name(),
                                   phase.seconds(), phase.peak_bytes() / 1e6));
  }
}

absl::Status WriteReportIfAsked(const CommandLine& command, const Outside* outside,
                                const proto::ConversionReport& report) {
  if (command.spec.report().empty()) return absl::OkStatus();
  if (outside) {
    T2N_ASSIGN_OR_RETURN(const std::string text, ReportText(report, command.spec.report()));
    return outside->write_report(text);
  }
  return WriteReport(report, command.spec.report());
}

// A refusal has a report too.
void ReportFailure(const CommandLine& command, const Outside* outside, const absl::Status& status,
                   const ConversionFailure& failure) {
  proto::ConversionReport report;
  report.set_model(command.spec.model());
  DescribeFailure(status, failure, &report);
  const absl::Status written = WriteReportIfAsked(command, outside, report);
  if (!written.ok()) MessagesOf(command).Warning(written.message());
}

// `tract 0.23.9 at S=3, call 2`
std::string CheckText(const proto::CheckInfo& check) {
  std::string text = check.runtime();
  if (!check.sizes().empty()) absl::StrAppend(&text, " at ", check.sizes());
  if (check.call() > 0) absl::StrAppend(&text, ", call ", check.call());
  return text;
}

// What checks came to, on stdout: a line each, what differs, and where it begins. All of it is
// written at once, for others may write there too.
int TellChecks(const CommandLine& command, const proto::ConversionReport& report) {
  bool equal = true;
  std::string text;
  for (const proto::CheckInfo& check : report.checks()) {
    const std::string name = CheckText(check);
    if (!check.not_compared().empty()) {
      absl::StrAppend(&text, name, ": not compared: ", check.not_compared(), "\n");
      if (check.differences().empty()) continue;
    }
    if (check.differences().empty()) {
      absl::StrAppendFormat(&text, "%s: %d outputs agree, largest error %g\n", name,
                            report.outputs_size(), check.max_abs_error());
      continue;
    }
    equal = false;
    absl::StrAppend(&text, name, " differs\n");
    for (const std::string& d : check.differences()) absl::StrAppend(&text, "  ", d, "\n");
    if (check.first_node().empty()) continue;
    absl::StrAppend(&text, "  first node that differs: ", check.first_node(), "\n");
    if (!check.node_difference().empty()) {
      absl::StrAppend(&text, "    ", check.node_difference(), "\n");
    }
    for (const std::string& operand : check.operands()) {
      absl::StrAppend(&text, "    ", operand, "\n");
    }
  }
  if (!equal && !command.spec.debug_bundle_path().empty()) {
    absl::StrAppend(&text, "see ", command.spec.debug_bundle_path(),
                    ": its show.py shows it again\n");
  }
  std::fputs(text.c_str(), stdout);
  return equal ? kDone : kDifferent;
}

// `outside`: of a conversion in a sandbox; else null.
int RunConvert(const CommandLine& command, const Outside* outside) {
  ConversionFailure failure;
  ConversionBuffers buffers;
  if (outside) buffers.output = &outside->output;
  const auto start = std::chrono::steady_clock::now();
  // Never taken apart: the process ends after one, and its memory with it.
  static EvaluatedModel& model = *new EvaluatedModel;
  absl::StatusOr<proto::ConversionReport> report = Watched(command, [&](Progress* progress) {
    return ConvertBuffers(command.spec, buffers, &failure, progress, &model);
  });
  if (!report.ok()) {
    ReportFailure(command, outside, report.status(), failure);
    return Fail(command, report.status(), failure);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const Messages messages = MessagesOf(command);
  for (const std::string& w : report->warnings()) messages.Warning(w);
  TellPhases(messages, *report, 0);
  if (!command.spec.print_graph().empty()) {
    std::fputs(report->graph().c_str(), stdout);
    const absl::Status written = WriteReportIfAsked(command, outside, *report);
    return written.ok() ? kDone : FailPlainly(command, written);
  }
  messages.Info(
      absl::StrFormat("wrote %s: %s; %.2f s", report->out(), Summary(*report), took.count()));
  absl::Status status;
  if (command.spec.check_same_io_as_tract()) {
    const int phases = report->phases_size();
    status = Shown(command, [&](Progress* progress) {
      return Verify(command.spec, &model, &*report, progress);
    });
    TellPhases(messages, *report, phases);
  }
  const absl::Status written = WriteReportIfAsked(command, outside, *report);
  if (!status.ok()) {
    messages.Error(
        absl::StrCat("pt2nnef: ", command.spec.model(), ": not checked: ", status.message()));
    return kFailed;
  }
  if (!written.ok()) return FailPlainly(command, written);
  return TellChecks(command, *report);
}

int RunAnywhere(const CommandLine& command) {
  if (!command.options.sandbox()) return RunConvert(command, nullptr);
  return ConvertSandboxed(command, [](const CommandLine& inside, const Outside& outside) {
    return RunConvert(inside, &outside);
  });
}

// The page and the picture that are asked for, of a model that is refused too.
absl::Status WritePages(const CommandLine& command, const proto::Preview& preview) {
  const proto::CommandOptions& options = command.options;
  const Messages messages = MessagesOf(command);
  if (!options.html().empty()) {
    T2N_ASSIGN_OR_RETURN(const std::string page, ToHtml(preview));
    T2N_RETURN_IF_ERROR(WriteWhole(options.html(), page));
    messages.Info(absl::StrCat("wrote ", options.html()));
  }
  if (options.graph().empty()) return absl::OkStatus();
  const std::string dot = ToDot(preview.conversion());
  const bool svg = absl::EndsWith(options.graph(), ".svg");
  T2N_RETURN_IF_ERROR(svg ? WriteSvg(dot, options.graph()) : WriteWhole(options.graph(), dot));
  messages.Info(absl::StrCat("wrote ", options.graph()));
  return absl::OkStatus();
}

// What inspect prints: of the archive, or the parts that are asked for.
absl::StatusOr<std::string> InspectionText(const CommandLine& command) {
  T2N_ASSIGN_OR_RETURN(const ModelSummary summary,
                       Inspect(command.spec.model(), command.spec.model_name()));
  proto::Inspection told = ToProto(summary);
  std::string parts;
  if (command.options.tensors()) {
    T2N_ASSIGN_OR_RETURN(
        *told.mutable_tensors(),
        Watched(command, [&](Progress* progress) -> absl::StatusOr<proto::InnerTensors> {
          return DescribeTensors(command.spec, progress);
        }));
    parts += ToText(told.tensors());
  }
  if (command.options.open()) {
    CommandLine bounded = command;
    if (!bounded.spec.has_max_seconds()) bounded.spec.set_max_seconds(kSecondsOfTrials);
    T2N_ASSIGN_OR_RETURN(
        *told.mutable_open_sizes(),
        Watched(bounded, [&](Progress* progress) -> absl::StatusOr<proto::OpenSizes> {
          return TryOpenSizes(bounded.spec, progress);
        }));
    parts += ToText(told.open_sizes());
  }
  if (command.options.json()) return ToJson(told);
  return parts.empty() ? ToText(summary) : parts;
}

int RunInspect(const CommandLine& command) {
  const bool pages = !command.options.html().empty() || !command.options.graph().empty();
  if (command.options.json() || !pages) {
    const absl::StatusOr<std::string> text = InspectionText(command);
    if (!text.ok()) return FailPlainly(command, text.status());
    std::fputs(text->c_str(), stdout);
  }
  if (!pages) return kDone;
  ConversionFailure failure;
  proto::Preview preview;
  const absl::Status status = Watched(command, [&](Progress* progress) {
    return MakePreview(command.spec, &failure, progress, &preview);
  });
  const absl::Status written = WritePages(command, preview);
  if (!written.ok()) return FailPlainly(command, written);
  if (!status.ok()) return Fail(command, status, failure);
  for (const std::string& warning : preview.conversion().warnings()) {
    MessagesOf(command).Warning(warning);
  }
  return kDone;
}

int RunCheck(const CommandLine& command) {
  ConversionFailure failure;
  absl::StatusOr<EvaluatedModel> model = Watched(
      command, [&](Progress* progress) { return Evaluate(command.spec, &failure, progress); });
  if (!model.ok()) return Fail(command, model.status(), failure);
  std::error_code ignored;
  if (!std::filesystem::exists(command.spec.out(), ignored)) {
    absl::Status written = Write(*model, &failure).status();
    if (!written.ok()) return Fail(command, written, failure);
  }
  std::vector<Tensor> initial;
  for (const StateTensor& s : model->states) initial.push_back(s.initial);
  absl::StatusOr<CheckResult> result = CheckGraph(*model->graph, initial, command.spec.io(),
                                                  ToleranceOf(command.spec, *model->graph));
  if (!result.ok()) {
    MessagesOf(command).Error(absl::StrCat("pt2nnef: ", command.spec.model(),
                                           ": not checked: ", result.status().message()));
    return kFailed;
  }
  for (const std::string& d : result->differences) std::printf("%s\n", d.c_str());
  if (!result->differences.empty()) return kDifferent;
  std::printf("%zu outputs agree, largest error %g\n", model->graph->outputs().size(),
              result->max_abs_error);
  return kDone;
}

int RunDiff(const CommandLine& command) {
  const auto differences = DiffModels(command.arguments[0], command.arguments[1]);
  if (!differences.ok()) return FailPlainly(command, differences.status());
  for (const std::string& line : *differences) std::printf("%s\n", line.c_str());
  return differences->empty() ? kDone : kDifferent;
}

int Print(const CommandLine& command, const absl::StatusOr<std::string>& text) {
  if (!text.ok()) {
    FailPlainly(command, text.status());
    return kUsage;
  }
  std::fputs(text->c_str(), stdout);
  return kDone;
}

int RunHelp(const CommandLine& command) {
  const std::string topic = absl::StrJoin(command.arguments, "_");
  absl::StatusOr<std::string> text = topic.empty() ? HelpText(false) : TopicText(topic);
  const bool page = topic == "man" || topic == "markdown";
  if (text.ok() && !page && HasColors(STDOUT_FILENO)) text = InColors(*text);
  return Print(command, text);
}

}  // namespace

int RunCommand(const CommandLine& command) {
  const std::string& name = command.command;
  if (name == "convert") {
    return command.options.jobs() > 0 ? ConvertMany(command, RunAnywhere) : RunAnywhere(command);
  }
  if (name == "inspect") return RunInspect(command);
  if (name == "diff") return RunDiff(command);
  if (name == "completion") return Print(command, CompletionScript(command.arguments[0]));
  if (name == "help") return RunHelp(command);
  return RunCheck(command);
}

}  // namespace t2n
