// Reductions, orders and statistics: the tables of operators, a file each.
#ifndef T2N_ATEN_REDUCE_OPS_H_
#define T2N_ATEN_REDUCE_OPS_H_

#include "absl/types/span.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

absl::Span<const OpEntry> CumulativeOps();
absl::Span<const OpEntry> OrderOps();
absl::Span<const OpEntry> StatisticsOps();
absl::Span<const OpEntry> ReductionOps();
absl::Span<const OpEntry> SortingOps();
absl::Span<const OpEntry> HistogramOps();

}  // namespace t2n

#endif  // T2N_ATEN_REDUCE_OPS_H_
