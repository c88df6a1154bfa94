#include "t2n/state.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/reference/compare.h"
#include "t2n/reference/run.h"
#include "t2n/script/tensor_ref.h"

namespace t2n {
namespace {

using script::Attribute;
using script::Held;
using script::IValue;
using script::Leaf;

constexpr int kMaxCalls = 6;
constexpr absl::string_view kCounterPrefix = "state#";

IValue FromForm(const Held& form, const std::string& path, Builder& b) {
  auto items = [&] {
    std::vector<IValue> values;
    for (size_t i = 0; i < form.items.size(); ++i) {
      std::string part = form.keys.empty() ? absl::StrCat(i) : script::Str(form.keys[i]);
      values.push_back(FromForm(form.items[i], absl::StrCat(path, ".", part), b));
    }
    return values;
  };
  switch (form.kind) {
    case Held::Kind::kPlain:
      return form.plain;
    case Held::Kind::kTensor:
      return IValue(script::TensorRef::New(
          form.constant ? b.Constant(*form.constant, form.type.quant) : b.Input(path, form.type)));
    case Held::Kind::kList:
      return IValue::NewList(items());
    case Held::Kind::kTuple: {
      auto tuple = std::make_shared<script::Tuple>(*form.tuple);
      tuple->items = items();
      return IValue(tuple);
    }
    case Held::Kind::kDict: {
      auto dict = std::make_shared<script::Dict>();
      std::vector<IValue> values = items();
      for (size_t i = 0; i < values.size(); ++i) dict->items.emplace_back(form.keys[i], values[i]);
      return IValue(dict);
    }
  }
  return IValue();
}

const Attribute* Find(const std::vector<Attribute>& attributes, const std::string& path) {
  for (const Attribute& a : attributes) {
    if (a.path == path) return &a;
  }
  return nullptr;
}

// How the next call finds what one has left. A tensor that has changed on two calls depends on
// them; an int that has, counts.
Held NextForm(const Held& left, const Held* found, bool again) {
  Held next = left;
  next.tensor = Val();
  if (next.kind == Held::Kind::kTensor && again && !(found && script::SameForm(*found, left))) {
    next.constant.reset();
  }
  const Dim* d = left.plain.If<Dim>();
  if (next.kind == Held::Kind::kPlain && again && d) next.counts = true;
  for (size_t i = 0; i < next.items.size(); ++i) {
    const Held* child = found && i < found->items.size() ? &found->items[i] : nullptr;
    next.items[i] = NextForm(left.items[i], child, again);
  }
  return next;
}

bool UsesSymbol(const Graph& graph, const std::string& name) {
  auto in = [&](const Dim& d) {
    auto symbols = d.Symbols();
    return std::find(symbols.begin(), symbols.end(), name) != symbols.end();
  };
  for (const auto& node : graph.nodes()) {
    for (const auto& [key, attr] : node->attrs.all()) {
      const auto* shape = std::get_if<Shape>(&attr);
      if (shape && std::any_of(shape->begin(), shape->end(), in)) return true;
      if (const auto* dim = std::get_if<Dim>(&attr); dim && in(*dim)) return true;
    }
    for (const auto& output : node->outputs) {
      if (std::any_of(output->shape().begin(), output->shape().end(), in)) return true;
      if (output->dims && std::any_of(output->dims->begin(), output->dims->end(), in)) return true;
    }
    for (const auto& body : node->bodies) {
      if (UsesSymbol(*body, name)) return true;
    }
  }
  return false;
}

class StateFinder {
 public:
  StateFinder(const CallOnce& call, bool keep_state) : call_(call), keep_state_(keep_state) {}

  absl::StatusOr<StatefulModel> Run() {
    T2N_ASSIGN_OR_RETURN(first_, call_(forms_));
    std::set<std::string> changed_before;
    CallResult result;
    bool steady = !keep_state_ || NextForms(first_, &changed_before);
    if (steady) return StatefulModel{std::move(first_.graph), {}};
    for (int i = 1; i < kMaxCalls; ++i) {
      absl::StatusOr<CallResult> next = call_(forms_);
      if (!next.ok()) return Explained(next.status());
      if (NextForms(*next, &changed_before)) return Finish(*std::move(next));
    }
    return absl::UnimplementedError(
        absl::StrCat("what the model keeps between calls does not settle: '", unsettled_,
                     "' is of another type or value after each of ", kMaxCalls,
                     " calls; --state drop converts the first call alone"));
  }

