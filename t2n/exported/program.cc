#include "t2n/exported/program.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/exported/inputs.h"
#include "t2n/exported/places.h"
#include "t2n/exported/targets.h"
#include "t2n/exported/weights.h"
#include "t2n/program/cut.h"
#include "t2n/program/results.h"
#include "t2n/values/unusable.h"

namespace t2n::exported {
namespace {

bool IsStored(const InputSpec& spec) {
  return spec.kind == InputSpec::Kind::kParameter || spec.kind == InputSpec::Kind::kBuffer ||
         spec.kind == InputSpec::Kind::kTensorConstant;
}

// The names that nodes and outputs of `graph` refer to.
void CollectNames(const Argument& argument, std::set<absl::string_view>* names) {
  if (const auto* v = argument.As<TensorName>()) names->insert(v->name);
  if (const auto* v = argument.As<CustomObject>()) names->insert(v->name);
  if (const auto* v = argument.As<TensorNames>()) {
    for (const TensorName& tensor : *v) names->insert(tensor.name);
  }
  if (const auto* v = argument.As<List>()) {
    for (const Argument& item : *v) CollectNames(item, names);
  }
}

std::set<absl::string_view> UsedNames(const Graph& graph) {
  std::set<absl::string_view> names;
  for (const Node& node : graph.nodes) {
    for (const NamedArgument& input : node.inputs) CollectNames(input.value, &names);
  }
  for (const Argument& output : graph.outputs) CollectNames(output, &names);
  return names;
}

absl::string_view NameOfInput(const Argument& input) {
  const auto* tensor = input.As<TensorName>();
  return tensor ? tensor->name : absl::string_view();
}

// A tensor that the program may write.
struct Written {
  std::string name;
  std::shared_ptr<TensorRef> ref;
  Val before;
  bool is_state = false;  // or a user's input
};

class ExportedModelProgram : public Program {
 public:
  explicit ExportedModelProgram(ExportedModel model) : model_(std::move(model)) {}

  int64_t version() const override { return OpEnv().version; }

  absl::Status AddKnownFacts(absl::string_view /*method*/, InputRequest* request) override {
    T2N_ASSIGN_OR_RETURN(std::vector<UserTensor> tensors, UserTensors(program(), *request));
    for (const UserTensor& tensor : tensors) {
      for (const SymInt& size : tensor.meta->sizes) {
        const auto e = ParseExpression(size.expression);
        if (e.ok() && e->kind == Expression::Kind::kSymbol) request->open_sizes.insert(e->name);
      }
    }
    AddDivisors(tensors, &request->facts);
    // Sizes are told anew by what is known of them now.
    for (UserTensor& tensor : tensors) {
      for (std::optional<Dim>& asked : tensor.asked) {
        if (!asked) continue;
        asked = asked->Substitute([&](absl::string_view name) -> std::optional<Dim> {
          return OpenSize(std::string(name), request->facts);
        });
      }
    }
    return AddProgramFacts(program(), tensors, &request->facts);
  }

  absl::StatusOr<StatefulModel> Evaluate(absl::string_view method, bool keep_state,
                                         Caller& caller) override {
    if (method != "forward") {
      return absl::InvalidArgumentError(
          absl::StrCat("an exported program has no method '", method, "', only forward"));
    }
    std::set<std::string> states;
    while (true) {
      Outcome outcome;
      T2N_ASSIGN_OR_RETURN(
          std::unique_ptr<t2n::Graph> graph,
          caller.Call([&](const CallRequest& request, const OpEnv& env, t2n::Graph* g) {
            outcome = Outcome();
            return CallOnce(request, env, states, g, &outcome);
          }));
      bool found = false;
      for (const auto& [name, next] : outcome.next) found |= states.insert(name).second;
      if (!found || !keep_state) return Finish(std::move(graph), keep_state, outcome);
    }
  }

  int64_t archive_bytes() const override { return stored_.bytes(); }
  std::vector<std::string> Hints() const override {
    return cut() ? cut()->Hints() : std::vector<std::string>();
  }

  std::vector<std::string> MissingOperators() override {
    std::map<absl::string_view, Use> uses;
    CountUnknown(program().graph, &uses);
    std::vector<std::string> lines;
    for (const auto& [target, use] : uses) {
      lines.push_back(absl::StrCat("operator ", target, " is not known: ", use.count,
                                   use.count == 1 ? " call" : " calls", ", first at ",
                                   use.first->ToString()));
    }
    return lines;
  }

 private:
  struct Use {
    int count = 0;
    PlacePtr first;
  };
  // What a call has left: the next values of buffers by name, in the order of the signature, and
  // those that were inputs.
  struct Outcome {
    std::vector<std::pair<std::string, t2n::Value*>> next;
    std::map<std::string, std::pair<t2n::Value*, Tensor>> inputs;
  };

  const ExportedProgram& program() const { return *model_.program; }

  bool IsKnown(absl::string_view target) const {
    const auto op = custom() ? ParseTarget(target) : std::nullopt;
    return IsKnownTarget(target) || (op && custom()->operators.Has(op->name));
  }

