// Bools and integers by scalars.
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/ir/type_rules.h"
#include "t2n/passes/standardizer.h"

namespace t2n {
namespace {

// Whole numbers up to here are exact in single precision, and quotients of them too.
constexpr double kExact = 1 << 24;
constexpr double kExactQuotient = 1 << 22;

bool IsWhole(const Val& x) {
  Op op = x->node->op;
  return op == Op::kFloor || op == Op::kCeil || op == Op::kTrunc || op == Op::kRound;
}

std::optional<double> OneNumber(const Val& x) {
  if (!x.is_constant()) return std::nullopt;
  Tensor t = *x->constant;
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    if (t.strides[i] == 0) t.sizes[i] = 1;
  }
  if (t.numel() != 1) return std::nullopt;
  absl::StatusOr<std::vector<double>> values = ReadDoubles(t);
  return values.ok() ? std::make_optional(values->front()) : std::nullopt;
}

}  // namespace

// i < 0 ? i + size : i
void Standardizer::FindIndexWraps(const Graph& graph) {
  for (const auto& node : graph.nodes()) {
    if (node->op != Op::kSelect) continue;
    const Node& condition = *node->inputs[0]->node;
    const Node& sum = *node->inputs[1]->node;
    bool wraps = condition.op == Op::kLt && sum.op == Op::kAdd &&
                 condition.inputs[0] == node->inputs[2] && sum.inputs[0] == node->inputs[2] &&
                 IsInteger(node->output()->dtype());
    if (wraps) index_wraps_.insert(&sum);
  }
}

Val Standardizer::Rounded(const Val& x) {
  if (!x || IsFloat(x.dtype())) return x;
  auto it = known_.scalars.find(x.get());
  if (it != known_.scalars.end()) return it->second;
  return known_.scalars[x.get()] = b().Cast(x, DType::kF32);
}

Val Standardizer::Scalar(const Val& x) {
  if (!x || IsFloat(x.dtype()) || Exact(x)) return Rounded(x);
  return b().Fail(
      "NNEF 1.0.5 computes with scalars, and integers not known to stay below 2^24 are not exact "
      "in single precision");
}

Val Standardizer::Integer(const Val& scalar, DType dtype) {
  if (!scalar) return scalar;
  Val whole = scalar;
  Interval range = known_.ranges.Of(whole.get()), type = RangeOfType(dtype);
  bool fits = type.low <= range.low && range.high <= type.high;
  if (!fits && ItemSize(dtype) < 4) {
    if (!range.within(kExact)) return Scalar(b().Cast(whole, DType::kI64));
    double modulus = type.high - type.low + 1;
    whole = whole - b().Floor((whole - type.low) / modulus) * modulus;
    known_.ranges.Set(whole.get(), type);
  } else if (!range.within(kExact)) {
    return b().Fail("the result is not known to stay below 2^24, where scalars are exact integers");
  }
  Val result = b().Cast(whole, dtype);
  if (result && !result.is_constant()) {
    known_.scalars[result.get()] = whole;
    known_.ranges.Set(result.get(), fits ? range : type);
  }
  return result;
}

Val Standardizer::Cast(const Node& node, const Val& x) {
  DType from = x.dtype(), to = node.output()->dtype();
  if (to == DType::kBool) return b().Ne(Rounded(x), 0);
  if (from == DType::kBool) return IsFloat(to) ? b().Cast(x, to) : Val();
  if (IsFloat(from)) return IsFloat(to) || IsWhole(x) ? Val() : b().Cast(b().Trunc(x), to);
  if (IsFloat(to)) {
    Val scalar = Rounded(x);  // torch rounds as well
    return scalar.dtype() == to ? scalar : b().Cast(scalar, to);
  }
  // i64 to i32 is none: the standard has one type of integers.
  Interval range = known_.ranges.Of(x.get()), type = RangeOfType(to);
  bool fits = type.low <= range.low && range.high <= type.high;
  return fits || ItemSize(to) >= 4 ? Val() : Integer(Scalar(x), to);
}

