// Bools and integers by scalars.
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/ir/op_table.h"
#include "t2n/ir/type_rules.h"
#include "t2n/passes/standardizer.h"

namespace t2n {
namespace {

// Whole numbers up to here are exact in single precision, and quotients of them too.
constexpr double kExact = 1 << 24;
constexpr double kExactQuotient = 1 << 22;

bool IsWholeNumber(const Val& x) { return IsRounding(x->node->op); }

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
  if (IsFloat(from)) return IsFloat(to) || IsWholeNumber(x) ? Val() : b().Cast(b().Trunc(x), to);
  if (IsFloat(to)) {
    Val scalar = Rounded(x);  // torch rounds as well
    return scalar.dtype() == to ? scalar : b().Cast(scalar, to);
  }
  // i64 to i32 is none: the standard has one type of integers.
  Interval range = known_.ranges.Of(x.get()), type = RangeOfType(to);
  bool fits = type.low <= range.low && range.high <= type.high;
  return fits || ItemSize(to) >= 4 ? Val() : Integer(Scalar(x), to);
}

namespace {

// What becomes of a primitive whose operands are bools.
enum class BoolForm { kSame, kLogic, kPlace, kAny, kAll, kPad };

constexpr OpTable<BoolForm> kBools(
    {{BoolForm::kLogic, {OpKind::kComparison}},
     {BoolForm::kSame,
      {OpKind::kSource, OpKind::kUnary, OpKind::kPredicate, OpKind::kCast, OpKind::kSelect,
       OpKind::kGather, OpKind::kScatter, OpKind::kProduct, OpKind::kWindow, OpKind::kResize,
       OpKind::kComplex, OpKind::kQuantized, OpKind::kBody}}},
    {{BoolForm::kLogic, {Op::kXor}},
     {BoolForm::kPlace, {Op::kArgMax, Op::kArgMin}},
     {BoolForm::kAny, {Op::kReduceMax}},
     {BoolForm::kAll, {Op::kReduceMin}},
     {BoolForm::kPad, {Op::kPad}},
     {BoolForm::kSame,
      {Op::kAnd, Op::kOr, Op::kReduceAny, Op::kReduceAll, Op::kReshape, Op::kTranspose,
       Op::kBroadcast, Op::kSlice, Op::kReverse, Op::kConcat}},
     // These do not take bools.
     {BoolForm::kSame,
      {Op::kAdd, Op::kSub, Op::kMul, Op::kDiv, Op::kRem, Op::kPow, Op::kMin, Op::kMax, Op::kBitAnd,
       Op::kBitOr, Op::kBitXor, Op::kShl, Op::kShr, Op::kReduceSum, Op::kReduceMean,
       Op::kReduceProd, Op::kCumulative, Op::kTopK}}});
static_assert(IsWhole<kBools.Fault()>());

Val Logic(Builder& b, Op op, const Val& x, const Val& y) {
  if (op == Op::kEq) return b.Select(x, y, b.Not(y));
  if (op == Op::kLt) return b.And(b.Not(x), y);
  if (op == Op::kLe) return b.Or(b.Not(x), y);
  if (op == Op::kGt) return b.And(x, b.Not(y));
  if (op == Op::kGe) return b.Or(x, b.Not(y));
  return b.Select(x, b.Not(y), y);
}

}  // namespace

Val Standardizer::Bools(const Node& node, const std::vector<Val>& in) {
  switch (kBools[node.op]) {
    case BoolForm::kSame:
      break;
    case BoolForm::kLogic:
      return Logic(b(), node.op, in[0], in[1]);
    case BoolForm::kPlace:
      return b().Make(node.op, node.attrs, {Rounded(in[0])});
    case BoolForm::kAny:
      return b().Make(Op::kReduceAny, node.attrs, in);
    case BoolForm::kAll:
      return b().Make(Op::kReduceAll, node.attrs, in);
    case BoolForm::kPad:
      return PadByCopies(node, in[0]);
  }
  return Val();
}

// One side that is exact decides: rounding keeps the order.
Val Standardizer::Comparison(Op op, const Val& x, const Val& y) {
  double bound = kExact - 1;
  bool decides = known_.ranges.Of(x.get()).within(bound) || known_.ranges.Of(y.get()).within(bound);
  if (!decides) return b().Binary(op, Scalar(x), Scalar(y));
  return b().Binary(op, Rounded(x), Rounded(y));
}

namespace {

// What becomes of a primitive whose operands are integers.
enum class IntegerForm {
  kSame,
  kOperand,
  kUnary,
  kBinary,
  kComparison,
  kExtreme,
  kReduce,
  kPad,
  kEinsum,
  kRefused
};

constexpr OpTable<IntegerForm> kIntegers(
    {{IntegerForm::kComparison, {OpKind::kComparison}},
     {IntegerForm::kBinary, {OpKind::kBinary}},
     {IntegerForm::kReduce, {OpKind::kReduction, OpKind::kAxisWise}},
     {IntegerForm::kSame,
      {OpKind::kSource, OpKind::kPredicate, OpKind::kCast, OpKind::kSelect, OpKind::kGather,
       OpKind::kScatter, OpKind::kResize, OpKind::kComplex, OpKind::kQuantized, OpKind::kBody}}},
    {{IntegerForm::kOperand, {Op::kFloor, Op::kCeil, Op::kRound, Op::kTrunc}},
     {IntegerForm::kUnary, {Op::kNeg, Op::kAbs, Op::kSign, Op::kSquare, Op::kBitNot}},
     {IntegerForm::kExtreme, {Op::kMin, Op::kMax}},
     {IntegerForm::kPad, {Op::kPad}},
     {IntegerForm::kEinsum, {Op::kEinsum}},
     {IntegerForm::kRefused, {Op::kReduceMean, Op::kMaxPool}},
     {IntegerForm::kSame,
      {Op::kReduceAny, Op::kReduceAll, Op::kTopK, Op::kReshape, Op::kTranspose, Op::kBroadcast,
       Op::kSlice, Op::kReverse, Op::kConcat, Op::kConv, Op::kConvTranspose, Op::kAvgPool}},
     // These do not take integers.
     {IntegerForm::kSame,
      {Op::kExp,   Op::kLog,   Op::kSqrt,  Op::kRsqrt,   Op::kRecip, Op::kSin,  Op::kCos,
       Op::kTan,   Op::kAsin,  Op::kAcos,  Op::kAtan,    Op::kSinh,  Op::kCosh, Op::kTanh,
       Op::kAsinh, Op::kAcosh, Op::kAtanh, Op::kSigmoid, Op::kErf,   Op::kNot}}});
static_assert(IsWhole<kIntegers.Fault()>());

}  // namespace

Val Standardizer::Integers(const Node& node, const std::vector<Val>& in) {
  switch (kIntegers[node.op]) {
    case IntegerForm::kSame:
      break;
    case IntegerForm::kOperand:
      return in[0];
    case IntegerForm::kUnary:
      return IntegerUnary(node, in[0]);
    case IntegerForm::kBinary:
      return IntegerBinary(node, in[0], in[1]);
    case IntegerForm::kComparison:
      return Comparison(node.op, in[0], in[1]);
    case IntegerForm::kExtreme: {
      const Op before = node.op == Op::kMin ? Op::kLt : Op::kGt;
      return b().Select(Comparison(before, in[0], in[1]), in[0], in[1]);
    }
    case IntegerForm::kReduce:
      return ReduceIntegers(node, in[0]);
    case IntegerForm::kPad:
      return PadByCopies(node, in[0]);
    case IntegerForm::kEinsum:
      return EinsumOfIntegers(node, in);
    case IntegerForm::kRefused:
      return b().Fail("NNEF 1.0.5 has no such operation on integers");
  }
  return Val();
}

Val Standardizer::IntegerUnary(const Node& node, const Val& x) {
  DType dtype = node.output()->dtype();
  if (node.op != Op::kBitNot) return Integer(b().Unary(node.op, Scalar(x)), dtype);
  double top = IsSigned(dtype) ? -1 : RangeOfType(dtype).high;
  return Integer(top - Scalar(x), dtype);
}

Val Standardizer::IntegerBinary(const Node& node, const Val& x, const Val& y) {
  DType dtype = node.output()->dtype();
  if (index_wraps_.contains(&node)) {
    // Where it is taken, the sum lies in [0, size).
    Val sum = b().Add(Rounded(x), Rounded(y));
    if (sum) known_.ranges.Set(sum.get(), {-kExact, kExact});
    return Integer(sum, dtype);
  }
  const Op op = node.op;
  if (op == Op::kAdd || op == Op::kSub || op == Op::kMul) {
    return Integer(b().Binary(op, Scalar(x), Scalar(y)), dtype);
  }
  if (op == Op::kDiv) return Integer(Quotient(x, y), dtype);
  if (op == Op::kRem) return Integer(Scalar(x) - Quotient(x, y) * Scalar(y), dtype);
  if (op == Op::kPow) return IntegerPower(x, OneNumber(y), dtype);
  const std::optional<double> shift = OneNumber(y);
  if (op == Op::kShl && shift && *shift >= 0 && *shift <= 24) {
    return Integer(Scalar(x) * std::ldexp(1, static_cast<int>(*shift)), dtype);
  }
  if (op == Op::kShr && shift && *shift >= 0 && *shift <= 63) {
    return Integer(b().Floor(Scalar(x) * std::ldexp(1, -static_cast<int>(*shift))), dtype);
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
