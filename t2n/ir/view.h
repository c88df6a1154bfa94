// View primitives on strided tensors.
#ifndef T2N_IR_VIEW_H_
#define T2N_IR_VIEW_H_

#include <optional>
#include <vector>

#include "t2n/ir/graph.h"

namespace t2n {

// `t` seen through a view primitive with constant attributes; nullopt if it takes a copy.
std::optional<Tensor> ViewOf(Op op, const Attrs& attrs, const Tensor& t,
                             const std::vector<int64_t>& output_sizes);

}  // namespace t2n

#endif  // T2N_IR_VIEW_H_
