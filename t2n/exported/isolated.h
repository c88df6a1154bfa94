// Values that graphs inside a program are run on.
#ifndef T2N_EXPORTED_ISOLATED_H_
#define T2N_EXPORTED_ISOLATED_H_

#include <vector>

#include "t2n/builder/builder.h"
#include "t2n/values/value.h"

namespace t2n::exported {

// Tensors of their own, so that nothing that is done to them is seen outside.
std::vector<IValue> Isolated(const std::vector<IValue>& values);

std::vector<IValue> Join(std::vector<IValue> a, const std::vector<IValue>& b);

// A tensor or a number as a value of the graph; null for others.
Val Tensorial(Builder& b, const IValue& value);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_ISOLATED_H_
