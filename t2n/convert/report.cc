#include "t2n/convert/report.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "emit/staging.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "re2/re2.h"
#include "t2n/base/status.h"
#include "t2n/builder/custom.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

proto::TensorInfo Describe(const std::string& name, const ValueType& type) {
  proto::TensorInfo info;
  info.set_name(name);
  info.set_dtype(std::string(DTypeName(type.dtype)));
  for (const Dim& d : type.shape) info.add_shape(d.ToString());
  return info;
}

void DescribeSymbols(const Graph& graph, const EmitSpec& emit, proto::ConversionReport* report) {
  for (const auto& [name, range] : emit.symbols) {
    proto::SymbolInfo& symbol = *report->add_symbols();
    symbol.set_name(name);
    if (range.min) symbol.set_least(*range.min);
    if (range.max) symbol.set_most(*range.max);
    for (size_t i = 0; i < graph.inputs().size(); ++i) {
      const Shape& shape = graph.inputs()[i]->shape();
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        const std::vector<std::string> of = shape[axis].Symbols();
        if (std::find(of.begin(), of.end(), name) == of.end()) continue;
        symbol.add_axes(absl::StrCat(report->inputs(i).name(), ":", axis));
      }
    }
  }
  for (const Dim& relation : emit.relations) {
    report->add_relations(absl::StrCat(relation.ToString(), " >= 0"));
  }
}

void DescribeContent(const EmitReport& emitted, proto::ConversionReport* report) {
  for (const EmittedOperation& operation : emitted.operation_list) {
    proto::OperationInfo& info = *report->add_operation_list();
    for (const std::string& result : operation.results) info.add_results(result);
    info.set_operation(operation.operation);
    info.set_line(operation.line);
    for (const std::string& operand : operation.operands) info.add_operands(operand);
    for (const std::string& type : operation.types) info.add_types(type);
    if (!operation.place) continue;
    info.set_module(operation.place->module_path);
    info.set_source(operation.place->ToString());
    for (const Place* place = operation.place.get(); place; place = place->caller.get()) {
      *info.add_places() = DescribePlace(*place);
    }
  }
  for (const EmittedVariable& variable : emitted.variable_list) {
    proto::VariableInfo& info = *report->add_variable_list();
    info.set_name(variable.name);
    info.set_file(absl::StrCat(variable.label, ".dat"));
    info.set_dtype(std::string(DTypeName(variable.dtype)));
    for (int64_t size : variable.sizes) info.add_shape(size);
    info.set_bytes(variable.bytes);
    info.set_folded(variable.folded);
    info.set_parameter(variable.parameter);
    if (variable.bytes == variable.bytes_before) continue;
    info.set_blocks("q4_0");
    info.set_bytes_before(variable.bytes_before);
    info.set_relative_error(variable.relative_error);
  }
}

template <typename List>
std::string Tensors(const List& list) {
  return absl::StrJoin(list, ", ", [](std::string* out, const proto::TensorInfo& t) {
    absl::StrAppend(out, t.name(), " ", t.dtype(), "[", absl::StrJoin(t.shape(), ","), "]");
  });
}

std::string Megabytes(int64_t bytes) {
  return bytes < 1000000 ? absl::StrFormat("%.1f kB", bytes / 1e3)
                         : absl::StrFormat("%.1f MB", bytes / 1e6);
}

// ` (20 of them in blocks; 44.1 MB before; relative error up to 0.081)`
std::string InBlocks(const proto::ConversionReport& report) {
  if (report.variables_in_blocks() == 0) return "";
  return absl::StrFormat(" (%d of them in blocks; %s before; relative error up to %.3f)",
                         report.variables_in_blocks(), Megabytes(report.bytes_before()),
                         report.block_error());
}

}  // namespace

