#include "t2n/aten/families.h"

namespace t2n {

std::vector<absl::Span<const OpEntry>> AllFamilies() {
  return {
      ActivationOps(),
      ArithmeticOps(),
      CompareOps(),
      BinaryMathOps(),
      ClassLossOps(),
      ComplexOps(),
      CtcLossOps(),
      CumulativeOps(),
      LossOps(),
      OrderOps(),
      StatisticsOps(),
      PolynomialOps(),
      BesselOps(),
      GammaOps(),
      SpecialOps(),
      ConvertOps(),
      ReductionOps(),
      UnaryOps(),
      // Layers and linear algebra.
      AdaptivePoolingOps(),
      AttentionOps(),
      ConvolutionOps(),
      DistanceOps(),
      EinsumOps(),
      EmbeddingOps(),
      FourierOps(),
      GridSampleOps(),
      LinalgOps(),
      MatmulOps(),
      MatrixFunctionOps(),
      NormOps(),
      NormalizationOps(),
      PoolingOps(),
      PackedOps(),
      RecurrentOps(),
      StftOps(),
      UnpoolingOps(),
      UpsampleOps(),
      VisionOps(),
      // Layout, indexing, factories.
      ShapeOps(),
      ViewOps(),
      SlicingOps(),
      JoiningOps(),
      FactoryOps(),
      IndexingOps(),
      PaddingOps(),
      MaskingOps(),
      RampOps(),
      ScatterOps(),
      SliceScatterOps(),
      SortingOps(),
      SpatialOps(),
      HistogramOps(),
  };
}

}  // namespace t2n
