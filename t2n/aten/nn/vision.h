// torchvision's operators, each in the file of its kind; their rows are in vision.cc.
#ifndef T2N_ATEN_NN_VISION_H_
#define T2N_ATEN_NN_VISION_H_

#include "t2n/aten/core/op_call.h"

namespace t2n {

// nms.cc
Arg Nms(OpCall& c);
// regions.cc
Arg PsRoiAlign(OpCall& c);
Arg RoiAlign(OpCall& c);
Arg RoiPool(OpCall& c);

}  // namespace t2n

#endif  // T2N_ATEN_NN_VISION_H_
