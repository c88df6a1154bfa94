// Nested tensors, as far as torch.nn.TransformerEncoder makes them: where it may, it takes the
// padding out of a batch, and puts zeros there behind the last layer (_nested_tensor_from_mask and
// to_padded_tensor of ATen/native/nested). Here the padding stays and is remembered.
#ifndef T2N_ATEN_CORE_NESTED_H_
#define T2N_ATEN_CORE_NESTED_H_

#include <memory>
#include <string>

#include "t2n/aten/core/op_call.h"

namespace t2n {

struct NestedTensor : Opaque {
  Val padded;   // [N, L, D]; what is at positions that are not visible means nothing
  Val visible;  // bool [N, L]
  // bool, rank 0: elsewhere the program would not have nested but gone on with all positions. Null
  // if it nests whatever the mask is.
  Val nests;

  std::string TypeName() const override { return "nested tensor"; }
};

// The argument as a nested tensor; refuses the call and returns null if it is none.
std::shared_ptr<const NestedTensor> Nested(OpCall& c, absl::string_view name);
// The same batch with other elements.
Arg WithElements(const NestedTensor& nested, const Val& padded);

// aten::_nested_tensor_from_mask_left_aligned. A mask that the inputs decide counts as left
// aligned; NestedFromMask keeps in mind that it may not be.
Arg IsLeftAligned(OpCall& c);
// aten::_nested_tensor_from_mask
Arg NestedFromMask(OpCall& c);
// aten::to_padded_tensor, aten::nested_to_padded_tensor
Arg NestedToPadded(OpCall& c);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_NESTED_H_
