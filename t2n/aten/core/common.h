// What several families share: axes, sizes and indices as torch gives them.
#ifndef T2N_ATEN_CORE_COMMON_H_
#define T2N_ATEN_CORE_COMMON_H_

#include <optional>
#include <vector>

#include "t2n/aten/core/op_call.h"

namespace t2n {

// begin, ..., end-1.
std::vector<int64_t> IntRange(int64_t begin, int64_t end);

// A position counted from the end if negative: `i`, or `size + i`. Refuses the call if the sign of
// a symbolic `i` is not known.
Dim WrapIndex(OpCall& c, absl::string_view name, const Dim& i, const Dim& size);

// torch's slice bounds in [0, size]: `start` and `end` are ints or None.
struct Bounds {
  Dim begin, end;
};
Bounds SliceBounds(OpCall& c, absl::string_view start, absl::string_view end, const Dim& size);

// Whether the size is 1; refuses the call if a symbolic size may or may not be.
bool IsOne(OpCall& c, const Dim& size);

// `shape` with its one entry -1 replaced by what is left of `numel` elements. `from` is the shape
// the elements come from: sizes found in both cancel, so that symbolic ones divide out.
Shape InferShape(OpCall& c, Shape shape, const Shape& from);

// `perm` that moves the axes `from` to the positions `to`, the others keeping their order.
std::vector<int64_t> MovePerm(int64_t rank, absl::Span<const int64_t> from,
                              absl::Span<const int64_t> to);

// The common shape of broadcast operands (ranks aligned on the right).
Shape BroadcastShape(OpCall& c, absl::Span<const Shape> shapes);

// The elements of a constant integer or bool tensor.
std::optional<std::vector<int64_t>> KnownInts(const Val& x);
// A constant i64 tensor of the given shape.
Val IntTensor(Builder& b, absl::Span<const int64_t> values, absl::Span<const int64_t> shape);

// Indices as i64. Fails for floats, which torch takes nowhere.
Val AsIndices(Builder& b, const Val& indices);
// Indices into an axis of `size`, as i64 with negative ones counted from the end.
Val WrapIndices(OpCall& c, const Val& indices, const Dim& size);

// A rank-1 view of all elements.
Val Flat(Builder& b, const Val& x);
// A rank-0 tensor as rank 1; others as they are.
Val AtLeast1d(Builder& b, const Val& x);

// 0, 1, ... along `axis` of a tensor of `rank` axes, all others of size 1.
Val IotaAlong(Builder& b, const Dim& size, int64_t axis, int64_t rank, DType dtype = DType::kI64);

// Whether torch's memory surely holds the elements in row-major order: not known of what views and
// elementwise operations make of transposed, sliced or expanded tensors (they keep the strides).
bool IsDense(const Val& x);
// The same of a call's first tensor, "self"; known better where the operator asks for its memory.
bool IsKnownInRows(OpCall& c);

// Positions of a strided view's elements in row-major storage (torch.as_strided); i64.
Val StridedPositions(Builder& b, const Shape& size, const Shape& stride, const Dim& offset);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_COMMON_H_
