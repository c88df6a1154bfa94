// Several conversions at once, each in a process of its own.
#ifndef TOOLS_CONVERT_MANY_H_
#define TOOLS_CONVERT_MANY_H_

#include <functional>

#include "proto/conversion.pb.h"
#include "tools/commands.h"

namespace t2n {

// Converts the models of `command` (all arguments but the last, which is a folder that is made if
// it is not there) as `convert` does one of them, `--jobs` at a time: MODEL goes to OUT_DIR/STEM
// with the ending that --compression_level asks for, its report to OUT_DIR/STEM.report.json (or
// .textproto, if --report ends so), its bundle to --debug_bundle_path with STEM before its name.
// What each says comes out together when it ends, checks below the model's name, then a summary.
// Returns kFailed if any failed, else kDifferent if a check of any did, else kDone.
int ConvertMany(const CommandLine& command, const std::function<int(const CommandLine&)>& convert);

}  // namespace t2n

#endif  // TOOLS_CONVERT_MANY_H_
