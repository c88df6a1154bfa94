// A ConversionSpec in a file.
#ifndef TOOLS_SPEC_FILE_H_
#define TOOLS_SPEC_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "proto/conversion.pb.h"

namespace t2n {

// Reads `path` into `spec`: protobuf's JSON mapping if it begins with `{`, else its text format. In
// JSON `dynamic_axes` may be the dict of torch's exporters: {"x": {"0": "B"}}. InvalidArgument with
// the place if the file is not such.
absl::Status ReadSpecFile(const std::string& path, proto::ConversionSpec* spec);

// The same of a text; `path` is what messages call it.
absl::Status ParseSpec(const std::string& text, const std::string& path,
                       proto::ConversionSpec* spec);

}  // namespace t2n

#endif  // TOOLS_SPEC_FILE_H_
