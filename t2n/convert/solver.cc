#include "t2n/convert/solver.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/allowance.h"
#include "t2n/base/status.h"
#include "t2n/sizes/least_sizes.h"

namespace t2n {
namespace {

constexpr int kMaxPasses = 8;  // until no more is known of the sizes

// Values that no node reads, that are not known, become the outputs.
void EndWhereItStands(Graph* graph) {
  absl::flat_hash_set<const Value*> read;
  for (const auto& node : graph->nodes()) read.insert(node->inputs.begin(), node->inputs.end());
  graph->outputs().clear();
  for (const auto& node : graph->nodes()) {
    for (const auto& value : node->outputs) {
      const bool known = value->constant || value->dims || node->op == Op::kInput;
      if (!known && !read.contains(value.get())) graph->outputs().push_back(value.get());
    }
  }
  graph->output_names().assign(graph->outputs().size(), "");
  for (size_t i = 0; i < graph->outputs().size(); ++i) {
    graph->output_names()[i] = absl::StrCat("unfinished_", i);
  }
  graph->EliminateDeadCode();
}

// Facts in the graph's symbols as the user would assert them; none if one of them says nothing new.
std::vector<std::string> OfTheUser(const std::vector<std::string>& facts, SymbolFacts known) {
  std::vector<std::string> asserted;
  for (const std::string& fact : facts) {
    const std::optional<std::string> added = AddGraphFact(fact, &known);
    if (!added) return {};
    asserted.push_back(*added);
  }
  return asserted;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Graph>> Solver::Call(const Once& once) {
  T2N_RETURN_IF_ERROR(CallWhereItDoesNotRaise(
      [&](const Assumptions& assumed, bool trial) {
        return OutcomeOf(CallAnswered(once, assumed, trial));
      },
      &assumed_));
  return std::move(graph_);
}

std::unique_ptr<Graph> Solver::TakeUnfinished() {
  if (unfinished_) EndWhereItStands(unfinished_.get());
  return std::move(unfinished_);
}

absl::Status Solver::CallAnswered(const Once& once, const Assumptions& assumed, bool trial) {
  CallRequest request;
  request.answers = assumed.answers;
  request.left_open = assumed.left_open;
  request.leave_all_open = trial;
  Lines told;
  T2N_ASSIGN_OR_RETURN(request.inputs, WithAssumed(assumed));
  OpEnv own = env_;
  if (trial) own.warn = [](const std::string&) {};
  for (int pass = 0;; ++pass) {
    Allowance::Current().BeginPass();
    T2N_RETURN_IF_ERROR(Allowance::Current().Check());
    auto graph = std::make_unique<Graph>();
    const absl::Status status = once(request, own, graph.get());
    if (status.ok()) {
      if (trial) return status;
      graph_ = std::move(graph);
      request_ = std::move(request.inputs);
      told_.insert(told.begin(), told.end());
      return status;
    }
    // What has been done needs sizes; known, they may decide what stopped the call.
    T2N_ASSIGN_OR_RETURN(const bool raised, RaiseLeastSizes(*graph, &request.inputs));
    // What was taken for equal before comes first: of the sizes that fit it some may fit here.
    bool learned = false;
    if (const auto before = NeededFacts(*graph); before.ok()) {
      for (const NeededFact& fact : *before) {
        T2N_ASSIGN_OR_RETURN(const bool is_new, Learn(fact, &request.inputs, &told));
        learned |= is_new;
      }
    }
    const std::optional<NeededFact> needed = learned ? std::nullopt : FactNeededToGoOn(*graph);
    if (needed) {
      T2N_ASSIGN_OR_RETURN(learned, Learn(*needed, &request.inputs, &told));
    }
    if ((raised || learned) && pass < kMaxPasses) continue;
    if (!trial) unfinished_ = std::move(graph);
    return WithSettlingFacts(status, OfTheUser(SettlingFactsOf(status), request.inputs.facts));
  }
}

absl::StatusOr<bool> Solver::LearnFrom(const Graph& graph) {
  if (learned_++ == kMaxPasses) return false;
  T2N_ASSIGN_OR_RETURN(request_, WithAssumed(assumed_));
  T2N_ASSIGN_OR_RETURN(bool learned, RaiseLeastSizes(graph, &request_));
  const absl::StatusOr<std::vector<NeededFact>> needed = NeededFacts(graph);
  // With larger sizes known, the next call may need no fact where this one finds none.
  if (learned && !needed.ok()) return true;
  T2N_RETURN_IF_ERROR(needed.status());
  for (const NeededFact& fact : *needed) {
    T2N_ASSIGN_OR_RETURN(const bool is_new, Learn(fact, &request_, &told_));
    learned |= is_new;
  }
  return learned;
}

// Takes facts that are needed into the request, and tells them; whether they were not known. A fact
// that cannot be is none.
absl::StatusOr<bool> Solver::Learn(const NeededFact& needed, InputRequest* request,
                                   Lines* told) const {
  bool learned = false;
  for (const std::string& fact : needed.facts) {
    std::optional<std::string> added = AddGraphFact(fact, &request->facts);
    SymbolFacts equal = request->facts;
    if (!added && absl::StrContains(fact, "==") && !absl::StrContains(fact, "%") &&
        ParseAssertion(fact, &equal).ok() && CheckFacts(equal).ok()) {
      request->facts = std::move(equal);
      added = fact;
    }
    if (!added) continue;
    learned = true;
    told->insert(absl::StrCat("converted for ", *added, ": ", needed.why));
  }
  T2N_ASSIGN_OR_RETURN(request->specs, ParseInputs(inputs_, request->facts));
  return learned;
}

std::vector<std::string> Solver::Assumed() const {
  std::vector<std::string> lines = Describe(assumed_);
  lines.insert(lines.end(), told_.begin(), told_.end());
  return lines;
}

// The request with what answers and narrowed questions say of the sizes, as far as that can be
// said.
absl::StatusOr<InputRequest> Solver::WithAssumed(const Assumptions& assumed) const {
  InputRequest request = request_;
  std::vector<std::string> said = AsAssertions(assumed.answers);
  for (const auto& [question, narrowing] : assumed.narrowed) {
    said.insert(said.end(), narrowing.facts.begin(), narrowing.facts.end());
  }
  for (const std::string& fact : said) {
    SymbolFacts facts = request.facts;
    if (ParseAssertion(fact, &facts).ok()) request.facts = std::move(facts);
  }
  T2N_RETURN_IF_ERROR(CheckFacts(request.facts));
  T2N_ASSIGN_OR_RETURN(request.specs, ParseInputs(inputs_, request.facts));
  return request;
}

// Takes what the graph needs of the sizes into the request; whether that was not known. What can be
// called is as much as before.
absl::StatusOr<bool> Solver::RaiseLeastSizes(const Graph& graph, InputRequest* request) const {
  const std::map<std::string, Range> symbols = InputSymbols(graph, request->facts);
  std::map<std::string, int64_t> known;
  for (const auto& [symbol, range] : symbols) known[symbol] = range.min.value_or(1);
  bool raised = false;
  for (const auto& [symbol, least] : LeastSizes(graph, known)) {
    const auto it = symbols.find(symbol);
    if (it == symbols.end() || least > it->second.max.value_or(least)) continue;
    request->facts[symbol].range.min = least;
    raised = true;
  }
  T2N_ASSIGN_OR_RETURN(request->specs, ParseInputs(inputs_, request->facts));
  return raised;
}

}  // namespace t2n
