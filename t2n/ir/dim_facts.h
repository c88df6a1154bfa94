// What open sizes must be for two sizes to be the same.
#ifndef T2N_IR_DIM_FACTS_H_
#define T2N_IR_DIM_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "t2n/ir/dim.h"

namespace t2n {

// The weakest facts that make `a` and `b` the same for every value of the symbols, as assertions:
// `H%2==0`, `H>=8`, `S==T`. None are needed where they are the same at all values that are tried,
// a few hundred of every remainder. nullopt where no fact helps, or only one number does.
std::optional<std::vector<std::string>> FactsThatEquate(const Dim& a, const Dim& b);

// The same where these are remainders of the symbols and nothing else: other facts would leave of
// the sizes a few. None if there are no such.
std::vector<std::string> RemaindersThatEquate(const Dim& a, const Dim& b);

}  // namespace t2n

#endif  // T2N_IR_DIM_FACTS_H_
