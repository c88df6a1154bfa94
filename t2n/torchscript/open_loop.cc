// Loops over an open size: the body is run once for a counter that is a symbol, with something that
// stands for every value carried from pass to pass; what it built becomes a Scan.
#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/torchscript/evaluator.h"
#include "t2n/values/builtins.h"
#include "t2n/values/outline.h"
#include "t2n/values/unusable.h"

namespace t2n::script {

namespace ts = torchscript;

namespace {

constexpr int kMaxPasses = 8;
constexpr int kMaxPeeled = 2;
constexpr absl::string_view kUnlikeFirstUrl = "pt2nnef/unlike_first_pass";
constexpr char kCarried[] = "carried from one pass of a loop over an open size to the next";

// The first pass may differ from all others; then it is taken out of the loop.
absl::Status UnlikeFirst(absl::string_view what) {
  absl::Status status = RefusedInOpenLoop(what);
  status.SetPayload(kUnlikeFirstUrl, absl::Cord());
  return status;
}

Val NumberValue(Builder& b, const IValue& v) {
  if (const bool* x = v.If<bool>()) return b.Scalar(DType::kBool, static_cast<int64_t>(*x));
  if (const Dim* x = v.If<Dim>()) return b.DimScalar(*x);
  if (const double* x = v.If<double>()) return b.Scalar(DType::kF32, *x);
  return Val();
}

// A place whose value the body changes.
struct Slot {
  absl::string_view local;  // or
  std::shared_ptr<Object> object;
  std::string attribute;
  std::shared_ptr<List> list;
  size_t item = 0;
  std::shared_ptr<Storage> storage;

  std::string label;
  IValue initial;
  IValue present;           // what the body sees in it
  std::optional<Dim> step;  // of an int that each pass moves by as much
  absl::Status lost;        // why it cannot be carried: an error only if it is read

  bool Is(const Slot& o) const {
    return local == o.local && object == o.object && attribute == o.attribute && list == o.list &&
           item == o.item && storage == o.storage;
  }
};

struct Grown {
  std::shared_ptr<List> list;
  std::vector<Val> added;  // by one pass
};

}  // namespace

class OpenLoopRun {
 public:
  OpenLoopRun(Evaluator* evaluator, const ts::ForStmt& stmt, int64_t start, const Dim& count,
              Evaluator::Frame* frame)
      : e_(*evaluator), b_(evaluator->builder_), stmt_(stmt), frame_(*frame) {
    e_.open_counts_[e_.loops_] = count;
    loop_.counter = LoopCounter(e_.loops_++, start);
    loop_.start = start;
    loop_.length = count - Dim(start);
  }

  absl::Status Run() {
    const Mentions& mentions = e_.MentionsOf<ts::Stmt>(stmt_);
    for (absl::string_view name : mentions.assigned) {
      const auto it = frame_.locals.find(name);
      if (it == frame_.locals.end()) {
        inside_.push_back(name);
      } else {
        names_.push_back(name);
        locals_[name] = it->second;
      }
    }
    e_.AddMentioned(mentions, frame_, &before_);
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      bool settled = false;
      absl::Status status = Pass(&settled);
      std::vector<IValue> next;
      for (const Slot& slot : slots_) next.push_back(Get(slot));
      TakeBack();
      T2N_RETURN_IF_ERROR(status);
      if (settled) return Finish(next);
    }
    return RefusedInOpenLoop("what is carried from pass to pass does not settle");
  }

 private:
  absl::Status Pass(bool* settled) {
    loop_.states.clear();
    loop_.initial.clear();
    for (Slot& slot : slots_) {
      if (!slot.lost.ok()) {
        slot.present = Lost(slot);
      } else if (slot.step) {
        slot.present = IValue(*slot.initial.If<Dim>() + *slot.step * (loop_.counter - loop_.start));
      } else {
        slot.present = Open(slot.initial);
      }
      Set(slot, slot.present);
    }
    for (Grown& g : grown_) {
      g.list->items.clear();
      g.list->tail = std::make_shared<OpenTail>(OpenTail{loop_.length, Val()});
    }
    loop_.first_id = b_.Scalar(DType::kI64, int64_t{0})->id;
    T2N_RETURN_IF_ERROR(e_.Assign(stmt_.targets, stmt_.unpack, IValue(loop_.counter), frame_));
    T2N_ASSIGN_OR_RETURN(Evaluator::Flow flow, e_.Run(stmt_.body, frame_));
    if (flow == Evaluator::Flow::kBreak || flow == Evaluator::Flow::kReturn) {
      return RefusedInOpenLoop("the loop is left early");
    }
    size_t slots = slots_.size(), grown = grown_.size();
    T2N_RETURN_IF_ERROR(FindChanges());
    bool steps = CheckSteps();
    *settled = steps && slots == slots_.size() && grown == grown_.size();
    if (*settled) T2N_RETURN_IF_ERROR(TakeResults(settled));
    return b_.status();
  }

