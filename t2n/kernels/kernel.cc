#include "t2n/kernels/kernel.h"

namespace t2n {

Kernel FindKernel(Op) { return nullptr; }

absl::StatusOr<std::vector<Tensor>> RunNode(
    const Node&, absl::Span<const Tensor>,
    const std::function<std::optional<int64_t>(absl::string_view)>&) {
  return absl::UnimplementedError("no kernels yet");
}

}  // namespace t2n