  void CountUnknown(const Graph& graph, std::map<absl::string_view, Use>* uses) const {
    for (const Node& node : graph.nodes) {
      if (!IsKnown(node.target)) {
        Use& use = (*uses)[node.target];
        if (use.count++ == 0) use.first = PlaceOf(node, nullptr);
      }
      for (const NamedArgument& input : node.inputs) {
        if (const auto* sub = input.value.As<SubGraph>()) CountUnknown(sub->graph, uses);
      }
    }
  }

  absl::Status CallOnce(const CallRequest& request, const OpEnv& env,
                        const std::set<std::string>& states, t2n::Graph* graph, Outcome* outcome) {
    Builder builder(graph);
    T2N_ASSIGN_OR_RETURN(const std::vector<UserTensor> tensors,
                         UserTensors(program(), request.inputs));
    T2N_ASSIGN_OR_RETURN(const Symbols symbols, Symbols::Bind(tensors, request.inputs.facts));
    std::vector<Written> written;
    T2N_ASSIGN_OR_RETURN(Values inputs,
                         Inputs(request, symbols, states, &builder, &written, outcome));
    Weights weights(&stored_, &builder);
    std::vector<std::pair<absl::string_view, IValue>> literals;
    for (const auto& [name, tensor] : model_.literals) {
      literals.emplace_back(name, weights.Load(tensor, name));
    }
    Evaluator evaluator(&builder, &env, &symbols, &request.answers, request.inputs);
    evaluator.set_custom(custom(), &program());
    if (cut()) cut()->BeginCall();
    evaluator.set_cut(cut(), &program());
    T2N_ASSIGN_OR_RETURN(const Values results,
                         evaluator.Run(program().graph, std::move(inputs), std::move(literals)));
    if (cut() && cut()->ends()) {
      if (!cut()->complete()) return cut()->Missing();
      cut()->AddOutputs(graph);
      written.erase(std::remove_if(written.begin(), written.end(),
                                   [](const Written& w) { return !w.is_state; }),
                    written.end());
    } else {
      T2N_RETURN_IF_ERROR(AddResults(results, &builder));
    }
    return FindWritten(results, written, env, &builder, outcome);
  }

  // The values of the graph's inputs.
  absl::StatusOr<Values> Inputs(const CallRequest& request, const Symbols& symbols,
                                const std::set<std::string>& states, Builder* builder,
                                std::vector<Written>* written, Outcome* outcome) {
    const std::set<absl::string_view> used = UsedNames(program().graph);
    Weights weights(&stored_, builder);
    const std::vector<UserInput> users = UserInputs(program());
    auto user = users.begin();
    Values values;
    for (size_t i = 0; i < program().inputs.size(); ++i) {
      const InputSpec& spec = program().inputs[i];
      const Argument& input = program().graph.inputs[i];
      IValue value;
      if (IsStored(spec)) {
        if (used.count(NameOfInput(input))) {
          T2N_ASSIGN_OR_RETURN(value, Stored(spec, states, &weights, outcome));
        }
      } else if (spec.kind == InputSpec::Kind::kUserInput ||
                 spec.kind == InputSpec::Kind::kConstantInput) {
        T2N_ASSIGN_OR_RETURN(value,
                             MakeInput(*user++, program().graph, symbols, request.inputs, builder));
      } else if (spec.kind == InputSpec::Kind::kCustomObject) {
        value = Unusable(absl::UnimplementedError(
            absl::StrCat("the custom object '", spec.name, "' cannot be converted")));
      }
      if (const auto tensor = value.tensor()) {
        const bool state = IsStored(spec);
        written->push_back({state ? std::string(spec.name) : std::string(NameOfInput(input)),
                            tensor, tensor->Read(), state});
      }
      values.push_back(std::move(value));
    }
    return values;
  }

  static IValue Unusable(absl::Status status) {
    return IValue(std::make_shared<const UnusableValue>(std::move(status)));
  }

  absl::StatusOr<IValue> Stored(const InputSpec& spec, const std::set<std::string>& states,
                                Weights* weights, Outcome* outcome) {
    const std::string name(spec.name);
    const StoredTensor* tensor = model_.Find(name);
    if (tensor == nullptr) {
      return Unusable(absl::InvalidArgumentError(
          absl::StrCat("the archive has no tensor '", name, "'; save the model again")));
    }
    if (!states.count(name)) return weights->Load(*tensor, name);
    T2N_ASSIGN_OR_RETURN(const IValue value, weights->LoadAsInput(*tensor, name));
    T2N_ASSIGN_OR_RETURN(
        const Tensor initial,
        stored_.Load(tensor->archive, *tensor->value->As<torchvalue::TensorRecord>(), nullptr));
    outcome->inputs[name] = {value.tensor()->Read().get(), initial};
    return value;
  }

