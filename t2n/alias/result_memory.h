// What a call's results share with its arguments in torch's memory, and how new ones lie there: the
// operators' rules (t2n/aten/memory.h) applied to the strides of the arguments.
#ifndef T2N_ALIAS_RESULT_MEMORY_H_
#define T2N_ALIAS_RESULT_MEMORY_H_

#include <optional>

#include "t2n/alias/call_state.h"

namespace t2n {

// Whether results that the schema marks share the memory of `call.source`, which must not be null;
// nullopt if that depends on strides that are not known.
std::optional<bool> SharesMemory(const CallState& call);

// How a result that shares nothing lies in memory.
MemoryOrder NewOrder(const CallState& call, const Val& result);

}  // namespace t2n

#endif  // T2N_ALIAS_RESULT_MEMORY_H_
