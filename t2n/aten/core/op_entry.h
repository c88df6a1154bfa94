// A row in a family's table of operators: a schema, a function and how its results lie in memory.
#ifndef T2N_ATEN_CORE_OP_ENTRY_H_
#define T2N_ATEN_CORE_OP_ENTRY_H_

#include "absl/types/span.h"
#include "t2n/aten/core/op_call.h"

namespace t2n {

// Builds the operator's result from primitives: a tensor, a tuple of tensors, a list, a number.
// On failure it returns whatever comes (the builder holds the error).
using OpFn = Arg (*)(OpCall&);

struct MemoryRule;  // memory.h

// What an ordinary operator does with quantized tensors.
enum class OnQuantized {
  kKeep,   // as it is
  kReal,   // on the real numbers, which are quantized again as the first operand was
  kSteps,  // the same in units of the scale: for functions with f(s x) = s f(x) for s > 0
  kMean,   // as quantized_means.h tells
  kUnit,   // on the real numbers, quantized over [0, 1)
  kSigned  // on the real numbers, quantized over [-1, 1)
};

struct OpEntry {
  const char* schema;
  OpFn fn;
  // What its results share with its arguments and how they lie in memory; null: its family's rule.
  const MemoryRule* memory = nullptr;
  OnQuantized on_quantized = OnQuantized::kKeep;
};

// A family's table and the rule of its rows that have none of their own; null: the default one.
struct Family {
  absl::Span<const OpEntry> ops;
  const MemoryRule* memory = nullptr;
};

}  // namespace t2n

#endif  // T2N_ATEN_CORE_OP_ENTRY_H_
