// Common subexpressions: what is computed twice is computed once.
#ifndef T2N_PASSES_CSE_H_
#define T2N_PASSES_CSE_H_

#include "t2n/ir/graph.h"

namespace t2n {

// Makes users of a node use the first node with the same primitive, attributes and inputs instead;
// constants are the same if they are the same view, or small and equal. Nodes with bodies are left
// alone, their bodies are treated alike. Dead nodes are dropped.
void EliminateCommonSubexpressions(Graph* graph);

}  // namespace t2n

#endif  // T2N_PASSES_CSE_H_
