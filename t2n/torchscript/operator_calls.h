// Calls of operators and builtins: each goes to the first that knows what to do with such
// arguments.
#ifndef T2N_TORCHSCRIPT_OPERATOR_CALLS_H_
#define T2N_TORCHSCRIPT_OPERATOR_CALLS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/torchscript/operator_call.h"

namespace t2n::script {

struct Parts;

class OperatorCalls {
 public:
  // Both must outlive it.
  OperatorCalls(Machine* machine, Parts* parts) : m_(*machine), parts_(*parts) {}

  // `name`: `aten::add`, `python::len`, `prim::dtype`.
  absl::StatusOr<IValue> CallOp(const std::string& name, const std::vector<IValue>& args,
                                const Keywords& keywords);

 private:
  // The interpreter's own answer; what cannot be decided or had stands for itself.
  Answer CallBuiltinOf(const OperatorCall& call, uint64_t items);
  absl::StatusOr<IValue> CallOperator(const OperatorCall& call);
  // Sorts a list of class instances by their __lt__; nullopt for anything else.
  Answer SortObjects(const OperatorCall& call);
  // What is assumed of a comparison that could not be decided, or the comparison itself.
  std::optional<IValue> AnswerTo(const OperatorCall& call, const absl::Status& status);
  // What stands for the result of an operator that was asked of numbers which cannot be had, or
  // that could not compute it: a number that cannot be had either, where all arguments are plain
  // and nothing but the result comes of it; else the failure. nullopt if all is well.
  std::optional<absl::StatusOr<IValue>> Lost(const OperatorCall& call,
                                             const absl::Status& failed) const;

  Machine& m_;
  Parts& parts_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_OPERATOR_CALLS_H_