  void TakeBack() {
    for (absl::string_view name : inside_) frame_.locals.erase(name);
    for (absl::string_view name : names_) frame_.locals[name] = locals_[name];
    before_.Restore();
    for (Grown& g : grown_) g.list->tail = nullptr;
  }

  // ---- Slots ----

  IValue Get(const Slot& s) {
    if (s.object) {
      IValue* found = s.object->Find(s.attribute);
      return found ? *found : IValue();
    }
    if (s.list) return s.item < s.list->items.size() ? s.list->items[s.item] : IValue();
    if (s.storage) return IValue(TensorRef::New(s.storage->base));
    auto it = frame_.locals.find(s.local);
    return it == frame_.locals.end() ? IValue() : it->second;
  }

  void Set(const Slot& s, IValue v) {
    if (s.object) {
      s.object->Set(s.attribute, std::move(v));
    } else if (s.list) {
      if (s.item < s.list->items.size()) s.list->items[s.item] = std::move(v);
    } else if (s.storage) {
      s.storage->Set(v.tensor()->Read());
    } else {
      frame_.locals[s.local] = std::move(v);
    }
  }

  void Changed(Slot slot, const IValue& before, const IValue& now) {
    if (SameThing(before, now)) return;
    for (const Slot& known : slots_) {
      if (known.Is(slot)) return;
    }
    slot.initial = before;
    if (before.If<Dim>() && now.If<Dim>()) slot.step = *now.If<Dim>() - *before.If<Dim>();
    slots_.push_back(std::move(slot));
  }

  absl::Status FindChanges() {
    for (absl::string_view name : names_) {
      Slot slot;
      slot.local = name;
      slot.label = std::string(name);
      bool target = std::any_of(stmt_.targets.begin(), stmt_.targets.end(), [&](const auto* t) {
        const auto* n = t->template If<ts::NameExpr>();
        return n && n->name == name;
      });
      if (!target) Changed(slot, locals_[name], frame_.locals[name]);
    }
    for (const auto& kept : before_.objects) {
      if (kept.of->attributes.size() != kept.contents.size()) {
        return UnlikeFirst("an attribute is set first");
      }
      for (const auto& [name, value] : kept.contents) {
        Slot slot;
        slot.object = kept.of;
        slot.attribute = slot.label = name;
        Changed(slot, value, Get(slot));
      }
    }
    for (const auto& kept : before_.storages) {
      Slot slot;
      slot.storage = kept.of;
      slot.label = "a tensor written in place";
      bool same = kept.of->base == kept.contents;
      if (!same) {
        Changed(slot, IValue(TensorRef::New(kept.contents)), IValue(TensorRef::New(kept.of->base)));
      }
    }
    for (const auto& kept : before_.tensors) {
      if (!kept.of->SameView(kept.contents)) {
        return RefusedInOpenLoop("a tensor changes its shape in place");
      }
    }
    for (const auto& kept : before_.dicts) {
      if (kept.of->items.size() != kept.contents.size()) return RefusedInOpenLoop("a dict grows");
      for (size_t i = 0; i < kept.contents.size(); ++i) {
        if (!SameThing(kept.contents[i].second, kept.of->items[i].second)) {
          return RefusedInOpenLoop("a dict is changed");
        }
      }
    }
    for (const auto& kept : before_.lists) T2N_RETURN_IF_ERROR(FindListChanges(kept));
    return absl::OkStatus();
  }

  absl::Status FindListChanges(const Kept<List, List>& kept) {
    auto& now = kept.of->items;
    for (Grown& g : grown_) {
      if (g.list == kept.of) return absl::OkStatus();
    }
    const auto& before = kept.contents.items;
    if (now.size() < before.size()) return RefusedInOpenLoop("a list shrinks");
    if (kept.of->tail != kept.contents.tail) {
      return RefusedInOpenLoop("a list grows by a loop inside");
    }
    for (size_t i = 0; i < before.size(); ++i) {
      Slot slot;
      slot.list = kept.of;
      slot.item = i;
      slot.label = absl::StrCat("a list's item ", i);
      Changed(slot, before[i], now[i]);
    }
    if (now.size() > before.size()) grown_.push_back({kept.of, {}});
    return absl::OkStatus();
  }

