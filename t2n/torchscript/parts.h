// The parts of the evaluator, which call one another.
#ifndef T2N_TORCHSCRIPT_PARTS_H_
#define T2N_TORCHSCRIPT_PARTS_H_

#include "t2n/torchscript/branches.h"
#include "t2n/torchscript/calls.h"
#include "t2n/torchscript/expressions.h"
#include "t2n/torchscript/machine.h"
#include "t2n/torchscript/operator_calls.h"
#include "t2n/torchscript/statements.h"

namespace t2n::script {

struct Parts {
  explicit Parts(Machine* machine)
      : statements(machine, this),
        branches(machine, this),
        expressions(machine, this),
        calls(machine, this),
        operators(machine, this) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  Statements statements;
  Branches branches;
  Expressions expressions;
  Calls calls;
  OperatorCalls operators;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_PARTS_H_