 private:
  // Takes over what the call has left; true if the next call would find what this one has found.
  bool NextForms(const CallResult& call, std::set<std::string>* changed_before) {
    bool steady = true;
    for (const Attribute& after : call.after) {
      const Attribute* before = Find(call.before, after.path);
      if (before && script::SameValue(before->held, after.held)) continue;
      bool again = !changed_before->insert(after.path).second || Moved(before, after);
      Held next = NextForm(after.held, before ? &before->held : nullptr, again);
      NameCounters(after.path, &next);
      auto known = forms_.find(after.path);
      if (known != forms_.end() && script::SameForm(known->second, next)) continue;
      steady = false;
      unsettled_ = after.path;
      forms_[after.path] = std::move(next);
    }
    return steady;
  }

  // A tensor that keeps its type is state at once: its own value is the initial one.
  bool Moved(const Attribute* before, const Attribute& after) {
    const Held& now = after.held;
    return before && now.kind == Held::Kind::kTensor && before->held.kind == now.kind &&
           before->held.type.dtype == now.type.dtype && before->held.type.shape == now.type.shape;
  }

  void NameCounters(const std::string& path, Held* form) {
    if (!form->counts) return;
    auto known = forms_.find(path);
    if (known != forms_.end() && known->second.counts) {
      form->plain = known->second.plain;
      return;
    }
    const Dim* d = form->plain.If<Dim>();
    Range range;
    if (d) range.min = d->range().min;
    form->plain = IValue(Dim::Symbol(absl::StrCat(kCounterPrefix, path), range));
    counters_.push_back(path);
  }

  absl::Status Explained(const absl::Status& status) {
    size_t at = status.message().find(kCounterPrefix);
    if (at == absl::string_view::npos) return status;
    return CounterRefused(std::string(status.message()));
  }

  absl::Status CounterRefused(absl::string_view why) {
    return absl::UnimplementedError(
        absl::StrCat("attribute '", counters_.empty() ? "" : counters_[0],
                     "' is a number that changes at every call, and the model depends on it",
                     why.empty() ? "" : ": ", why,
                     "; keep it in a tensor, or convert the first call alone with --state drop"));
  }

  absl::StatusOr<StatefulModel> Finish(CallResult steady) {
    StatefulModel model;
    Graph& graph = *steady.graph;
    const size_t results = graph.outputs().size();
    std::vector<std::pair<std::string, Value*>> next;  // by path
    for (const Attribute& after : steady.after) {
      if (!forms_.count(after.path)) continue;
      std::vector<Leaf> leaves;
      script::Leaves(after.held, after.path, &leaves);
      for (const Leaf& leaf : leaves) next.emplace_back(leaf.path, leaf.held->tensor.get());
    }
    std::vector<Value*> inputs = StateInputs(steady);
    std::set<const Value*> needed = Needed(graph, inputs, next);
    auto& all = graph.inputs();
    for (const Value* v : inputs) {
      if (!needed.count(v)) all.erase(std::find(all.begin(), all.end(), v));
    }
    for (Value* v : inputs) {
      if (!needed.count(v)) continue;
      StateTensor state;
      state.path = v->name;
      state.input = std::find(all.begin(), all.end(), v) - all.begin();
      state.output = graph.outputs().size();
      for (auto& [path, value] : next) {
        if (path != v->name) continue;
        graph.outputs().push_back(value);
        graph.output_names().push_back(absl::StrCat(path, "_next"));
      }
      if (state.output == graph.outputs().size())
        return absl::InternalError("a state without a next value");
      model.states.push_back(std::move(state));
    }
    graph.EliminateDeadCode();
    for (const std::string& path : counters_) {
      if (UsesSymbol(graph, absl::StrCat(kCounterPrefix, path))) return CounterRefused("");
    }
    T2N_RETURN_IF_ERROR(Initialise(graph, results, &model.states));
    model.graph = std::move(steady.graph);
    return model;
  }

