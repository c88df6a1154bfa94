#include "t2n/state/state.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/state/refusal.h"
#include "t2n/state/state_initial.h"

namespace t2n {
namespace {

constexpr int kMaxCalls = 6;
constexpr size_t kToldCalls = 3;  // in messages
constexpr absl::string_view kCounterPrefix = "state#";

// The symbols in sizes of the graph and its bodies.
void FindSymbols(const Graph& graph, absl::flat_hash_set<std::string>* found) {
  auto add = [&](const Dim& d) {
    for (const std::string& s : d.Symbols()) found->insert(s);
  };
  for (const auto& node : graph.nodes()) {
    for (const auto& [key, attr] : node->attrs.all()) {
      if (const auto* shape = std::get_if<Shape>(&attr)) absl::c_for_each(*shape, add);
      if (const auto* dim = std::get_if<Dim>(&attr)) add(*dim);
    }
    for (const auto& output : node->outputs) {
      absl::c_for_each(output->shape(), add);
      if (output->dims) absl::c_for_each(*output->dims, add);
    }
    for (const auto& body : node->bodies) FindSymbols(*body, found);
  }
}

std::string Description(const Held& held) {
  switch (held.kind) {
    case Held::Kind::kPlain:
      return Str(held.plain);
    case Held::Kind::kTensor:
      return TypeToString(held.type);
    default:
      return absl::StrCat(held.source.TypeName(), " of ", held.items.size());
  }
}

// What becomes of numbers that calls change.
enum class Numbers {
  kSymbols,         // ints that do so at every call are symbols, which a model cannot depend on
  kInputs,          // those that do so at two calls are inputs
  kInputsFromFirst  // all are
};

bool HoldsNumber(const Held& held) {
  return (held.kind == Held::Kind::kPlain && held.plain.is_number()) ||
         std::any_of(held.items.begin(), held.items.end(), HoldsNumber);
}

// What each tensor that is kept becomes, by path.
using NextValues = absl::flat_hash_map<std::string, Value*>;

class StateFinder {
 public:
  StateFinder(const CallOnce& call, bool keep_state, Numbers numbers)
      : call_(call), keep_state_(keep_state), numbers_(numbers) {}

  absl::StatusOr<StatefulModel> Run() {
    for (int i = 0; i < kMaxCalls; ++i) {
      T2N_ASSIGN_OR_RETURN(CallResult call, call_(forms_));
      const bool steady = !keep_state_ || NextForms(call);
      if (steady && i == 0) return StatefulModel{std::move(call.graph), {}};
      if (steady) return Finish(std::move(call));
      early_.push_back(std::move(call));
    }
    std::vector<std::string> seen = seen_[unsettled_];
    if (seen.size() > kToldCalls) seen.resize(kToldCalls);
    return AsDroppable(absl::UnimplementedError(absl::StrCat(
        "what the model keeps between calls does not settle: attribute '", unsettled_, "' is ",
        absl::StrJoin(seen, ", then "), " ...; a model's inputs have one type: keep the attribute ",
        "at one size, or convert the first call alone with --state drop")));
  }

  // The attributes that are symbols.
  const std::vector<std::string>& counters() const { return counters_; }
  // Whether calls change numbers.
  bool changes_numbers() const { return changes_numbers_; }

