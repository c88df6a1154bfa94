#include "t2n/c_api.h"

#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/base/version.h"
#include "t2n/convert.h"
#include "t2n/convert/flags.h"
#include "t2n/convert/report.h"

struct pt2nnef_request {
  t2n::proto::ConversionSpec spec;
  const char* archive = nullptr;
  size_t archive_size = 0;
  std::string error;  // of the last pt2nnef_request_set
};

struct pt2nnef_result {
  bool ok = false;
  std::vector<std::string> causes;
  std::vector<std::string> warnings;
  std::string report;
  std::string model;
};

namespace t2n {
namespace {

// Flags that only the command heeds.
bool IsOfCommand(const FlagRow& row) {
  return row.field->containing_type() != proto::ConversionSpec::descriptor() ||
         row.flag.group() == proto::CHECKS || row.flag.group() == proto::COMMAND;
}

absl::Status Set(const std::string& name, const std::string& value, proto::ConversionSpec* spec) {
  if (name == "model") {
    spec->set_model(value);
    return absl::OkStatus();
  }
  if (name == "out") {
    spec->set_out(value);
    return absl::OkStatus();
  }
  for (const FlagRow& row : AllFlags()) {
    if (row.name != name && row.flag.also() != name) continue;
    if (!IsOfCommand(row)) return SetFlag(row, {value}, spec);
    return absl::InvalidArgumentError(absl::StrCat(name, " is a flag of the command alone"));
  }
  const std::string nearest = NearestFlag(name);
  return absl::InvalidArgumentError(
      absl::StrCat("there is no ", name,
                   nearest.empty() ? std::string() : absl::StrCat("; is ", nearest, " meant?")));
}

absl::StatusOr<proto::ConversionReport> Convert(const pt2nnef_request& request,
                                                ConversionFailure* failure, std::string* model) {
  proto::ConversionSpec spec = request.spec;
  T2N_RETURN_IF_ERROR(SettleTarget(&spec));
  ConversionBuffers buffers;
  if (request.archive) {
    buffers.archive.emplace(request.archive, request.archive_size);
    if (spec.model().empty()) spec.set_model("archive");
  } else if (spec.model().empty()) {
    return absl::InvalidArgumentError("no model given: set \"model\", or the archive's bytes");
  }
  if (spec.out().empty()) buffers.model = model;
  return ConvertBuffers(spec, buffers, failure);
}

void Fail(absl::string_view model, const absl::Status& status, ConversionFailure failure,
          pt2nnef_result* result) {
  result->causes = std::move(failure.causes);
  if (result->causes.empty()) result->causes.push_back(std::string(status.message()));
  result->warnings = std::move(failure.warnings);
  proto::ConversionReport report;
  report.set_model(std::string(model));
  for (const std::string& cause : result->causes) report.add_refusals(cause);
  for (const std::string& warning : result->warnings) report.add_warnings(warning);
  result->report = ReportJson(report).value_or("{}");
}

void Finish(const pt2nnef_request& request, pt2nnef_result* result) {
  ConversionFailure failure;
  const auto report = Convert(request, &failure, &result->model);
  if (!report.ok()) {
    Fail(request.spec.model(), report.status(), std::move(failure), result);
    return;
  }
  absl::StatusOr<std::string> json = ReportJson(*report);
  absl::Status status = json.status();
  if (status.ok() && !request.spec.report().empty()) {
    status = WriteReport(*report, request.spec.report());
  }
  if (!status.ok()) {
    Fail(request.spec.model(), status, {}, result);
    return;
  }
  result->ok = true;
  result->report = *std::move(json);
  result->warnings.assign(report->warnings().begin(), report->warnings().end());
}

const char* At(const std::vector<std::string>& lines, size_t index) {
  return index < lines.size() ? lines[index].c_str() : nullptr;
}

}  // namespace
}  // namespace t2n

// No exception crosses the door: the libraries below throw where memory ends.
const char* pt2nnef_version(void) { return t2n::kVersion; }

pt2nnef_request* pt2nnef_request_new(void) { return new (std::nothrow) pt2nnef_request; }

void pt2nnef_request_free(pt2nnef_request* request) { delete request; }

const char* pt2nnef_request_set(pt2nnef_request* request, const char* name, const char* value) {
  try {
    const absl::Status status = t2n::Set(name, value, &request->spec);
    if (status.ok()) return nullptr;
    request->error = std::string(status.message());
    return request->error.c_str();
  } catch (const std::exception&) {
    return "no memory";
  }
}

void pt2nnef_request_set_archive(pt2nnef_request* request, const void* bytes, size_t size) {
  request->archive = static_cast<const char*>(bytes);
  request->archive_size = size;
}

pt2nnef_result* pt2nnef_convert(const pt2nnef_request* request) {
  auto* result = new (std::nothrow) pt2nnef_result;
  if (!result) return nullptr;
  try {
    t2n::Finish(*request, result);
    return result;
  } catch (const std::exception&) {
    delete result;
    return nullptr;
  }
}

void pt2nnef_result_free(pt2nnef_result* result) { delete result; }

int pt2nnef_result_ok(const pt2nnef_result* result) { return result->ok; }

size_t pt2nnef_result_causes(const pt2nnef_result* result) { return result->causes.size(); }

const char* pt2nnef_result_cause(const pt2nnef_result* result, size_t index) {
  return t2n::At(result->causes, index);
}

size_t pt2nnef_result_warnings(const pt2nnef_result* result) { return result->warnings.size(); }

const char* pt2nnef_result_warning(const pt2nnef_result* result, size_t index) {
  return t2n::At(result->warnings, index);
}

const char* pt2nnef_result_report(const pt2nnef_result* result) { return result->report.c_str(); }

const void* pt2nnef_result_model(const pt2nnef_result* result, size_t* size) {
  *size = result->model.size();
  return result->model.empty() ? nullptr : result->model.data();
}
