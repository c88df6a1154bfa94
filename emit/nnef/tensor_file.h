// Tensor files (.dat): NNEF 1.0.5, section 5.2, as tract reads them too.
#ifndef EMIT_NNEF_TENSOR_FILE_H_
#define EMIT_NNEF_TENSOR_FILE_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "t2n/ir/dtype.h"

namespace t2n::nnef {

using TensorHeader = std::array<uint8_t, 128>;

// The header of a dense row-major tensor; the payload follows it. Unimplemented for types the
// format has no code for (bfloat16, complex), more than 8 axes, or a payload of 4 GiB and more
// (its length has 32 bits).
absl::StatusOr<TensorHeader> MakeTensorHeader(DType dtype, absl::Span<const int64_t> sizes);
// The same for bools that take a bit each, eight a byte, the first in the highest bit.
absl::StatusOr<TensorHeader> MakeBitsHeader(absl::Span<const int64_t> sizes);

// tract's header of a matrix, or of several, in blocks of Q4_0 (t2n/blocks), which follow it;
// `bytes` are those of all blocks. tract up to 0.21.10 reads them in another order.
absl::StatusOr<TensorHeader> MakeQ4Header(int64_t bytes, absl::Span<const int64_t> sizes);

}  // namespace t2n::nnef

#endif  // EMIT_NNEF_TENSOR_FILE_H_
