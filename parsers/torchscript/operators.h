// Spelling and precedence of the operators, for parser and printer alike.
#ifndef PARSERS_TORCHSCRIPT_OPERATORS_H_
#define PARSERS_TORCHSCRIPT_OPERATORS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"

namespace t2n::torchscript {

// From the loosest to the tightest.
enum class Precedence : uint8_t {
  kList,  // a tuple without parentheses
  kTernary,
  kOr,
  kAnd,
  kNot,
  kComparison,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShift,
  kAdd,
  kMultiply,
  kUnary,
  kPower,
  kAtom,
};

inline Precedence Next(Precedence precedence) {
  return static_cast<Precedence>(static_cast<uint8_t>(precedence) + 1);
}

Precedence PrecedenceOf(BinaryOp op);
Precedence PrecedenceOf(UnaryOp op);

absl::string_view Spelling(BinaryOp op);  // "+", "not in"
absl::string_view Spelling(UnaryOp op);   // "-", "not "

// The operator spelled so, if there is one.
std::optional<BinaryOp> FindBinaryOp(absl::string_view spelling);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_OPERATORS_H_
