// What tract derives of a document's sizes, operator by operator.
#ifndef EMIT_TRACT_SHAPES_H_
#define EMIT_TRACT_SHAPES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "emit/check/size_reading.h"
#include "emit/nnef/document.h"
#include "t2n/ir/dim.h"

namespace t2n {

// Sizes as tract has them; null where that is not known.
using TractShape = std::vector<TractSize>;

class TractShapes {
 public:
  // `shapes` are what this program knows of named results: where a rule of tract is not followed
  // here, its sizes are taken for those.
  TractShapes(absl::Span<const std::string> extensions,
              const absl::flat_hash_map<std::string, Shape>& shapes)
      : sizes_(extensions), shapes_(shapes) {}

  // Derives the results of the document's next assignment.
  void Visit(const nnef::Assignment& assignment);

  // Whether what tract makes of a size is one form or another by chance.
  bool ReadsByChance(const nnef::Expr& size);
  // Whether a convolution's spatial sizes, or its operand's, have by chance one product or another
  // that tract does not take for equal.
  bool MultipliesByChance(const nnef::Assignment& convolution);
  // Whether sizes of which a reshape makes others have, as those.
  bool MultipliesByChance(absl::Span<const TractSize> from, absl::Span<const TractSize> to);

  // nullptr for what has not been visited, or has no known rank.
  const TractShape* Find(absl::string_view name) const;
  // This program's sizes of a result.
  const Shape* Known(absl::string_view name) const;

  TractSize Read(const Dim& size);
  TractSize Read(const nnef::Expr& size);
  TractShape ReadAll(const nnef::Expr& array);
  // Whether tract takes them for equal if it asks `a` whether it is `b`, and whether they have as
  // many elements; false of what is not known.
  bool Equal(const TractSize& a, const TractSize& b);
  bool SameVolume(absl::Span<const TractSize> a, absl::Span<const TractSize> b);

  // Whether operands broadcast, each to the same sizes.
  static bool IsElementwise(absl::string_view op);

 private:
  using Derived = std::optional<TractShape>;

  TractSize Product(absl::Span<const TractSize> sizes, bool dropping);
  // Those that tract may make of sizes, each of which is one form or the other; none if some are
  // not known.
  std::vector<TractSize> Products(const TractShape& sizes, const TractShape& others);
  // Whether tract takes all for the first, and that for all.
  bool AreEqual(absl::Span<const TractSize> sizes);
  TractShape Reduced(absl::Span<const TractSize> sizes, bool dropping);
  Derived Derive(const nnef::Assignment& assignment);
  Derived Rule(const nnef::Expr& call);
  // The rules of operations whose first argument has the sizes `x`.
  Derived OfOperand(const nnef::Expr& call, TractShape x);
  Derived Elementwise(const nnef::Expr& call);
  Derived Concat(const nnef::Expr& call);
  Derived Range(const nnef::Expr& call);
  Derived Slice(const nnef::Expr& call, TractShape x);
  Derived Window(const nnef::Expr& call, TractShape x);
  Derived Reshape(const nnef::Expr& call, TractShape x);
  Derived Squeeze(const nnef::Expr& call, TractShape x);
  Derived Unsqueeze(const nnef::Expr& call, TractShape x);
  Derived Transpose(const nnef::Expr& call, TractShape x);
  Derived Gather(const nnef::Expr& call, TractShape x);
  Derived Pad(const nnef::Expr& call, TractShape x);
  Derived ByKnownSizes(const nnef::Assignment& assignment, const Shape& known);

  SizeReading sizes_;
  const absl::flat_hash_map<std::string, Shape>& shapes_;
  absl::flat_hash_map<std::string, TractShape> derived_;
};

// An argument of a call by its name, or by its position if it has none; nullptr if it is not there.
const nnef::Expr* FindArgument(const nnef::Expr& call, absl::string_view name, int position = -1);
// The integers of an array.
std::vector<int64_t> Integers(const nnef::Expr& array);

}  // namespace t2n

#endif  // EMIT_TRACT_SHAPES_H_
