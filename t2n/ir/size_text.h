// Sizes as texts for readers that divide towards zero.
#ifndef T2N_IR_SIZE_TEXT_H_
#define T2N_IR_SIZE_TEXT_H_

#include <string>

#include "t2n/ir/dim.h"

namespace t2n {

// As Dim::ToString() writes it, but without floors that are taken against what they are of:
// `-((W+1)/2)+25` for `(W/2)-W+25`, `((W+1)/2)` for `W-(W/2)`. tract moves terms into quotients,
// which may become negative so, and rounds these the other way.
std::string SizeText(const Dim& size);

}  // namespace t2n

#endif  // T2N_IR_SIZE_TEXT_H_
