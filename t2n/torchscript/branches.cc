#include "t2n/torchscript/branches.h"

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/ir/failure.h"
#include "t2n/program/cut.h"
#include "t2n/torchscript/parts.h"
#include "t2n/values/builtins.h"
#include "t2n/values/unusable.h"

namespace t2n::script {

namespace ts = torchscript;

namespace {

constexpr int kMaxOpenPasses = 64;

// The value at the end of a path of attributes, or the last on it that has no such attribute.
IValue Follow(IValue value, absl::Span<const absl::string_view> attributes) {
  for (absl::string_view name : attributes) {
    const std::shared_ptr<Object> object = value.object();
    const IValue* next = object ? object->Find(name) : nullptr;
    if (!next) break;
    value = *next;
  }
  return value;
}

}  // namespace

absl::StatusOr<Decision> Branches::Decide(const ts::Expr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue value, parts_.expressions.Eval(expr, frame));
  Decision decision;
  decision.open = OpenNumber(value, DType::kBool);
  if (decision.open) return decision;
  const auto* unusable = dynamic_cast<const UnusableValue*>(value.opaque().get());
  absl::StatusOr<bool> known = unusable ? unusable->status() : Truth(value);
  if (!known.ok()) return WithPlace(known.status(), *MakePlace(expr.pos, frame));
  decision.taken = *known;
  return decision;
}

// A pass more where the condition holds, and within it the rest of the loop: what the loop carries
// is known there, so that a bound of it (`i < 5 and ...`) ends it.
absl::StatusOr<Flow> Branches::RunOpenWhile(const ts::WhileStmt& stmt, const Val& open,
                                            Frame& frame) {
  if (m_.open_passes >= kMaxOpenPasses) {
    return WithPlace(
        absl::UnimplementedError(absl::StrCat(
            "how often a loop runs depends on the inputs' values, and after ", kMaxOpenPasses,
            " passes it still may go on, but a graph is made of a fixed number of operations; "
            "bound the loop by a constant or a size: for i in range(N)")),
        *MakePlace(stmt.condition->pos, frame));
  }
  ++m_.open_passes;
  auto leave = absl::MakeCleanup([this] { --m_.open_passes; });
  auto pass = [&]() -> absl::StatusOr<Flow> {
    T2N_RETURN_IF_ERROR(m_.budget.CountIteration());
    T2N_ASSIGN_OR_RETURN(Flow flow, parts_.statements.RunInner(stmt.body, frame));
    if (flow == Flow::kBreak) return Flow::kNext;
    return flow == Flow::kReturn ? flow : parts_.statements.RunWhile(stmt, frame);
  };
  auto end = []() -> absl::StatusOr<Flow> { return Flow::kNext; };
  return RunBothWays(*stmt.condition, open, MentionsOf<ts::Stmt>(stmt), pass, end, frame);
}

absl::StatusOr<Flow> Branches::RunIf(const ts::IfStmt& stmt, size_t branch, Frame& frame) {
  if (branch == stmt.branches.size()) return parts_.statements.RunInner(stmt.else_body, frame);
  const auto& b = stmt.branches[branch];
  T2N_ASSIGN_OR_RETURN(Decision decision, Decide(*b.condition, frame));
  auto yes = [&] { return parts_.statements.RunInner(b.body, frame); };
  auto no = [&] { return RunIf(stmt, branch + 1, frame); };
  if (!decision.open) return decision.taken ? yes() : no();
  return RunBothWays(*b.condition, decision.open, MentionsOf<ts::Stmt>(stmt), yes, no, frame);
}

