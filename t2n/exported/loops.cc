// Loops that become scans: over rows, and by a condition with a most number of passes.
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/exported/isolated.h"
#include "t2n/ir/loop_counter.h"
#include "t2n/values/outline.h"

namespace t2n::exported {

// (graph, [initial], [rows], [others])
absl::StatusOr<Values> Evaluator::ScanLoop(const HopCall& call) {
  if (call.args.size() < 3) return absl::InvalidArgumentError("arguments are missing");
  T2N_ASSIGN_OR_RETURN(const Values initial, ListOf(call.args[1], call.scope));
  T2N_ASSIGN_OR_RETURN(const Values rows, ListOf(call.args[2], call.scope));
  T2N_ASSIGN_OR_RETURN(const Values others,
                       ListOf(call.args.size() > 3 ? call.args[3] : nullptr, call.scope));
  return RunOverRows(call, initial, rows, others);
}

// (graph, [rows], [others])
absl::StatusOr<Values> Evaluator::Map(const HopCall& call) {
  if (call.args.size() < 2) return absl::InvalidArgumentError("arguments are missing");
  T2N_ASSIGN_OR_RETURN(const Values rows, ListOf(call.args[1], call.scope));
  T2N_ASSIGN_OR_RETURN(const Values others,
                       ListOf(call.args.size() > 2 ? call.args[2] : nullptr, call.scope));
  return RunOverRows(call, {}, rows, others);
}

// Begins a loop that carries `initial`: what stands for it inside.
absl::StatusOr<Values> Evaluator::BeginLoop(const Values& initial, OpenLoop* loop) {
  loop->counter = LoopCounter(loops_++, 0);
  Values states;
  for (const IValue& value : initial) {
    const Val first = Tensorial(b_, value);
    if (!first) return absl::UnimplementedError("a loop carries what is no tensor");
    t2n::Node* node = b_.graph()->AddNode(Op::kInput, {}, {}, {first->type}, b_.place());
    loop->initial.push_back(first);
    loop->states.push_back(Val(&b_, node->output()));
    states.push_back(
        IValue(TensorRef::New(loop->states.back(), MemoryOrder::Unknown(first.shape()))));
  }
  loop->first_id = b_.Scalar(DType::kI64, int64_t{0})->id;
  return states;
}

// Ends it with what a pass gives: the next states, then what it adds to each of the other results.
absl::StatusOr<Values> Evaluator::EndLoop(const Values& results, OpenLoop* loop) {
  if (results.size() < loop->states.size()) {
    return absl::InvalidArgumentError("results are missing");
  }
  for (size_t i = 0; i < results.size(); ++i) {
    const Val value = Tensorial(b_, results[i]);
    if (!value) return absl::UnimplementedError("a loop gives what is no tensor");
    if (i >= loop->states.size()) {
      loop->produced.push_back(b_.Unsqueeze(value, 0));
      continue;
    }
    const Val& state = loop->states[i];
    if (value.dtype() != state.dtype() || value.shape() != state.shape()) {
      return absl::UnimplementedError(absl::StrCat("a loop carries ", TypeToString(state->type),
                                                   ", then ", TypeToString(value->type)));
    }
    loop->next.push_back(value);
  }
  T2N_RETURN_IF_ERROR(b_.status());
  T2N_ASSIGN_OR_RETURN(const std::vector<Val> last, MakeScan(*loop, &b_));
  Values out;
  for (const Val& value : last) {
    out.push_back(IValue(TensorRef::New(value, MemoryOrder::Unknown(value.shape()))));
  }
  return out;
}

// Runs the graph that is the first argument once, on a row at a symbol and on what stands for the
// carried values; what that built becomes a Scan.
absl::StatusOr<Values> Evaluator::RunOverRows(const HopCall& call, const Values& initial,
                                              const Values& rows, const Values& others) {
  OpenLoop loop;
  T2N_ASSIGN_OR_RETURN(Values inputs, BeginLoop(initial, &loop));
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto tensor = rows[i].tensor();
    if (!tensor || tensor->Read().rank() == 0) {
      return absl::UnimplementedError("a loop over the rows of what has none");
    }
    const Val all = tensor->Read();
    if (i == 0) loop.length = all.dim(0);
    const Val row = b_.SelectIndex(all, 0, loop.counter);
    inputs.push_back(IValue(TensorRef::New(row, MemoryOrder::Unknown(row.shape()))));
  }
  if (rows.empty()) return absl::UnimplementedError("a loop over no rows");
  T2N_ASSIGN_OR_RETURN(
      const Values results,
      RunSubGraph(call.args[0], Join(std::move(inputs), Isolated(others)), call.scope.autocast));
  return EndLoop(results, &loop);
}

