// Sizes of a .pt2 as expressions over its symbols. Two spellings are read, SymPy's `str` (torch
// 2.1-2.5: `2*s0 + 1`) and its `srepr` (2.6 and later: `Add(Mul(Integer(2), Symbol('s0')),
// Integer(1))`), and the Python of guards (`L['x'].size()[0] % 4 == 0`).
#ifndef PARSERS_EXPORTED_EXPRESSION_H_
#define PARSERS_EXPORTED_EXPRESSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n::exported {

// One operation. Names are those of torch/utils/_sympy/functions.py where SymPy has none.
struct Expression {
  enum class Kind {
    kInt,     // `number`
    kFloat,   // `real`
    kBool,    // `number`, 0 or 1
    kSymbol,  // `name`
    kAdd,     // of any number of terms
    kMul,     // of any number of factors
    kPow,
    kFloorDiv,
    kMod,  // with the divisor's sign, as Python's
    kTrueDiv,
    kMax,
    kMin,
    kEq,
    kNe,
    kLt,
    kLe,
    kGt,
    kGe,
    kAnd,
    kOr,
    kNot,
    kSize,      // size of axis `number` of the argument `args[0]`: only in guards
    kArgument,  // an argument of the model by `name`, or if that is empty by its `number`: only in
                // guards
    kCall,      // of the function `name`
  };

  Kind kind = Kind::kInt;
  int64_t number = 0;
  double real = 0;
  std::string name;
  std::vector<Expression> args;

  bool operator==(const Expression& other) const;
};

// kInvalidArgument for what is no such expression. Its depth is bounded.
absl::StatusOr<Expression> ParseExpression(absl::string_view text);

// As SymPy's `str` and Python have it; what is read back from it is equal.
std::string ToString(const Expression& e);

}  // namespace t2n::exported

#endif  // PARSERS_EXPORTED_EXPRESSION_H_