  // The graph's inputs that stand for attributes.
  std::vector<Value*> StateInputs(const CallResult& call) {
    std::set<const Value*> found;
    for (const Attribute& before : call.before) {
      std::vector<Leaf> leaves;
      if (forms_.count(before.path)) script::Leaves(before.held, before.path, &leaves);
      for (const Leaf& leaf : leaves) found.insert(leaf.held->tensor.get());
    }
    std::vector<Value*> inputs;
    for (Value* v : call.graph->inputs()) {
      if (found.count(v)) inputs.push_back(v);
    }
    return inputs;
  }

  // The states that the method's results depend on, now or at a later call.
  std::set<const Value*> Needed(const Graph& graph, const std::vector<Value*>& states,
                                const std::vector<std::pair<std::string, Value*>>& next) {
    std::set<const Value*> needed;
    std::set<const Node*> seen;
    std::vector<const Value*> pending(graph.outputs().begin(), graph.outputs().end());
    while (!pending.empty()) {
      const Value* v = pending.back();
      pending.pop_back();
      if (v->is_constant()) continue;
      if (std::find(states.begin(), states.end(), v) != states.end() && needed.insert(v).second) {
        for (const auto& [path, value] : next) {
          if (path == v->name) pending.push_back(value);
        }
      }
      if (!seen.insert(v->node).second) continue;
      pending.insert(pending.end(), v->node->inputs.begin(), v->node->inputs.end());
    }
    return needed;
  }

  // ---- Initial values ----

  absl::Status Initialise(Graph& graph, size_t results, std::vector<StateTensor>* states) {
    std::vector<std::pair<std::string, const Held*>> own, left;
    for (auto [from, to] :
         {std::make_pair(&first_.before, &own), std::make_pair(&first_.after, &left)}) {
      for (const Attribute& a : *from) {
        std::vector<Leaf> leaves;
        script::Leaves(a.held, a.path, &leaves);
        for (const Leaf& leaf : leaves) to->emplace_back(leaf.path, leaf.held);
      }
    }
    bool assumed = !OnlyTensorsOfOwnType();
    std::vector<size_t> compared;  // outputs of `graph` that the first call has too
    for (size_t i = 0; i < results; ++i) compared.push_back(i);
    for (StateTensor& s : *states) {
      const ValueType& type = graph.inputs()[s.input]->type;
      std::optional<std::vector<int64_t>> sizes = ConstantShape(type.shape);
      if (!sizes) {
        return absl::UnimplementedError(absl::StrCat("state '", s.path, "' has the open size ",
                                                     ShapeToString(type.shape),
                                                     "; give the inputs fixed sizes"));
      }
      const Held* before = Lookup(own, s.path);
      if (before && before->constant && before->type.dtype == type.dtype &&
          before->type.shape == type.shape) {
        s.initial = *before->constant;
      } else {
        assumed = true;
        s.initial = Tensor::Expand(Tensor::Scalar(type.dtype, int64_t{0}), *sizes);
      }
      const Held* after = Lookup(left, s.path);
      if (after && after->type.shape == type.shape) {
        first_.graph->outputs().push_back(after->tensor.get());
        compared.push_back(s.output);
      } else {
        assumed = true;
      }
    }
    if (!assumed) return absl::OkStatus();
    for (int trial = 0; trial < 2; ++trial) {
      T2N_RETURN_IF_ERROR(CompareCalls(graph, *states, compared, trial));
    }
    return absl::OkStatus();
  }

  // Whether later calls find nothing but what the first one found, with inputs for constants.
  bool OnlyTensorsOfOwnType() {
    for (const auto& [path, form] : forms_) {
      const Attribute* own = Find(first_.before, path);
      bool same = own && form.kind == Held::Kind::kTensor && !form.constant &&
                  own->held.kind == form.kind && own->held.type.dtype == form.type.dtype &&
                  own->held.type.shape == form.type.shape;
      if (!same) return false;
    }
    return true;
  }

