#include "t2n/values/outline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/builder/custom.h"

namespace t2n {
namespace {

absl::Status Refused(absl::string_view what, const Node& node) {
  return absl::UnimplementedError(
      absl::StrCat(what, ", in a loop over an open size (", OpName(node.op), " at ",
                   node.place ? node.place->ToString() : "an unknown place",
                   "); every pass must do the same on the same shapes, or give the size a number"));
}

class Outliner {
 public:
  Outliner(const OpenLoop& loop, Builder* builder)
      : loop_(loop), outer_(*builder), counter_(loop.counter.Symbols()[0]) {
    for (const Val& v : loop.states) states_.insert(v.get());
  }

  absl::StatusOr<std::vector<Val>> Run() {
    for (const auto* group : {&loop_.next, &loop_.produced}) {
      for (const Val& v : *group) T2N_RETURN_IF_ERROR(Visit(v.get()));
    }
    std::sort(nodes_.begin(), nodes_.end(),
              [](const Node* a, const Node* b) { return a->outputs[0]->id < b->outputs[0]->id; });
    Builder::ScanSpec spec;
    spec.length = loop_.length;
    spec.states = loop_.initial;
    for (const Value* v : captured_) spec.full.push_back(Outer(v));
    for (const Read& r : reads_) {
      spec.scanned.push_back(Along(r));
      spec.scan_axes.push_back(r.axis);
    }
    if (counts_) {
      spec.scanned.push_back(outer_.Iota(loop_.length) + outer_.Scalar(DType::kI64, loop_.start));
      spec.scan_axes.push_back(0);
    }
    spec.output_axes.assign(loop_.produced.size(), 0);
    absl::Status status;
    std::vector<Val> out = outer_.Scan(spec, [&](Builder& b, absl::Span<const Val> params) {
      absl::StatusOr<std::vector<Val>> results = Body(b, params);
      if (results.ok()) return *std::move(results);
      status = results.status();
      return std::vector<Val>();
    });
    T2N_RETURN_IF_ERROR(status);
    T2N_RETURN_IF_ERROR(outer_.status());
    out.resize(loop_.next.size() + loop_.produced.size());
    return out;
  }

 private:
  // A tensor of before the loop read at `first` + counter * step (step 1 or -1).
  struct Read {
    const Node* node;
    int64_t axis;
    Dim first;
    int64_t step;
  };

  Val Outer(const Value* v) { return Val(&outer_, const_cast<Value*>(v)); }

  bool Counts(const Dim& d) const {
    auto symbols = d.Symbols();
    return std::any_of(symbols.begin(), symbols.end(),
                       [&](const std::string& s) { return s == counter_ || s == Rest(); });
  }

  std::string Rest() const { return LoopRest(*LoopOfCounter(loop_.counter)).Symbols()[0]; }

  // `d` at `counter`.
  Dim At(const Dim& d, const Dim& counter) const {
    return d.Substitute([&](absl::string_view name) -> std::optional<Dim> {
      if (name == counter_) return counter;
      if (name == Rest()) return loop_.length + Dim(loop_.start - 1) - counter;
      return std::nullopt;
    });
  }

  // `d` as base + slope * counter.
  bool IsLinear(const Dim& d, Dim* base, int64_t* slope) const {
    *base = At(d, 0);
    Dim difference = At(d, 1) - *base;
    if (!difference.is_const()) return false;
    *slope = difference.value();
    return *base + loop_.counter * Dim(*slope) == At(d, loop_.counter);
  }

  bool CountsInside(const Node& node) const {
    for (const auto& [name, attr] : node.attrs.all()) {
      if (const Dim* d = std::get_if<Dim>(&attr); d && Counts(*d)) return true;
      if (const Shape* s = std::get_if<Shape>(&attr)) {
        if (std::any_of(s->begin(), s->end(), [&](const Dim& d) { return Counts(d); })) return true;
      }
    }
    return false;
  }

  // Whether the value changes from pass to pass.
  bool Varies(const Value* v) {
    if (states_.contains(v)) return true;
    if (v->is_constant() || v->id < loop_.first_id) return false;
    auto it = varies_.find(v->node);
    if (it != varies_.end()) return it->second;
    bool varies = CountsInside(*v->node);
    for (const Value* input : v->node->inputs) varies = Varies(input) || varies;
    return varies_[v->node] = varies;
  }

  absl::Status Visit(const Value* v) {
    if (states_.contains(v) || v->is_constant() || !Varies(v)) {
      bool number = v->is_constant() && v->rank() == 0;
      if (!states_.contains(v) && !number && seen_.insert(v).second) captured_.push_back(v);
      return absl::OkStatus();
    }
    const Node& node = *v->node;
    if (!visited_.insert(&node).second) return absl::OkStatus();
    for (const auto& output : node.outputs) {
      for (const Dim& d : output->shape()) {
        if (Counts(d)) return Refused("a size changes from pass to pass", node);
      }
    }
    if (node.op == Op::kDims) {
      counts_ = true;
    } else if (CountsInside(node)) {
      T2N_RETURN_IF_ERROR(VisitRead(node));
      if (!reads_.empty() && reads_.back().node == &node) return absl::OkStatus();
    }
    nodes_.push_back(&node);
    for (const Value* input : node.inputs) T2N_RETURN_IF_ERROR(Visit(input));
    return absl::OkStatus();
  }

