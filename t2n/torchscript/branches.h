// Conditions: decided where they are known. Where the inputs' values decide, both ways are run from
// the same state, and what differs becomes selects.
#ifndef T2N_TORCHSCRIPT_BRANCHES_H_
#define T2N_TORCHSCRIPT_BRANCHES_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "parsers/torchscript/ast.h"
#include "t2n/torchscript/machine.h"
#include "t2n/torchscript/mentions.h"
#include "t2n/values/merge.h"

namespace t2n::script {

struct Parts;

struct Decision {
  bool taken = false;
  Val open;  // the condition, where the inputs decide
};

class Branches {
 public:
  // Both must outlive it.
  Branches(Machine* machine, Parts* parts) : m_(*machine), parts_(*parts) {}

  absl::StatusOr<Decision> Decide(const torchscript::Expr& expr, Frame& frame);
  // From its branch number `branch` on.
  absl::StatusOr<Flow> RunIf(const torchscript::IfStmt& stmt, size_t branch, Frame& frame);
  // A loop of which the inputs decide whether it goes on.
  absl::StatusOr<Flow> RunOpenWhile(const torchscript::WhileStmt& stmt, const Val& open,
                                    Frame& frame);
  absl::StatusOr<Flow> RunAssert(const torchscript::AssertStmt& stmt, Frame& frame);
  absl::StatusOr<IValue> EvalTernary(const torchscript::TernaryExpr& expr, Frame& frame);
  // Of a statement or expression; read off once.
  template <typename Piece>
  const Mentions& MentionsOf(const Piece& piece);
  // Tells of what variables have become where a branch or a loop has ended (Cut).
  absl::Status MeetAssigned(const Mentions& mentions, const Frame& frame);
  // Adds what the piece of a program can change and lead to.
  void AddMentioned(const Mentions& mentions, const Frame& frame, Heap* heap);

 private:
  using Way = std::function<absl::StatusOr<Flow>()>;
  // `mentions`: of both ways.
  absl::StatusOr<Flow> RunBothWays(const torchscript::Expr& condition, const Val& open,
                                   const Mentions& mentions, const Way& yes, const Way& no,
                                   Frame& frame);
  absl::StatusOr<Flow> RunSide(const Way& way, const Mentions& mentions, const Heap& before,
                               Frame& frame, Side* side);
  // Leaves everything as `side` ended, as if no other way had been run.
  void Adopt(Side side, const Mentions& mentions, Frame& frame);

  absl::flat_hash_map<const void*, std::unique_ptr<const Mentions>> mentions_;

  Machine& m_;
  Parts& parts_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_BRANCHES_H_
