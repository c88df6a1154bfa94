#include "emit/lower/integers.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Float;

namespace {

// k if c is the k-th power of two, for k >= 1.
std::optional<int64_t> PowerOfTwo(int64_t c) {
  if (c < 2 || (c & (c - 1)) != 0) return std::nullopt;
  int64_t k = 0;
  while ((c >> k) > 1) ++k;
  return k;
}

// `c` repeated along the shortest axis of `shape` that has several elements, if one is known.
std::optional<Expr> RepeatedConstant(Lowering& l, const Node& node, int64_t c, const Shape& shape) {
  std::optional<size_t> axis;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (!shape[i].is_const() || shape[i].value() < 2) continue;
    if (!axis || shape[i].value() < shape[*axis].value()) axis = i;
  }
  if (!axis) return std::nullopt;
  Tensor t = Tensor::Scalar(node.output()->dtype(), c);
  t.sizes.assign(shape.size(), 1);
  t.strides.assign(shape.size(), 0);
  t.sizes[*axis] = shape[*axis].value();
  return l.Constant(t, "factor");
}

// x times c as a sum of shifts, with as few terms as digits of -1, 0 and 1 allow.
Expr SumOfShifts(Lowering& l, const Node& node, const Expr& x, int64_t c) {
  std::optional<Expr> sum;
  const int64_t bits = 8 * ItemSize(node.output()->dtype());
  uint64_t rest = static_cast<uint64_t>(c);
  for (int64_t k = 0; rest != 0 && k < bits; ++k, rest >>= 1) {
    if ((rest & 1) == 0) continue;
    const bool negative = (rest & 3) == 3;
    rest += negative ? 1 : -1;
    Expr term = k == 0 ? x : l.Temp(node, "shifted", Call("tract_shl", {x, Float(k)}));
    if (!sum && !negative) {
      sum = std::move(term);
    } else {
      sum = l.Temp(node, "sum",
                   Call(negative ? "sub" : "add", {sum.value_or(Float(0)), std::move(term)}));
    }
  }
  return l.Copy(sum.value_or(x));
}

// x, of `shape`, times a constant.
Expr TimesConstant(Lowering& l, const Node& node, const Expr& x, const Shape& shape, int64_t c) {
  if (c == 0) return Call("sub", {x, x});
  if (c == 1) return l.Copy(x);
  if (std::optional<int64_t> k = PowerOfTwo(c)) return Call("tract_shl", {x, Float(*k)});
  if (std::optional<Expr> factor = RepeatedConstant(l, node, c, shape)) {
    return Call("mul", {x, *std::move(factor)});
  }
  return SumOfShifts(l, node, x, c);
}

Expr Square(Lowering& l, const Node& node, const Expr& x) {
  Expr negated = l.Temp(node, "neg", Call("sub", {Float(0), x}));
  Expr product = l.Temp(node, "mul", Call("mul", {negated, x}));
  return Call("sub", {Float(0), product});
}

// tract turns mul(x, x) and pow(x, 2) into its float-only square, whatever the type.
bool IsSquare(const Node& node, const Expr& a, const Expr& b) {
  if (node.op == Op::kMul) return a.is_identifier() && a.text == b.text;
  if (node.op != Op::kPow || !node.inputs[1]->is_constant()) return false;
  absl::StatusOr<std::vector<double>> exponent = ReadDoubles(*node.inputs[1]->constant);
  return exponent.ok() && !exponent->empty() &&
         std::all_of(exponent->begin(), exponent->end(), [](double e) { return e == 2; });
}

