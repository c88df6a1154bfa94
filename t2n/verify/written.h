// What is written of a graph, whole or in parts, and what it must give for a value of it.
#ifndef T2N_VERIFY_WRITTEN_H_
#define T2N_VERIFY_WRITTEN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "emit/emit.h"
#include "t2n/ir/graph.h"
#include "t2n/ir/tensor.h"

namespace t2n {

using SymbolBinding = std::map<std::string, int64_t>;

// The elements that a model takes or gives for a value of this type: complex numbers have a last
// axis of two, bfloat16 is f32.
absl::StatusOr<Tensor> AsWritten(const Tensor& tensor);
absl::StatusOr<std::vector<Tensor>> AllAsWritten(absl::Span<const Tensor> tensors);

// The type with numbers in the place of its symbols; InvalidArgument if one has none.
absl::StatusOr<ValueType> AtSizes(const ValueType& type, const SymbolBinding& symbols);

// How what a model gave is not of the type of its graph, which has numbers for sizes:
// `f32[2,9,4], declared f16[2,6,4]`; empty if it is. Complex numbers have a last axis of two,
// bfloat16 is f32, quantized numbers are as the target has them. Without `widths` numbers of one
// kind are of one type: strict NNEF has no widths.
std::string TypeDifference(const Tensor& got, const ValueType& declared, bool widths);

// The same into a folder of its own, without what belongs to the whole model.
EmitSpec InFolder(const EmitSpec& emit, const std::string& folder);

}  // namespace t2n

#endif  // T2N_VERIFY_WRITTEN_H_
