#include "t2n/passes/standard_ops.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/builder/custom.h"
#include "t2n/ir/op_table.h"
#include "t2n/passes/powers_of_two.h"
#include "t2n/passes/standardizer.h"

namespace t2n {
namespace {

// Horner's scheme, the highest power first.
Val Polynomial(const Val& x, absl::Span<const double> coefficients) {
  Val y = coefficients[0] == 1 ? x + coefficients[1] : x * coefficients[0] + coefficients[1];
  for (double c : coefficients.subspan(2)) y = y * x + c;
  return y;
}

// W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of
// Computation 23 (1969): erf(x) up to 0.5, 1 - exp(-x^2) r(x) beyond; from 4 on it is 1 in single
// precision. The error is below single precision's own.
Val ErrorFunction(Builder& b, const Val& x) {
  constexpr double kSmallP[] = {1.85777706184603153e-1, 3.16112374387056560e0,
                                1.13864154151050156e2, 3.77485237685302021e2,
                                3.20937758913846947e3};
  constexpr double kSmallQ[] = {1, 2.36012909523441209e1, 2.44024637934444173e2,
                                1.28261652607737228e3, 2.84423683343917062e3};
  constexpr double kLargeP[] = {
      2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
      6.61191906371416295e1,  2.98635138197400131e2,  8.81952221241769090e2,
      1.71204761263407058e3,  2.05107837782607147e3,  1.23033935479799725e3};
  constexpr double kLargeQ[] = {1,
                                1.57449261107098347e1,
                                1.17693950891312499e2,
                                5.37181101862009858e2,
                                1.62138957456669019e3,
                                3.29079923573345963e3,
                                4.36261909014324716e3,
                                3.43936767414372164e3,
                                1.23033935480374942e3};
  Val size = b.Min(b.Abs(x), 4);
  Val small = b.Min(size, 0.5), large = b.Max(size, 0.5);
  Val square = b.Square(small);
  Val below = small * Polynomial(square, kSmallP) / Polynomial(square, kSmallQ);
  Val tail = Polynomial(large, kLargeP) / Polynomial(large, kLargeQ);
  Val above = 1.0 - b.Exp(b.Neg(b.Square(large))) * tail;
  Val result = b.Select(b.Lt(size, 0.5), below, above);
  result = b.Select(b.Lt(x, 0), b.Neg(result), result);
  return b.Select(b.Ne(x, x), x, result);
}

// Halves to the even neighbour.
Val RoundToEven(Builder& b, const Val& x) {
  Val down = b.Floor(x);
  Val rest = x - down;
  Val odd = b.Gt(down - 2.0 * b.Floor(down * 0.5), 0.5);
  Val up = b.Or(b.Gt(rest, 0.5), b.And(b.Eq(rest, 0.5), odd));
  return b.Select(up, down + 1.0, down);
}

// C's remainder where it is exact: the divisor is a power of two.
Val FloatRemainder(Builder& b, const Val& x, const Val& divisor) {
  bool exact = divisor.is_constant();
  if (exact) {
    absl::StatusOr<std::vector<double>> values = ReadDoubles(*divisor->constant);
    exact = values.ok();
    for (size_t i = 0; exact && i < values->size(); ++i) exact = IsPowerOfTwo((*values)[i]);
  }
  if (!exact) {
    return b.Fail("NNEF 1.0.5 has no remainder; it is exact by division for powers of two only");
  }
  return x - b.Trunc(x / divisor) * divisor;
}

}  // namespace

GraphRewriter::Vals Standardizer::RewriteNode(const Node& node, const Vals& in) {
  if (IsCustom(node)) return Copy(node, in);
  if (!node.bodies.empty()) return RewriteBody(node, in);
  if (searched_.insert(node.graph).second) FindIndexWraps(*node.graph);
  Vals replaced = node.op == Op::kTopK ? Sort(node, in[0]) : Vals{Replace(node, in)};
  if (replaced[0]) return replaced;
  if (b().ok()) return Copy(node, in);
  std::string place = node.place ? absl::StrCat(" at ", node.place->ToString()) : "";
  refusals_->push_back(absl::StrCat(OpName(node.op), place, ": ", b().status().message()));
  b().ClearStatus();
  Vals stand_ins;
  for (const auto& v : node.outputs) stand_ins.push_back(b().Full(v->shape(), v->dtype(), 0));
  return stand_ins;
}

// Values of a body go with it: nothing is remembered by their addresses.
GraphRewriter::Vals Standardizer::RewriteBody(const Node& node, const Vals& in) {
  Known outer = std::exchange(known_, {});
  Vals results = Copy(node, in);
  known_ = std::move(outer);
  return results;
}

Val Standardizer::Replace(const Node& node, const std::vector<Val>& in) {
  if (node.op == Op::kCast) return Cast(node, in[0]);
  if (node.op == Op::kIota) return Numbers(node);
  if (node.op == Op::kReverse) return Reverse(in[0], node.attrs.Ints("axes"));
  if (node.op == Op::kGatherElements) return GatherElements(node, in[0], in[1]);
  if (node.op == Op::kGatherNd) return GatherNd(in[0], in[1]);
  if (KindOf(node.op) == OpKind::kScatter) return Scatter(node, in);
  DType dtype = node.inputs.empty() ? DType::kF32 : node.inputs.back()->dtype();
  if (dtype == DType::kBool) return Bools(node, in);
  if (IsInteger(dtype)) return Integers(node, in);
  if (IsFloat(dtype)) return Floats(node, in);
  return Val();
}

absl::Status TooManyPositions(int64_t count) {
  return absl::UnimplementedError(absl::StrCat("NNEF 1.0.5 has no range, and ", count,
                                               " positions are too many to be listed one by one"));
}

Val Standardizer::Numbers(const Node& iota) {
  auto length = iota.output()->shape()[0].constant();
  if (!length) return Val();
  if (*length > kMostListed) return b().Fail(TooManyPositions(*length));
  std::vector<int64_t> values(*length);
  std::iota(values.begin(), values.end(), 0);
  return b().Cast(b().Ints(values), iota.output()->dtype());
}

Val Standardizer::Reverse(Val x, const std::vector<int64_t>& axes) {
  for (int64_t axis : axes) {
    const int64_t size = x.dim(axis).constant().value_or(0);
    if (size > kMostListed) return b().Fail(TooManyPositions(size));
    std::vector<int64_t> positions(size);
    std::iota(positions.rbegin(), positions.rend(), 0);
    x = Gather(x, axis, std::move(positions));
  }
  return x;
}

namespace {

// What becomes of a primitive whose operands are floats.
enum class FloatForm {
  kSame,
  kRound,
  kErf,
  kIsNan,
  kIsInf,
  kRem,
  kPad,
  kProduct,
  kExtreme,
  kCumulative
};

constexpr OpTable<FloatForm> kFloats(
    {{FloatForm::kSame,
      {OpKind::kSource, OpKind::kCast, OpKind::kComparison, OpKind::kSelect, OpKind::kGather,
       OpKind::kScatter, OpKind::kProduct, OpKind::kWindow, OpKind::kResize, OpKind::kComplex,
       OpKind::kQuantized, OpKind::kBody}}},
    {{FloatForm::kRound, {Op::kRound}},
     {FloatForm::kErf, {Op::kErf}},
     {FloatForm::kIsNan, {Op::kIsNan}},
     {FloatForm::kIsInf, {Op::kIsInf}},
     {FloatForm::kRem, {Op::kRem}},
     {FloatForm::kPad, {Op::kPad}},
     {FloatForm::kProduct, {Op::kReduceProd}},
     {FloatForm::kExtreme, {Op::kReduceMax, Op::kReduceMin, Op::kArgMax, Op::kArgMin}},
     {FloatForm::kCumulative, {Op::kCumulative}},
     {FloatForm::kSame,
      {Op::kNeg,       Op::kAbs,   Op::kSign,      Op::kFloor,      Op::kCeil,    Op::kTrunc,
       Op::kExp,       Op::kLog,   Op::kSqrt,      Op::kRsqrt,      Op::kRecip,   Op::kSquare,
       Op::kSin,       Op::kCos,   Op::kTan,       Op::kAsin,       Op::kAcos,    Op::kAtan,
       Op::kSinh,      Op::kCosh,  Op::kTanh,      Op::kAsinh,      Op::kAcosh,   Op::kAtanh,
       Op::kSigmoid,   Op::kAdd,   Op::kSub,       Op::kMul,        Op::kDiv,     Op::kPow,
       Op::kMin,       Op::kMax,   Op::kReduceSum, Op::kReduceMean, Op::kReshape, Op::kTranspose,
       Op::kBroadcast, Op::kSlice, Op::kReverse,   Op::kConcat}},
     // LowerToStandardOps sorts before it looks at types.
     {FloatForm::kSame, {Op::kTopK}},
     // These do not take floats.
     {FloatForm::kSame,
      {Op::kNot, Op::kBitNot, Op::kAnd, Op::kOr, Op::kXor, Op::kBitAnd, Op::kBitOr, Op::kBitXor,
       Op::kShl, Op::kShr, Op::kReduceAny, Op::kReduceAll}}});
static_assert(IsWhole<kFloats.Fault()>());

}  // namespace

Val Standardizer::Floats(const Node& node, const std::vector<Val>& in) {
  switch (kFloats[node.op]) {
    case FloatForm::kSame:
      break;
    case FloatForm::kRound:
      return b().Composite("round_to_even", {}, {in[0]}, [](Builder& b, absl::Span<const Val> x) {
        return RoundToEven(b, x[0]);
      });
    case FloatForm::kErf:
      return b().Composite("erf", {}, {in[0]}, [](Builder& b, absl::Span<const Val> x) {
        return ErrorFunction(b, x[0]);
      });
    case FloatForm::kIsNan:
      return b().Ne(in[0], in[0]);
    case FloatForm::kIsInf: {  // the difference to itself is NaN, which no literal says
      Val difference = in[0] - in[0];
      return b().And(b().Eq(in[0], in[0]), b().Ne(difference, difference));
    }
    case FloatForm::kRem:
      return FloatRemainder(b(), in[0], in[1]);
    case FloatForm::kPad:  // no literal is infinite
      return std::isfinite(node.attrs.Float("value")) ? Val() : PadByCopies(node, in[0]);
    case FloatForm::kProduct:
      return Product(node.attrs.Ints("axes"), in[0]);
    case FloatForm::kExtreme:
      return Extreme(node.op, node.attrs, in[0]);
    case FloatForm::kCumulative:
      return Cumulative(node, in[0]);
  }
  return Val();
}

// The standard does not say what becomes of NaN: a sum has it, and its place is where x != x.
Val Standardizer::Extreme(Op op, const Attrs& attrs, const Val& x) {
  bool place = op == Op::kArgMax || op == Op::kArgMin;
  std::vector<int64_t> axes = {attrs.Int("axis")};
  if (!place) axes = attrs.Ints("axes");
  Val is_nan = b().Ne(x, x);
  Val any_nan = b().Reduce(Op::kReduceAny, is_nan, axes, true);
  Val nan = place ? b().ArgReduce(Op::kArgMax, b().Cast(is_nan, DType::kF32), axes[0], true)
                  : b().Reduce(Op::kReduceSum, x, axes, true);
  return b().Select(any_nan, nan, b().Make(op, attrs, {x}));
}

absl::Status LowerToStandardOps(const Graph& graph, Graph* out,
                                std::vector<std::string>* refusals) {
  return Standardizer(refusals).Rewrite(graph, out);
}

}  // namespace t2n
