// Conditions: decided where they are known, both ways run where the inputs' values decide.
#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/script/builtins.h"
#include "t2n/script/evaluator.h"

namespace t2n::script {

namespace ts = torchscript;

namespace {

constexpr int kMaxOpenPasses = 64;

// Graphs are built in one order, whatever the hash.
std::vector<absl::string_view> SortedNames(
    const absl::flat_hash_map<absl::string_view, IValue>& locals) {
  std::vector<absl::string_view> names;
  for (const auto& [name, value] : locals) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

absl::StatusOr<Evaluator::Decision> Evaluator::Decide(const Expr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue value, Eval(expr, frame));
  Decision decision;
  decision.open = OpenNumber(value, DType::kBool);
  if (decision.open) return decision;
  absl::StatusOr<bool> known = Truth(value);
  if (!known.ok()) return WithPlace(known.status(), *MakePlace(expr.pos, frame));
  decision.taken = *known;
  return decision;
}

// A pass more where the condition holds, and within it the rest of the loop: what the loop carries
// is known there, so that a bound of it (`i < 5 and ...`) ends it.
absl::StatusOr<Evaluator::Flow> Evaluator::RunOpenWhile(const ts::WhileStmt& stmt, const Val& open,
                                                        Frame& frame) {
  if (open_passes_ >= kMaxOpenPasses) {
    return WithPlace(
        absl::UnimplementedError(absl::StrCat(
            "how often a loop runs depends on the inputs' values, and after ", kMaxOpenPasses,
            " passes it still may go on, but a graph is made of a fixed number of operations; "
            "bound the loop by a constant or a size: for i in range(N)")),
        *MakePlace(stmt.condition->pos, frame));
  }
  ++open_passes_;
  auto leave = absl::MakeCleanup([this] { --open_passes_; });
  auto pass = [&]() -> absl::StatusOr<Flow> {
    T2N_RETURN_IF_ERROR(CountIteration(stmt));
    T2N_ASSIGN_OR_RETURN(Flow flow, RunInner(stmt.body, frame));
    if (flow == Flow::kBreak) return Flow::kNext;
    return flow == Flow::kReturn ? flow : RunWhile(stmt, frame);
  };
  auto end = []() -> absl::StatusOr<Flow> { return Flow::kNext; };
  return RunBothWays(*stmt.condition, open, pass, end, frame);
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunIf(const ts::IfStmt& stmt, size_t branch,
                                                 Frame& frame) {
  if (branch == stmt.branches.size()) return RunInner(stmt.else_body, frame);
  const auto& b = stmt.branches[branch];
  T2N_ASSIGN_OR_RETURN(Decision decision, Decide(*b.condition, frame));
  auto yes = [&] { return RunInner(b.body, frame); };
  auto no = [&] { return RunIf(stmt, branch + 1, frame); };
  if (!decision.open) return decision.taken ? yes() : no();
  return RunBothWays(*b.condition, decision.open, yes, no, frame);
}

absl::StatusOr<IValue> Evaluator::EvalTernary(const ts::TernaryExpr& expr, Frame& frame) {
  constexpr absl::string_view kChosen = "(chosen)";
  auto way = [&](const Expr* e) -> Way {
    return [this, e, kChosen, &frame]() -> absl::StatusOr<Flow> {
      T2N_ASSIGN_OR_RETURN(IValue v, Eval(*e, frame));
      frame.locals[kChosen] = std::move(v);
      return Flow::kNext;
    };
  };
  T2N_ASSIGN_OR_RETURN(Decision decision, Decide(*expr.condition, frame));
  if (!decision.open) {
    T2N_ASSIGN_OR_RETURN(IValue v, Eval(decision.taken ? *expr.if_true : *expr.if_false, frame));
    return NoConstant(v);
  }
  T2N_RETURN_IF_ERROR(
      RunBothWays(*expr.condition, decision.open, way(expr.if_true), way(expr.if_false), frame)
          .status());
  IValue chosen = frame.locals[kChosen];
  frame.locals.erase(kChosen);
  return chosen;
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunAssert(const ts::AssertStmt& stmt, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(Decision decision, Decide(*stmt.condition, frame));
  if (decision.open) {
    if (env_.warn) env_.warn(absl::StrCat("assertion not checked, at ", stmt.pos.ToString()));
    return Flow::kNext;
  }
  if (!decision.taken) return Raised("AssertionError");
  return Flow::kNext;
}

// Runs one way, notes how it ended, and takes everything back.
absl::StatusOr<Evaluator::Flow> Evaluator::RunSide(const Way& way, const Heap& before, Frame& frame,
                                                   Side* side) {
  auto locals = frame.locals;
  PlacePtr place = builder_.place();
  auto take_back = absl::MakeCleanup([&] {
    frame.locals = std::move(locals);
    frame.result = IValue();
    builder_.set_place(place);
    before.Restore();
  });
  T2N_ASSIGN_OR_RETURN(Flow flow, way());
  side->locals = frame.locals;
  side->result = frame.result;
  side->heap = before.Now();
  Heap after;
  for (absl::string_view name : SortedNames(frame.locals)) after.Add(frame.locals[name]);
  after.Add(frame.result);
  for (const auto& k : after.tensors) side->values[k.of.get()] = k.of->Read();
  return flow;
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunBothWays(const Expr& condition, const Val& open,
                                                       const Way& yes, const Way& no,
                                                       Frame& frame) {
  Heap before;
  for (absl::string_view name : SortedNames(frame.locals)) before.Add(frame.locals[name]);
  Side sides[2];
  absl::StatusOr<Flow> flows[2] = {RunSide(yes, before, frame, &sides[0]),
                                   RunSide(no, before, frame, &sides[1])};
  for (int i = 0; i < 2; ++i) {
    if (flows[i].ok()) continue;
    if (!IsRaised(flows[i].status()) || !flows[1 - i].ok()) return flows[i];
    // Where the model raises there is nothing to be equal to.
    if (env_.warn) {
      env_.warn(absl::StrCat("not checked: ", flows[i].status().message(), ", if ",
                             i == 0 ? "" : "not ", "the condition at ", condition.pos.ToString()));
    }
    return i == 0 ? no() : yes();
  }
  std::string where = MakePlace(condition.pos, frame)->ToString();
  if (*flows[0] != *flows[1]) {
    return WithPlace(
        absl::UnimplementedError("a condition on the inputs' values decides whether to leave the "
                                 "loop or function; give both ways the same course and choose "
                                 "between their results with torch.where"),
        *MakePlace(condition.pos, frame));
  }
  builder_.set_place(MakePlace(condition.pos, frame));
  Merger merger(&builder_, open, before, sides[0], sides[1], where);
  absl::Status heap = merger.MergeHeap();
  if (!heap.ok()) return WithPlace(heap, *MakePlace(condition.pos, frame));
  frame.locals.clear();
  for (absl::string_view name : SortedNames(sides[0].locals)) {
    auto other = sides[1].locals.find(name);
    if (other == sides[1].locals.end()) continue;
    frame.locals[name] = merger.Merge(sides[0].locals[name], other->second, std::string(name));
  }
  if (*flows[0] == Flow::kReturn) {
    frame.result = merger.Merge(sides[0].result, sides[1].result, "the result");
  }
  T2N_RETURN_IF_ERROR(builder_.status());
  return flows[0];
}

}  // namespace t2n::script
