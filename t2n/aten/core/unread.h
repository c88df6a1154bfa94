// Arguments of a call that the operator did not look at.
#ifndef T2N_ATEN_CORE_UNREAD_H_
#define T2N_ATEN_CORE_UNREAD_H_

#include "t2n/aten/core/op_call.h"

namespace t2n {

// Refuses by name the first argument that was not read and is neither None nor its default: it
// would not be honoured.
void RefuseUnread(OpCall& call);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_UNREAD_H_
