// Branches and loops of a program: decided where they are known, else both ways and selects; loops
// over rows become scans.
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/values/builtins.h"
#include "t2n/values/outline.h"

namespace t2n::exported {
namespace {

constexpr int kMaxOpenPasses = 64;

// Its own tensor, so that nothing that is done to it is seen outside.
IValue Isolated(const IValue& value) {
  const auto tensor = value.tensor();
  if (!tensor) return value;
  auto own = TensorRef::New(tensor->Read(), tensor->Order());
  if (tensor->is_number()) own->set_is_number();
  return IValue(std::move(own));
}

Values Isolated(const Values& values) {
  Values out;
  for (const IValue& value : values) out.push_back(Isolated(value));
  return out;
}

Values Join(Values a, const Values& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A tensor or a number as a value of the graph; null for others.
Val Tensorial(Builder& b, const IValue& value) {
  if (value.tensor()) return value.tensor()->Read();
  if (const bool* v = value.If<bool>()) return b.Scalar(DType::kBool, int64_t{*v});
  if (const Dim* v = value.If<Dim>()) return b.DimScalar(*v);
  if (const double* v = value.If<double>()) return b.Scalar(DType::kF32, *v);
  return Val();
}

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
  return LoopFrom(call, Isolated(carried), others, 0);
}

// The rest of a loop that has made `open` passes whose conditions the inputs decide. Within each,
// what the loop carries is known as far as it was before: a bound of it ends the loop.
absl::StatusOr<Values> Evaluator::LoopFrom(const HopCall& call, Values carried,
                                           const Values& others, int open) {
  while (true) {
    T2N_ASSIGN_OR_RETURN(const Values held,
                         RunSubGraph(call.args[0], Join(carried, others), false));
    if (held.size() != 1) return absl::InvalidArgumentError("a loop without a condition");
    T2N_ASSIGN_OR_RETURN(const Condition condition, Decide(held[0]));
    if (!condition.open && !condition.holds) return carried;
    if (condition.open && open >= kMaxOpenPasses) {
      return absl::UnimplementedError(absl::StrCat(
          "how often a loop runs depends on the inputs' values, and after ", kMaxOpenPasses,
          " passes it still may go on, but a graph is made of a fixed number of operations; bound "
          "the loop by a constant or a size, or use scan"));
    }
    if (++passes_ > limits::kMaxIterations) {
      return absl::ResourceExhaustedError(
          absl::StrCat("loops run more than ", limits::kMaxIterations, " times"));
    }
    T2N_ASSIGN_OR_RETURN(Values next,
                         RunSubGraph(call.args[1], Join(carried, others), call.scope.autocast));
    if (next.size() != carried.size()) {
      return absl::InvalidArgumentError("a loop's body gives another number of values");
    }
    if (condition.open) {
      T2N_ASSIGN_OR_RETURN(const Values rest, LoopFrom(call, Isolated(next), others, open + 1));
      return SelectAll(condition.open, rest, carried);
    }
    carried = Isolated(next);
  }
}

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

// Runs the graph that is the first argument once, on a row at a symbol and on what stands for the
// carried values; what that built becomes a Scan.
absl::StatusOr<Values> Evaluator::RunOverRows(const HopCall& call, const Values& initial,
                                              const Values& rows, const Values& others) {
  OpenLoop loop;
  loop.counter = LoopCounter(loops_++, 0);
  Values inputs;
  for (const IValue& value : initial) {
    const Val first = Tensorial(b_, value);
    if (!first) return absl::UnimplementedError("a loop carries what is no tensor");
    t2n::Node* node = b_.graph()->AddNode(Op::kInput, {}, {}, {first->type}, b_.place());
    loop.initial.push_back(first);
    loop.states.push_back(Val(&b_, node->output()));
    inputs.push_back(
        IValue(TensorRef::New(loop.states.back(), MemoryOrder::Unknown(first.shape()))));
  }
  loop.first_id = b_.Scalar(DType::kI64, int64_t{0})->id;
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
  if (results.size() < initial.size()) return absl::InvalidArgumentError("results are missing");
  for (size_t i = 0; i < results.size(); ++i) {
    const Val value = Tensorial(b_, results[i]);
    if (!value) return absl::UnimplementedError("a loop gives what is no tensor");
    if (i >= initial.size()) {
      loop.produced.push_back(b_.Unsqueeze(value, 0));
      continue;
    }
    const Val& state = loop.states[i];
    if (value.dtype() != state.dtype() || value.shape() != state.shape()) {
      return absl::UnimplementedError(absl::StrCat("a loop carries ", TypeToString(state->type),
                                                   ", then ", TypeToString(value->type)));
    }
    loop.next.push_back(value);
  }
  T2N_RETURN_IF_ERROR(b_.status());
  T2N_ASSIGN_OR_RETURN(const std::vector<Val> last, MakeScan(loop, &b_));
  Values out;
  for (const Val& value : last) {
    out.push_back(IValue(TensorRef::New(value, MemoryOrder::Unknown(value.shape()))));
  }
  return out;
}

}  // namespace t2n::exported
