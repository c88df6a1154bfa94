#include "t2n/passes/rewriter.h"

#include <algorithm>
#include <utility>

#include "t2n/base/status.h"
#include "t2n/builder/custom.h"

namespace t2n {

bool AnyNode(const Graph& graph, absl::FunctionRef<bool(const Node&)> is) {
  for (const auto& node : graph.nodes()) {
    if (is(*node)) return true;
    for (const auto& body : node->bodies) {
      if (AnyNode(*body, is)) return true;
    }
  }
  return false;
}

bool AnyValue(const Graph& graph, absl::FunctionRef<bool(const Value&)> is) {
  return AnyNode(graph, [&](const Node& node) {
    return std::any_of(node.outputs.begin(), node.outputs.end(),
                       [&](const auto& v) { return is(*v); });
  });
}

Val GraphRewriter::Get(const Value* value) {
  // A constant belongs to the graph or body that uses it.
  if (value->constant) {
    Val known = b().Constant(RewriteConstant(*value->constant), value->type.quant);
    if (known) known->name = value->name;
    return known;
  }
  auto it = values_.find(value);
  return it == values_.end() ? Val() : it->second;
}

absl::Status GraphRewriter::RewriteNodes(const Graph& graph) {
  for (const auto& node : graph.nodes()) {
    if (node->op == Op::kInput) continue;
    bool constant = true;
    for (const auto& v : node->outputs) constant &= v->is_constant();
    if (constant) continue;
    b().set_place(node->place);
    Vals inputs;
    for (const Value* v : node->inputs) inputs.push_back(Get(v));
    Vals results = RewriteNode(*node, inputs);
    T2N_RETURN_IF_ERROR(b().status());
    for (size_t i = 0; i < node->outputs.size(); ++i) {
      Value* rewritten = results[i].get();
      if (rewritten->name.empty()) rewritten->name = node->output(i)->name;
      values_[node->output(i)] = results[i];
    }
  }
  return b().status();
}

Builder::BodyFn GraphRewriter::Body(const Node& node) {
  return [this, &node](Builder& inner, absl::Span<const Val> params) {
    const Graph& body = *node.bodies[0];
    Builder* outer = std::exchange(builder_, &inner);
    for (size_t i = 0; i < params.size(); ++i) values_[body.inputs()[i]] = params[i];
    absl::Status status = RewriteNodes(body);
    if (!status.ok()) inner.Fail(status);
    Vals results;
    for (const Value* v : body.outputs()) results.push_back(Get(v));
    builder_ = outer;
    return results;
  };
}

GraphRewriter::Vals GraphRewriter::Copy(const Node& node, const Attrs& attrs, const Vals& inputs) {
  if (IsCustom(node)) return CopyCustom(node, attrs, inputs);
  if (node.op == Op::kComposite) {
    return b().CompositeAll(attrs.Str("name"), attrs, inputs, Body(node));
  }
  if (node.op != Op::kScan) return b().MakeAll(node.op, attrs, inputs);
  Builder::ScanSpec spec;
  auto scanned = inputs.begin() + attrs.Int("scan_inputs");
  auto states = scanned + attrs.Int("states");
  spec.length = attrs.Size("length");
  spec.scanned.assign(inputs.begin(), scanned);
  spec.states.assign(scanned, states);
  spec.full.assign(states, inputs.end());
  spec.scan_axes = attrs.Ints("scan_axes");
  spec.output_axes = attrs.Ints("output_axes");
  spec.reverse = attrs.Bool("reverse");
  return b().Scan(spec, Body(node));
}

// The body is copied, not rewritten: what it computes is not for targets. It goes where types
// change.
GraphRewriter::Vals GraphRewriter::CopyCustom(const Node& node, const Attrs& attrs,
                                              const Vals& inputs) {
  std::vector<ValueType> types;
  bool keeps = !node.bodies.empty();
  for (const auto& v : node.outputs) {
    types.push_back(RewriteInputType(v->type));
    keeps = keeps && types.back().dtype == v->dtype();
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    keeps = keeps && inputs[i].dtype() == node.inputs[i]->dtype();
  }
  GraphRewriter plain;
  return Custom(b(), attrs, inputs, std::move(types), keeps ? plain.Body(node) : nullptr);
}

absl::Status GraphRewriter::Rewrite(const Graph& graph, Graph* out) {
  Builder builder(out);
  builder_ = &builder;
  values_.clear();
  for (const Value* input : graph.inputs()) {
    builder.set_place(input->node->place);
    values_[input] = builder.Input(input->name, RewriteInputType(input->type));
  }
  T2N_RETURN_IF_ERROR(RewriteNodes(graph));
  for (const Value* output : graph.outputs()) {
    Val rewritten = RewriteOutput(*output, Get(output));
    T2N_RETURN_IF_ERROR(builder.status());
    out->outputs().push_back(rewritten.get());
  }
  out->output_names() = graph.output_names();
  out->EliminateDeadCode();
  builder_ = nullptr;
  return absl::OkStatus();
}

}  // namespace t2n
