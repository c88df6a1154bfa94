// How many turns loops over chosen rows take.
#ifndef T2N_PASSES_PADDED_TURNS_H_
#define T2N_PASSES_PADDED_TURNS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "t2n/ir/graph.h"

namespace t2n {

// For each loop over chosen rows (SelectionTurns), by its symbol: how many rows it has to find so
// that nothing is missing, where of outputs the first `most` are wanted. nullopt: all that there
// are, as rows behind any number of them may be mixed with those before. What is cut to its first
// rows (`keep[:100]`) needs no more than these.
std::map<std::string, std::optional<int64_t>> NeededTurns(const Graph& graph, int64_t most);

}  // namespace t2n

#endif  // T2N_PASSES_PADDED_TURNS_H_
