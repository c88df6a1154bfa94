#include "t2n/aten/families.h"

#include "t2n/aten/core/memory.h"
#include "t2n/aten/linalg/ops.h"
#include "t2n/aten/math/ops.h"
#include "t2n/aten/nn/ops.h"
#include "t2n/aten/quantized/ops.h"
#include "t2n/aten/reduce/ops.h"
#include "t2n/aten/shape/ops.h"
#include "t2n/aten/signal/ops.h"

namespace t2n {

std::vector<Family> AllFamilies() {
  return {
      {ActivationOps(), &kElementwise},
      {ArithmeticOps(), &kElementwise},
      {CompareOps(), &kElementwise},
      {BinaryMathOps(), &kElementwise},
      {ClassLossOps()},
      {ComplexOps()},
      {CtcLossOps()},
      {CumulativeOps(), &kInRows},
      {LossOps()},
      {OrderOps(), &kInRows},
      {StatisticsOps()},
      {PolynomialOps(), &kElementwise},
      {BesselOps(), &kElementwise},
      {GammaOps(), &kElementwise},
      {IncompleteGammaOps(), &kElementwise},
      {QuestionOps()},
      {SpecialOps(), &kElementwise},
      {ConvertOps()},
      {ReductionOps(), &kInRows},
      {UnaryOps(), &kElementwise},
      // Layers and linear algebra.
      {AdaptivePoolingOps(), &kFormatOfFirst},
      {AttentionOps(), &kOrderUnknown},
      {ConvolutionOps()},
      {DistanceOps(), &kInRows},
      {EinsumOps(), &kOrderUnknown},
      {EmbeddingOps()},
      {FilterOps()},
      {FourierOps(), &kOrderUnknown},
      {GridSampleOps()},
      {GroupedMatmulOps()},
      {LinalgOps(), &kOrderUnknown},
      {MatmulOps(), &kInRows},
      {MatrixFunctionOps(), &kOrderUnknown},
      {NormOps(), &kInRows},
      {NormalizationOps()},
      {PoolingOps(), &kFormatOfFirst},
      {PackedOps()},
      {RecurrentOps(), &kOrderUnknown},
      {SingularValueOps(), &kOrderUnknown},
      {StftOps(), &kOrderUnknown},
      {UnpoolingOps()},
      {UpsampleOps(), &kFormatOfFirst},
      {VisionOps()},
      // Quantized tensors.
      {PackedParamsOps()},
      {QuantizeOps()},
      {QuantizedLayerOps()},
      {QuantizedMathOps()},
      {QuantizedEmbeddingOps()},
      {QuantizedTableOps()},
      {QuantizedDecomposedOps()},
      {QuantizedLegacyOps()},
      // Layout, indexing, factories.
      {ShapeOps()},
      {ViewOps()},
      {SlicingOps()},
      {JoiningOps()},
      {FactoryOps()},
      {IndexingOps()},
      {PaddingOps()},
      {MaskingOps(), &kInRows},
      {RampOps()},
      {ScatterOps()},
      {SliceScatterOps()},
      {SortingOps()},
      {SpatialOps(), &kFormatOfFirst},
      {HistogramOps()},
  };
}

}  // namespace t2n