  static const Held* Lookup(const std::vector<std::pair<std::string, const Held*>>& leaves,
                            const std::string& path) {
    for (const auto& [p, held] : leaves) {
      if (p == path) return held;
    }
    return nullptr;
  }

  // Runs the first call, and the steady graph from the initial values, on random inputs.
  absl::Status CompareCalls(Graph& graph, const std::vector<StateTensor>& states,
                            const std::vector<size_t>& compared, int trial) {
    std::vector<Tensor> inputs;
    uint64_t random = 88172645463325252u + 7919 * trial;
    for (const Value* v : first_.graph->inputs()) {
      T2N_ASSIGN_OR_RETURN(Tensor t, RandomTensor(v->type, trial, &random));
      inputs.push_back(std::move(t));
    }
    std::vector<Tensor> steady_inputs = inputs;
    for (const StateTensor& s : states) steady_inputs.push_back(s.initial);
    absl::StatusOr<std::vector<Tensor>> want = RunGraph(*first_.graph, inputs);
    absl::StatusOr<std::vector<Tensor>> got = RunGraph(graph, steady_inputs);
    std::string names;
    for (const StateTensor& s : states) absl::StrAppend(&names, names.empty() ? "" : ", ", s.path);
    for (const auto* outputs : {&want, &got}) {
      if (outputs->ok()) continue;
      return absl::UnimplementedError(
          absl::StrCat("the initial value of state ", names,
                       " cannot be checked: ", outputs->status().message()));
    }
    for (size_t i = 0; i < compared.size(); ++i) {
      T2N_ASSIGN_OR_RETURN(Comparison c, Compare((*got)[compared[i]], (*want)[i], Tolerance{}));
      if (c.equal) continue;
      return absl::UnimplementedError(
          absl::StrCat("no initial value of state ", names,
                       " is found: the first call does something else than "
                       "later ones do on zeros (output ",
                       i, ": ", c.message, "); --state drop converts the first call alone"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Tensor> RandomTensor(const ValueType& type, int trial, uint64_t* random) {
    std::vector<int64_t> sizes;
    for (const Dim& d : type.shape) {
      std::optional<int64_t> n =
          d.Eval([&](absl::string_view) { return std::optional<int64_t>(trial ? 96 : 64); });
      if (!n || *n < 0) return absl::UnimplementedError("a size that is not known");
      sizes.push_back(*n);
    }
    uint8_t* data;
    Tensor t = Tensor::Allocate(type.dtype, sizes, &data);
    for (int64_t i = 0; i < t.numel(); ++i) {
      *random ^= *random << 13, *random ^= *random >> 7, *random ^= *random << 17;
      double x = static_cast<double>(*random >> 11) / (1ull << 52) - 1;  // [-1, 1)
      if (type.dtype == DType::kF32) {
        reinterpret_cast<float*>(data)[i] = static_cast<float>(x);
      } else if (type.dtype == DType::kF64) {
        reinterpret_cast<double*>(data)[i] = x;
      } else {
        data[i * ItemSize(type.dtype)] = x > 0;  // integers and bools: 0 and 1
      }
    }
    return t;
  }

  const CallOnce& call_;
  bool keep_state_;
  AttributeForms forms_;
  CallResult first_;
  std::vector<std::string> counters_;
  std::string unsettled_;
};

}  // namespace

absl::Status ApplyForms(const AttributeForms& forms, const std::shared_ptr<script::Object>& root,
                        Builder* builder) {
  if (forms.empty()) return absl::OkStatus();
  for (const Attribute& a : script::Attributes(root)) {
    auto it = forms.find(a.path);
    if (it != forms.end()) a.object->Set(a.name, FromForm(it->second, a.path, *builder));
  }
  return builder->status();
}

absl::StatusOr<StatefulModel> FindState(const CallOnce& call, bool keep_state) {
  return StateFinder(call, keep_state).Run();
}

}  // namespace t2n