  // Whether every counting int has moved by its step; those that have not become tensors.
  bool CheckSteps() {
    bool hold = true;
    for (Slot& slot : slots_) {
      if (!slot.step || !slot.present.If<Dim>()) continue;
      IValue now = Get(slot);
      const Dim* d = now.If<Dim>();
      if (d && !IsLoopDim(*slot.step) && *d == *slot.present.If<Dim>() + *slot.step) continue;
      slot.step.reset();
      hold = false;
    }
    return hold;
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
    for (Slot& slot : slots_) {
      if (slot.step || !slot.lost.ok()) continue;
      absl::Status status = TakeNext(slot.present, Get(slot), slot.label);
      if (status.ok()) continue;
      if (slot.local.empty()) return status;
      slot.lost = status;
      *settled = false;
    }
    for (Grown& g : grown_) {
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
    if (auto t = next.tensor();
        t && (before_.Holds(t->storage().get()) || !finished_.insert(t->storage().get()).second)) {
      ref->set_read_only(kCarried);
    }
    return IValue(ref);
  }

  absl::Status Finish(const std::vector<IValue>& next) {
    T2N_ASSIGN_OR_RETURN(last_, MakeScan(loop_, &b_));
    size_t state = 0;
    for (size_t i = 0; i < slots_.size(); ++i) {
      Slot& slot = slots_[i];
      if (!slot.lost.ok()) {
        Set(slot, Lost(slot));
      } else if (slot.step) {
        Set(slot, IValue(*slot.initial.If<Dim>() + *slot.step * loop_.length));
      } else {
        Set(slot, Close(slot.present, next[i], &state));
      }
    }
    for (Grown& g : grown_) {
      Val all = last_[state++];  // [length, added, ...]
      int64_t each = static_cast<int64_t>(g.added.size());
      Shape shape(all.shape().begin() + 1, all.shape().end());
      shape[0] = loop_.length * Dim(each);
      g.list->tail = std::make_shared<OpenTail>(OpenTail{shape[0], b_.Reshape(all, shape)});
    }
    for (const Expr* target : stmt_.targets) {
      if (const auto* n = target->If<ts::NameExpr>()) frame_.locals.erase(n->name);
    }
    return b_.status();
  }

  using Expr = ts::Expr;

  Evaluator& e_;
  Builder& b_;
  const ts::ForStmt& stmt_;
  Evaluator::Frame& frame_;
  OpenLoop loop_;
  absl::flat_hash_map<absl::string_view, IValue> locals_;  // that the body assigns
  std::vector<absl::string_view> names_, inside_;          // of these, and of those it alone knows
  Heap before_;
  std::vector<Slot> slots_;
  std::vector<Grown> grown_;
  std::vector<Val> last_;
  absl::flat_hash_set<const Storage*> finished_;
};

absl::StatusOr<Evaluator::Flow> Evaluator::RunOpenLoop(const ts::ForStmt& stmt, const Dim& count,
                                                       Frame& frame) {
  T2N_RETURN_IF_ERROR(CountIteration(stmt));
  std::vector<absl::string_view> inside;
  for (absl::string_view name : MentionsOf<Stmt>(stmt).assigned) {
    if (!frame.locals.contains(name)) inside.push_back(name);
  }
  for (int64_t start = 0;; ++start) {
    absl::Status status = OpenLoopRun(this, stmt, start, count, &frame).Run();
    if (status.ok()) return Flow::kNext;
    // The first pass may differ, and what is open for 0 may be settled for larger counters.
    bool other = status.GetPayload(kUnlikeFirstUrl) || TellsOfLoop(status.message());
    if (!other || start == kMaxPeeled || Less(Dim(start), count) != true) {
      return WithPlace(status, *MakePlace(stmt.pos, frame));
    }
    builder_.ClearStatus();
    T2N_RETURN_IF_ERROR(Assign(stmt.targets, stmt.unpack, IValue(start), frame));
    T2N_ASSIGN_OR_RETURN(Flow flow, Run(stmt.body, frame));
    if (flow == Flow::kBreak || flow == Flow::kReturn) {
      return flow == Flow::kBreak ? Flow::kNext : flow;
    }
    // What the body alone knows ends with the pass.
    for (absl::string_view name : inside) frame.locals.erase(name);
  }
}

}  // namespace t2n::script
