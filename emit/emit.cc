#include "emit/emit.h"

#include <deque>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/lower/lowering.h"
#include "emit/variable_writer.h"
#include "t2n/base/status.h"
#include "t2n/passes/loops.h"
#include "t2n/passes/real_quantities.h"
#include "t2n/passes/real_types.h"
#include "t2n/passes/standard_ops.h"
#include "t2n/passes/stored_filters.h"
#include "t2n/passes/uniform_operands.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;

namespace {

constexpr char kInitial[] = ".initial";

absl::Span<const uint8_t> AsBytes(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::set<std::string> InputSymbols(const Graph& graph) {
  std::set<std::string> symbols;
  for (const Value* input : graph.inputs()) {
    for (const Dim& d : input->shape()) {
      for (std::string& s : d.Symbols()) symbols.insert(std::move(s));
    }
  }
  return symbols;
}

// Whether `d` is a sum of symbols times numbers. tract reads others too, but with a product of two
// symbols it does not come to an end.
bool IsLinear(const Dim& d) {
  const auto at = [&](absl::string_view one) {
    return d.Substitute([&](absl::string_view s) -> std::optional<Dim> { return s == one; });
  };
  Dim sum = at("");
  for (const std::string& s : d.Symbols()) sum += Dim::Symbol(s) * (at(s) - at(""));
  return sum == d;
}

void AddExtensions(const EmitSpec& spec, Model& model) {
  std::vector<std::string>& extensions = model.document.extensions;
  if (spec.target.is_tract()) {
    extensions.push_back("tract_registry tract_core");
    for (const std::string& symbol : model.symbols) {
      extensions.push_back(absl::StrCat("tract_symbol ", symbol));
      model.names.Unique(symbol);
    }
    for (const auto& [name, range] : spec.symbols) {
      if (!spec.target.has_assertions()) break;
      if (range.min) extensions.push_back(absl::StrCat("tract_assert ", name, " >= ", *range.min));
      if (range.max) extensions.push_back(absl::StrCat("tract_assert ", name, " <= ", *range.max));
    }
    for (const Dim& relation : spec.relations) {
      if (!spec.target.has_assertions() || !IsLinear(relation)) continue;
      extensions.push_back(absl::StrCat("tract_assert ", DimExpr(relation).text, " >= 0"));
    }
  }
}

absl::Status CheckInput(const Value& input, const Target& target) {
  DType dtype = input.dtype();
  if (IsComplex(dtype) || IsQuantized(dtype) || dtype == DType::kBF16) {
    return absl::UnimplementedError(
        absl::StrCat("input ", input.name, ": NNEF has no type ", DTypeName(dtype), target.Note()));
  }
  if (target.strict && !ConstantShape(input.shape())) {
    return absl::UnimplementedError(
        absl::StrCat("input ", input.name, " is ", TypeToString(input.type),
                     ", but NNEF 1.0.5 has no open sizes: give numbers", target.Note()));
  }
  return absl::OkStatus();
}

Expr External(const Value& input, const Target& target) {
  DType dtype = input.dtype();
  Expr shape = DimArray(input.shape());
  bool plain = dtype == DType::kF32 || target.strict;
  if (!plain) {
    return Call("tract_core_external", {},
                {{"shape", shape}, {"datum_type", nnef::Str(DTypeName(dtype))}});
  }
  const char* type = dtype == DType::kBool ? "logical" : IsInteger(dtype) ? "integer" : "scalar";
  return Call(absl::StrCat("external<", type, ">"), {}, {{"shape", shape}});
}

Expr VariableCall(const Variable& variable) {
  DType dtype = variable.quantization ? DType::kF32 : StorageType(variable.tensor.dtype);
  const char* type = dtype == DType::kBool ? "logical" : IsInteger(dtype) ? "integer" : "scalar";
  return Call(absl::StrCat("variable<", type, ">"), {},
              {{"label", nnef::Str(variable.label)}, {"shape", nnef::Ints(variable.tensor.sizes)}});
}

// graph.quant: a line for every tensor that is quantized.
std::string QuantizationText(const std::vector<Variable>& variables) {
  std::string text;
  for (const Variable& v : variables) {
    if (!v.quantization) continue;
    DType dtype = v.tensor.dtype;
    Expr how = Call("zero_point_linear_quantize", {},
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

absl::Status Refusals(const Model& model) {
  if (!model.faults.empty()) return absl::InternalError(absl::StrJoin(model.faults, "\n"));
  if (model.refusals.empty()) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrJoin(model.refusals, "\n"));
}

absl::Status CheckInputs(const Graph& graph, const Target& target, Model& model) {
  for (const Value* input : graph.inputs()) {
    absl::Status status = CheckInput(*input, target);
    if (!status.ok()) model.refusals.push_back(std::string(status.message()));
  }
  return Refusals(model);
}

// The graph in primitives that the target may have: `source` itself or one of `rewritten`. Null,
// with a refusal in the model, if there is none.
const Graph* Prepare(const Graph& source, const Target& target, std::deque<Graph>& rewritten,
                     Model& model) {
  const Graph* graph = &source;
  auto rewrite = [&](auto pass) {
    absl::Status status = pass(*graph, &rewritten.emplace_back());
    graph = status.ok() ? &rewritten.back() : nullptr;
    if (!status.ok()) model.refusals.push_back(std::string(status.message()));
  };
  if (NeedsRealTypes(*graph)) rewrite(LowerToRealTypes);
  if (graph && !CheckInputs(*graph, target, model).ok()) return nullptr;
  if (graph && target.strict && HasQuantities(*graph)) rewrite(LowerToRealQuantities);
  if (graph && !target.convolves_by_results() && HasComputedFilters(*graph)) rewrite(StoreFilters);
  if (graph && HasLoops(*graph, target.strict)) {
    rewrite([&](const Graph& g, Graph* out) { return LowerLoops(g, target.strict, out); });
  }
  if (graph && !target.strict && HasUniformOperands(*graph)) rewrite(NarrowUniformOperands);
  if (graph && target.strict) {
    rewrite([&](const Graph& g, Graph* out) {
      absl::Status status = LowerToStandardOps(g, out, &model.refusals);
      for (std::string& refusal : model.refusals) refusal += target.Note();
      return status;
    });
  }
  return graph;
}

// The whole document; refusals are in model.refusals.
void BuildDocument(const Graph& source, const EmitSpec& spec, Model& model) {
  std::deque<Graph> rewritten;
  const Graph* prepared = Prepare(source, spec.target, rewritten, model);
  if (!prepared) return;
  const Graph& graph = *prepared;
  model.target = spec.target;
  model.naming = spec.naming;
  model.max_file_bytes = spec.max_file_bytes;
  if (spec.target.strict) {
    for (const std::string& name : StandardOperations()) model.fragment_names.Unique(name);
  }
  model.document.graph_name = ToIdentifier(spec.graph_name);
  model.symbols = InputSymbols(graph);
  AddExtensions(spec, model);
  Lowering lowering(&model, graph);
  lowering.LowerNodes(graph);
  lowering.FinishOutputs(graph);

  std::vector<nnef::Assignment> body;
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    body.push_back({{model.document.inputs[i]}, External(*graph.inputs()[i], spec.target)});
  }
  for (const Variable& v : model.variables) body.push_back({{v.name}, VariableCall(v)});
  for (nnef::Assignment& a : model.document.body) body.push_back(std::move(a));
  model.document.body = std::move(body);
  if (!model.document.fragments.empty()) {
    model.document.extensions.insert(model.document.extensions.begin(),
                                     "KHR_enable_fragment_definitions");
  }
}

}  // namespace

std::string InitialValueFile(absl::string_view input) {
  return absl::StrCat(input, kInitial, ".dat");
}

absl::StatusOr<std::string> EmitText(const Graph& graph, const EmitSpec& spec) {
  Model model;
  BuildDocument(graph, spec, model);
  T2N_RETURN_IF_ERROR(Refusals(model));
  return nnef::ToText(model.document);
}

absl::Status EmitModel(const Graph& graph, const EmitSpec& spec, EmitReport* report) {
  Model model;
  BuildDocument(graph, spec, model);
  if (report) {
    report->inputs = model.document.inputs;
    report->outputs = model.document.outputs;
    report->variables = model.variables.size();
    for (const Variable& v : model.variables) report->variable_bytes += v.tensor.nbytes();
    report->assignments = model.document.body.size();
    report->refusals = model.refusals;
  }
  T2N_RETURN_IF_ERROR(Refusals(model));
  T2N_ASSIGN_OR_RETURN(std::unique_ptr<Container> container,
                       CreateContainer(spec.path, spec.container, spec.compression_level));
  T2N_RETURN_IF_ERROR(AddText(*container, "graph.nnef", nnef::ToText(model.document)));
  const std::string quantization = QuantizationText(model.variables);
  if (!quantization.empty()) {
    T2N_RETURN_IF_ERROR(AddText(*container, "graph.quant", quantization));
  }
  for (const auto& [input, tensor] : spec.initial_values) {
    Variable initial;
    initial.label = absl::StrCat(model.document.inputs[input], kInitial);
    initial.tensor = tensor;
    // Old tract reads all files, this one too.
    bool bytes = tensor.dtype == DType::kBool && !spec.target.reads_bool_files();
    if (bytes) initial.tensor.dtype = DType::kU8;
    model.variables.push_back(std::move(initial));
  }
  T2N_RETURN_IF_ERROR(
      WriteVariables(model.variables, *container, spec.target.strict, spec.on_written));
  return container->Commit();
}

}  // namespace t2n