  // A Slice at the counter: a scanned input if the tensor is the same in every pass.
  absl::Status VisitRead(const Node& node) {
    if (node.op != Op::kSlice) return Refused("a size changes from pass to pass", node);
    Dim begin = node.attrs.Size("begin"), base;
    int64_t slope;
    if (node.attrs.Size("end") != begin + 1) {
      return Refused("several rows are read at once at the loop's counter", node);
    }
    if (!IsLinear(begin, &base, &slope))
      return Refused("a tensor is read at a computed place", node);
    if (!Varies(node.inputs[0]) && (slope == 1 || slope == -1)) {
      reads_.push_back({&node, node.attrs.Int("axis"), base + Dim(loop_.start * slope), slope});
    } else {
      counts_ = true;
    }
    return absl::OkStatus();
  }

  // What a Read meets in the order of the passes.
  Val Along(const Read& r) {
    Val x = Outer(r.node->inputs[0]);
    if (r.step == 1) return outer_.Slice(x, r.axis, r.first, r.first + loop_.length);
    Val back = outer_.Slice(x, r.axis, r.first - loop_.length + 1, r.first + 1);
    return outer_.Reverse(back, {r.axis});
  }

  // ---- The body ----

  absl::StatusOr<std::vector<Val>> Body(Builder& b, absl::Span<const Val> params) {
    size_t next = 0;
    for (const Read& r : reads_) map_[r.node->outputs[0].get()] = params[next++];
    if (counts_) index_ = b.Reshape(params[next++], {});
    for (const Val& v : loop_.states) map_[v.get()] = params[next++];
    for (const Value* v : captured_) map_[v] = params[next++];
    for (const Node* node : nodes_) T2N_RETURN_IF_ERROR(Copy(b, *node));
    std::vector<Val> results;
    for (const auto* group : {&loop_.next, &loop_.produced}) {
      for (const Val& v : *group) results.push_back(Inner(b, v.get()));
    }
    return results;
  }

  Val Inner(Builder& b, const Value* v) {
    auto it = map_.find(v);
    if (it != map_.end()) return it->second;
    return map_[v] = b.Constant(*v->constant, v->type.quant);
  }

  // base + slope * counter as a tensor.
  absl::StatusOr<Val> CountTensor(Builder& b, const Dim& d, const Node& node) {
    Dim base;
    int64_t slope;
    if (!IsLinear(d, &base, &slope))
      return Refused("the counter is used in a computed number", node);
    return b.Add(b.Mul(index_, b.Scalar(DType::kI64, slope)), b.DimScalar(base));
  }

  absl::Status Copy(Builder& b, const Node& node) {
    b.set_place(node.place);
    std::vector<Val> inputs;
    for (const Value* v : node.inputs) inputs.push_back(Inner(b, v));
    std::vector<Val> outputs;
    if (node.op == Op::kDims && CountsInside(node)) {
      std::vector<Val> items;
      for (const Dim& d : *node.outputs[0]->dims) {
        T2N_ASSIGN_OR_RETURN(Val item, CountTensor(b, d, node));
        items.push_back(b.Reshape(item, {1}));
      }
      outputs = {b.Reshape(b.Concat(items, 0), node.outputs[0]->shape())};
    } else if (node.op == Op::kSlice && CountsInside(node)) {
      T2N_ASSIGN_OR_RETURN(Val at, CountTensor(b, node.attrs.Size("begin"), node));
      outputs = {b.Gather(inputs[0], node.attrs.Int("axis"), b.Reshape(at, {1}))};
    } else if (!node.bodies.empty() || IsCustom(node)) {
      outputs = CopyWithBodies(b, node, inputs);
    } else {
      outputs = b.MakeAll(node.op, node.attrs, inputs);
    }
    T2N_RETURN_IF_ERROR(b.status());
    for (size_t i = 0; i < outputs.size() && i < node.outputs.size(); ++i) {
      map_[node.outputs[i].get()] = outputs[i];
    }
    return absl::OkStatus();
  }

  // The node that stays behind is dead: its bodies move.
  std::vector<Val> CopyWithBodies(Builder& b, const Node& node, const std::vector<Val>& inputs) {
    std::vector<Value*> values;
    for (const Val& v : inputs) values.push_back(v.get());
    std::vector<ValueType> types;
    for (const auto& output : node.outputs) types.push_back(output->type);
    Node* copy = b.graph()->AddNode(node.op, node.attrs, values, types, node.place);
    copy->bodies = std::move(const_cast<Node&>(node).bodies);
    std::vector<Val> outputs;
    for (const auto& output : copy->outputs) outputs.emplace_back(&b, output.get());
    return outputs;
  }

  const OpenLoop& loop_;
  Builder& outer_;
  std::string counter_;
  absl::flat_hash_set<const Value*> states_, seen_;
  absl::flat_hash_set<const Node*> visited_;
  absl::flat_hash_map<const Node*, bool> varies_;
  std::vector<const Value*> captured_;
  std::vector<Read> reads_;
  std::vector<const Node*> nodes_;  // what the body is made of
  bool counts_ = false;             // whether the body needs the counter as a tensor
  Val index_;
  absl::flat_hash_map<const Value*, Val> map_;
};

}  // namespace

absl::Status RefusedInOpenLoop(absl::string_view what) {
  return absl::UnimplementedError(
      absl::StrCat(what,
                   ", in a loop over an open size; give the size a number with --inputs, and "
                   "the loop is unrolled"));
}

absl::StatusOr<std::vector<Val>> MakeScan(const OpenLoop& loop, Builder* builder) {
  return Outliner(loop, builder).Run();
}

}  // namespace t2n
