// Statements: what a function does, one after the other.
#ifndef T2N_TORCHSCRIPT_STATEMENTS_H_
#define T2N_TORCHSCRIPT_STATEMENTS_H_

#include "absl/status/statusor.h"
#include "parsers/torchscript/ast.h"
#include "t2n/torchscript/machine.h"

namespace t2n::script {

struct Parts;

class Statements {
 public:
  // Both must outlive it.
  Statements(Machine* machine, Parts* parts) : m_(*machine), parts_(*parts) {}

  absl::StatusOr<Flow> Run(torchscript::Block block, Frame& frame);
  // The body of a branch or a loop. What it hands on is a value of its own in TorchScript, no
  // constant of the program any more.
  absl::StatusOr<Flow> RunInner(torchscript::Block block, Frame& frame);
  absl::StatusOr<Flow> RunWhile(const torchscript::WhileStmt& stmt, Frame& frame);
  absl::Status Assign(torchscript::ExprList targets, bool unpack, IValue value, Frame& frame);

 private:
  absl::StatusOr<Flow> RunStatement(const torchscript::Stmt& stmt, Frame& frame);
  absl::StatusOr<Flow> RunAssign(const torchscript::AssignStmt& stmt, Frame& frame);
  absl::StatusOr<Flow> RunReturn(const torchscript::ReturnStmt& stmt, Frame& frame);
  absl::StatusOr<Flow> RunRaise(const torchscript::RaiseStmt& stmt, Frame& frame);
  absl::StatusOr<Flow> RunFor(const torchscript::ForStmt& stmt, Frame& frame);
  absl::StatusOr<Flow> RunWith(const torchscript::WithStmt& stmt, Frame& frame);
  absl::Status AssignOne(const torchscript::Expr& target, IValue value, Frame& frame);

  Machine& m_;
  Parts& parts_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_STATEMENTS_H_
