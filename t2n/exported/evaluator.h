// Runs the graph of an exported program with abstract tensors, node by node, and records what it
// computes in a graph of primitives.
#ifndef T2N_EXPORTED_EVALUATOR_H_
#define T2N_EXPORTED_EVALUATOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parsers/exported/program.h"
#include "t2n/alias/operator_caller.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/builder/builder.h"
#include "t2n/exported/module_calls.h"
#include "t2n/exported/symbols.h"
#include "t2n/program/input_request.h"
#include "t2n/sizes/assumptions.h"
#include "t2n/values/custom_modules.h"
#include "t2n/values/outline.h"
#include "t2n/values/value.h"

namespace t2n {
class Cut;
}  // namespace t2n

namespace t2n::exported {

using Values = std::vector<IValue>;

class Evaluator {
 public:
  // All must outlive the evaluator. `answers` are to questions about open sizes.
  Evaluator(Builder* builder, const OpEnv* env, const Symbols* symbols, const Answers* answers,
            const InputRequest& request)
      : b_(*builder),
        env_(*env),
        symbols_(*symbols),
        answers_(*answers),
        request_(request),
        operators_(builder, env) {}

  // Runs `graph` on one value for each of its inputs, and on `literals` by name (torch 2.1); its
  // outputs. Failures carry a place (PlaceOf).
  absl::StatusOr<Values> Run(const Graph& graph, Values inputs,
                             std::vector<std::pair<absl::string_view, IValue>> literals);

  // The user's operators and modules; may be null. `program`: whose weights modules have.
  void set_custom(const CustomCode* custom, const ExportedProgram* program) {
    custom_ = custom;
    program_ = program;
    operators_.set_custom(custom ? &custom->operators : nullptr);
  }

  // Tells of the tensors inside, and ends where it says: outputs that are not computed by then are
  // None. May be null.
  void set_cut(Cut* cut, const ExportedProgram* program);

  // Whether there is a higher-order operator of this name (`cond`).
  static bool KnowsHigherOrder(absl::string_view name);

 private:
  // A graph that is being run: its values by name.
  struct Scope {
    const Graph* graph;
    absl::flat_hash_map<absl::string_view, IValue> values;
    PlacePtr place;         // of the node that the graph belongs to
    bool autocast = false;  // operators compute in the types that the program has for their results
  };
  // What a higher-order operator was called with.
  struct HopCall {
    const Node& node;
    Scope& scope;
    std::vector<const Argument*> args;  // by position
    const Argument* Find(absl::string_view name) const;
  };
  using Hop = absl::StatusOr<Values> (Evaluator::*)(const HopCall&);

  // evaluator.cc
  absl::StatusOr<Values> RunIn(const Graph& graph, Values inputs, Scope* scope);
  absl::Status RunNodes(absl::Span<const Node> nodes, Scope& scope);
  absl::Status RunNode(const Node& node, Scope& scope);
  absl::Status MeetCalls(size_t begin, size_t end, const Scope& scope);
  absl::StatusOr<IValue> Call(const Node& node, Scope& scope);
  absl::StatusOr<IValue> CallScalar(absl::string_view builtin, Values args);
  absl::StatusOr<IValue> CallOperator(const Node& node, Scope& scope);
  absl::StatusOr<IValue> Compare(absl::string_view builtin, const Values& args,
                                 const absl::Status& undecided);
  absl::Status CastForAutocast(const Node& node, const Scope& scope,
                               std::vector<NamedOperand>* operands);
  absl::StatusOr<std::vector<NamedOperand>> Operands(const Node& node, Scope& scope);
  absl::Status Store(const Node& node, Values results, Scope* scope);
  absl::Status StoreOne(const Argument& name, IValue value, Scope* scope);
  absl::Status Check(absl::string_view name, const IValue& value, const Scope& scope);

  // custom.cc
  struct Region;
  absl::StatusOr<std::vector<Region>> FindRegions(absl::Span<const Node> nodes,
                                                  const Scope& scope) const;
  absl::StatusOr<Region> MakeRegion(absl::Span<const Node> nodes, size_t begin, size_t end,
                                    size_t depth, const CustomModule& module,
                                    const Scope& scope) const;
  absl::Status RunRegion(const Region& region, Scope& scope);
  absl::StatusOr<std::vector<Arg>> ArgumentsOf(const Region& region, const Scope& scope) const;
  absl::Status StoreResults(const Region& region, const Arg& result, Scope& scope);
  std::shared_ptr<Object> SelfOf(absl::string_view path, const Scope& scope) const;

  // values.cc
  absl::StatusOr<IValue> ValueOf(const Argument& argument, const Scope& scope) const;
  absl::StatusOr<IValue> Lookup(absl::string_view name, const Scope& scope) const;
  absl::StatusOr<Values> ValuesOf(absl::Span<const Argument* const> arguments,
                                  const Scope& scope) const;
  absl::StatusOr<Values> ListOf(const Argument* argument, const Scope& scope) const;