absl::StatusOr<IValue> Branches::EvalTernary(const ts::TernaryExpr& expr, Frame& frame) {
  constexpr absl::string_view kChosen = "(chosen)";
  auto way = [&](const ts::Expr* e) -> Way {
    return [this, e, kChosen, &frame]() -> absl::StatusOr<Flow> {
      T2N_ASSIGN_OR_RETURN(IValue v, parts_.expressions.Eval(*e, frame));
      frame.locals[kChosen] = std::move(v);
      return Flow::kNext;
    };
  };
  T2N_ASSIGN_OR_RETURN(Decision decision, Decide(*expr.condition, frame));
  if (!decision.open) {
    T2N_ASSIGN_OR_RETURN(
        IValue v, parts_.expressions.Eval(decision.taken ? *expr.if_true : *expr.if_false, frame));
    return NoConstant(v);
  }
  Mentions mentions = MentionsOf<ts::Expr>(expr);
  mentions.assigned.insert(kChosen);
  T2N_RETURN_IF_ERROR(RunBothWays(*expr.condition, decision.open, mentions, way(expr.if_true),
                                  way(expr.if_false), frame)
                          .status());
  IValue chosen = frame.locals[kChosen];
  frame.locals.erase(kChosen);
  return chosen;
}

absl::StatusOr<Flow> Branches::RunAssert(const ts::AssertStmt& stmt, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(Decision decision, Decide(*stmt.condition, frame));
  if (decision.open) {
    if (m_.env.warn) m_.env.warn(absl::StrCat("assertion not checked, at ", stmt.pos.ToString()));
    return Flow::kNext;
  }
  if (!decision.taken) return Raised("AssertionError");
  return Flow::kNext;
}

template <typename Piece>
const Mentions& Branches::MentionsOf(const Piece& piece) {
  std::unique_ptr<const Mentions>& known = mentions_[&piece];
  if (!known) {
    auto mentions = std::make_unique<Mentions>();
    mentions->Add(piece);
    known = std::move(mentions);
  }
  return *known;
}

template const Mentions& Branches::MentionsOf(const ts::Stmt&);

void Branches::AddMentioned(const Mentions& mentions, const Frame& frame, Heap* heap) {
  for (const auto& path : mentions.read) {
    const auto local = frame.locals.find(path[0]);
    if (local != frame.locals.end()) {
      heap->Add(Follow(local->second, absl::MakeSpan(path).subspan(1)));
    } else if (const auto it = frame.closures.find(path[0]); it != frame.closures.end()) {
      AddMentioned(MentionsOf<ts::Stmt>(*it->second), frame, heap);
    }
  }
  for (const auto& path : mentions.set) {
    const auto local = frame.locals.find(path[0]);
    if (local == frame.locals.end()) continue;
    const auto attributes = absl::MakeSpan(path).subspan(1);
    const IValue of = Follow(local->second, attributes.first(attributes.size() - 1));
    const std::shared_ptr<Object> object = of.object();
    if (!object) continue;
    if (const IValue* replaced = object->Find(attributes.back())) heap->Add(*replaced);
    heap->AddAlone(object);
  }
}

// Runs one way, notes how it ended, and takes everything back.
absl::StatusOr<Flow> Branches::RunSide(const Way& way, const Mentions& mentions, const Heap& before,
                                       Frame& frame, Side* side) {
  std::vector<std::pair<absl::string_view, std::optional<IValue>>> locals;
  for (absl::string_view name : mentions.assigned) {
    const auto it = frame.locals.find(name);
    locals.emplace_back(name,
                        it == frame.locals.end() ? std::nullopt : std::make_optional(it->second));
  }
  PlacePtr place = m_.builder.place();
  auto take_back = absl::MakeCleanup([&] {
    for (auto& [name, value] : locals) {
      if (value) {
        frame.locals[name] = *std::move(value);
      } else {
        frame.locals.erase(name);
      }
    }
    frame.result = IValue();
    m_.builder.set_place(place);
    before.Restore();
  });
  ++m_.passing;
  auto leave = absl::MakeCleanup([this] { --m_.passing; });
  T2N_ASSIGN_OR_RETURN(Flow flow, way());
  Heap after;
  for (absl::string_view name : mentions.assigned) {
    const auto it = frame.locals.find(name);
    if (it == frame.locals.end()) continue;
    side->locals[name] = it->second;
    after.Add(it->second);
  }
  side->result = frame.result;
  side->heap = before.Now();
  AddMentioned(mentions, frame, &after);
  after.Add(frame.result);
  for (const Heap* heap : {&before, static_cast<const Heap*>(&after)}) {
    for (const auto& k : heap->tensors) side->values[k.of.get()] = k.of->Read();
  }
  return flow;
}

