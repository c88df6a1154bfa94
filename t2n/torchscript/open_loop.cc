#include "t2n/torchscript/open_loop.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/ir/failure.h"
#include "t2n/ir/loop_counter.h"
#include "t2n/torchscript/carried.h"
#include "t2n/torchscript/parts.h"
#include "t2n/values/merge.h"
#include "t2n/values/outline.h"
#include "t2n/values/unusable.h"

namespace t2n::script {

namespace ts = torchscript;

namespace {

constexpr int kMaxPasses = 8;
constexpr int kMaxPeeled = 2;
constexpr char kCarried[] = "carried from one pass of a loop over an open size to the next";

Val NumberValue(Builder& b, const IValue& v) {
  if (const bool* x = v.If<bool>()) return b.Scalar(DType::kBool, static_cast<int64_t>(*x));
  if (const Dim* x = v.If<Dim>()) return b.DimScalar(*x);
  if (const double* x = v.If<double>()) return b.Scalar(DType::kF32, *x);
  return Val();
}

class OpenLoopRun {
 public:
  OpenLoopRun(Machine* machine, Parts* parts, const ts::ForStmt& stmt, int64_t start,
              const Dim& count, Frame* frame)
      : m_(*machine),
        parts_(*parts),
        b_(machine->builder),
        stmt_(stmt),
        frame_(*frame),
        carried_(stmt, frame) {
    machine->open_counts[machine->loops] = count;
    loop_.counter = LoopCounter(machine->loops++, start);
    loop_.start = start;
    loop_.length = count - Dim(start);
  }

  absl::Status Run() {
    const Mentions& mentions = parts_.branches.MentionsOf<ts::Stmt>(stmt_);
    carried_.Begin(mentions.assigned);
    parts_.branches.AddMentioned(mentions, frame_, &carried_.before());
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      bool settled = false;
      ++m_.passing;
      absl::Status status = Pass(&settled);
      --m_.passing;
      std::vector<IValue> next;
      for (const Slot& slot : carried_.slots()) next.push_back(carried_.Get(slot));
      carried_.TakeBack();
      T2N_RETURN_IF_ERROR(status);
      if (settled) return Finish(next);
    }
    return RefusedInOpenLoop("what is carried from pass to pass does not settle");
  }

 private:
  absl::Status Pass(bool* settled) {
    loop_.states.clear();
    loop_.initial.clear();
    for (Slot& slot : carried_.slots()) {
      if (!slot.lost.ok()) {
        slot.present = Lost(slot);
      } else if (slot.step) {
        slot.present = IValue(*slot.initial.If<Dim>() + *slot.step * (loop_.counter - loop_.start));
      } else {
        slot.present = Open(slot.initial);
      }
      carried_.Set(slot, slot.present);
    }
    for (Grown& g : carried_.grown()) {
      g.list->items.clear();
      g.list->tail = std::make_shared<OpenTail>(OpenTail{loop_.length, Val()});
    }
    loop_.first_id = b_.Scalar(DType::kI64, int64_t{0})->id;
    T2N_RETURN_IF_ERROR(
        parts_.statements.Assign(stmt_.targets, stmt_.unpack, IValue(loop_.counter), frame_));
    T2N_ASSIGN_OR_RETURN(Flow flow, parts_.statements.Run(stmt_.body, frame_));
    if (flow == Flow::kBreak || flow == Flow::kReturn) {
      return RefusedInOpenLoop("the loop is left early");
    }
    size_t slots = carried_.slots().size(), grown = carried_.grown().size();
    T2N_RETURN_IF_ERROR(carried_.FindChanges());
    bool steps = carried_.CheckSteps();
    *settled = steps && slots == carried_.slots().size() && grown == carried_.grown().size();
    if (*settled) T2N_RETURN_IF_ERROR(TakeResults(settled));
    return b_.status();
  }

  // ---- Values ----

