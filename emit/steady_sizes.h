// Sizes of which tract makes one form or another by chance, written so that it makes the same of
// them each time it loads the model.
//
// Of the forms of a size tract takes the cheapest, after it dropped those that equal one before:
// but it compares only forms whose hashes meet, and these differ from run to run. Such sizes, where
// one operator derives them twice, are unequal to it in some runs.
#ifndef EMIT_STEADY_SIZES_H_
#define EMIT_STEADY_SIZES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "emit/nnef/document.h"
#include "emit/tract_shapes.h"
#include "t2n/ir/dim.h"

namespace t2n {

class SteadySizes {
 public:
  // `sizes` are those of the model's values by their names.
  SteadySizes(const absl::flat_hash_map<std::string, Shape>& sizes, TractShapes* shapes)
      : sizes_(sizes), shapes_(*shapes) {}

  // Writes the sizes among a call's arguments so, as far as they have such a form.
  void Settle(nnef::Expr* call);
  // For the axes of an operand whose sizes tract would reckon with, sizes that it takes as they
  // are; none if it has no such axes.
  std::map<int64_t, nnef::Expr> ClosedEnds(const nnef::Expr& operand);

 private:
  std::optional<nnef::Expr> SteadyText(const nnef::Expr& size);

  const absl::flat_hash_map<std::string, Shape>& sizes_;
  TractShapes& shapes_;
  std::map<std::string, Dim> dims_;  // sizes of the model by their texts, once they are asked for
};

}  // namespace t2n

#endif  // EMIT_STEADY_SIZES_H_
