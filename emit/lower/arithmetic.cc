#include "emit/lower/arithmetic.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "t2n/ir/uniform.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Float;

namespace {

// Whether a constant operand is this number everywhere.
bool IsEverywhere(const Value& operand, double number) {
  const std::optional<Tensor> element = UniformElement(operand);
  if (!element) return false;
  const absl::StatusOr<std::vector<double>> read = ReadDoubles(*element);
  return read.ok() && read->front() == number;
}

// 0 where x is finite, else NaN. tract takes every product with a constant 0 for 0.
Expr TimesZero(Lowering& l, const Node& node, const Expr& x) {
  return Call("add", {x, l.Temp(node, "opposite", Call("neg", {x}))});
}

}  // namespace

Expr AbsF64(Lowering& l, const Node& node, const Expr& x) {
  if (l.target().has_f64_abs()) return Call("abs", {x});
  return Call("max", {x, l.Temp(node, "opposite", Call("neg", {x}))});
}

// C's remainder of floats, computed in f64 so that the quotient's floor is right up to one: tract
// divides by a constant through its reciprocal.
absl::Status LowerFloatRem(Lowering& l, const Node& node, Expr a, Expr b) {
  DType dtype = node.output()->dtype();
  if (IsEverywhere(*node.inputs[1], 0)) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    l.Set(node, Call("add", {a, l.Constant(Tensor::Scalar(dtype, kNan), "nan")}));
    return absl::OkStatus();
  }
  auto temp = [&](const char* suffix, Expr e) { return l.Temp(node, suffix, std::move(e)); };
  a = temp("a", l.Cast(std::move(a), DType::kF64));
  b = temp("b", l.Cast(std::move(b), DType::kF64));
  Expr abs_a = temp("abs_a", AbsF64(l, node, a)), abs_b = temp("abs_b", AbsF64(l, node, b));
  Expr quotient = temp("quotient", Call("floor", {temp("div", Call("div", {abs_a, abs_b}))}));
  Expr whole = temp("whole", Call("mul", {quotient, abs_b}));
  Expr none = temp("none", Call("eq", {quotient, Float(0)}));
  Expr rest = temp("rest", Call("select", {none, abs_a, temp("sub", Call("sub", {abs_a, whole}))}));
  Expr low = temp("low", Call("lt", {rest, Float(0)}));
  rest = temp("rest", Call("select", {low, temp("up", Call("add", {rest, abs_b})), rest}));
  Expr high = temp("high", Call("ge", {rest, abs_b}));
  rest = temp("rest", Call("select", {high, temp("down", Call("sub", {rest, abs_b})), rest}));
  Expr negative = temp("negative", Call("lt", {a, Float(0)}));
  Expr opposite = temp("opposite", Call("neg", {rest}));
  Expr result = Call("select", {negative, opposite, rest});
  if (dtype != DType::kF64) result = l.Cast(temp("signed", std::move(result)), dtype);
  l.Set(node, std::move(result));
  return absl::OkStatus();
}

std::optional<Expr> VanishingProduct(Lowering& l, const Node& node, const Expr& a, const Expr& b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Value &x = *node.inputs[0], &y = *node.inputs[1];
  if (BeforeBroadcast(x).constant && BeforeBroadcast(y).constant) return std::nullopt;
  if (node.op == Op::kMul) {
    if (IsEverywhere(x, 0)) return TimesZero(l, node, b);
    if (IsEverywhere(y, 0)) return TimesZero(l, node, a);
  } else if (node.op == Op::kDiv) {
    if (IsEverywhere(y, kInfinity) || IsEverywhere(y, -kInfinity)) return TimesZero(l, node, a);
    if (IsEverywhere(x, 0)) return TimesZero(l, node, l.Temp(node, "inverse", Call("recip", {b})));
  }
  return std::nullopt;
}

