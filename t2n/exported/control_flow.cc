// Branches of a program, and loops that end by a condition: decided where they are known, else both
// ways and selects.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/exported/isolated.h"
#include "t2n/exported/places.h"
#include "t2n/values/builtins.h"

namespace t2n::exported {
namespace {

constexpr int kMaxOpenPasses = 64;

bool SameNumber(const IValue& a, const IValue& b) {
  if (a.If<Dim>() && b.If<Dim>()) return *a.If<Dim>() == *b.If<Dim>();
  if (a.If<bool>() && b.If<bool>()) return *a.If<bool>() == *b.If<bool>();
  if (a.If<double>() && b.If<double>()) return *a.If<double>() == *b.If<double>();
  return a.is_none() && b.is_none();
}

}  // namespace

absl::StatusOr<Evaluator::Condition> Evaluator::Decide(const IValue& value) {
  Condition condition;
  condition.open = OpenNumber(value, DType::kBool);
  if (condition.open) return condition;
  T2N_ASSIGN_OR_RETURN(condition.holds, Truth(value));
  return condition;
}

absl::StatusOr<Values> Evaluator::SelectAll(const Val& condition, const Values& yes,
                                            const Values& no) {
  if (yes.size() != no.size()) return absl::InvalidArgumentError("the ways give different results");
  Values chosen;
  for (size_t i = 0; i < yes.size(); ++i) {
    if (SameNumber(yes[i], no[i])) {
      chosen.push_back(yes[i]);
      continue;
    }
    const Val a = Tensorial(b_, yes[i]), b = Tensorial(b_, no[i]);
    if (!a || !b || a.dtype() != b.dtype() || a.shape() != b.shape()) {
      const auto question = questions_.find(condition.get());
      if (question != questions_.end()) return question->second;
      return absl::UnimplementedError(
          absl::StrCat("result ", i, " of a branch on the inputs' values is ",
                       a ? TypeToString(a->type) : "?", " or ", b ? TypeToString(b->type) : "?",
                       "; both ways must give the same type and sizes"));
    }
    auto ref = TensorRef::New(b_.Select(condition, a, b),
                              CommonOrder(yes[i].tensor().get(), no[i].tensor().get()));
    if (!yes[i].tensor() || yes[i].tensor()->is_number()) ref->set_is_number();
    chosen.push_back(IValue(std::move(ref)));
  }
  T2N_RETURN_IF_ERROR(b_.status());
  return chosen;
}

// (condition, graph, graph, [operands])
absl::StatusOr<Values> Evaluator::Cond(const HopCall& call) {
  if (call.args.size() < 3) return absl::InvalidArgumentError("arguments are missing");
  T2N_ASSIGN_OR_RETURN(const IValue value, ValueOf(*call.args[0], call.scope));
  T2N_ASSIGN_OR_RETURN(const Condition condition, Decide(value));
  T2N_ASSIGN_OR_RETURN(const Values operands,
                       ListOf(call.args.size() > 3 ? call.args[3] : nullptr, call.scope));
  const bool autocast = call.scope.autocast;
  if (!condition.open) {
    return RunSubGraph(call.args[condition.holds ? 1 : 2], operands, autocast);
  }
  T2N_ASSIGN_OR_RETURN(const Values yes, RunSubGraph(call.args[1], Isolated(operands), autocast));
  T2N_ASSIGN_OR_RETURN(const Values no, RunSubGraph(call.args[2], Isolated(operands), autocast));
  return SelectAll(condition.open, yes, no);
}

// (condition graph, body graph, [carried], [others])
absl::StatusOr<Values> Evaluator::WhileLoop(const HopCall& call) {
  if (call.args.size() < 3) return absl::InvalidArgumentError("arguments are missing");
  T2N_ASSIGN_OR_RETURN(const Values carried, ListOf(call.args[2], call.scope));
  T2N_ASSIGN_OR_RETURN(const Values others,
                       ListOf(call.args.size() > 3 ? call.args[3] : nullptr, call.scope));
  T2N_ASSIGN_OR_RETURN(std::optional<Values> results, LoopFrom(call, Isolated(carried), others, 0));
  if (results) return *std::move(results);
  return absl::InternalError("a loop without an end");
}

absl::StatusOr<Evaluator::Condition> Evaluator::GoesOn(const HopCall& call, const Values& carried,
                                                       const Values& others) {
  T2N_ASSIGN_OR_RETURN(const Values held, RunSubGraph(call.args[0], Join(carried, others), false));
  if (held.size() != 1) return absl::InvalidArgumentError("a loop without a condition");
  return Decide(held[0]);
}

absl::StatusOr<Values> Evaluator::OnePass(const HopCall& call, const Values& carried,
                                          const Values& others) {
  T2N_ASSIGN_OR_RETURN(Values next,
                       RunSubGraph(call.args[1], Join(carried, others), call.scope.autocast));
  if (next.size() != carried.size()) {
    return absl::InvalidArgumentError("a loop's body gives another number of values");
  }
  return Isolated(next);
}

// The rest of a loop that has made `open` passes whose conditions the inputs decide; nothing if
// that many of them are no end, which is for the first of them to say. Within each, what the loop
// carries is known as far as it was before: a bound of it ends the loop.
absl::StatusOr<std::optional<Values>> Evaluator::LoopFrom(const HopCall& call, Values carried,
                                                          const Values& others, int open) {
  while (true) {
    T2N_ASSIGN_OR_RETURN(const Condition condition, GoesOn(call, carried, others));
    if (!condition.open && !condition.holds) return carried;
    if (condition.open && request_.max_iterations.value_or(0) > 0) {
      return RunAtMost(call, carried, others, condition.open, *request_.max_iterations);
    }
    if (condition.open && open >= kMaxOpenPasses) return std::nullopt;
    if (++passes_ > limits::kMaxIterations) {
      return absl::ResourceExhaustedError(
          absl::StrCat("loops run more than ", limits::kMaxIterations, " times"));
    }
    T2N_ASSIGN_OR_RETURN(Values next, OnePass(call, carried, others));
    if (condition.open) {
      T2N_ASSIGN_OR_RETURN(const std::optional<Values> rest,
                           LoopFrom(call, std::move(next), others, open + 1));
      if (rest) return SelectAll(condition.open, *rest, carried);
      if (open > 0) return std::nullopt;
      return RunUnbounded(call, carried, others, condition.open);
    }
    carried = std::move(next);
  }
}

// A loop that no bound ends, of whose passes nobody has said a most.
absl::StatusOr<Values> Evaluator::RunUnbounded(const HopCall& call, const Values& carried,
                                               const Values& others, const Val& begins) {
  if (request_.max_iterations) {
    return absl::UnimplementedError(absl::StrCat(
        "how often a loop runs depends on the inputs' values, and after ", kMaxOpenPasses,
        " passes it still may go on, but a graph is made of a fixed number of operations; bound "
        "the loop by a constant or a size, use scan, or say with --max_iterations how often it "
        "runs at most"));
  }
  if (env_.warn && request_.never_fails.empty()) {
    env_.warn(absl::StrCat(
        "how often a loop runs depends on the inputs' values, at ",
        PlaceOf(call.node, call.scope.place)->ToString(), ": it runs at most ", kMaxOpenPasses,
        " times, and where it would go on, its results are NaN or, of integers, the run fails; "
        "--max_iterations N says another number, 0 refuses such loops"));
  }
  return RunAtMost(call, carried, others, begins, kMaxOpenPasses);
}

}  // namespace t2n::exported
