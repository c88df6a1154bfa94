// Indices made of the counter of a loop over an open size.
#ifndef T2N_TORCHSCRIPT_LOOP_INDICES_H_
#define T2N_TORCHSCRIPT_LOOP_INDICES_H_

#include <optional>
#include <vector>

#include "t2n/torchscript/operator_call.h"

namespace t2n::script {

// The arguments with what is never negative in the place of `size - 1 - t`, t being the counter of
// such a loop over `size`; nullopt if none is that.
std::optional<std::vector<IValue>> FromTheEnd(const std::vector<IValue>& args,
                                              const Machine& machine);

// aten::__derive_index, the index of a range, that runs backwards in such a loop: never negative.
Answer BackwardIndex(const OperatorCall& call, Machine& machine);

// aten::slice, `x[t:t + k]`, at the counter t of such a loop, where the rows are there at every
// pass.
Answer WindowOfLoop(const OperatorCall& call, Machine& machine);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_LOOP_INDICES_H_
