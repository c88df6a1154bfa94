#include "t2n/verify/declared.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/builder/builder.h"
#include "t2n/builder/custom.h"
#include "t2n/convert/report.h"
#include "t2n/reference/run.h"
#include "t2n/verify/inputs.h"
#include "t2n/verify/unknown.h"

namespace t2n {
namespace {

// Sizes that are computed with are known by their values, not by their type alone.
constexpr int64_t kMaxElements = 64;

absl::StatusOr<Shape> AtSizes(const Shape& shape, const SymbolBinding& symbols) {
  T2N_ASSIGN_OR_RETURN(const ValueType fixed,
                       AtSizes(ValueType{DType::kI64, shape, nullptr}, symbols));
  return fixed.shape;
}

absl::StatusOr<Attrs> AtSizes(const Attrs& attrs, const SymbolBinding& symbols) {
  Attrs fixed;
  for (const auto& [name, value] : attrs.all()) {
    if (const Shape* shape = std::get_if<Shape>(&value)) {
      T2N_ASSIGN_OR_RETURN(Shape sizes, AtSizes(*shape, symbols));
      fixed.Set(name, std::move(sizes));
    } else if (const Dim* d = std::get_if<Dim>(&value)) {
      T2N_ASSIGN_OR_RETURN(const Shape sizes, AtSizes(Shape{*d}, symbols));
      fixed.Set(name, sizes[0]);
    } else {
      fixed.Set(name, value);
    }
  }
  return fixed;
}

// `f32[2,8]`, and the numbers where they may be sizes.
std::string OperandText(const Value& value, const ValueType& type) {
  if (!value.constant || !IsInteger(type.dtype) || value.constant->numel() > kMaxElements) {
    return TypeToString(type);
  }
  const auto numbers = ReadInts(*value.constant);
  return absl::StrCat(TypeToString(type), "=", numbers.ok() ? absl::StrJoin(*numbers, ",") : "");
}

// A call as a graph of its own.
struct Alone {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  std::vector<ValueType> declared;
  std::vector<std::optional<Shape>> sizes;  // of an input the elements, if these are known sizes
  std::string kind;                         // the same of calls that are alike
};

absl::StatusOr<Alone> CutOut(const Node& node, const SymbolBinding& symbols) {
  Alone alone;
  Builder b(alone.graph.get());
  b.set_place(node.place);
  T2N_ASSIGN_OR_RETURN(Attrs attrs, AtSizes(node.attrs, symbols));
  alone.kind = attrs.ToString();
  std::vector<Val> operands;
  const size_t given = OperandsOf(node).size();  // those behind are of the body alone
  for (const Value* input : absl::MakeConstSpan(node.inputs).first(given)) {
    T2N_ASSIGN_OR_RETURN(const ValueType type, AtSizes(input->type, symbols));
    absl::StrAppend(&alone.kind, " ", OperandText(*input, type));
    if (input->constant) {
      operands.push_back(b.Constant(*input->constant));
      continue;
    }
    operands.push_back(b.Input(absl::StrCat("x", alone.sizes.size()), type));
    alone.sizes.emplace_back();
    if (!input->dims) continue;
    T2N_ASSIGN_OR_RETURN(alone.sizes.back(), AtSizes(*input->dims, symbols));
  }
  for (const auto& output : node.outputs) {
    T2N_ASSIGN_OR_RETURN(ValueType type, AtSizes(output->type, symbols));
    absl::StrAppend(&alone.kind, " -> ", TypeToString(type));
    alone.declared.push_back(std::move(type));
  }
  for (const Val& result : Custom(b, std::move(attrs), operands, alone.declared, nullptr)) {
    if (!result) return b.status();
    alone.graph->output_names().push_back(absl::StrCat("y", alone.graph->outputs().size()));
    alone.graph->outputs().push_back(result.get());
  }
  return alone;
}

absl::StatusOr<std::vector<Tensor>> OperandsFor(const Alone& alone) {
  T2N_ASSIGN_OR_RETURN(std::vector<Tensor> inputs, GenerateInputs(*alone.graph, 0, {}, 1));
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!alone.sizes[i]) continue;
    uint8_t* to;
    Tensor numbers = Tensor::Allocate(DType::kI64, inputs[i].sizes, &to);
    auto* number = reinterpret_cast<int64_t*>(to);
    for (const Dim& d : *alone.sizes[i]) *number++ = d.value();
    T2N_ASSIGN_OR_RETURN(inputs[i], CastTensor(numbers, inputs[i].dtype));
  }
  return inputs;
}

absl::Status Run(const Alone& alone, const EmitSpec& emit, const Tract& tract,
                 const std::string& folder, TriedCall* tried) {
  T2N_ASSIGN_OR_RETURN(tried->inputs, OperandsFor(alone));
  EmitSpec own = InFolder(emit, folder);
  own.symbols.clear();
  own.relations.clear();
  EmitReport report;
  T2N_RETURN_IF_ERROR(EmitModel(*alone.graph, own, &report));
  T2N_ASSIGN_OR_RETURN(tried->got, RunInTract(tract, folder, tried->inputs, report.inputs));
  if (tried->got.size() != alone.declared.size()) {
    tried->difference =
        absl::StrCat(tried->got.size(), " results, declared ", alone.declared.size());
    return absl::OkStatus();
  }
  for (size_t i = 0; i < tried->got.size(); ++i) {
    const std::string one = TypeDifference(tried->got[i], alone.declared[i], !emit.target.strict);
    if (one.empty()) continue;
    absl::StrAppend(&tried->difference, tried->difference.empty() ? "" : "; ", "result ", i, ": ",
                    one);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<TriedCall> TryDeclarations(const Graph& graph, const SymbolBinding& symbols,
                                       const EmitSpec& emit, const Tract& tract,
                                       const std::string& folder) {
  std::vector<TriedCall> wrong;
  absl::flat_hash_set<std::string> seen;
  for (const Node* node : CustomCalls(graph)) {
    if (node->output()->constant) continue;  // folded: no call is written
    TriedCall tried;
    tried.node = node;
    absl::StatusOr<Alone> alone = CutOut(*node, symbols);
    absl::Status status = alone.status();
    if (alone.ok()) {
      if (!seen.insert(alone->kind).second) continue;
      status = Run(*alone, emit, tract, folder, &tried);
      tried.alone = std::move(alone->graph);
    }
    if (!status.ok()) tried.why_not = std::string(status.message());
    if (tried.difference.empty() && tried.why_not.empty()) continue;
    tried.description = DescribeNode(*node);
    wrong.push_back(std::move(tried));
  }
  return wrong;
}

}  // namespace t2n
