#include "google/protobuf/util/json_util.h"
#include "t2n/inspect/inspect.h"

namespace t2n {
namespace {

void Describe(const ModelSummary::Method& method, proto::ArchiveMethod* told) {
  told->set_name(method.name);
  told->set_result_type(method.result_type);
  for (const ModelSummary::Argument& a : method.arguments) {
    proto::ArchiveArgument& argument = *told->add_arguments();
    argument.set_name(a.name);
    argument.set_type(a.type);
    argument.set_default_value(a.default_value);
    argument.set_example(a.example);
  }
}

void Describe(const ModelSummary::Operator& op, proto::ArchiveOperator* told) {
  told->set_name(op.name);
  told->set_calls(op.count);
  told->set_first_place(op.first_place);
  told->set_known(op.known);
}

void Describe(const ModelSummary::Weight& weight, proto::ArchiveWeight* told) {
  told->set_path(weight.path);
  told->set_dtype(weight.dtype);
  for (int64_t size : weight.sizes) told->add_shape(size);
  told->set_bytes(weight.bytes);
  told->set_entry(weight.entry);
  told->set_note(weight.note);
}

const char* LayoutOf(const ModelSummary& summary) {
  if (!summary.exported.empty()) return "exported";
  return summary.layout == ModelArchive::Layout::kLegacy ? "legacy" : "torchscript";
}

}  // namespace

proto::Inspection ToProto(const ModelSummary& summary) {
  proto::Inspection told;
  told.set_path(summary.path);
  told.set_top_folder(summary.top_folder);
  told.set_file_bytes(summary.file_bytes);
  told.set_entries(summary.entries);
  told.set_code_files(summary.code_entries);
  told.set_layout(LayoutOf(summary));
  told.set_version(summary.version);
  told.set_exported(summary.exported);
  for (const std::string& model : summary.models) told.add_models(model);
  for (const ModelSummary::Symbol& s : summary.symbols) {
    proto::ArchiveSymbol& symbol = *told.add_symbols();
    symbol.set_name(s.name);
    symbol.set_range(s.range);
    symbol.set_axes(s.axes);
  }
  for (const ModelSummary::Module& m : summary.modules) {
    proto::ArchiveModule& module = *told.add_modules();
    module.set_path(m.path);
    module.set_class_name(m.class_name);
    module.set_same_as(m.same_as);
  }
  for (const ModelSummary::Method& method : summary.methods) Describe(method, told.add_methods());
  for (const ModelSummary::Operator& op : summary.operators) Describe(op, told.add_operators());
  for (const ModelSummary::Weight& weight : summary.weights) Describe(weight, told.add_weights());
  told.set_weight_bytes(summary.storage_bytes);
  for (const std::string& obstacle : summary.obstacles) told.add_obstacles(obstacle);
  return told;
}

absl::StatusOr<std::string> ToJson(const proto::Inspection& inspection) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(inspection, &text, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return text;
}

}  // namespace t2n
