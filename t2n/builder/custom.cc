#include "t2n/builder/custom.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "t2n/base/status.h"
#include "t2n/builder/fold.h"

namespace t2n {
namespace {

absl::Status CheckType(const ValueType& type) {
  if (!IsComplex(type.dtype) && !IsQuantized(type.dtype)) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat("a fragment of one's own takes and gives no ",
                                               TypeToString(type),
                                               "; view_as_real() or dequantize() it before"));
}

absl::Status CheckBody(const Graph& body, absl::Span<const ValueType> types) {
  if (body.outputs().size() != types.size()) {
    return absl::InvalidArgumentError(absl::StrCat("its body gives ", body.outputs().size(),
                                                   " tensors, ", types.size(), " are declared"));
  }
  for (size_t i = 0; i < types.size(); ++i) {
    const ValueType& is = body.outputs()[i]->type;
    if (is.dtype == types[i].dtype && is.shape == types[i].shape) continue;
    return absl::InvalidArgumentError(absl::StrCat("its body gives ", TypeToString(is),
                                                   " for result ", i, ", but ",
                                                   TypeToString(types[i]), " is declared"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Graph>> MakeBody(absl::Span<const Val> inputs,
                                                absl::Span<const ValueType> types,
                                                const PlacePtr& place,
                                                const Builder::BodyFn& body) {
  auto graph = std::make_unique<Graph>();
  Builder inner(graph.get());
  inner.set_place(place);
  std::vector<Val> params;
  for (const Val& v : inputs) {
    params.push_back(inner.Input(absl::StrCat("x", params.size()), v->type));
  }
  const std::vector<Val> results = body(inner, params);
  T2N_RETURN_IF_ERROR(inner.status());
  for (const Val& v : results) {
    if (!v) return absl::InternalError("a body without a value");
    graph->outputs().push_back(v.get());
  }
  T2N_RETURN_IF_ERROR(CheckBody(*graph, types));
  graph->EliminateDeadCode();
  return graph;
}

}  // namespace

bool IsCustom(const Node& node) { return node.op == Op::kComposite && node.attrs.Has("fragment"); }

std::vector<std::string> OperandsOf(const Node& node) {
  return absl::StrSplit(node.attrs.Str("operands"), ',', absl::SkipEmpty());
}

std::vector<Val> Custom(Builder& b, Attrs attrs, absl::Span<const Val> inputs,
                        std::vector<ValueType> types, const Builder::BodyFn& body) {
  const std::string fragment = attrs.Str("fragment");
  std::vector<ValueType> all = types;
  const auto fail = [&](const absl::Status& why) {
    b.Fail(absl::Status(why.code(), absl::StrCat(fragment, ": ", why.message())));
    std::vector<Val> failed;
    for (size_t i = 0; i < types.size(); ++i) failed.push_back(b.FailAs(all[i], ""));
    return failed;
  };
  attrs.Set("name", std::string("custom"));
  std::vector<Value*> values;
  for (const Val& v : inputs) {
    if (!v) return fail(absl::InternalError("an operand without a value"));
    values.push_back(v.get());
    all.push_back(v->type);
  }
  for (const ValueType& type : all) {
    if (absl::Status status = CheckType(type); !status.ok()) return fail(status);
  }
  std::unique_ptr<Graph> graph;
  if (body) {
    auto made = MakeBody(inputs, types, b.place(), body);
    if (!made.ok()) return fail(made.status());
    graph = *std::move(made);
  }
  Node* node = b.graph()->AddNode(Op::kComposite, std::move(attrs), std::move(values),
                                  std::move(types), b.place());
  if (graph) node->bodies.push_back(std::move(graph));
  if (absl::Status status = FoldNode(node); !status.ok()) b.Fail(status);
  std::vector<Val> results;
  for (const auto& output : node->outputs) results.emplace_back(&b, output.get());
  return results;
}

}  // namespace t2n
