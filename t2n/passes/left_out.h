// What is left out of operations that have rows of no meaning among others.
#ifndef T2N_PASSES_LEFT_OUT_H_
#define T2N_PASSES_LEFT_OUT_H_

#include "t2n/builder/builder.h"

namespace t2n {

// What changes no value under the reduction: rank 0. Of a sum or a mean 0.
Val NeutralOf(Builder& b, Op reduction, DType dtype);

// `node`, a scatter into `x` whose indices `at` have their rows along the axis it writes along (of
// ScatterNd: the first one, of [rows, 1 or 2]): rows that `mask`, bool of the rank of `at`, has not
// are written nowhere.
Val ScatterChosen(Builder& b, const Node& node, const Val& x, const Val& at, const Val& updates,
                  const Val& mask);

}  // namespace t2n

#endif  // T2N_PASSES_LEFT_OUT_H_
