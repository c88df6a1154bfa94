// Tensors in another floating type, converted as they are read.
#ifndef T2N_PASSES_CONVERTED_TENSORS_H_
#define T2N_PASSES_CONVERTED_TENSORS_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// Views of the same tensors get one converted tensor, so that tied weights stay tied.
class ConvertedTensors {
 public:
  // The same elements, dense: bfloat16 as f32, or f32 as f16; weights in blocks by their values.
  // The tensor itself if it has the type already.
  Tensor Get(const Tensor& tensor, DType dtype);

 private:
  absl::flat_hash_map<std::string, Tensor> converted_;
};

}  // namespace t2n

#endif  // T2N_PASSES_CONVERTED_TENSORS_H_
