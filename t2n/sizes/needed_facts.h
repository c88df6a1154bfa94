// Facts about open sizes without which parts of a graph do not fit together.
#ifndef T2N_SIZES_NEEDED_FACTS_H_
#define T2N_SIZES_NEEDED_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/ir/graph.h"
#include "t2n/sizes/symbol_facts.h"

namespace t2n {

struct NeededFact {
  std::vector<std::string> facts;  // as FactsThatEquate gives them, in the graph's symbols
  std::string why;                 // for people: the sizes, and the place
};

// What operands must have in common and are not known to have: elementwise operators, einsums and
// concatenations take sizes for equal that may differ, and torch raises where they do.
// Unimplemented where no fact makes them equal.
absl::StatusOr<std::vector<NeededFact>> NeededFacts(const Graph& graph);

// The same of the last node of a graph whose call failed, where that is a reshape which the builder
// refused. Nothing of any other graph.
std::optional<NeededFact> FactNeededToGoOn(const Graph& graph);

// Takes a fact in the graph's symbols into `facts`, and gives it in the user's. nullopt if it is
// known or contradicts what is.
std::optional<std::string> AddGraphFact(absl::string_view fact, SymbolFacts* facts);

}  // namespace t2n

#endif  // T2N_SIZES_NEEDED_FACTS_H_
