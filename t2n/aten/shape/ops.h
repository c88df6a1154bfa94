// Views, indexing, joining and factories: the tables of operators, a file each.
#ifndef T2N_ATEN_SHAPE_OPS_H_
#define T2N_ATEN_SHAPE_OPS_H_

#include "absl/types/span.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

absl::Span<const OpEntry> ShapeOps();
absl::Span<const OpEntry> ViewOps();
absl::Span<const OpEntry> SlicingOps();
absl::Span<const OpEntry> JoiningOps();
absl::Span<const OpEntry> FactoryOps();
absl::Span<const OpEntry> IndexingOps();
absl::Span<const OpEntry> MaskingOps();
absl::Span<const OpEntry> RampOps();
absl::Span<const OpEntry> ScatterOps();
absl::Span<const OpEntry> SliceScatterOps();

}  // namespace t2n

#endif  // T2N_ATEN_SHAPE_OPS_H_
