#include "emit/build_document.h"

#include <deque>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/aligned_sizes.h"
#include "emit/check/check.h"
#include "emit/check/operators.h"
#include "emit/describe.h"
#include "emit/nnef/rename.h"
#include "t2n/base/allowance.h"
#include "t2n/base/status.h"
#include "t2n/ir/graph_text.h"
#include "t2n/passes/exact_quotients.h"
#include "t2n/passes/faults.h"
#include "t2n/passes/folded_scales.h"
#include "t2n/passes/loops.h"
#include "t2n/passes/real_quantities.h"
#include "t2n/passes/real_types.h"
#include "t2n/passes/selected_moves.h"
#include "t2n/passes/spread_loops.h"
#include "t2n/passes/standard_ops.h"
#include "t2n/passes/stored_filters.h"
#include "t2n/passes/uniform_operands.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;

namespace {

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
  for (const std::string& extension : spec.extensions) {
    // What tract is told, others do not read.
    if (spec.target.strict && absl::StartsWith(extension, "tract_")) continue;
    const bool there =
        std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
    if (!there) extensions.push_back(extension);
  }
}

// tract takes a fragment of this name for the model's properties.
void AddProperties(const EmitSpec& spec, Model& model) {
  if (spec.properties.empty() || !spec.target.is_tract()) return;
  std::vector<Expr> pairs;
  for (const auto& [name, value] : spec.properties) {
    pairs.push_back(nnef::Tuple({nnef::Str(name), nnef::Str(value)}));
  }
  nnef::Fragment fragment;
  fragment.name = kPropertiesFragment;
  fragment.results = {{"properties", "(string, tensor<scalar>)[]"}};
  fragment.body.push_back({{"properties"}, nnef::Array(std::move(pairs))});
  model.document.fragments.insert(model.document.fragments.begin(), std::move(fragment));
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
  if (graph && HasScalesToFold(*graph)) rewrite(FoldScales);
  if (graph && HasLoopsToSpread(*graph)) rewrite(SpreadLoops);
  if (graph && HasLoops(*graph, target.strict)) {
    rewrite([&](const Graph& g, Graph* out) { return LowerLoops(g, target.strict, out); });
  }
  if (graph && target.is_tract() && HasSelectedMoves(*graph)) rewrite(JoinSelectedMoves);
  if (graph && target.is_tract() && HasInexactQuotients(*graph)) rewrite(ComputeQuotientsExactly);
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

void NumberIfAsked(Model* model) {
  if (model->naming != Naming::kNumeric) return;
  const auto names =
      nnef::NumberTensors({model->symbols.begin(), model->symbols.end()}, &model->document);
  for (Variable& variable : model->variables) {
    const auto it = names.find(variable.name);
    if (it != names.end()) variable.name = it->second;
  }
  absl::flat_hash_map<std::string, std::string> types;
  for (auto& [name, type] : model->types) {
    const auto it = names.find(name);
    types.emplace(it == names.end() ? name : it->second, std::move(type));
  }
  model->types = std::move(types);
}

// What the lowerings are to know of the target, the spec and the graph.
void SetUp(const Graph& graph, const EmitSpec& spec, Model& model) {
  model.target = spec.target;
  model.naming = spec.naming;
  model.same_io_names = spec.same_io_names;
  model.list_types = spec.list_contents;
  model.max_file_bytes = spec.max_file_bytes;
  for (const std::string& name :
       spec.target.strict ? StandardOperations() : OperatorNames(spec.target)) {
    model.fragment_names.Unique(name);
  }
  model.fragment_names.Unique(kPropertiesFragment);
  model.library = spec.fragments.get();
  for (const auto& [name, fragment] : spec.fragments ? *spec.fragments : nnef::FragmentLibrary()) {
    model.fragment_names.Unique(name);
  }
  model.document.graph_name = ToIdentifier(spec.graph_name);
  model.symbols = InputSymbols(graph);
  if (spec.target.is_tract()) {
    model.solid_axes = FindSolidAxes(graph);
    model.behind_reshapes = FindBehindReshapes(graph);
    model.nans = FindNans(graph);
  }
}

// Inputs and variables, before the operations.
void PutDeclarations(const Graph& graph, const EmitSpec& spec, Model& model) {
  std::vector<nnef::Assignment> body;
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    const std::string& name = model.document.inputs[i];
    if (model.list_types) model.types.emplace(name, TypeToString(graph.inputs()[i]->type));
    body.push_back({{name}, External(*graph.inputs()[i], spec.target)});
  }
  for (const Variable& v : model.variables) body.push_back({{v.name}, VariableCall(v)});
  for (nnef::Assignment& a : model.document.body) body.push_back(std::move(a));
  model.document.body = std::move(body);
}

// The whole document; refusals are in model.refusals.
void Build(const Graph& source, const EmitSpec& spec, Model& model) {
  std::deque<Graph> rewritten;
  const Graph* whole = &source;
  if (spec.test_fault > 0) {
    whole = &rewritten.emplace_back();
    absl::Status status = AddFault(source, spec.test_fault - 1, &rewritten.back());
    if (!status.ok()) model.refusals.push_back(std::string(status.message()));
  }
  const Graph* prepared = Prepare(*whole, spec.target, rewritten, model);
  if (!prepared) return;
  const Graph& graph = *prepared;
  SetUp(graph, spec, model);
  AddExtensions(spec, model);
  Lowering lowering(&model, graph);
  lowering.LowerNodes(graph);
  lowering.FinishOutputs(graph);
  PutDeclarations(graph, spec, model);
  if (model.refusals.empty() && model.faults.empty()) AlignSizes(&model);
  AddProperties(spec, model);
  NumberIfAsked(&model);
  if (!model.document.fragments.empty()) {
    model.document.extensions.insert(model.document.extensions.begin(), kFragmentDefinitions);
  }
}

}  // namespace

absl::Status BuildDocument(const Graph& graph, const EmitSpec& spec, Model& model) {
  Build(graph, spec, model);
  T2N_RETURN_IF_ERROR(Allowance::Current().Check());
  T2N_RETURN_IF_ERROR(Refusals(model));
  const auto place_of = [&](const nnef::Assignment& assignment) {
    const PlacePtr place = SourceOf(model, assignment);
    return place ? place->ToString() : std::string();
  };
  T2N_RETURN_IF_ERROR(CheckDocument(model.document, model.target, place_of));
  return Allowance::Current().Check();
}

absl::StatusOr<std::string> LoweredText(const Graph& graph, const EmitSpec& spec) {
  Model model;
  std::deque<Graph> rewritten;
  const Graph* prepared = Prepare(graph, spec.target, rewritten, model);
  T2N_RETURN_IF_ERROR(Refusals(model));
  return GraphText(*prepared, true);
}

}  // namespace t2n
