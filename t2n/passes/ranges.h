// Bounds of the values of integers in a graph, as far as they can be told without running it.
#ifndef T2N_PASSES_RANGES_H_
#define T2N_PASSES_RANGES_H_

#include "absl/container/flat_hash_map.h"
#include "t2n/ir/graph.h"

namespace t2n {

// All elements lie in [low, high]; infinite where nothing is known.
struct Interval {
  double low, high;

  // Of absolute values.
  double magnitude() const { return high > -low ? high : -low; }
  bool within(double bound) const { return -bound <= low && high <= bound; }
};

// What a type can hold; floats anything.
Interval RangeOfType(DType dtype);

class Ranges {
 public:
  // What was set, or follows from the operands; at most what the type can hold.
  Interval Of(const Value* value);
  // A fact from elsewhere.
  void Set(const Value* value, Interval range) { known_[value] = range; }

 private:
  Interval Find(const Value* value, int depth);
  Interval Compute(const Value* value, int depth);

  absl::flat_hash_map<const Value*, Interval> known_;
};

}  // namespace t2n

#endif  // T2N_PASSES_RANGES_H_
