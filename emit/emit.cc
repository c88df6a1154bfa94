#include "emit/emit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "emit/build_document.h"
#include "emit/describe.h"
#include "emit/variable_writer.h"
#include "t2n/base/allowance.h"
#include "t2n/base/status.h"
#include "t2n/blocks/block_buffer.h"

namespace t2n {
namespace {

constexpr char kInitial[] = ".initial";

absl::Span<const uint8_t> AsBytes(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// graph.quant: a line for every tensor that is quantized.
std::string QuantizationText(const std::vector<Variable>& variables) {
  std::string text;
  for (const Variable& v : variables) {
    if (!v.quantization) continue;
    DType dtype = v.tensor.dtype;
    const nnef::Expr how = nnef::Call("zero_point_linear_quantize", {},
                                      {{"zero_point", nnef::Int(v.quantization->zero_point)},
                                       {"scale", nnef::Float(v.quantization->scale)},
                                       {"bits", nnef::Int(8 * ItemSize(dtype))},
                                       {"signed", nnef::Bool(dtype != DType::kQU8)},
                                       {"symmetric", nnef::Bool(false)}});
    absl::StrAppend(&text, "\"", v.name, "\": ", nnef::ToText(how), ";\n");
  }
  return text;
}

absl::Status AddText(Container& container, absl::string_view name, const std::string& text) {
  return container.Add(name, text.size(),
                       [&text](const ByteSink& sink) { return sink(AsBytes(text)); });
}

// `text` is that of the document.
void Describe(const Model& model, absl::string_view text, bool list, EmitReport* report) {
  report->inputs = model.document.inputs;
  report->outputs = model.document.outputs;
  report->variables = model.variables.size();
  report->assignments = model.document.body.size();
  report->refusals = model.refusals;
  report->refused = model.refused;
  for (const Variable& v : model.variables) {
    report->variable_bytes += StoredBytes(v);
    report->bytes_before += v.tensor.nbytes();
    if (BlocksOf(v.tensor)) ++report->in_blocks;
    if (IsFolded(v)) report->folded_bytes += StoredBytes(v);
  }
  if (!list) return;
  ListOperations(model, text, report);
  for (const Variable& v : model.variables) {
    report->variable_list.push_back({v.name, v.label, ParameterOf(v), v.tensor.dtype,
                                     v.tensor.sizes, StoredBytes(v), v.tensor.nbytes(), IsFolded(v),
                                     0});
  }
}

absl::StatusOr<std::unique_ptr<Container>> ContainerOf(const EmitSpec& spec) {
  if (spec.memory) return CreateMemoryArchive(spec.memory, spec.container, spec.compression_level);
  if (spec.opened) return FillStaging(*spec.opened, spec.compression_level);
  return CreateContainer(spec.path, spec.container, spec.compression_level);
}

void AddInitialValues(const EmitSpec& spec, Model* model) {
  for (const auto& [input, tensor] : spec.initial_values) {
    Variable initial;
    initial.label = absl::StrCat(model->document.inputs[input], kInitial);
    initial.tensor = tensor;
    // tract reads all files, this one too.
    bool bytes = tensor.dtype == DType::kBool && !spec.target.reads_bool_file(tensor.numel());
    if (bytes) initial.tensor.dtype = DType::kU8;
    model->variables.push_back(std::move(initial));
  }
}

// What blocks lose is known once they are written.
void DescribeErrors(const std::vector<BlockError>& errors, EmitReport* report) {
  for (size_t i = 0; i < errors.size(); ++i) {
    const double error = errors[i].relative();
    report->block_error = std::max(report->block_error, error);
    if (i < report->variable_list.size()) report->variable_list[i].relative_error = error;
  }
}

// Builds the document and its text, and describes them, as far as they go.
absl::Status BuildAndDescribe(const Graph& graph, const EmitSpec& spec, Model& model,
                              EmitReport* report, std::string* text) {
  const absl::Status built = BuildDocument(graph, spec, model);
  *text = nnef::ToText(model.document);
  if (report) Describe(model, *text, spec.list_contents, report);
  return built;
}

}  // namespace

std::string InitialValueFile(absl::string_view input) {
  return absl::StrCat(input, kInitial, ".dat");
}

absl::StatusOr<std::string> EmitText(const Graph& graph, const EmitSpec& spec) {
  Model model;
  T2N_RETURN_IF_ERROR(BuildDocument(graph, spec, model));
  return nnef::ToText(model.document);
}

absl::Status EmitNothing(const Graph& graph, const EmitSpec& spec, EmitReport* report,
                         std::string* text) {
  Model model;
  return BuildAndDescribe(graph, spec, model, report, text);
}

absl::Status EmitModel(const Graph& graph, const EmitSpec& spec, EmitReport* report) {
  Model model;
  std::string text;
  T2N_RETURN_IF_ERROR(BuildAndDescribe(graph, spec, model, report, &text));
  const std::string quantization = QuantizationText(model.variables);
  AddInitialValues(spec, &model);
  T2N_RETURN_IF_ERROR(Allowance::Current().CheckOutput(
      text.size() + quantization.size() + FileBytes(model.variables, spec.target.strict)));
  T2N_ASSIGN_OR_RETURN(const std::unique_ptr<Container> container, ContainerOf(spec));
  T2N_RETURN_IF_ERROR(AddText(*container, "graph.nnef", text));
  if (!quantization.empty()) {
    T2N_RETURN_IF_ERROR(AddText(*container, "graph.quant", quantization));
  }
  std::vector<BlockError> errors;
  T2N_RETURN_IF_ERROR(
      WriteVariables(model.variables, *container, spec.target.strict, spec.on_written, &errors));
  if (report) DescribeErrors(errors, report);
  return container->Commit();
}

}  // namespace t2n
