// What torch's ordinary operators do with quantized tensors: views, copies and joins keep the
// integers (the primitives do so by themselves), others compute on the numbers they stand for.
#ifndef T2N_ATEN_QUANTIZED_QUANTIZED_TENSORS_H_
#define T2N_ATEN_QUANTIZED_QUANTIZED_TENSORS_H_

#include <vector>

#include "t2n/aten/core/op_call.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

// Calls `fn` in that way. `call` is made anew from the arguments that `fn` sees.
Arg CallOnQuantized(OnQuantized how, OpFn fn, OpCall& call);

// Whether some argument is a quantized tensor.
bool HasQuantized(const std::vector<Arg>& args);

}  // namespace t2n

#endif  // T2N_ATEN_QUANTIZED_QUANTIZED_TENSORS_H_
