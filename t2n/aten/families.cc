#include "t2n/aten/families.h"

namespace t2n {

std::vector<absl::Span<const OpEntry>> AllFamilies() {
  return {
      ArithmeticOps(),
      // Layers and linear algebra.
      AdaptivePoolingOps(),
      AttentionOps(),
      ConvolutionOps(),
      EmbeddingOps(),
      MatmulOps(),
      NormalizationOps(),
      PoolingOps(),
  };
}

}  // namespace t2n
