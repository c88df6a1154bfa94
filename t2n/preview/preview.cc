#include "t2n/preview/preview.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "t2n/base/status.h"
#include "t2n/base/version.h"
#include "t2n/convert/report.h"
#include "t2n/inspect/inspect.h"
#include "t2n/preview/clean_text.h"
#include "t2n/preview/drawing.h"
#include "t2n/preview/sources.h"

namespace t2n {
namespace {

// Graphs of refused models end where nothing else is known: those ends are no outputs.
void DropOutputs(proto::ConversionReport* report) { report->clear_outputs(); }

absl::Status Describe(const EvaluatedModel& model, ConversionFailure* failure,
                      proto::Preview* preview) {
  EmitSpec emit = model.emit;
  emit.path.clear();
  emit.list_contents = true;
  EmitReport emitted;
  std::string text;
  const absl::Status status = EmitNothing(*model.graph, emit, &emitted, &text);
  DescribeModel(*model.graph, model.states, emit, emitted, preview->mutable_conversion());
  preview->set_nnef(absl::StrJoin(
      absl::StrSplit(text, '\n'), "\n",
      [](std::string* out, absl::string_view line) { absl::StrAppend(out, CleanText(line)); }));
  if (status.ok() || !failure->causes.empty()) return status;
  failure->causes = emitted.refusals;
  failure->places = PlacesOf(emitted);
  return status;
}

}  // namespace

absl::Status MakePreview(const proto::ConversionSpec& spec, ConversionFailure* failure,
                         Progress* progress, proto::Preview* preview) {
  proto::ConversionReport& report = *preview->mutable_conversion();
  report.set_model(spec.model());
  preview->set_tool(absl::StrCat("pt2nnef ", kVersion));
  EvaluatedModel model;
  absl::Status status = CheckSpec(spec);
  if (status.ok()) status = EvaluateAsFarAsItGoes(spec, &model, failure, progress);
  const bool evaluated = status.ok();
  for (const std::string& warning : model.warnings) report.add_warnings(warning);
  if (model.graph) {
    const absl::Status described = Describe(model, failure, preview);
    if (evaluated) status = described;
    if (!evaluated) DropOutputs(&report);
  }
  if (!status.ok()) DescribeFailure(status, *failure, &report);
  for (const Drawing::Node& node : Draw(report).nodes) {
    proto::DrawnNode& drawn = *preview->add_nodes();
    drawn.set_box(node.box);
    for (int operation : node.operations) drawn.add_operations(operation);
  }
  // What cannot be read has been refused above, with the same reason.
  if (auto summary = Inspect(spec.model(), spec.model_name()); summary.ok()) {
    *preview->mutable_archive() = ToProto(*summary);
    AddSources(spec.model(), spec.model_name(), preview).IgnoreError();
  }
  return status;
}

}  // namespace t2n