Val Standardizer::Bools(const Node& node, const std::vector<Val>& in) {
  auto both = [&](Op op) { return b().Make(op, node.attrs, {Rounded(in[0])}); };
  switch (node.op) {
    case Op::kXor:
    case Op::kNe:
      return b().Select(in[0], b().Not(in[1]), in[1]);
    case Op::kEq:
      return b().Select(in[0], in[1], b().Not(in[1]));
    case Op::kLt:
      return b().And(b().Not(in[0]), in[1]);
    case Op::kLe:
      return b().Or(b().Not(in[0]), in[1]);
    case Op::kGt:
      return b().And(in[0], b().Not(in[1]));
    case Op::kGe:
      return b().Or(in[0], b().Not(in[1]));
    case Op::kArgMax:
    case Op::kArgMin:
      return both(node.op);
    case Op::kReduceMax:
      return b().Make(Op::kReduceAny, node.attrs, in);
    case Op::kReduceMin:
      return b().Make(Op::kReduceAll, node.attrs, in);
    case Op::kPad:
      return PadByCopies(node, in[0]);
    default:
      return Val();
  }
}

// One side that is exact decides: rounding keeps the order.
Val Standardizer::Comparison(Op op, const Val& x, const Val& y) {
  double bound = kExact - 1;
  bool decides = known_.ranges.Of(x.get()).within(bound) || known_.ranges.Of(y.get()).within(bound);
  if (!decides) return b().Binary(op, Scalar(x), Scalar(y));
  return b().Binary(op, Rounded(x), Rounded(y));
}

Val Standardizer::Integers(const Node& node, const std::vector<Val>& in) {
  DType dtype = node.output()->dtype();
  switch (node.op) {
    case Op::kFloor:
    case Op::kCeil:
    case Op::kRound:
    case Op::kTrunc:
      return in[0];
    case Op::kNeg:
    case Op::kAbs:
    case Op::kSign:
    case Op::kSquare:
      return Integer(b().Unary(node.op, Scalar(in[0])), dtype);
    case Op::kBitNot: {
      double top = IsSigned(dtype) ? -1 : RangeOfType(dtype).high;
      return Integer(top - Scalar(in[0]), dtype);
    }
    case Op::kEq:
    case Op::kNe:
    case Op::kLt:
    case Op::kLe:
    case Op::kGt:
    case Op::kGe:
      return Comparison(node.op, in[0], in[1]);
    case Op::kMin:
      return b().Select(Comparison(Op::kLt, in[0], in[1]), in[0], in[1]);
    case Op::kMax:
      return b().Select(Comparison(Op::kGt, in[0], in[1]), in[0], in[1]);
    case Op::kReduceSum:
    case Op::kReduceProd:
    case Op::kReduceMax:
    case Op::kReduceMin:
    case Op::kArgMax:
    case Op::kArgMin:
    case Op::kCumulative:
      return ReduceIntegers(node, in[0]);
    case Op::kPad:
      return PadByCopies(node, in[0]);
    case Op::kEinsum:
      return EinsumOfIntegers(node, in);
    case Op::kReduceMean:
    case Op::kMaxPool:
      return b().Fail("NNEF 1.0.5 has no such operation on integers");
    default:
      return OpArity(node.op) == 2 && IsElementwise(node.op) ? IntegerBinary(node, in[0], in[1])
                                                             : Val();
  }
}

