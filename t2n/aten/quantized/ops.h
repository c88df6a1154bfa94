// Quantized tensors: the tables of operators, a file each.
#ifndef T2N_ATEN_QUANTIZED_OPS_H_
#define T2N_ATEN_QUANTIZED_OPS_H_

#include "absl/types/span.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

absl::Span<const OpEntry> PackedParamsOps();
absl::Span<const OpEntry> QuantizeOps();
absl::Span<const OpEntry> QuantizedLayerOps();
absl::Span<const OpEntry> QuantizedMathOps();
absl::Span<const OpEntry> QuantizedEmbeddingOps();
absl::Span<const OpEntry> QuantizedTableOps();
absl::Span<const OpEntry> QuantizedDecomposedOps();
absl::Span<const OpEntry> QuantizedLegacyOps();

}  // namespace t2n

#endif  // T2N_ATEN_QUANTIZED_OPS_H_
