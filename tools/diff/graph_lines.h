// The text of a graph, read for comparing.
#ifndef TOOLS_DIFF_GRAPH_LINES_H_
#define TOOLS_DIFF_GRAPH_LINES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace t2n {

using Names = std::map<std::string, std::string>;

// An assignment of the graph.
struct Line {
  std::vector<std::string> results;
  std::string text;    // behind the `=`
  std::string module;  // `layer1.0.conv1`: of the weights that it reads, else as its name begins
  std::string label;   // of a weight
  std::string kind;    // the text, weights by their labels, other tensors without their names
};

struct GraphLines {
  std::map<std::string, std::string> head;  // `extension ...`, fragments' lines, `interface`
  std::vector<Line> lines;
};

// `labels` are other labels that weights have in kinds.
GraphLines ReadGraph(absl::string_view text, const Names& labels);

// The text with the names of `names` replaced by what they stand for; others stay.
std::string Renamed(absl::string_view text, const Names& names);

}  // namespace t2n

#endif  // TOOLS_DIFF_GRAPH_LINES_H_