// a / b, neither of them negative.
Expr Quotient(Lowering& l, const Node& node, const Expr& a, const Expr& b) {
  if (!l.target().reasons_on_sizes()) return Call("div", {a, b});
  if (std::optional<int64_t> c = l.IntegerOperand(node, 1)) {
    if (*c == 1) return l.Copy(a);
    if (std::optional<int64_t> k = PowerOfTwo(*c)) return Call("tract_shr", {a, Float(*k)});
    return Call("div", {a, RepeatedConstant(l, node, *c, l.OperandShape(node, 0)).value_or(b)});
  }
  if (std::optional<int64_t> c = l.IntegerOperand(node, 0)) {
    return Call("div", {RepeatedConstant(l, node, *c, l.OperandShape(node, 1)).value_or(a), b});
  }
  return Call("div", {a, b});
}

}  // namespace

std::optional<Expr> IntegerUnary(Lowering& l, const Node& node, const Expr& x) {
  DType dtype = node.inputs[0]->dtype();
  if (!IsInteger(dtype)) return std::nullopt;
  if (IsRounding(node.op)) return l.Copy(x);
  if (node.op == Op::kSquare) return Square(l, node, x);
  if (node.op == Op::kNeg && !IsSigned(dtype)) return Call("sub", {Float(0), x});
  if (node.op != Op::kSign) return std::nullopt;
  if (!IsSigned(dtype)) return Call("min", {x, Float(1)});
  Expr below = l.Temp(node, "below", Call("min", {x, Float(1)}));
  return Call("max", {below, Float(-1)});
}

std::optional<Expr> IntegerMulOrPow(Lowering& l, const Node& node, const Expr& a, const Expr& b) {
  if (l.target().strict || !IsInteger(node.output()->dtype())) return std::nullopt;
  if (IsSquare(node, a, b)) return Square(l, node, a);
  if (node.op != Op::kMul || !l.target().reasons_on_sizes()) return std::nullopt;
  for (int i = 0; i < 2; ++i) {
    if (std::optional<int64_t> c = l.IntegerOperand(node, i)) {
      return TimesConstant(l, node, i == 0 ? b : a, l.OperandShape(node, 1 - i), *c);
    }
  }
  return std::nullopt;
}

// tract may turn a division by a constant power of two into a shift, which rounds down: signed
// dividends go by their absolute values. The least integer has none: its quotient is exact and
// stays negative. By -1 it cannot be divided.
Expr IntegerDiv(Lowering& l, const Node& node, const Expr& a, const Expr& b) {
  const DType dtype = node.output()->dtype();
  const std::optional<int64_t> divisor = l.IntegerOperand(node, 1);
  const bool constant = node.inputs[1]->is_constant() || divisor;
  if (!constant || !IsSigned(dtype)) return Quotient(l, node, a, b);
  if (divisor == -1) return Call("sub", {Float(0), a});
  if (divisor == std::numeric_limits<int64_t>::min()) {
    return l.Cast(l.Temp(node, "least", Call("eq", {a, b})), dtype);
  }
  Expr magnitude = l.Temp(node, "abs", Call("abs", {a}));
  Expr quotient = l.Temp(node, "quotient", Quotient(l, node, magnitude, b));
  // Only the least integer's is negative behind a positive divisor.
  const bool positive = divisor && *divisor > 0;
  Expr size = positive ? l.Temp(node, "size", Call("abs", {quotient})) : quotient;
  Expr opposite = l.Temp(node, "opposite", Call("neg", {size}));
  Expr negative = l.Temp(node, "negative", Call("lt", {a, l.Zero(dtype)}));
  return Call("select", {negative, opposite, quotient});
}

Expr IntegerRem(Lowering& l, const Node& node, const Expr& a, const Expr& b) {
  Expr quotient = l.Temp(node, "quotient", IntegerDiv(l, node, a, b));
  std::optional<int64_t> c =
      l.target().reasons_on_sizes() ? l.IntegerOperand(node, 1) : std::nullopt;
  Expr whole = c ? TimesConstant(l, node, quotient, l.OperandShape(node, 0), *c)
                 : Call("mul", {quotient, b});
  return Call("sub", {a, l.Temp(node, "whole", std::move(whole))});
}

}  // namespace t2n
