#include "t2n/aten/families.h"

namespace t2n {

std::vector<absl::Span<const OpEntry>> AllFamilies() {
  return {
      ArithmeticOps(),
  };
}

}  // namespace t2n
