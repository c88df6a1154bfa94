// How torch lays tensors out in memory: the strides (counted in elements) that its allocator, its
// iterator over operands and its memory formats give. Of open sizes an answer that holds for some
// values only is none: nullopt.
#ifndef T2N_IR_STRIDES_H_
#define T2N_IR_STRIDES_H_

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "t2n/ir/dim.h"

namespace t2n {

// torch's codes. The last two are of tensors [N, C, ...] whose channels lie innermost.
enum class MemoryFormat { kContiguous = 0, kPreserve = 1, kChannelsLast = 2, kChannelsLast3d = 3 };

// A view of a storage: sizes, one stride for each, and where its first element lies.
struct Strided {
  Shape sizes;
  Shape strides;
  Dim offset = 0;
};

// Of a tensor that lies in rows, the last axis innermost.
Shape RowStrides(const Shape& sizes);
Strided InRows(Shape sizes);
// Whether the strides are exactly those, axes of size 1 included.
bool LiesInRows(const Strided& x);

// Of a dense tensor whose axes lie in this order, outermost first.
Shape DenseStrides(const Shape& sizes, absl::Span<const int64_t> axes);
// Of `format`; nullopt if it is not for that rank (kPreserve: for none).
std::optional<Shape> FormatStrides(const Shape& sizes, MemoryFormat format);
// Tensor::is_contiguous(memory_format): axes of size 1 may have any stride.
std::optional<bool> IsContiguous(const Strided& x, MemoryFormat format = MemoryFormat::kContiguous);
// Whether each place between the first and the last element is taken once.
std::optional<bool> IsNonOverlappingAndDense(const Strided& x);
// The axes of such a tensor, outermost first; nullopt if it is none, or if that is not known.
std::optional<std::vector<int64_t>> AxesInMemory(const Strided& x);
// Tensor::suggest_memory_format(): channels last if the strides look so, otherwise kContiguous.
std::optional<MemoryFormat> SuggestedFormat(const Strided& x);

// What empty_like and clone give (torch.preserve_format).
std::optional<Shape> PreservedStrides(const Strided& x);
// What an elementwise operation on these operands gives that allocates its result (TensorIterator):
// dense, its axes ordered by the operands' strides, earlier operands first. `sizes` is the shape
// they broadcast to; a number that stands for a tensor is an operand of rank 0.
std::optional<Shape> ElementwiseStrides(const Shape& sizes, absl::Span<const Strided> operands);

// Strides of the same elements seen under other sizes, if none has to move (at::detail::
// computeStride): an empty vector if some do. nullopt if that is not known.
struct ViewAnswer {
  bool is_view = false;
  Shape strides;
};
std::optional<ViewAnswer> ViewStrides(const Strided& x, const Shape& sizes);

}  // namespace t2n

#endif  // T2N_IR_STRIDES_H_
