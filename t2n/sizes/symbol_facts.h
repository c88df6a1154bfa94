// What is known of the sizes that stay open: the facts of `--assert`.
#ifndef T2N_SIZES_SYMBOL_FACTS_H_
#define T2N_SIZES_SYMBOL_FACTS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "t2n/ir/graph.h"

namespace t2n {

// A size in `range` that is divisor * n + residue for some integer n.
struct SymbolFact {
  Range range = {1, std::nullopt};
  int64_t divisor = 1;
  int64_t residue = 0;  // in [0, divisor)
  // The size is this one: then no other fact is kept of it.
  std::optional<Dim> same_as;
  // Relations to other sizes, which come later in the alphabet; never negative.
  std::vector<Dim> relations;
};

// By the name the user gave.
using SymbolFacts = std::map<std::string, SymbolFact>;

// The symbol that stands for the open size `name` in the graph, and its range. With a divisor it is
// the quotient, called `S_by_4`: nothing but a product says so that a reader can use it. Facts may
// be about it too, as messages are.
std::pair<std::string, Range> GraphSymbol(const std::string& name, const SymbolFacts& facts);

// The open size itself: `S`, `4*S_by_4+1`, or the size it is the same as.
Dim OpenSize(const std::string& name, const SymbolFacts& facts);

// All relations, in the graph's symbols.
Relations RelationsIn(const SymbolFacts& facts);

// The symbols in the sizes of the graph's inputs, and what is known of them.
std::map<std::string, Range> InputSymbols(const Graph& graph, const SymbolFacts& facts);

// Takes `left sign right` into `facts`, for a sign among >=, <=, ==, > and <: a bound of one size
// or of its floor division (`S/2>=3`), a relation (`2*S+1<=T`), or an equation (`S==T`), which must
// give one size by the others. InvalidArgument if it is none of these.
absl::Status AddBound(const Dim& left, absl::string_view sign, const Dim& right,
                      SymbolFacts* facts);

// Takes `size % divisor == residue`; `size` is a symbol and an offset (`(S+1)%4==0`).
// InvalidArgument if that and what was known of the symbol's divisors contradict each other.
absl::Status AddDivisor(const Dim& size, int64_t divisor, int64_t residue, SymbolFacts* facts);

// Whether some size can be as each of the facts says; InvalidArgument with the name if not.
absl::Status CheckFacts(const SymbolFacts& facts);

}  // namespace t2n

#endif  // T2N_SIZES_SYMBOL_FACTS_H_
