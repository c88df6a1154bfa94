// Loops with a body.
#ifndef T2N_KERNELS_SCAN_H_
#define T2N_KERNELS_SCAN_H_

#include "t2n/kernels/kernel.h"

namespace t2n::kernels {

// Runs a Scan node (see the comment on Node in graph.h) with evaluated attributes and types.
absl::StatusOr<std::vector<Tensor>> RunScan(const Node& node, const Attrs& attrs,
                                            absl::Span<const Tensor> inputs,
                                            absl::Span<const ValueType> types, const Binding& bind);

}  // namespace t2n::kernels

#endif  // T2N_KERNELS_SCAN_H_