 private:
  // Takes over what the call has left; true if the next call would find what this one has found.
  bool NextForms(const CallResult& call) {
    bool steady = true;
    const auto found = ByPath(call.before);
    for (const Attribute& after : call.after) {
      const auto known_before = found.find(after.path);
      const Attribute* before = known_before == found.end() ? nullptr : known_before->second;
      if (before && SameValue(before->held, after.held)) continue;
      bool again = !changed_.insert(after.path).second || Moved(before, after) ||
                   numbers_ == Numbers::kInputsFromFirst;
      changes_numbers_ |= HoldsNumber(after.held);
      Held next = NextForm(after.held, before ? &before->held : nullptr, again,
                           numbers_ == Numbers::kSymbols);
      auto known = forms_.find(after.path);
      const Held* was = known == forms_.end() ? nullptr : &known->second;
      bool named = NameCounters(after.path, before ? &before->held : nullptr, was, &next);
      seen_[after.path].push_back(Description(after.held));
      if (was && !named && SameForm(*was, next)) continue;
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

  // Makes counting ints symbols (`found`: what the call found, `was`: the form so far); true if
  // some symbol is new, or had too narrow a range.
  bool NameCounters(const std::string& path, const Held* found, const Held* was, Held* form) {
    bool changed = false;
    auto child = [](const Held* held, size_t i) {
      return held && i < held->items.size() ? &held->items[i] : nullptr;
    };
    for (size_t i = 0; i < form->items.size(); ++i) {
      changed |=
          NameCounters(ItemPath(*form, path, i), child(found, i), child(was, i), &form->items[i]);
    }
    const Dim* left = form->counts ? form->plain.If<Dim>() : nullptr;
    if (!left) return changed;
    const Dim* known = was && was->counts ? was->plain.If<Dim>() : nullptr;
    Range range;
    range.min = left->range().min;
    if (known) {
      bool falls = !range.min || *range.min < known->range().min.value_or(*range.min);
      if (!falls) {
        form->plain = *known;
        return changed;
      }
      range.min.reset();
    } else {
      // This call has found it, so that the steady calls must hold for it.
      const Dim* start = found ? found->plain.If<Dim>() : nullptr;
      std::optional<int64_t> least = start ? start->range().min : std::nullopt;
      range.min = least && range.min ? std::optional(std::min(*least, *range.min)) : std::nullopt;
      counters_.push_back(path);
    }
    form->plain = IValue(Dim::Symbol(absl::StrCat(kCounterPrefix, path), range));
    return true;
  }

  absl::StatusOr<StatefulModel> Finish(CallResult steady) {
    StatefulModel model;
    Graph& graph = *steady.graph;
    const size_t results = graph.outputs().size();
    NextValues next;
    for (const Attribute& after : steady.after) {
      if (!forms_.count(after.path)) continue;
      std::vector<Leaf> leaves;
      Leaves(after.held, after.path, &leaves);
      for (const Leaf& leaf : leaves) next.emplace(leaf.path, leaf.held->tensor.get());
    }
    std::vector<Value*> inputs = StateInputs(steady);
    std::set<const Value*> needed = Needed(graph, inputs, next);
    const absl::flat_hash_set<const Value*> states(inputs.begin(), inputs.end());
    auto& all = graph.inputs();
    auto is_dropped = [&](const Value* v) { return states.contains(v) && !needed.count(v); };
    all.erase(std::remove_if(all.begin(), all.end(), is_dropped), all.end());
    for (size_t i = 0; i < all.size(); ++i) {
      if (!states.contains(all[i])) continue;
      const auto value = next.find(all[i]->name);
      if (value == next.end()) return absl::InternalError("a state without a next value");
      StateTensor& state = model.states.emplace_back();
      state.path = all[i]->name;
      state.input = i;
      state.output = graph.outputs().size();
      graph.outputs().push_back(value->second);
      graph.output_names().push_back(absl::StrCat(state.path, "_next"));
    }
    graph.EliminateDeadCode();
    absl::flat_hash_set<std::string> symbols;
    if (!counters_.empty()) FindSymbols(graph, &symbols);
    for (const std::string& path : counters_) {
      if (symbols.contains(absl::StrCat(kCounterPrefix, path))) {
        return absl::UnimplementedError("a size follows the number");
      }
    }
    absl::Status initial =
        FindInitialValues(graph, results, OnlyTensorsOfOwnType(), &early_, &model.states);
    if (!initial.ok() && model.states.empty()) return FirstCallDiffers();
    T2N_RETURN_IF_ERROR(initial);
    model.graph = std::move(steady.graph);
    return model;
  }

  absl::Status FirstCallDiffers() const {
    return AsDroppable(absl::UnimplementedError(absl::StrCat(
        "the first call does something else than later ones, which find changed what it has left "
        "(",
        absl::StrJoin(forms_, ", ",
                      [](std::string* out, const auto& form) {
                        absl::StrAppend(out, "attribute '", form.first, "'");
                      }),
        "); --state drop converts the first call alone")));
  }

  // The graph's inputs that stand for attributes.
  std::vector<Value*> StateInputs(const CallResult& call) {
    std::set<const Value*> found;
    for (const Attribute& before : call.before) {
      std::vector<Leaf> leaves;
      if (forms_.count(before.path)) Leaves(before.held, before.path, &leaves);
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
                                const NextValues& next) {
    const absl::flat_hash_set<const Value*> kept(states.begin(), states.end());
    std::set<const Value*> needed;
    std::set<const Node*> seen;
    std::vector<const Value*> pending(graph.outputs().begin(), graph.outputs().end());
    while (!pending.empty()) {
      const Value* v = pending.back();
      pending.pop_back();
      if (v->is_constant()) continue;
      if (kept.contains(v) && needed.insert(v).second) {
        if (const auto it = next.find(v->name); it != next.end()) pending.push_back(it->second);
      }
      if (!seen.insert(v->node).second) continue;
      pending.insert(pending.end(), v->node->inputs.begin(), v->node->inputs.end());
    }
    return needed;
  }

  // Whether later calls find nothing but what the first one found, with inputs for constants.
  bool OnlyTensorsOfOwnType() {
    const auto found = ByPath(early_[0].before);
    for (const auto& [path, form] : forms_) {
      const auto it = found.find(path);
      const Attribute* own = it == found.end() ? nullptr : it->second;
      bool same = own && form.kind == Held::Kind::kTensor && !form.constant &&
                  own->held.kind == form.kind && own->held.type.dtype == form.type.dtype &&
                  own->held.type.shape == form.type.shape && own->held.alias == form.alias;
      if (!same) return false;
    }
    return true;
  }

  const CallOnce& call_;
  bool keep_state_;
  Numbers numbers_;
  bool changes_numbers_ = false;
  AttributeForms forms_;
  std::vector<CallResult> early_;  // the calls before the steady one
  std::set<std::string> changed_;
  std::vector<std::string> counters_;
  std::map<std::string, std::vector<std::string>> seen_;  // what calls have left, for messages
  std::string unsettled_;
};

}  // namespace

absl::StatusOr<StatefulModel> FindState(const CallOnce& call, bool keep_state) {
  StateFinder finder(call, keep_state, Numbers::kSymbols);
  absl::StatusOr<StatefulModel> model = finder.Run();
  if (model.ok() || !finder.changes_numbers()) return model;
  absl::Status why = model.status();
  for (Numbers numbers : {Numbers::kInputs, Numbers::kInputsFromFirst}) {
    absl::StatusOr<StatefulModel> open = StateFinder(call, keep_state, numbers).Run();
    if (open.ok()) return open;
    if (numbers == Numbers::kInputs) why = open.status();
  }
  if (finder.counters().empty() || why == model.status()) {
    return model.status();
  }
  return Reworded(
      why,
      absl::UnimplementedError(absl::StrCat(
          "attribute '", finder.counters()[0],
          "' is a number that changes at every call, and the model depends on it: ", why.message(),
          IsDroppable(why) ? "" : "; or convert the first call alone with --state drop")));
}

}  // namespace t2n