  // `v` with states in the place of its tensors and numbers.
  IValue Open(const IValue& v) {
    if (auto t = v.tuple()) {
      auto opened = std::make_shared<Tuple>(*t);
      for (IValue& item : opened->items) item = Open(item);
      return IValue(opened);
    }
    if (auto l = v.list()) {
      std::vector<IValue> items;
      for (const IValue& item : l->items) items.push_back(Open(item));
      return IValue::NewList(std::move(items));
    }
    Val value = v.tensor() ? v.tensor()->Read() : NumberValue(b_, v);
    if (!value) return v;
    Node* node = b_.graph()->AddNode(Op::kInput, {}, {}, {value->type}, b_.place());
    Val state(&b_, node->output());
    loop_.states.push_back(state);
    loop_.initial.push_back(value);
    auto ref = TensorRef::New(state, MemoryOrder::Unknown(state.shape()));
    ref->set_read_only(kCarried);
    if (!v.tensor() || v.tensor()->is_number()) ref->set_is_number();
    return IValue(ref);
  }

  // What the states in `present` are after the pass.
  absl::Status TakeNext(const IValue& present, const IValue& next, const std::string& label) {
    auto differs = [&](const std::string& how) {
      return UnlikeFirst(absl::StrCat("'", label, "' ", how));
    };
    auto children = [](const IValue& v) -> const std::vector<IValue>* {
      if (auto t = v.tuple()) return &t->items;
      if (auto l = v.list()) return &l->items;
      return nullptr;
    };
    const auto *a = children(present), *b = children(next);
    if (a && b) {
      if (a->size() != b->size()) return differs("changes its length");
      for (size_t i = 0; i < a->size(); ++i) {
        T2N_RETURN_IF_ERROR(TakeNext((*a)[i], (*b)[i], absl::StrCat(label, "[", i, "]")));
      }
      return absl::OkStatus();
    }
    if (!present.tensor()) {
      return SameThing(present, next) ? absl::OkStatus() : differs("changes");
    }
    Val state = present.tensor()->Read();
    Val value =
        next.tensor() ? next.tensor()->Read() : b_.Cast(NumberValue(b_, next), state.dtype());
    if (const absl::Status* why = WhyUnusable(next)) return *why;
    if (!value) return differs(absl::StrCat("becomes a ", next.TypeName()));
    if (value.dtype() != state.dtype() || value.shape() != state.shape()) {
      return differs(absl::StrCat("changes from ", TypeToString(state->type), " to ",
                                  TypeToString(value->type)));
    }
    loop_.next.push_back(value);
    return absl::OkStatus();
  }

  IValue Lost(const Slot& slot) { return IValue(std::make_shared<const UnusableValue>(slot.lost)); }

  absl::Status TakeResults(bool* settled) {
    loop_.next.clear();
    loop_.produced.clear();
    for (Slot& slot : carried_.slots()) {
      if (slot.step || !slot.lost.ok()) continue;
      absl::Status status = TakeNext(slot.present, carried_.Get(slot), slot.label);
      if (status.ok()) continue;
      if (slot.local.empty()) return status;
      slot.lost = status;
      *settled = false;
    }
    for (Grown& g : carried_.grown()) {
      g.added.clear();
      for (const IValue& item : g.list->items) {
        Val v = item.tensor() ? item.tensor()->Read() : Val();
        if (const absl::Status* why = WhyUnusable(item)) return *why;
        if (!v) {
          return RefusedInOpenLoop(absl::StrCat("a ", item.TypeName(), " is appended to a list"));
        }
        if (!g.added.empty() &&
            (v.dtype() != g.added[0].dtype() || v.shape() != g.added[0].shape())) {
          return RefusedInOpenLoop("tensors of different shapes are appended to a list");
        }
        g.added.push_back(v);
      }
      if (g.added.empty()) return RefusedInOpenLoop("a list is changed");
      loop_.produced.push_back(b_.Unsqueeze(b_.Stack(g.added, 0), 0));
    }
    return b_.status();
  }

  // ---- After the loop ----

