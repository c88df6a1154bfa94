// Sorting by comparisons that may fail, and that a program may answer in any way.
#ifndef T2N_VALUES_SORTING_H_
#define T2N_VALUES_SORTING_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/base/status.h"
#include "t2n/values/value.h"

namespace t2n {

// Merges runs of `items`; equal ones stay in order. `less(a, b)` gives StatusOr<bool>; whatever it
// answers, every item is there once afterwards. The first failure ends it.
template <typename Less>
absl::Status SortItems(std::vector<IValue>& items, Less less) {
  std::vector<IValue> merged(items.size());
  for (size_t run = 1; run < items.size(); run *= 2) {
    for (size_t begin = 0; begin < items.size(); begin += 2 * run) {
      const size_t middle = std::min(begin + run, items.size());
      const size_t end = std::min(begin + 2 * run, items.size());
      size_t left = begin, right = middle;
      for (size_t i = begin; i < end; ++i) {
        bool from_right = left == middle;
        if (!from_right && right < end) {
          T2N_ASSIGN_OR_RETURN(from_right, less(items[right], items[left]));
        }
        merged[i] = items[from_right ? right++ : left++];
      }
    }
    items.swap(merged);
  }
  return absl::OkStatus();
}

}  // namespace t2n

#endif  // T2N_VALUES_SORTING_H_
