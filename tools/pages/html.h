// A preview as a page of its own.
#ifndef TOOLS_PAGES_HTML_H_
#define TOOLS_PAGES_HTML_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/inspection.pb.h"

namespace t2n {

// One HTML file that needs nothing else, and allows itself nothing else: its policy names the
// hashes of its own script and style. What comes from the archive is data in it, never markup.
absl::StatusOr<std::string> ToHtml(const proto::Preview& preview);

}  // namespace t2n

#endif  // TOOLS_PAGES_HTML_H_
