// Who reads the model: strict NNEF readers, or tract of some version.
#ifndef EMIT_TARGET_H_
#define EMIT_TARGET_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n {

// What lowering may rely on. One row of the table in target.cc.
struct Target {
  std::string name;     // `khronos`, `tract:0.23.9`
  bool strict = false;  // NNEF 1.0.5 and nothing else
  int version = 0;      // tract's minor version: 23 for 0.23.9

  bool is_tract() const { return !strict; }
};

// The newest tract that is tested: the default target.
const Target& DefaultTarget();

// `khronos`, `tract` (the default), `tract:0.22.4`: the newest known row that is not newer.
// InvalidArgument for anything else, with the list of known ones.
absl::StatusOr<Target> FindTarget(absl::string_view name);

}  // namespace t2n

#endif  // EMIT_TARGET_H_
