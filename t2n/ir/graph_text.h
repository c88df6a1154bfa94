// Graphs as text, for people and goldens.
#ifndef T2N_IR_GRAPH_TEXT_H_
#define T2N_IR_GRAPH_TEXT_H_

#include <string>

#include "t2n/ir/graph.h"

namespace t2n {

// As Graph::ToString; with `places`, where in the archive a node came from stands in its comment:
// `%3 f32[1,4] = Add(%1, %2)  # y, at code/__torch__/net.py:12:4 (module encoder)`.
std::string GraphText(const Graph& graph, bool places);

}  // namespace t2n

#endif  // T2N_IR_GRAPH_TEXT_H_