namespace {

// Larger constants are not looked at.
constexpr int64_t kFewElements = 1 << 16;

// Those of a constant that are neither zero nor infinite.
Magnitudes MagnitudesOf(const Value& constant) {
  std::optional<Tensor> read = UniformElement(constant);
  if (!read && constant.constant->numel() <= kFewElements) read = *constant.constant;
  const auto numbers = read ? ReadDoubles(*read) : std::vector<double>();
  std::optional<Magnitudes> all;
  if (!numbers.ok()) return {};
  for (const double number : *numbers) {
    const double size = std::abs(number);
    if (size == 0 || !std::isfinite(size)) continue;
    if (!all) all = Magnitudes{size, size};
    all = Magnitudes{std::min(all->least, size), std::max(all->most, size)};
  }
  return all.value_or(Magnitudes());
}

// Whether numbers of this type have them to the last bit.
bool Has(DType dtype, Magnitudes numbers) {
  const bool half = dtype == DType::kF16, wide = dtype == DType::kF64;
  const double least = half   ? std::ldexp(1, -14)
                       : wide ? std::numeric_limits<double>::min()
                              : std::numeric_limits<float>::min();
  const double most = half   ? 65504
                      : wide ? std::numeric_limits<double>::max()
                             : std::numeric_limits<float>::max();
  return numbers.least >= least && numbers.most <= most;
}

}  // namespace

void KeepFactorsApart(Lowering& l, const Node& node, Expr* a, Expr* b) {
  const bool divides = node.op == Op::kDiv;
  if (!divides && node.op != Op::kMul) return;
  const Value &x = BeforeBroadcast(*node.inputs[0]), &y = BeforeBroadcast(*node.inputs[1]);
  if (x.is_constant() == y.is_constant() || (divides && x.is_constant())) return;
  Magnitudes own = MagnitudesOf(x.is_constant() ? x : y);
  if (divides) own = {1 / own.most, 1 / own.least};
  const Magnitudes before = l.FactorsOf(x.is_constant() ? y : x);
  // tract may begin anywhere among them.
  Magnitudes both = {std::min(before.least, 1.0) * own.least,
                     std::max(before.most, 1.0) * own.most};
  const bool is_first = before.least == 1 && before.most == 1;
  if (!is_first && !Has(node.output()->dtype(), both)) {
    Expr& product = x.is_constant() ? *b : *a;
    product = l.Temp(node, "apart", Call("max", {product, product}));
    both = own;
  }
  l.SetFactors(*node.output(), both);
}

// tract's min and max take the operand that is no NaN.
Expr KeepNan(Lowering& l, const Node& node, const Expr& a, const Expr& b, Expr extreme) {
  const Value &x = *node.inputs[0], &y = *node.inputs[1];
  const DType dtype = node.output()->dtype();
  if (x.is_constant() || y.is_constant()) {
    const Value& computed = x.is_constant() ? y : x;
    // A bound that is none makes all of it none.
    if (IsNanEverywhere(x.is_constant() ? x : y)) return Call("add", {a, b});
    const bool compared = dtype != DType::kF16 || l.target().compares_f16();
    if (l.target().strict || !compared || !l.model().nans.contains(&computed)) return extreme;
    const Expr& value = x.is_constant() ? b : a;
    Expr bound = x.is_constant() ? a : b;
    if (dtype != DType::kF32 && !bound.is_identifier()) {  // a literal would be f32
      std::optional<Tensor> element = UniformElement(x.is_constant() ? x : y);
      if (!element) return extreme;
      bound = l.Constant(*std::move(element), "bound");
    }
    const char* beyond = node.op == Op::kMax ? "lt" : "gt";
    return Call("select", {l.Temp(node, "beyond", Call(beyond, {value, bound})), bound, value});
  }
  extreme = l.Temp(node, "skipping", std::move(extreme));
  Expr b_is_nan = l.IsNan(node, b, dtype);
  Expr right = l.Temp(node, "right", Call("select", {b_is_nan, b, extreme}));
  Expr a_is_nan = l.IsNan(node, a, dtype);
  return Call("select", {a_is_nan, a, right});
}

Expr SignOf(Lowering& l, const Node& node, const Expr& x, DType dtype) {
  const bool compared = dtype != DType::kF16 || l.target().compares_f16();
  if (l.target().strict || !IsFloat(dtype) || !compared) return Call("sign", {x});
  Expr none = l.Constant(Tensor::Scalar(dtype, 0.0), "zero");
  Expr is_nan = l.IsNan(node, x, dtype), sign = l.Temp(node, "sign", Call("sign", {x}));
  return Call("select", {is_nan, none, sign});
}

}  // namespace t2n