void Branches::Adopt(Side side, const Mentions& mentions, Frame& frame) {
  side.heap.Restore();
  for (absl::string_view name : mentions.assigned) {
    const auto it = side.locals.find(name);
    if (it == side.locals.end()) {
      frame.locals.erase(name);
    } else {
      frame.locals[name] = std::move(it->second);
    }
  }
  frame.result = std::move(side.result);
}

absl::StatusOr<Flow> Branches::RunBothWays(const ts::Expr& condition, const Val& open,
                                           const Mentions& mentions, const Way& yes, const Way& no,
                                           Frame& frame) {
  Heap before;
  AddMentioned(mentions, frame, &before);
  T2N_RETURN_IF_ERROR(m_.budget.Charge(before.Items(), 0));
  Side sides[2];
  absl::StatusOr<Flow> flows[2] = {RunSide(yes, mentions, before, frame, &sides[0]),
                                   RunSide(no, mentions, before, frame, &sides[1])};
  for (int i = 0; i < 2; ++i) {
    if (flows[i].ok()) continue;
    if (!IsRaised(flows[i].status()) || !flows[1 - i].ok()) return flows[i];
    // Where the model raises there is nothing to be equal to.
    if (m_.env.warn) {
      m_.env.warn(absl::StrCat("not checked: ", flows[i].status().message(), ", if ",
                               i == 0 ? "" : "not ", "the condition at ",
                               condition.pos.ToString()));
    }
    Adopt(std::move(sides[1 - i]), mentions, frame);
    return flows[1 - i];
  }
  std::string where = MakePlace(condition.pos, frame)->ToString();
  if (*flows[0] != *flows[1]) {
    return WithPlace(
        absl::UnimplementedError("a condition on the inputs' values decides whether to leave the "
                                 "loop or function; give both ways the same course and choose "
                                 "between their results with torch.where"),
        *MakePlace(condition.pos, frame));
  }
  m_.builder.set_place(MakePlace(condition.pos, frame));
  Merger merger(&m_.builder, open, before, sides[0], sides[1], where);
  absl::Status heap = merger.MergeHeap();
  if (!heap.ok()) return WithPlace(heap, *MakePlace(condition.pos, frame));
  for (absl::string_view name : mentions.assigned) {
    const auto one = sides[0].locals.find(name), other = sides[1].locals.find(name);
    if (one == sides[0].locals.end() || other == sides[1].locals.end()) {
      frame.locals.erase(name);
    } else {
      frame.locals[name] = merger.Merge(one->second, other->second, std::string(name));
    }
  }
  if (*flows[0] == Flow::kReturn) {
    frame.result = merger.Merge(sides[0].result, sides[1].result, "the result");
  }
  T2N_RETURN_IF_ERROR(m_.builder.status());
  T2N_RETURN_IF_ERROR(MeetAssigned(mentions, frame));
  return flows[0];
}

absl::Status Branches::MeetAssigned(const Mentions& mentions, const Frame& frame) {
  if (!m_.cut) return absl::OkStatus();
  for (absl::string_view name : mentions.assigned) {
    const auto local = frame.locals.find(name);
    if (local == frame.locals.end() || name[0] == '(') continue;
    T2N_RETURN_IF_ERROR(m_.cut->Meet(InnerTensor::Kind::kVariable, frame.module_path, name,
                                     local->second, m_.passing > 0));
  }
  return absl::OkStatus();
}

}  // namespace t2n::script
