#include "t2n/verify/divergence.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/convert/report.h"
#include "t2n/reference/run.h"
#include "t2n/verify/written.h"

namespace t2n {
namespace {

// The nodes that a value is computed by, operands first; constants and inputs are left out.
std::vector<const Node*> Ancestors(const Graph& graph, const Value* value) {
  absl::flat_hash_set<const Node*> needed = {value->node};
  std::vector<const Node*> order;
  for (auto it = graph.nodes().rbegin(); it != graph.nodes().rend(); ++it) {
    const Node* node = it->get();
    if (!needed.contains(node) || node->op == Op::kInput) continue;
    for (const Value* input : node->inputs) {
      if (!input->constant) needed.insert(input->node);
    }
    const Value* result = node->output();
    if (!result->constant && !result->dims && !IsQuantized(result->dtype())) order.push_back(node);
  }
  std::reverse(order.begin(), order.end());
  return order;
}

std::string FirstElements(const Tensor& tensor) {
  constexpr int64_t kShown = 6;
  const auto numbers = ReadDoubles(tensor);
  if (!numbers.ok()) return "";
  std::vector<double> first(numbers->begin(),
                            numbers->begin() + std::min<int64_t>(kShown, numbers->size()));
  return absl::StrCat("[", absl::StrJoin(first, ", "), tensor.numel() > kShown ? ", ..." : "", "]");
}

class Search {
 public:
  Search(Graph* graph, absl::Span<const Tensor> inputs, const Trial& trial)
      : graph_(*graph), inputs_(inputs), trial_(trial) {}

  absl::StatusOr<Divergence> Find(const Value* output) {
    const std::vector<const Node*> nodes = Ancestors(graph_, output);
    // Values before `low` agree, that of `high` differs, as far as they were tried.
    size_t low = 0, high = nodes.size();
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (Differs(nodes[middle])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    const Node* node = low < nodes.size() ? nodes[low] : output->node;
    if (!Differs(node)) {
      return absl::NotFoundError(
          "no value inside differs when it is an output (where the reference differs as well, the "
          "archive is not what was recorded: other weights, or a state that calls had changed)");
    }
    for (bool moved = true; moved;) {
      moved = false;
      for (const Value* input : node->inputs) {
        if (input->constant || input->node->op == Op::kInput || !Differs(input->node)) continue;
        node = input->node;
        moved = true;
        break;
      }
    }
    return Describe(node);
  }

 private:
  struct Tried {
    bool differs = false;
    bool refused = false;  // tract does not run it
    std::string message;
    std::string why_not;  // it could not be tried
    Tensor want;
  };

  // Whether the first result of a node differs; a value that cannot be an output counts as right.
  bool Differs(const Node* node) { return Try(node).differs; }

  const Tried& Try(const Node* node) {
    auto [it, is_new] = tried_.try_emplace(node);
    if (!is_new) return it->second;
    Tried result;
    absl::Status status = TryOutput(node->output(), {}, &result);
    if (!status.ok() && trial_.refused) {
      result.differs = result.refused;
      result.message = absl::StrCat("tract: ", status.message());
      return tried_[node] = std::move(result);
    }
    // Some models cannot be cut there; whole, with one more output, they can be run.
    if (!status.ok()) status = TryOutput(node->output(), graph_.outputs(), &result);
    if (!status.ok()) {
      result = Tried();
      result.why_not = std::string(status.message());
    }
    return tried_[node] = std::move(result);
  }

  // With `value` as the first output, before `others`.
  absl::Status TryOutput(Value* value, const std::vector<Value*>& others, Tried* result) {
    const std::vector<Value*> outputs = graph_.outputs();
    const std::vector<std::string> names = graph_.output_names();
    graph_.outputs() = {value};
    graph_.outputs().insert(graph_.outputs().end(), others.begin(), others.end());
    graph_.output_names().assign(graph_.outputs().size(), "probe");
    absl::Status status = EmitModel(graph_, InFolder(*trial_.emit, trial_.folder), nullptr);
    absl::StatusOr<std::vector<Tensor>> want = std::vector<Tensor>();
    if (status.ok() && !trial_.refused) want = RunGraph(graph_, inputs_);
    graph_.outputs() = outputs;
    graph_.output_names() = names;
    T2N_RETURN_IF_ERROR(status);
    T2N_RETURN_IF_ERROR(want.status());
    T2N_ASSIGN_OR_RETURN(const std::vector<Tensor> inputs, AllAsWritten(inputs_));
    const absl::StatusOr<std::vector<Tensor>> got =
        RunInTract(trial_.tract, trial_.folder, inputs, trial_.input_names);
    result->refused = !got.ok();
    T2N_RETURN_IF_ERROR(got.status());
    if (trial_.refused) return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN(result->want, AsWritten((*want)[0]));
    result->message = DifferentType(*value, got->front());
    result->differs = !result->message.empty();
    if (result->differs) return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN(const Comparison comparison,
                         Compare(got->front(), result->want, trial_.tolerance));
    result->differs = !comparison.equal;
    result->message = comparison.message;
    return absl::OkStatus();
  }

  // Empty if it is of the graph's type.
  std::string DifferentType(const Value& value, const Tensor& got) const {
    const auto symbols = BindSymbols(graph_, inputs_);
    if (!symbols.ok()) return "";
    const auto type = AtSizes(value.type, *symbols);
    return type.ok() ? TypeDifference(got, *type, !trial_.emit->target.strict) : "";
  }

  Divergence Describe(const Node* node) {
    const Tried& tried = Try(node);
    Divergence found;
    found.node = node;
    found.description = DescribeNode(*node);
    found.message = tried.message;
    if (!tried.refused) found.want = tried.want;
    for (size_t i = 0; i < node->inputs.size(); ++i) {
      const Value* input = node->inputs[i];
      std::string line = absl::StrCat("operand ", i, ": ", TypeToString(input->type));
      if (input->constant) {
        absl::StrAppend(&line, " = ", FirstElements(*input->constant), " (constant)");
      } else if (const absl::StatusOr<Tensor> t = ValueOf(input); t.ok()) {
        absl::StrAppend(&line, " = ", FirstElements(*t));
      }
      const auto tried = tried_.find(input->node);
      if (tried != tried_.end() && !tried->second.why_not.empty()) {
        absl::StrAppend(&line, " (as an output it was not tried: ", tried->second.why_not, ")");
      }
      found.operands.push_back(std::move(line));
    }
    return found;
  }

  absl::StatusOr<Tensor> ValueOf(const Value* value) {
    const std::vector<Value*> outputs = graph_.outputs();
    graph_.outputs() = {const_cast<Value*>(value)};
    absl::StatusOr<std::vector<Tensor>> got = RunGraph(graph_, inputs_);
    graph_.outputs() = outputs;
    T2N_RETURN_IF_ERROR(got.status());
    return (*got)[0];
  }

  Graph& graph_;
  absl::Span<const Tensor> inputs_;
  const Trial& trial_;
  absl::flat_hash_map<const Node*, Tried> tried_;
};

}  // namespace

absl::StatusOr<Divergence> FindDivergence(Graph* graph, size_t output,
                                          absl::Span<const Tensor> inputs, const Trial& trial) {
  return Search(graph, inputs, trial).Find(graph->outputs()[output]);
}

}  // namespace t2n
