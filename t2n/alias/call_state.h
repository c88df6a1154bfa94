// A call of an operator with arguments that may share memory, on its way through OperatorCaller.
#ifndef T2N_ALIAS_CALL_STATE_H_
#define T2N_ALIAS_CALL_STATE_H_

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/alias/operand.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/registry.h"

namespace t2n {

struct CallState {
  absl::string_view name;
  absl::Span<const Operand> positional;
  absl::Span<const NamedOperand> keywords;
  Registry::Choice choice;
  std::shared_ptr<TensorRef> source;  // what marked results share memory with; may be null
  Arg value;
  Val stand_in = Val();  // what the operator was given for the source's value, if not that

  const MemoryRule& rule() const { return *choice.memory; }
  // The operand given for the schema's argument `i`; null for none.
  const Operand* Given(size_t i) const;
  // The tensor given for it; null for anything else.
  std::shared_ptr<TensorRef> Tensor(size_t i) const;
  // All tensors given, those in lists too, in the order of the schema.
  std::vector<std::shared_ptr<TensorRef>> Tensors() const;
  // The tensor whose memory the schema says the results share.
  std::shared_ptr<TensorRef> MarkedArgument() const;
  // The value of the argument of that name; null if the operator has none.
  const Arg* Argument(absl::string_view argument) const;
};

}  // namespace t2n

#endif  // T2N_ALIAS_CALL_STATE_H_
