#include "tools/commands.h"

#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "t2n/check.h"
#include "t2n/convert.h"
#include "t2n/inspect.h"
#include "tools/ticker.h"

namespace t2n {
namespace {

void Warn(const std::string& warning) { std::fprintf(stderr, "warning: %s\n", warning.c_str()); }

int Fail(const std::string& model, const absl::Status& status, const ConversionFailure& failure) {
  for (const std::string& w : failure.warnings) Warn(w);
  std::vector<std::string> causes = failure.causes;
  if (causes.empty()) causes.push_back(std::string(status.message()));
  for (const std::string& cause : causes) std::fprintf(stderr, "%s\n", cause.c_str());
  // The last line stands alone: file and reason.
  std::string first = causes[0].substr(0, causes[0].find('\n'));
  std::string more = causes.size() > 1 ? absl::StrCat(" (and ", causes.size() - 1, " more)") : "";
  std::fprintf(stderr, "pt2nnef: %s: not converted: %s%s\n", model.c_str(), first.c_str(),
               more.c_str());
  return 1;
}

// What `work` returns; how far it is can be seen on a terminal.
template <typename Work>
auto Watched(const CommandLine& command, Work work) {
  Progress progress;
  Ticker ticker(absl::StrCat("pt2nnef: ", command.spec.model()), &progress);
  return work(&progress);
}

int RunConvert(const CommandLine& command) {
  ConversionFailure failure;
  absl::StatusOr<proto::ConversionReport> report = Watched(
      command, [&](Progress* progress) { return Convert(command.spec, &failure, progress); });
  if (!report.ok()) return Fail(command.spec.model(), report.status(), failure);
  for (const std::string& w : report->warnings()) Warn(w);
  return 0;
}

int RunInspect(const CommandLine& command) {
  absl::StatusOr<ModelSummary> summary = Inspect(command.spec.model());
  if (!summary.ok()) {
    std::fprintf(stderr, "pt2nnef: %s\n", std::string(summary.status().message()).c_str());
    return 1;
  }
  std::fputs(ToText(*summary).c_str(), stdout);
  return 0;
}

int RunCheck(const CommandLine& command) {
  ConversionFailure failure;
  absl::StatusOr<EvaluatedModel> model = Watched(
      command, [&](Progress* progress) { return Evaluate(command.spec, &failure, progress); });
  if (!model.ok()) return Fail(command.spec.model(), model.status(), failure);
  std::error_code ignored;
  if (!std::filesystem::exists(command.spec.out(), ignored)) {
    absl::Status written = Write(*model, &failure).status();
    if (!written.ok()) return Fail(command.spec.model(), written, failure);
  }
  std::vector<Tensor> initial;
  for (const StateTensor& s : model->states) initial.push_back(s.initial);
  absl::StatusOr<CheckResult> result =
      CheckGraph(*model->graph, initial, command.io, {command.rtol, command.atol});
  if (!result.ok()) {
    std::fprintf(stderr, "pt2nnef: %s: not checked: %s\n", command.spec.model().c_str(),
                 std::string(result.status().message()).c_str());
    return 1;
  }
  for (const std::string& d : result->differences) std::printf("%s\n", d.c_str());
  if (!result->differences.empty()) return 3;
  std::printf("%zu outputs agree, largest error %g\n", model->graph->outputs().size(),
              result->max_abs_error);
  return 0;
}

}  // namespace

int RunCommand(const CommandLine& command) {
  if (command.command == "convert") return RunConvert(command);
  if (command.command == "inspect") return RunInspect(command);
  return RunCheck(command);
}

}  // namespace t2n
