#include "parsers/torchscript/operators.h"

#include <cstddef>
#include <iterator>

namespace t2n::torchscript {
namespace {

struct BinaryOpInfo {
  absl::string_view spelling;
  Precedence precedence;
};

// In the order of BinaryOp.
constexpr BinaryOpInfo kBinaryOps[] = {
    {"or", Precedence::kOr},         {"and", Precedence::kAnd},
    {"==", Precedence::kComparison}, {"!=", Precedence::kComparison},
    {"<", Precedence::kComparison},  {"<=", Precedence::kComparison},
    {">", Precedence::kComparison},  {">=", Precedence::kComparison},
    {"is", Precedence::kComparison}, {"is not", Precedence::kComparison},
    {"in", Precedence::kComparison}, {"not in", Precedence::kComparison},
    {"|", Precedence::kBitOr},       {"^", Precedence::kBitXor},
    {"&", Precedence::kBitAnd},      {"<<", Precedence::kShift},
    {">>", Precedence::kShift},      {"+", Precedence::kAdd},
    {"-", Precedence::kAdd},         {"*", Precedence::kMultiply},
    {"/", Precedence::kMultiply},    {"//", Precedence::kMultiply},
    {"%", Precedence::kMultiply},    {"@", Precedence::kMultiply},
    {"**", Precedence::kPower},
};
static_assert(std::size(kBinaryOps) == static_cast<size_t>(BinaryOp::kPow) + 1);

}  // namespace

Precedence PrecedenceOf(BinaryOp op) { return kBinaryOps[static_cast<size_t>(op)].precedence; }

Precedence PrecedenceOf(UnaryOp op) {
  return op == UnaryOp::kNot ? Precedence::kNot : Precedence::kUnary;
}

absl::string_view Spelling(BinaryOp op) { return kBinaryOps[static_cast<size_t>(op)].spelling; }

std::optional<BinaryOp> FindBinaryOp(absl::string_view spelling) {
  for (size_t i = 0; i < std::size(kBinaryOps); ++i) {
    if (kBinaryOps[i].spelling == spelling) return static_cast<BinaryOp>(i);
  }
  return std::nullopt;
}

absl::string_view Spelling(UnaryOp op) {
  switch (op) {
    case UnaryOp::kNegate:
      return "-";
    case UnaryOp::kNot:
      return "not ";
    case UnaryOp::kInvert:
      return "~";
  }
  return "";
}

}  // namespace t2n::torchscript
