// A converted graph for Graphviz.
#ifndef T2N_PREVIEW_DOT_H_
#define T2N_PREVIEW_DOT_H_

#include <string>

#include "proto/conversion.pb.h"

namespace t2n {

// The graph of a report whose operations are listed, in the DOT language: boxes of modules in one
// another, sizes on the edges.
std::string ToDot(const proto::ConversionReport& report);

}  // namespace t2n

#endif  // T2N_PREVIEW_DOT_H_
