// Layers that several families are built from.
#ifndef T2N_ATEN_CORE_LAYERS_H_
#define T2N_ATEN_CORE_LAYERS_H_

#include <vector>

#include "t2n/builder/builder.h"

namespace t2n {

// torch.nn.functional.linear: x [..., in], weight [out, in] (or [in]), bias [out] or null.
Val Linear(Builder& b, const Val& x, const Val& weight, const Val& bias);

// A vector (or null) shaped to lie along one axis of `rank`: [1, C, 1, 1].
Val AlongAxis(Builder& b, const Val& vector, int64_t axis, int64_t rank);

// x with one axis multiplied by a matrix [out, in]: out takes the axis's place.
Val MultiplyAxis(Builder& b, const Val& x, int64_t axis, const Val& matrix);

// The p-norm over `axes` (torch.linalg.vector_norm); p may be infinite. Integers give f32, complex
// numbers their real dtype.
Val VectorNorm(Builder& b, const Val& x, double p, const std::vector<int64_t>& axes,
               bool keep_axes);

// Which of n indices belongs to which bag (torch.nn.functional.embedding_bag): bool [bags, n].
// `offsets` [bags], or [bags + 1] if the last one is the end.
Val BagMembers(Builder& b, const Dim& n, const Val& offsets, bool include_last_offset);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_LAYERS_H_
