// Runs a whole graph on real inputs, with the kernels that fold constants.
#ifndef T2N_REFERENCE_RUN_H_
#define T2N_REFERENCE_RUN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "t2n/ir/graph.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// The values that the sizes of `inputs` give to the symbols in the shapes of the graph's inputs.
// Sizes of one symbol to the first degree (`S`, `2*S+1`) are solved for it; all others are then
// checked. Errors: kInvalidArgument when the inputs are of another number, dtype or rank, or their
// sizes contradict the shapes or the symbols' ranges.
absl::StatusOr<std::map<std::string, int64_t>> BindSymbols(const Graph& graph,
                                                           absl::Span<const Tensor> inputs);

// The graph's outputs. Inputs may be strided, outputs too. Errors: those of BindSymbols; those of
// RunBody (t2n/kernels/kernel.h), among them kInternal, with node and place, when a result has not
// the type that the graph says.
absl::StatusOr<std::vector<Tensor>> RunGraph(const Graph& graph, absl::Span<const Tensor> inputs);

// The same numbers as another type, as Op::kCast has it.
absl::StatusOr<Tensor> CastTensor(const Tensor& tensor, DType dtype);

}  // namespace t2n

#endif  // T2N_REFERENCE_RUN_H_