void DescribeModel(const Graph& graph, const std::vector<StateTensor>& states, const EmitSpec& emit,
                   const EmitReport& emitted, proto::ConversionReport* report) {
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    const Value& input = *graph.inputs()[i];
    const bool named = i < emitted.inputs.size();
    *report->add_inputs() = Describe(named ? emitted.inputs[i] : input.name, input.type);
  }
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    const bool named = i < emitted.outputs.size();
    *report->add_outputs() =
        Describe(named ? emitted.outputs[i] : graph.output_names()[i], graph.outputs()[i]->type);
  }
  for (const StateTensor& s : states) {
    proto::StateInfo& state = *report->add_states();
    state.set_attribute(s.path);
    *state.mutable_input() = report->inputs(s.input);
    *state.mutable_output() = report->outputs(s.output);
    state.set_initial(InitialValueFile(state.input().name()));
  }
  report->set_variables(emitted.variables);
  report->set_variable_bytes(emitted.variable_bytes);
  report->set_bytes_before(emitted.bytes_before);
  report->set_variables_in_blocks(emitted.in_blocks);
  report->set_block_error(emitted.block_error);
  report->set_folded_bytes(emitted.folded_bytes);
  report->set_operations(emitted.assignments);
  report->set_target(emit.target.name);
  report->set_out(emit.path);
  const size_t fault = emit.test_fault;
  if (fault > 0 && fault <= graph.nodes().size()) {
    report->set_test_fault(DescribeNode(*graph.nodes()[fault - 1]));
  }
  DescribeSymbols(graph, emit, report);
  DescribeContent(emitted, report);
}

proto::PlaceInfo DescribePlace(const Place& place) {
  proto::PlaceInfo info;
  info.set_file(place.entry);
  info.set_line(place.line);
  info.set_column(place.column);
  info.set_module(place.module_path);
  return info;
}

proto::PlaceInfo ParsePlace(const std::string& text) {
  static const RE2* const kPlace =
      new RE2(R"((?s)(.*?)(?::(\d+))?(?::(\d+))?(?: \(module (.*)\))?)");
  Place place;
  std::string line, column;
  RE2::FullMatch(text, *kPlace, &place.entry, &line, &column, &place.module_path);
  if (!absl::SimpleAtoi(line, &place.line)) place.line = 0;
  if (!absl::SimpleAtoi(column, &place.column)) place.column = 0;
  return DescribePlace(place);
}

std::vector<proto::PlaceInfo> PlacesOf(const EmitReport& emitted) {
  std::vector<proto::PlaceInfo> places;
  for (const PlacePtr& place : emitted.refused) {
    if (place) places.push_back(DescribePlace(*place));
  }
  return places;
}

std::string DescribeNode(const Node& node) {
  const std::string at = node.place ? absl::StrCat(" at ", node.place->ToString()) : "";
  if (IsCustom(node)) return absl::StrCat("fragment ", node.attrs.Str("fragment"), at);
  if (node.op == Op::kComposite) return absl::StrCat(node.attrs.Str("name"), at);
  return absl::StrCat(OpName(node.op), at);
}

std::string Summary(const proto::ConversionReport& report) {
  return absl::StrCat(report.variables(), " variables, ", Megabytes(report.variable_bytes()),
                      InBlocks(report), ", ", report.operations(), " operations, ",
                      Tensors(report.inputs()), " -> ", Tensors(report.outputs()));
}

absl::StatusOr<std::string> ReportJson(const proto::ConversionReport& report) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(report, &text, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return text;
}

namespace {

absl::Status Unwritable(const std::string& path, const absl::Status& why) {
  if (why.ok()) return why;
  return absl::FailedPreconditionError(
      absl::StrCat("--report ", path, ": cannot be written: ", why.message()));
}

}  // namespace

absl::StatusOr<std::string> ReportText(const proto::ConversionReport& report,
                                       absl::string_view path) {
  if (!absl::EndsWith(path, ".textproto") && !absl::EndsWith(path, ".txtpb")) {
    return ReportJson(report);
  }
  std::string text;
  google::protobuf::TextFormat::PrintToString(report, &text);
  return text;
}

absl::Status WriteReport(const proto::ConversionReport& report, const std::string& path) {
  T2N_ASSIGN_OR_RETURN(const std::string text, ReportText(report, path));
  return WriteReportText(text, path);
}

absl::Status WriteReportText(absl::string_view text, const std::string& path) {
  std::error_code ignored;
  const fs::file_status there = fs::symlink_status(path, ignored);
  // What is no file of its own is written through: a link, a pipe, /dev/stdout.
  const bool replace = !fs::exists(there) || fs::is_regular_file(there);
  Staging staging(path, Staging::Kind::kFile);
  if (replace) T2N_RETURN_IF_ERROR(Unwritable(path, staging.Open()));
  std::ofstream file(replace ? staging.path() : path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return Unwritable(path, absl::UnavailableError(std::strerror(errno)));
  return replace ? Unwritable(path, staging.Commit()) : absl::OkStatus();
}

}  // namespace t2n
