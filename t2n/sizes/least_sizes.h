// The least values of open sizes at which a model is of use. They follow from the graph, and are
// known only when it is there.
#ifndef T2N_SIZES_LEAST_SIZES_H_
#define T2N_SIZES_LEAST_SIZES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "t2n/ir/graph.h"

namespace t2n {

// By symbol, for those of which more follows than `known` says (an absent one is at least 1): below
// the least size a window does not fit into its axis, a part is taken that is not there (torch
// fails), or all outputs are without elements. Sizes of two symbols tell nothing.
std::map<std::string, int64_t> LeastSizes(const Graph& graph,
                                          const std::map<std::string, int64_t>& known);

// Slices `x[:, 2:]` along axes that may be shorter than what they cut off, a line each. tract's
// pulse mode takes the cut from the size of a pulse, so that short pulses get a wrong one.
std::vector<std::string> CutsBeyondLeastSizes(const Graph& graph);

}  // namespace t2n

#endif  // T2N_SIZES_LEAST_SIZES_H_
