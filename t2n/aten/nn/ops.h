// Layers and losses: the tables of operators, a file each.
#ifndef T2N_ATEN_NN_OPS_H_
#define T2N_ATEN_NN_OPS_H_

#include "absl/types/span.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

absl::Span<const OpEntry> ClassLossOps();
absl::Span<const OpEntry> CtcLossOps();
absl::Span<const OpEntry> LossOps();
absl::Span<const OpEntry> PaddingOps();
absl::Span<const OpEntry> SpatialOps();
absl::Span<const OpEntry> AdaptivePoolingOps();
absl::Span<const OpEntry> AttentionOps();
absl::Span<const OpEntry> ConvolutionOps();
absl::Span<const OpEntry> DistanceOps();
absl::Span<const OpEntry> EmbeddingOps();
absl::Span<const OpEntry> FilterOps();
absl::Span<const OpEntry> GridSampleOps();
absl::Span<const OpEntry> NormalizationOps();
absl::Span<const OpEntry> PoolingOps();
absl::Span<const OpEntry> PackedOps();
absl::Span<const OpEntry> RecurrentOps();
absl::Span<const OpEntry> UnpoolingOps();
absl::Span<const OpEntry> UpsampleOps();
absl::Span<const OpEntry> VisionOps();

}  // namespace t2n

#endif  // T2N_ATEN_NN_OPS_H_
