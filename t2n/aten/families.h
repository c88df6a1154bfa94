// The families of operators, one file each.
#ifndef T2N_ATEN_FAMILIES_H_
#define T2N_ATEN_FAMILIES_H_

#include <vector>

#include "absl/types/span.h"
#include "t2n/aten/registry.h"

namespace t2n {

absl::Span<const OpEntry> ActivationOps();
absl::Span<const OpEntry> ArithmeticOps();
absl::Span<const OpEntry> CompareOps();
absl::Span<const OpEntry> BinaryMathOps();
absl::Span<const OpEntry> ClassLossOps();
absl::Span<const OpEntry> ComplexOps();
absl::Span<const OpEntry> CtcLossOps();
absl::Span<const OpEntry> CumulativeOps();
absl::Span<const OpEntry> LossOps();
absl::Span<const OpEntry> OrderOps();
absl::Span<const OpEntry> StatisticsOps();
absl::Span<const OpEntry> PolynomialOps();
absl::Span<const OpEntry> BesselOps();
absl::Span<const OpEntry> GammaOps();
absl::Span<const OpEntry> IncompleteGammaOps();
absl::Span<const OpEntry> QuestionOps();
absl::Span<const OpEntry> SpecialOps();
absl::Span<const OpEntry> ConvertOps();
absl::Span<const OpEntry> ReductionOps();
absl::Span<const OpEntry> UnaryOps();

// Layout, indexing, factories.
absl::Span<const OpEntry> ShapeOps();
absl::Span<const OpEntry> ViewOps();
absl::Span<const OpEntry> SlicingOps();
absl::Span<const OpEntry> JoiningOps();
absl::Span<const OpEntry> FactoryOps();
absl::Span<const OpEntry> IndexingOps();
absl::Span<const OpEntry> PaddingOps();
absl::Span<const OpEntry> MaskingOps();
absl::Span<const OpEntry> RampOps();
absl::Span<const OpEntry> ScatterOps();
absl::Span<const OpEntry> SliceScatterOps();
absl::Span<const OpEntry> SortingOps();
absl::Span<const OpEntry> SpatialOps();
absl::Span<const OpEntry> HistogramOps();

// Layers and linear algebra.
absl::Span<const OpEntry> AdaptivePoolingOps();
absl::Span<const OpEntry> AttentionOps();
absl::Span<const OpEntry> ConvolutionOps();
absl::Span<const OpEntry> DistanceOps();
absl::Span<const OpEntry> EinsumOps();
absl::Span<const OpEntry> EmbeddingOps();
absl::Span<const OpEntry> FilterOps();
absl::Span<const OpEntry> FourierOps();
absl::Span<const OpEntry> GridSampleOps();
absl::Span<const OpEntry> GroupedMatmulOps();
absl::Span<const OpEntry> LinalgOps();
absl::Span<const OpEntry> MatmulOps();
absl::Span<const OpEntry> MatrixFunctionOps();
absl::Span<const OpEntry> NormOps();
absl::Span<const OpEntry> NormalizationOps();
absl::Span<const OpEntry> PoolingOps();
absl::Span<const OpEntry> PackedOps();
absl::Span<const OpEntry> RecurrentOps();
absl::Span<const OpEntry> SingularValueOps();
absl::Span<const OpEntry> StftOps();
absl::Span<const OpEntry> UnpoolingOps();
absl::Span<const OpEntry> UpsampleOps();
absl::Span<const OpEntry> VisionOps();

// Quantized tensors.
absl::Span<const OpEntry> PackedParamsOps();
absl::Span<const OpEntry> QuantizeOps();
absl::Span<const OpEntry> QuantizedLayerOps();
absl::Span<const OpEntry> QuantizedMathOps();
absl::Span<const OpEntry> QuantizedEmbeddingOps();
absl::Span<const OpEntry> QuantizedTableOps();
absl::Span<const OpEntry> QuantizedDecomposedOps();
absl::Span<const OpEntry> QuantizedLegacyOps();

// Every table above.
std::vector<Family> AllFamilies();

}  // namespace t2n

#endif  // T2N_ATEN_FAMILIES_H_
