// Where a node of a program comes from, for messages: the user's own line and module.
#ifndef T2N_EXPORTED_PLACES_H_
#define T2N_EXPORTED_PLACES_H_

#include <string>
#include <vector>

#include "parsers/exported/program.h"
#include "t2n/ir/graph.h"

namespace t2n::exported {

// The innermost line of the user's in the node's stack trace, and the path of its module; the
// node's name where there is no trace. `caller`: the node that the graph around it belongs to.
PlacePtr PlaceOf(const Node& node, PlacePtr caller);

// A line of the user's files that led to a node.
struct TraceLine {
  std::string file;
  int number = 0;
  std::string text;  // as recorded, without the blanks in front; may be empty
};
// The node's stack trace, outermost call first.
std::vector<TraceLine> TraceOf(const Node& node);

// A module whose forward a node comes from.
struct ModuleCall {
  std::string key;   // of the call: another one of the same module has another, from torch 2.6 on
  std::string path;  // empty for the root
  std::string class_name;
};
// From the root inwards.
std::vector<ModuleCall> ModulesOf(const Node& node);

// `add_1`: the node's name, or that of its first result.
absl::string_view NameOf(const Node& node);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_PLACES_H_
