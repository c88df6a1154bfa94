// Lists with an open number of items: what a loop over an open size has appended to, and what is
// unbound along an open axis. They know append, len, stack, cat, indexing and reversal.
#ifndef T2N_TORCHSCRIPT_OPEN_LIST_H_
#define T2N_TORCHSCRIPT_OPEN_LIST_H_

#include "t2n/torchscript/operator_call.h"

namespace t2n::script {

// Answers calls on such lists. Whatever else is asked of one is refused.
Answer CallOnOpenList(const OperatorCall& call, Machine& machine);

// torch.unbind along an open size, which makes one; nullopt along a known one.
Answer UnbindOpenAxis(const OperatorCall& call, Machine& machine);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_OPEN_LIST_H_
