// Makes a Scan of nodes that a loop's body has built once, for a counter that is a symbol.
#ifndef T2N_VALUES_OUTLINE_H_
#define T2N_VALUES_OUTLINE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "t2n/builder/builder.h"
#include "t2n/ir/loop_counter.h"

namespace t2n {

// Unimplemented: why a loop over an open size cannot stay one.
absl::Status RefusedInOpenLoop(absl::string_view what);

struct OpenLoop {
  Dim counter;
  int64_t start = 0;
  int first_id = 0;  // of the first value that the body built
  Dim length;
  std::vector<Val> states;    // what stands for the carried values in the nodes built
  std::vector<Val> initial;   // their values before the loop
  std::vector<Val> next;      // their values after one pass
  std::vector<Val> produced;  // what each pass adds: [1, ...]
};

// The carried values after the last pass, then what all passes have produced: [length, ...]. The
// nodes built once stay behind unused. Unimplemented if a size inside follows the counter, or a
// tensor is read at it in a way that has no form.
absl::StatusOr<std::vector<Val>> MakeScan(const OpenLoop& loop, Builder* builder);

}  // namespace t2n

#endif  // T2N_VALUES_OUTLINE_H_
