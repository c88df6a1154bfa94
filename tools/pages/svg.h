// Pictures by Graphviz.
#ifndef TOOLS_PAGES_SVG_H_
#define TOOLS_PAGES_SVG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace t2n {

// Writes `content` at `path`, whole or not at all.
absl::Status WriteWhole(const std::string& path, absl::string_view content);

// Writes the picture of a graph in the DOT language at `path`, as SVG, by the program `dot` on the
// path of commands. FailedPrecondition if there is none, or it fails.
absl::Status WriteSvg(const std::string& dot, const std::string& path);

}  // namespace t2n

#endif  // TOOLS_PAGES_SVG_H_
