// Sizes that the inputs' values decide, in a graph with padded rows (padded_rows.h).
#ifndef T2N_PASSES_PADDED_SIZES_H_
#define T2N_PASSES_PADDED_SIZES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "t2n/builder/builder.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Rows that are not worth a size which readers have to reason on: there may be as many without.
inline constexpr int64_t kFewRows = 10000;

// Attributes with other sizes for theirs.
Attrs MapSizes(const Attrs& attrs, absl::FunctionRef<Dim(const Dim&)> map);

// Sizes as they are in the program, with counts of selections in them, and what they are where rows
// are padded. Numbers and masks are values of the graph in which the counts were computed; in
// bodies of other nodes there are none: null.
class PaddedSizes {
 public:
  // Of the selection `symbol` there are `count` rows, at most `bound`.
  void Add(const std::string& symbol, const Dim& bound, const Val& count);
  // The loop that takes `symbol` turns takes `turns`.
  void AddTurns(const std::string& symbol, const Dim& turns) { bounds_[symbol] = turns; }

  // Whether all selections of the size are known.
  bool Knows(const Dim& size) const;
  // The same, and more rows never make it smaller.
  bool Bounds(const Dim& size) const;
  // As large as it can be. Minima of a number and an open count are the number, if it is not too
  // large: the rows may be fewer then, and Extended has to make them.
  Dim Padded(const Dim& size) const;
  Shape Padded(const Shape& shape) const;
  Attrs Padded(const Attrs& attrs) const;

  // As a number: i64 [].
  Val Number(Builder& b, const Dim& size);
  // bool, along `axis` of `rank` axes: whether a padded row counts.
  Val Mask(Builder& b, const Dim& size, int64_t axis, int64_t rank);
  // `x` with `fill` in rows along `axis`, which the program has `size` of, that do not count.
  Val Filled(Builder& b, const Val& x, const Dim& size, int64_t axis, double fill);
  // `x` with rows of the scalar `fill` behind its own, if `rows` of them may be more than it has.
  static Val Extended(Builder& b, const Val& x, int64_t axis, const Dim& rows, const Val& fill);
  // Where the chosen rows are in the joined rows of several, chosen ones first: i64.
  Val Joined(Builder& b, const Shape& sizes);

 private:
  Dim WithBounds(const Dim& size) const;
  bool IsHere(Builder& b) const { return builder_ == nullptr || builder_ == &b; }

  Builder* builder_ = nullptr;
  std::map<std::string, Dim> bounds_;  // by symbol
  std::map<std::string, Val> counts_;
  std::map<std::string, Val> numbers_, masks_, joined_;  // by the text of sizes
};

}  // namespace t2n

#endif  // T2N_PASSES_PADDED_SIZES_H_
