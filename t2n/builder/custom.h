// Calls of fragments that a user has written, as nodes: composites that carry the fragment's name.
//
// A node's outputs are what the user says they are; nothing between builder and writer looks at
// what the fragment computes. Its attributes beside `name`:
//   fragment   the fragment's name
//   operands   `x,w,w`: the parameters that the first inputs are given for; one that stands there
//              several times gets an array. Inputs behind those are of the body alone
//   .eps, ...  numbers, texts and sizes given for the parameters of these names
// The body is for who runs the graph: it gives what the outputs are from all inputs. It may be
// missing; then nobody but the target can run the graph.
#ifndef T2N_BUILDER_CUSTOM_H_
#define T2N_BUILDER_CUSTOM_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "t2n/builder/builder.h"
#include "t2n/ir/graph.h"

namespace t2n {

bool IsCustom(const Node& node);
// The parameters that the inputs are given for, one an input; less than there are inputs.
std::vector<std::string> OperandsOf(const Node& node);

// Results of these types of a call with such attributes (`name` is set here). `body` may be null.
// Fails in the builder for complex or quantized operands, and if the body gives other types.
std::vector<Val> Custom(Builder& b, Attrs attrs, absl::Span<const Val> inputs,
                        std::vector<ValueType> types, const Builder::BodyFn& body);

}  // namespace t2n

#endif  // T2N_BUILDER_CUSTOM_H_
