// Constants that are one element everywhere.
#ifndef T2N_IR_UNIFORM_H_
#define T2N_IR_UNIFORM_H_

#include <optional>

#include "t2n/ir/graph.h"

namespace t2n {

// The element that all elements are, byte by byte, with rank 0; nullopt if they differ, if there
// are none, or if they cannot be read. Large tensors are streamed up to the first other element.
std::optional<Tensor> UniformElement(const Tensor& t);

// What `value` repeats: the source of the Broadcasts that made it, else the value itself.
const Value& BeforeBroadcast(const Value& value);

// The element that a constant, or what repeats one, is everywhere. Not of quantized tensors.
std::optional<Tensor> UniformElement(const Value& value);

}  // namespace t2n

#endif  // T2N_IR_UNIFORM_H_
