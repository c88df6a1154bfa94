// Products in the form that tract (0.23.9 and before) reads without fail.
//
// Its optimiser removes a broadcast before a product even where the product's result then lacks the
// size, and moves a reshape behind the product even where the other operand has size 1 along the
// joined axis.
#ifndef EMIT_LOWER_PRODUCTS_H_
#define EMIT_LOWER_PRODUCTS_H_

#include <string>
#include <vector>

#include "emit/lower/lowering.h"
#include "emit/target.h"
#include "t2n/ir/graph.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

// What a product of two operands reads, and what becomes of its result.
struct ProductForm {
  std::vector<const Value*> operands;         // what was before a broadcast along kept axes
  std::vector<std::vector<int64_t>> dropped;  // of each operand, axes of size 1 to be squeezed
  EinsumTerms terms;                          // without these
  Shape result;                               // of the product of these
  bool spread = false;                        // the result is to be broadcast
  bool behind_reshape = false;                // a size 1 that one operand lacks must stay so
};

// The einsum as it stands; what `target` reads, if that is another form.
ProductForm GivenForm(const Node& einsum);
ProductForm FormOfProduct(const Target& target, const BehindReshapes& behind, const Node& einsum);

}  // namespace t2n

#endif  // EMIT_LOWER_PRODUCTS_H_
