// What the losses share.
#ifndef T2N_ATEN_NN_LOSSES_H_
#define T2N_ATEN_NN_LOSSES_H_

#include "t2n/aten/core/op_call.h"

namespace t2n {

// `loss` as argument `reduction` says: 0 itself, 1 its mean, 2 its sum.
Val ReduceLoss(OpCall& c, const Val& loss);

}  // namespace t2n

#endif  // T2N_ATEN_NN_LOSSES_H_
