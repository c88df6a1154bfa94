// The kernels of the primitives: they fold constants and run graphs in the reference evaluator.
#ifndef T2N_KERNELS_KERNEL_H_
#define T2N_KERNELS_KERNEL_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "t2n/ir/graph.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// What a kernel is given: the node's operation with all sizes known.
struct KernelCall {
  Op op;
  const Attrs& attrs;                      // sizes in them are constants
  absl::Span<const Tensor> inputs;         // any strides
  absl::Span<const ValueType> outputs;     // constant shapes
  absl::Span<const QuantPtr> quants = {};  // of the inputs, null where they are not quantized
};

using Kernel = absl::StatusOr<std::vector<Tensor>> (*)(const KernelCall&);

// The kernel of a primitive; nullptr for Input, Constant, Composite and Scan.
Kernel FindKernel(Op op);

using Binding = std::function<std::optional<int64_t>(absl::string_view)>;

// Runs `node` on `inputs`: Composite and Scan run their bodies, all others their kernel. `bind`
// gives the value of every symbol in the node's attributes and output types. The results have the
// sizes that the node's output types say, else the error is kInternal. Other errors:
// kUnimplemented when the kernel is not defined on this dtype or a symbol has no value;
// kInvalidArgument for what torch refuses at run time too (an index out of range, an integer
// division by zero...); kResourceExhausted past limits::kMaxComputedTensorBytes.
absl::StatusOr<std::vector<Tensor>> RunNode(const Node& node, absl::Span<const Tensor> inputs,
                                            const Binding& bind);

// Runs the nodes of `graph` that its outputs need, in order, and gives its outputs. Values are
// dropped after their last use; what is constant is not computed. An error names the node and its
// place.
absl::StatusOr<std::vector<Tensor>> RunBody(const Graph& graph, absl::Span<const Tensor> inputs,
                                            const Binding& bind);

}  // namespace t2n

#endif  // T2N_KERNELS_KERNEL_H_
