// Linear algebra: the tables of operators, a file each.
#ifndef T2N_ATEN_LINALG_OPS_H_
#define T2N_ATEN_LINALG_OPS_H_

#include "absl/types/span.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

absl::Span<const OpEntry> EinsumOps();
absl::Span<const OpEntry> GroupedMatmulOps();
absl::Span<const OpEntry> LinalgOps();
absl::Span<const OpEntry> MatmulOps();
absl::Span<const OpEntry> MatrixFunctionOps();
absl::Span<const OpEntry> NormOps();
absl::Span<const OpEntry> SingularValueOps();

}  // namespace t2n

#endif  // T2N_ATEN_LINALG_OPS_H_
