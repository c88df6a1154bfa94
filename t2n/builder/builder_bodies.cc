// Builder: nodes that hold a graph of their own, composites and loops.
#include "absl/strings/str_cat.h"
#include "t2n/builder/builder.h"

namespace t2n {

std::vector<Val> Builder::CompositeAll(absl::string_view name, Attrs attrs,
                                       absl::Span<const Val> inputs, const BodyFn& body) {
  ValueType like = inputs.empty() || !inputs[0].get() ? ValueType() : inputs[0]->type;
  const std::vector<Val> failed = {Failed(like), Failed(like)};
  if (!ok()) return failed;
  auto graph = std::make_unique<Graph>();
  Builder inner(graph.get());
  inner.set_place(place_);
  std::vector<Value*> values;
  std::vector<Val> params;
  for (const Val& v : inputs) {
    if (!v) return failed;
    values.push_back(v.get());
    params.push_back(inner.Input(absl::StrCat("x", params.size()), v->type));
  }
  std::vector<Val> results = body(inner, params);
  std::vector<ValueType> types;
  for (const Val& v : results) {
    if (!inner.ok() || !v) {
      Fail(inner.ok() ? absl::InternalError(absl::StrCat(name, ": empty body")) : inner.status());
      return failed;
    }
    graph->outputs().push_back(v.get());
    types.push_back(v->type);
  }
  graph->EliminateDeadCode();
  attrs.Set("name", std::string(name));
  Node* node = graph_->AddNode(Op::kComposite, std::move(attrs), std::move(values),
                               std::move(types), place_);
  node->bodies.push_back(std::move(graph));
  Fold(node);
  return Wrap(node);
}

Val Builder::Composite(absl::string_view name, Attrs attrs, absl::Span<const Val> inputs,
                       const std::function<Val(Builder&, absl::Span<const Val>)>& body) {
  return CompositeAll(name, std::move(attrs), inputs, [&](Builder& b, absl::Span<const Val> xs) {
    return std::vector<Val>{body(b, xs)};
  })[0];
}

namespace {

// What a node of a loop gives: the states as they begin, and rows for all turns.
absl::StatusOr<std::vector<ValueType>> ScanTypes(const Builder::ScanSpec& spec,
                                                 const std::vector<Val>& results) {
  std::vector<ValueType> types;
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) return absl::InternalError("empty scan body");
    types.push_back(results[i]->type);
    if (i >= spec.states.size()) {
      types[i].shape[spec.output_axes[i - spec.states.size()]] = spec.length;
      continue;
    }
    const Val& state = spec.states[i];
    if (types[i].dtype != state.dtype() || types[i].shape != state.shape()) {
      return absl::UnimplementedError(absl::StrCat("the loop's state changes from ",
                                                   TypeToString(state->type), " to ",
                                                   TypeToString(types[i])));
    }
  }
  return types;
}

Attrs ScanAttrs(const Builder::ScanSpec& spec) {
  return {{"scan_inputs", static_cast<int64_t>(spec.scanned.size())},
          {"states", static_cast<int64_t>(spec.states.size())},
          {"scan_outputs", static_cast<int64_t>(spec.output_axes.size())},
          {"scan_axes", spec.scan_axes},
          {"output_axes", spec.output_axes},
          {"reverse", spec.reverse},
          {"length", spec.length}};
}

}  // namespace

std::vector<Val> Builder::Scan(const ScanSpec& spec, const BodyFn& body) {
  std::vector<Val> failed = spec.states;
  failed.resize(spec.states.size() + spec.output_axes.size(),
                spec.scanned.empty() ? Val() : spec.scanned[0]);
  for (Val& v : failed) v = Failed(v.get() ? v->type : ValueType());
  auto graph = std::make_unique<Graph>();
  Builder inner(graph.get());
  inner.set_place(place_);
  std::vector<Value*> values;
  std::vector<Val> params;
  auto add = [&](const Val& v, ValueType type) {
    if (!v) return;
    values.push_back(v.get());
    params.push_back(inner.Input(absl::StrCat("x", params.size()), std::move(type)));
  };
  for (size_t i = 0; i < spec.scanned.size(); ++i) {
    if (!spec.scanned[i]) return failed;
    ValueType type = spec.scanned[i]->type;
    type.shape[spec.scan_axes[i]] = 1;
    add(spec.scanned[i], std::move(type));
  }
  for (const auto* group : {&spec.states, &spec.full}) {
    for (const Val& v : *group) {
      if (!v) return failed;
      add(v, v->type);
    }
  }
  std::vector<Val> results = body(inner, params);
  if (!ok() || !inner.ok() || results.size() != spec.states.size() + spec.output_axes.size()) {
    Fail(inner.ok() ? absl::InternalError("scan body with the wrong number of results")
                    : inner.status());
    return failed;
  }
  absl::StatusOr<std::vector<ValueType>> types = ScanTypes(spec, results);
  if (!types.ok()) {
    Fail(types.status());
    return failed;
  }
  for (const Val& v : results) graph->outputs().push_back(v.get());
  graph->EliminateDeadCode();
  Node* node =
      graph_->AddNode(Op::kScan, ScanAttrs(spec), std::move(values), *std::move(types), place_);
  node->bodies.push_back(std::move(graph));
  Fold(node);
  return Wrap(node);
}

}  // namespace t2n
