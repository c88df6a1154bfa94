// What torch's ordinary operators do with quantized tensors: views, copies and joins keep the
// integers (the primitives do so by themselves), others compute on the numbers they stand for.
#ifndef T2N_ATEN_QUANTIZED_QUANTIZED_TENSORS_H_
#define T2N_ATEN_QUANTIZED_QUANTIZED_TENSORS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

enum class OnQuantized {
  kKeep,   // as it is
  kReal,   // on the real numbers, which are quantized again as the first operand was
  kSteps,  // the same in units of the scale: for functions with f(s x) = s f(x) for s > 0
  kMean,   // as quantized_means.h tells
  kUnit,   // on the real numbers, quantized over [0, 1)
  kSigned  // on the real numbers, quantized over [-1, 1)
};

// How the operator `name` (`aten::relu`) works on quantized tensors.
OnQuantized HowOnQuantized(absl::string_view name);

// Calls `fn` in that way. `call` is made anew from the arguments that `fn` sees.
Arg CallOnQuantized(OnQuantized how, OpFn fn, OpCall& call);

// Whether some argument is a quantized tensor.
bool HasQuantized(const std::vector<Arg>& args);

}  // namespace t2n

#endif  // T2N_ATEN_QUANTIZED_QUANTIZED_TENSORS_H_
