// Which items a slice takes, by Python's rule.
#ifndef T2N_VALUES_SLICES_H_
#define T2N_VALUES_SLICES_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/status/statusor.h"
#include "t2n/values/builtins.h"

namespace t2n {

// Item i of `count` is at `start + i * step`.
struct SliceItems {
  int64_t start = 0, step = 1, count = 0;
};

// Of a sequence of `size` items; `step` is not 0. To torch the largest int is no bound.
inline SliceItems ItemsOfSlice(int64_t size, std::optional<int64_t> start,
                               std::optional<int64_t> end, int64_t step) {
  step = std::max(step, -std::numeric_limits<int64_t>::max());
  const int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? size - 1 : size;
  auto place = [&](std::optional<int64_t> at, int64_t otherwise) {
    if (!at || *at == std::numeric_limits<int64_t>::max()) return otherwise;
    return std::clamp(*at < 0 ? *at + size : *at, lowest, highest);
  };
  SliceItems items;
  items.start = place(start, step < 0 ? highest : lowest);
  items.step = step;
  const int64_t stop = place(end, step < 0 ? lowest : highest);
  const int64_t span = step < 0 ? items.start - stop : stop - items.start;
  if (span > 0) items.count = (span - 1) / (step < 0 ? -step : step) + 1;
  return items;
}

// The slice that `slice(x, start, end, step)` takes of x with `size` items; Raised for step 0,
// Unimplemented where a bound is not known.
absl::StatusOr<SliceItems> ItemsOfSlice(const BuiltinCall& c, int64_t size);

}  // namespace t2n

#endif  // T2N_VALUES_SLICES_H_