  IValue Close(const IValue& present, const IValue& next, size_t* state) {
    if (auto t = present.tuple()) {
      auto closed = std::make_shared<Tuple>(*t);
      for (size_t i = 0; i < closed->items.size(); ++i) {
        closed->items[i] = Close(t->items[i], next.tuple()->items[i], state);
      }
      return IValue(closed);
    }
    if (auto l = present.list()) {
      std::vector<IValue> items;
      for (size_t i = 0; i < l->items.size(); ++i) {
        items.push_back(Close(l->items[i], next.list()->items[i], state));
      }
      return IValue::NewList(std::move(items));
    }
    if (!present.tensor()) return present;
    const Val last = last_[(*state)++];
    auto ref = TensorRef::New(last, MemoryOrder::Unknown(last.shape()));
    if (present.tensor()->is_number()) ref->set_is_number();
    // Its memory may be that of another tensor.
    if (auto t = next.tensor(); t && (carried_.before().Holds(t->storage().get()) ||
                                      !finished_.insert(t->storage().get()).second)) {
      ref->set_read_only(kCarried);
    }
    return IValue(ref);
  }

  absl::Status Finish(const std::vector<IValue>& next) {
    T2N_ASSIGN_OR_RETURN(last_, MakeScan(loop_, &b_));
    size_t state = 0;
    for (size_t i = 0; i < carried_.slots().size(); ++i) {
      Slot& slot = carried_.slots()[i];
      if (!slot.lost.ok()) {
        carried_.Set(slot, Lost(slot));
      } else if (slot.step) {
        carried_.Set(slot, IValue(*slot.initial.If<Dim>() + *slot.step * loop_.length));
      } else {
        carried_.Set(slot, Close(slot.present, next[i], &state));
      }
    }
    for (Grown& g : carried_.grown()) {
      Val all = last_[state++];  // [length, added, ...]
      int64_t each = static_cast<int64_t>(g.added.size());
      Shape shape(all.shape().begin() + 1, all.shape().end());
      shape[0] = loop_.length * Dim(each);
      g.list->tail = std::make_shared<OpenTail>(OpenTail{shape[0], b_.Reshape(all, shape)});
    }
    for (const ts::Expr* target : stmt_.targets) {
      if (const auto* n = target->If<ts::NameExpr>()) frame_.locals.erase(n->name);
    }
    return b_.status();
  }

  Machine& m_;
  Parts& parts_;
  Builder& b_;
  const ts::ForStmt& stmt_;
  Frame& frame_;
  Carried carried_;
  OpenLoop loop_;
  std::vector<Val> last_;
  absl::flat_hash_set<const Storage*> finished_;
};

}  // namespace

absl::StatusOr<Flow> RunOpenLoop(Machine& machine, Parts& parts, const ts::ForStmt& stmt,
                                 const Dim& count, Frame& frame) {
  T2N_RETURN_IF_ERROR(machine.budget.CountIteration());
  std::vector<absl::string_view> inside;
  for (absl::string_view name : parts.branches.MentionsOf<ts::Stmt>(stmt).assigned) {
    if (!frame.locals.contains(name)) inside.push_back(name);
  }
  for (int64_t start = 0;; ++start) {
    absl::Status status = OpenLoopRun(&machine, &parts, stmt, start, count, &frame).Run();
    if (status.ok()) return Flow::kNext;
    // The first pass may differ, and what is open for 0 may be settled for larger counters.
    if (!IsUnlikeFirst(status) || start == kMaxPeeled || Less(Dim(start), count) != true) {
      return WithPlace(status, *MakePlace(stmt.pos, frame));
    }
    machine.builder.ClearStatus();
    T2N_RETURN_IF_ERROR(parts.statements.Assign(stmt.targets, stmt.unpack, IValue(start), frame));
    T2N_ASSIGN_OR_RETURN(Flow flow, parts.statements.Run(stmt.body, frame));
    if (flow == Flow::kBreak || flow == Flow::kReturn) {
      return flow == Flow::kBreak ? Flow::kNext : flow;
    }
    // What the body alone knows ends with the pass.
    for (absl::string_view name : inside) frame.locals.erase(name);
  }
}

}  // namespace t2n::script
