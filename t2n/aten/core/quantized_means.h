// How torch rounds the means of quantized tensors (ATen/native/quantized/cpu/{AveragePool2d,
// AdaptiveAveragePooling,ReduceOps}.cpp and their kernels): it depends on the order of the elements
// in memory and on the engine.
#ifndef T2N_ATEN_CORE_QUANTIZED_MEANS_H_
#define T2N_ATEN_CORE_QUANTIZED_MEANS_H_

#include "t2n/aten/core/op_call.h"

namespace t2n {

struct MeanRounding {
  bool real = false;            // of the real numbers, else of the steps
  bool with_zero_point = true;  // steps: the zero point is in what is rounded to even
  double count = 0;   // qnnpack: so many steps a mean are summed and multiplied by `factor`
  double factor = 0;  // about 1 / count
  bool away = false;  // halves are rounded away from zero
};

// Of a pool or of aten::mean on `x`, which is quantized per tensor. Arguments that qnnpack's
// kernels take no notice of are replaced.
MeanRounding RoundingOfMean(OpCall& call, const Val& x);

// The means of steps that an operator gave, as they are before they are rounded.
Val BeforeRounding(const Val& mean, const MeanRounding& rounding);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_QUANTIZED_MEANS_H_
