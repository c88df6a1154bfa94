// Division that can be trusted to the last digit.
#ifndef T2N_ATEN_NN_QUOTIENT_H_
#define T2N_ATEN_NN_QUOTIENT_H_

#include "t2n/builder/builder.h"

namespace t2n {

// x / y of floats, correctly rounded: runtimes divide by way of a reciprocal, which may be off by
// the last digit. For quotients that are rounded up or down, or compared.
Val Quotient(Builder& b, const Val& x, const Val& y);

}  // namespace t2n

#endif  // T2N_ATEN_NN_QUOTIENT_H_