// A loop that ends by a condition on the inputs' values, as a scan of `passes` passes:
// those behind its end leave what is carried as it is. They compute on the initial values, for
// which the body is meant, and not on the last ones, for which it need not be. `begins`: whether
// the first pass is made.
absl::StatusOr<Values> Evaluator::RunAtMost(const HopCall& call, const Values& initial,
                                            const Values& others, const Val& begins,
                                            int64_t passes) {
  if (!request_.never_fails.empty()) {
    return absl::UnimplementedError(
        absl::StrCat("how often a loop runs depends on the inputs' values, and NNEF 1.0.5 has "
                     "nothing that fails "
                     "where it would go on",
                     request_.never_fails));
  }
  OpenLoop loop;
  loop.length = Dim(passes);
  T2N_ASSIGN_OR_RETURN(const Values states, BeginLoop(initial, &loop));
  T2N_ASSIGN_OR_RETURN(const Condition held, GoesOn(call, Isolated(states), others));
  if (!held.open) return absl::UnimplementedError("a loop's condition is known inside it alone");
  const Val goes_on = b_.And(held.open, RowThatHolds(begins, loop));
  T2N_ASSIGN_OR_RETURN(const Values safe, SelectAll(goes_on, states, initial));
  T2N_ASSIGN_OR_RETURN(const Values next, OnePass(call, safe, Isolated(others)));
  T2N_ASSIGN_OR_RETURN(const Values results, SelectAll(goes_on, next, states));
  T2N_ASSIGN_OR_RETURN(Values last, EndLoop(results, &loop));
  T2N_ASSIGN_OR_RETURN(const Condition unfinished, GoesOn(call, Isolated(last), others));
  if (!unfinished.open) return last;
  for (IValue& value : last) {
    const Val checked = UnlessUnfinished(value.tensor()->Read(), unfinished.open);
    value = IValue(TensorRef::New(checked, MemoryOrder::Unknown(checked.shape())));
  }
  T2N_RETURN_IF_ERROR(b_.status());
  return last;
}

// `condition` as something that a scan goes along: tract has none that goes along nothing.
Val Evaluator::RowThatHolds(const Val& condition, const OpenLoop& loop) {
  const Val rows = b_.Mul(b_.Cast(condition, DType::kI64), b_.Iota(loop.length) + 1.0);
  return b_.Ne(b_.SelectIndex(rows, 0, loop.counter), 0);
}

// `value`; of a loop that would go on NaN or, where there is none, an index out of range.
Val Evaluator::UnlessUnfinished(const Val& value, const Val& unfinished) {
  if (IsFloat(value.dtype())) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return b_.Select(unfinished, b_.ScalarLike(value, nan), value);
  }
  const Val index =
      b_.Select(unfinished, b_.Scalar(DType::kI64, int64_t{2}), b_.Scalar(DType::kI64, int64_t{0}));
  const Val zero = b_.GatherElements(b_.Iota(Dim(2)), 0, b_.Reshape(index, {1}));
  const Val checked = b_.Add(b_.Cast(value, DType::kI64), b_.Reshape(zero, {}));
  return b_.Cast(checked, value.dtype());
}

}  // namespace t2n::exported