  // The user's outputs become those of the graph.
  absl::Status AddResults(const Values& results, Builder* builder) {
    const std::vector<std::string> names = ResultNames();
    size_t leaf = 0;
    for (size_t i = 0; i < results.size(); ++i) {
      if (program().outputs[i].kind != OutputSpec::Kind::kUserOutput) continue;
      const std::string name = leaf < names.size() ? names[leaf] : "";
      ++leaf;
      T2N_RETURN_IF_ERROR(AddOutput(*builder, results[i], name, builder->graph()));
    }
    if (!builder->graph()->outputs().empty()) return absl::OkStatus();
    return absl::FailedPreconditionError("forward returns no tensor");
  }

  // Names that keys and fields give; tuples and lists by themselves give none.
  std::vector<std::string> ResultNames() const {
    std::vector<std::string> names;
    AddNames(program().out_spec, "", &names);
    return names;
  }
  static void AddNames(const SpecTree& tree, const std::string& name,
                       std::vector<std::string>* names) {
    if (tree.is_leaf()) names->push_back(name);
    for (size_t i = 0; i < tree.children.size(); ++i) {
      std::string part = name;
      if (!tree.names.empty()) {
        part = name.empty() ? tree.names[i] : absl::StrCat(name, "_", tree.names[i]);
      } else if (!name.empty()) {
        part = absl::StrCat(name, "_", i);
      }
      AddNames(tree.children[i], part, names);
    }
  }

  // What the call has written, in place or as outputs of the signature.
  absl::Status FindWritten(const Values& results, const std::vector<Written>& written,
                           const OpEnv& env, Builder* builder, Outcome* outcome) {
    std::map<std::string, Val> next;  // of the signature
    for (size_t i = 0; i < results.size(); ++i) {
      const OutputSpec& spec = program().outputs[i];
      const bool mutation = spec.kind == OutputSpec::Kind::kBufferMutation ||
                            spec.kind == OutputSpec::Kind::kParameterMutation ||
                            spec.kind == OutputSpec::Kind::kUserInputMutation;
      if (mutation && results[i].tensor()) {
        next[std::string(spec.name)] = results[i].tensor()->Read();
      }
    }
    for (const Written& w : written) {
      const auto told = next.find(w.name);
      const Val now = told == next.end() ? w.ref->Read() : told->second;
      if (now == w.before || !now) continue;
      if (w.is_state) {
        outcome->next.emplace_back(w.name, now.get());
        continue;
      }
      builder->graph()->outputs().push_back(now.get());
      builder->graph()->output_names().push_back(absl::StrCat(w.name, "_after"));
      if (env.warn) {
        env.warn(absl::StrCat("the model writes its input ", w.name,
                              "; what it holds after the call is the output ", w.name, "_after"));
      }
    }
    return builder->status();
  }

  absl::StatusOr<StatefulModel> Finish(std::unique_ptr<t2n::Graph> graph, bool keep_state,
                                       const Outcome& outcome) {
    StatefulModel model;
    model.graph = std::move(graph);
    if (!keep_state) return model;
    const std::set<const t2n::Value*> needed = Needed(*model.graph, outcome);
    std::vector<t2n::Value*>& inputs = model.graph->inputs();
    for (const auto& [name, input] : outcome.inputs) {
      inputs.erase(std::find(inputs.begin(), inputs.end(), input.first));
    }
    for (const auto& [name, next] : outcome.next) {
      const auto input = outcome.inputs.find(name);
      if (input == outcome.inputs.end() || !needed.count(input->second.first)) continue;
      StateTensor state;
      state.path = name;
      state.input = inputs.size();
      state.output = model.graph->outputs().size();
      state.initial = input->second.second;
      inputs.push_back(input->second.first);
      model.graph->outputs().push_back(next);
      model.graph->output_names().push_back(absl::StrCat(name, "_next"));
      model.states.push_back(std::move(state));
    }
    return model;
  }

  // The state inputs that results depend on, now or at a later call.
  static std::set<const t2n::Value*> Needed(const t2n::Graph& graph, const Outcome& outcome) {
    std::map<const t2n::Value*, t2n::Value*> next;  // by input
    for (const auto& [name, value] : outcome.next) {
      const auto input = outcome.inputs.find(name);
      if (input != outcome.inputs.end()) next[input->second.first] = value;
    }
    std::set<const t2n::Value*> needed;
    std::set<const t2n::Node*> seen;
    std::vector<const t2n::Value*> pending(graph.outputs().begin(), graph.outputs().end());
    while (!pending.empty()) {
      const t2n::Value* v = pending.back();
      pending.pop_back();
      if (v->is_constant()) continue;
      const auto state = next.find(v);
      if (state != next.end() && needed.insert(v).second) pending.push_back(state->second);
      if (!seen.insert(v->node).second) continue;
      pending.insert(pending.end(), v->node->inputs.begin(), v->node->inputs.end());
    }
    return needed;
  }

  ExportedModel model_;
  StoredTensors stored_;
};

}  // namespace

std::unique_ptr<Program> NewProgram(ExportedModel model) {
  return std::make_unique<ExportedModelProgram>(std::move(model));
}

}  // namespace t2n::exported
