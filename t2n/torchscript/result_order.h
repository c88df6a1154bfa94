// The order of several results in traced code: that of their first use by the caller, whatever
// forward's own is.
#ifndef T2N_TORCHSCRIPT_RESULT_ORDER_H_
#define T2N_TORCHSCRIPT_RESULT_ORDER_H_

#include <optional>
#include <vector>

#include "parsers/torchscript/ast.h"

namespace t2n::script {

// For each item of the tuple that the function returns its place in the order in which the code
// computes them. Nullopt if it returns no tuple of values that it computes, each once.
std::optional<std::vector<int>> OrderOfComputing(const torchscript::FunctionDef& def);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_RESULT_ORDER_H_