  // higher_order.cc
  static const absl::flat_hash_map<absl::string_view, Hop>& Hops();
  absl::StatusOr<Values> CallHigherOrder(const Node& node, Scope& scope);
  absl::StatusOr<Values> RunSubGraph(const Argument* graph, Values inputs, bool autocast);
  absl::StatusOr<Values> Inlined(const HopCall& call, size_t graph, size_t operands);
  absl::StatusOr<Values> WithGradients(const HopCall& call);
  absl::StatusOr<Values> WithAutocast(const HopCall& call);
  absl::StatusOr<Values> Hinted(const HopCall& call);
  absl::StatusOr<Values> Invoked(const HopCall& call);
  absl::StatusOr<Values> Checkpointed(const HopCall& call);
  absl::StatusOr<Values> OutDtype(const HopCall& call);
  absl::StatusOr<Values> WithEffects(const HopCall& call);
  absl::StatusOr<Values> Functionalized(const HopCall& call);
  absl::StatusOr<IValue> CallByName(absl::string_view target, Values positional,
                                    std::vector<NamedOperand> keywords);

  // control_flow.cc
  absl::StatusOr<Values> Cond(const HopCall& call);
  absl::StatusOr<Values> WhileLoop(const HopCall& call);
  absl::StatusOr<std::optional<Values>> LoopFrom(const HopCall& call, Values carried,
                                                 const Values& others, int open);
  absl::StatusOr<Values> RunUnbounded(const HopCall& call, const Values& carried,
                                      const Values& others, const Val& begins);
  absl::StatusOr<Values> OnePass(const HopCall& call, const Values& carried, const Values& others);
  absl::StatusOr<Values> SelectAll(const Val& condition, const Values& yes, const Values& no);
  // A condition as decided, or the value that decides it.
  struct Condition {
    bool holds = false;
    Val open;
  };
  absl::StatusOr<Condition> Decide(const IValue& value);
  absl::StatusOr<Condition> GoesOn(const HopCall& call, const Values& carried,
                                   const Values& others);

  // loops.cc
  absl::StatusOr<Values> ScanLoop(const HopCall& call);
  absl::StatusOr<Values> Map(const HopCall& call);
  absl::StatusOr<Values> RunOverRows(const HopCall& call, const Values& init, const Values& rows,
                                     const Values& others);
  absl::StatusOr<Values> RunAtMost(const HopCall& call, const Values& initial, const Values& others,
                                   const Val& begins, int64_t passes);
  absl::StatusOr<Values> BeginLoop(const Values& initial, OpenLoop* loop);
  absl::StatusOr<Values> EndLoop(const Values& results, OpenLoop* loop);
  Val RowThatHolds(const Val& condition, const OpenLoop& loop);
  Val UnlessUnfinished(const Val& value, const Val& unfinished);

  // vmap.cc
  struct Vmap {
    OpenLoop loop;
    struct Result {
      const Node* node;
      int64_t axis;
    };
    std::vector<Result> results;  // of the nodes that give what `loop` produces
  };
  absl::Status RunVmap(const Node& begin, absl::Span<const Node> nodes, Scope& scope);
  absl::StatusOr<Vmap*> VmapOf(const IValue& level);
  absl::Status AddBatch(const Node& node, Scope* scope);
  absl::Status RemoveBatch(const Node& node, Scope& scope);

  Builder& b_;
  const OpEnv& env_;
  const Symbols& symbols_;
  const Answers& answers_;
  const InputRequest& request_;
  OperatorCaller operators_;
  const CustomCode* custom_ = nullptr;
  const ExportedProgram* program_ = nullptr;
  Cut* cut_ = nullptr;
  std::map<size_t, std::vector<CallResults>> calls_;  // for `cut_`, by their last nodes
  // Comparisons of open sizes that the graph computes, with the question that each is.
  absl::flat_hash_map<const t2n::Value*, absl::Status> questions_;
  std::vector<Vmap*> vmaps_;  // that are being run, outermost first
  int loops_ = 0;
  int64_t passes_ = 0;
};

// The nodes of a call of a module that the user converts in his own way.
struct Evaluator::Region {
  size_t begin, end;
  const CustomModule* module;
  std::string path, class_name;
  std::vector<absl::string_view> inputs;  // tensors from elsewhere, in the order of use
  std::vector<absl::string_view>
      outputs;  // those that are used elsewhere, in the order they are made
  const CallSignature* signature = nullptr;  // if the program kept it
};

// Whether the conversion knows a node of this target; operators of `torch.ops` by name alone.
bool IsKnownTarget(absl::string_view target);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_EVALUATOR_H_