Val Standardizer::IntegerBinary(const Node& node, const Val& x, const Val& y) {
  DType dtype = node.output()->dtype();
  if (index_wraps_.contains(&node)) {
    // Where it is taken, the sum lies in [0, size).
    Val sum = b().Add(Rounded(x), Rounded(y));
    if (sum) known_.ranges.Set(sum.get(), {-kExact, kExact});
    return Integer(sum, dtype);
  }
  std::optional<double> shift = OneNumber(y);
  switch (node.op) {
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul:
      return Integer(b().Binary(node.op, Scalar(x), Scalar(y)), dtype);
    case Op::kDiv:
      return Integer(Quotient(x, y), dtype);
    case Op::kRem:
      return Integer(Scalar(x) - Quotient(x, y) * Scalar(y), dtype);
    case Op::kPow:
      return IntegerPower(x, OneNumber(y), dtype);
    case Op::kShl:
      if (!shift || *shift < 0 || *shift > 24) break;
      return Integer(Scalar(x) * std::ldexp(1, static_cast<int>(*shift)), dtype);
    case Op::kShr:
      if (!shift || *shift < 0 || *shift > 63) break;
      return Integer(b().Floor(Scalar(x) * std::ldexp(1, -static_cast<int>(*shift))), dtype);
    default:
      break;
  }
  return b().Fail("NNEF 1.0.5 has no operations on bits");
}

// Towards zero. Half a unit keeps the quotient away from whole numbers, so that its rounding does
// not count.
Val Standardizer::Quotient(const Val& dividend, const Val& divisor) {
  Interval range = known_.ranges.Of(divisor.get());
  if (!known_.ranges.Of(dividend.get()).within(kExactQuotient) || !range.within(kExactQuotient) ||
      (range.low < 1 && range.high > -1)) {
    return b().Fail(
        "NNEF 1.0.5 has no division of integers; it is exact by scalars below 2^22 and for "
        "divisors of known sign only");
  }
  Val x = Scalar(dividend), y = Scalar(divisor);
  Val whole = b().Floor((b().Abs(x) + 0.5) / b().Abs(y));
  Val negative = range.low > 0 ? b().Lt(x, 0) : b().Gt(x, 0);
  return b().Select(negative, b().Neg(whole), whole);
}

Val Standardizer::IntegerPower(const Val& a, std::optional<double> exponent, DType dtype) {
  if (!exponent || *exponent < 0 || *exponent > 24) {
    return b().Fail("NNEF 1.0.5 has no powers of integers; small constant exponents are products");
  }
  Val x = Scalar(a), power = b().ScalarLike(x, 1);
  for (int i = 0; i < *exponent; ++i) power = power * x;
  if (*exponent == 0) power = b().BroadcastTo(power, x.shape());
  return Integer(power, dtype);
}

Val Standardizer::ReduceIntegers(const Node& node, const Val& x) {
  Val scalar = Scalar(x);
  if (!scalar) return scalar;
  if (node.op == Op::kReduceProd)
    return Integer(Product(node.attrs.Ints("axes"), scalar), node.output()->dtype());
  if (node.op == Op::kCumulative) return Integer(Cumulative(node, scalar), node.output()->dtype());
  Val result = b().Make(node.op, node.attrs, {scalar});
  if (node.op == Op::kArgMax || node.op == Op::kArgMin) return result;
  return Integer(result, node.output()->dtype());
}

Val Standardizer::EinsumOfIntegers(const Node& node, const std::vector<Val>& in) {
  EinsumTerms terms = ParseEinsum(node.attrs.Str("equation"));
  double bound = 1;
  std::string seen = terms.output;
  std::vector<Val> scalars;
  for (size_t i = 0; i < in.size(); ++i) {
    bound *= std::max(known_.ranges.Of(in[i].get()).magnitude(), 1.0);
    for (size_t k = 0; k < terms.inputs[i].size(); ++k) {
      if (seen.find(terms.inputs[i][k]) != std::string::npos) continue;
      seen += terms.inputs[i][k];
      bound *= in[i].dim(k).constant().value_or(1);
    }
    scalars.push_back(Scalar(in[i]));
  }
  Val result = b().Make(Op::kEinsum, node.attrs, scalars);
  if (result) known_.ranges.Set(result.get(), {-bound, bound});
  return Integer(result, node.output()->dtype());
}

}  // namespace t2n
