#include <limits>
#include <optional>
#include <utility>

#include "emit/lower/arithmetic.h"
#include "emit/lower/families.h"
#include "emit/lower/integers.h"
#include "t2n/ir/op_table.h"
#include "t2n/ir/uniform.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Float;

namespace {

// The names of elementwise operators in tract and in NNEF 1.0.5 (null: has none).
struct OperatorName {
  const char* tract;
  const char* strict;
};

constexpr OpTable<OperatorName> kOperators(
    {{{nullptr, nullptr},
      {OpKind::kSource, OpKind::kReduction, OpKind::kAxisWise, OpKind::kLayout, OpKind::kGather,
       OpKind::kScatter, OpKind::kProduct, OpKind::kWindow, OpKind::kResize, OpKind::kComplex,
       OpKind::kQuantized, OpKind::kBody}}},
    {{{"neg", "neg"}, {Op::kNeg}},
     {{"abs", "abs"}, {Op::kAbs}},
     {{"sign", "sign"}, {Op::kSign}},
     {{"floor", "floor"}, {Op::kFloor}},
     {{"ceil", "ceil"}, {Op::kCeil}},
     {{"tract_core_round_even", nullptr}, {Op::kRound}},
     {{"exp", "exp"}, {Op::kExp}},
     {{"log", "log"}, {Op::kLog}},
     {{"sqrt", "sqrt"}, {Op::kSqrt}},
     {{"rsqrt", "rsqrt"}, {Op::kRsqrt}},
     {{"recip", "rcp"}, {Op::kRecip}},
     {{"square", "sqr"}, {Op::kSquare}},
     {{"sin", "sin"}, {Op::kSin}},
     {{"cos", "cos"}, {Op::kCos}},
     {{"tan", "tan"}, {Op::kTan}},
     {{"asin", "asin"}, {Op::kAsin}},
     {{"acos", "acos"}, {Op::kAcos}},
     {{"atan", "atan"}, {Op::kAtan}},
     {{"sinh", "sinh"}, {Op::kSinh}},
     {{"cosh", "cosh"}, {Op::kCosh}},
     {{"tanh", "tanh"}, {Op::kTanh}},
     {{"asinh", "asinh"}, {Op::kAsinh}},
     {{"acosh", "acosh"}, {Op::kAcosh}},
     {{"atanh", "atanh"}, {Op::kAtanh}},
     {{"sigmoid", "sigmoid"}, {Op::kSigmoid}},
     {{"tract_core_erf", nullptr}, {Op::kErf}},
     {{"not", "not"}, {Op::kNot}},
     {{"tract_core_bitnot", nullptr}, {Op::kBitNot}},
     {{"tract_core_is_nan", nullptr}, {Op::kIsNan}},
     {{"tract_core_is_inf", nullptr}, {Op::kIsInf}},
     {{"add", "add"}, {Op::kAdd}},
     {{"sub", "sub"}, {Op::kSub}},
     {{"mul", "mul"}, {Op::kMul}},
     {{"div", "div"}, {Op::kDiv}},
     {{"pow", "pow"}, {Op::kPow}},
     {{"min", "min"}, {Op::kMin}},
     {{"max", "max"}, {Op::kMax}},
     {{"and", "and"}, {Op::kAnd}},
     {{"or", "or"}, {Op::kOr}},
     {{"tract_core_xor", "ne"}, {Op::kXor}},
     {{"tract_core_bitand", nullptr}, {Op::kBitAnd}},
     {{"tract_core_bitor", nullptr}, {Op::kBitOr}},
     {{"tract_core_bitxor", nullptr}, {Op::kBitXor}},
     {{"tract_shl", nullptr}, {Op::kShl}},
     {{"tract_shr", nullptr}, {Op::kShr}},
     {{"eq", "eq"}, {Op::kEq}},
     {{"ne", "ne"}, {Op::kNe}},
     {{"lt", "lt"}, {Op::kLt}},
     {{"le", "le"}, {Op::kLe}},
     {{"gt", "gt"}, {Op::kGt}},
     {{"ge", "ge"}, {Op::kGe}},
     // They have lowerings of their own.
     {{nullptr, nullptr}, {Op::kTrunc, Op::kRem, Op::kCast, Op::kSelect}}});
static_assert(IsWhole<kOperators.Fault()>());

const char* UnaryOperator(Lowering& l, Op op) {
  const OperatorName& name = kOperators[op];
  return l.target().strict ? name.strict : name.tract;
}

// tract computes these for f16 and f32 only.
bool LacksF64(Op op) {
  return op == Op::kSigmoid || op == Op::kRound || op == Op::kErf || op == Op::kIsNan ||
         op == Op::kIsInf;
}

// tract does not compare bools; NNEF does not say.
absl::Status LowerBoolComparison(Lowering& l, const Node& node, Expr a, Expr b) {
  if (node.op == Op::kEq || node.op == Op::kNe) {
    Expr differ = Call("tract_core_xor", {a, b});
    if (node.op == Op::kEq) differ = Call("not", {l.Temp(node, "differ", std::move(differ))});
    l.Set(node, std::move(differ));
    return absl::OkStatus();
  }
  a = l.Temp(node, "a", l.Cast(std::move(a), DType::kU8));
  b = l.Temp(node, "b", l.Cast(std::move(b), DType::kU8));
  l.Set(node, Call(kOperators[node.op].tract, {a, b}));
  return absl::OkStatus();
}

// Of operators that the target has; nullopt where it has one for this.
std::optional<Expr> UnaryOfOthers(Lowering& l, const Node& node, const Expr& x) {
  const DType dtype = node.inputs[0]->dtype();
  if (node.op == Op::kTrunc) {
    Expr negative = l.Temp(node, "negative", Call("lt", {x, Float(0)}));
    Expr up = l.Temp(node, "ceil", Call("ceil", {x}));
    Expr down = l.Temp(node, "floor", Call("floor", {x}));
    return Call("select", {negative, up, down});
  }
  if (node.op == Op::kSign) return SignOf(l, node, x, dtype);
  if (node.op == Op::kAbs && dtype == DType::kF64) return AbsF64(l, node, x);
  if (l.target().has_is_nan_is_inf()) return std::nullopt;
  if (node.op == Op::kIsNan) return Call("ne", {x, x});
  if (node.op != Op::kIsInf) return std::nullopt;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Expr up = l.Temp(node, "up", Call("eq", {x, l.Number(kInfinity)}));
  Expr down = l.Temp(node, "down", Call("eq", {x, l.Number(-kInfinity)}));
  return Call("or", {up, down});
}

}  // namespace

absl::Status LowerUnary(Lowering& l, const Node& node) {
  Expr x = l.In(node, 0);
  DType dtype = node.inputs[0]->dtype();
  if (std::optional<Expr> integer = IntegerUnary(l, node, x)) {
    l.Set(node, *std::move(integer));
    return absl::OkStatus();
  }
  bool strict = l.target().strict;
  bool compares = node.op == Op::kTrunc || node.op == Op::kIsNan || node.op == Op::kIsInf;
  if (dtype == DType::kF16 && compares && !strict && !l.target().compares_f16()) {
    return l.Refuse(node, "comparison of f16");
  }
  if (std::optional<Expr> made = UnaryOfOthers(l, node, x)) {
    l.Set(node, *std::move(made));
    return absl::OkStatus();
  }
  const char* op = UnaryOperator(l, node.op);
  if (!op) return l.Refuse(node, "NNEF has no such operator");
  bool wide = dtype == DType::kF64 && LacksF64(node.op);
  bool half = dtype == DType::kF16 && node.op == Op::kRound && !l.target().has_f16_pow_and_round();
  if (!strict && (wide || half)) {
    Expr narrow = l.Temp(node, "f32", l.Cast(x, DType::kF32));
    Expr result = Call(op, {narrow});
    if (node.output()->dtype() == dtype) {
      result = l.Cast(l.Temp(node, "narrow", std::move(result)), dtype);
    }
    l.Set(node, std::move(result));
    return absl::OkStatus();
  }
  l.Set(node, Call(op, {x}));
  return absl::OkStatus();
}

namespace {

// Of other operators; nullopt where the target's own will do.
std::optional<Expr> BinaryOfOthers(Lowering& l, const Node& node, const Expr& a, const Expr& b) {
  const DType dtype = node.inputs[0]->dtype();
  if (IsFloat(dtype) && !l.target().strict) {
    if (std::optional<Expr> vanishing = VanishingProduct(l, node, a, b)) return vanishing;
  }
  if (IsFloat(dtype) && a.text == b.text && (node.op == Op::kMul || node.op == Op::kAdd)) {
    // One operand: tract 0.23 crashes on an operator that takes what a scan iterates twice.
    if (node.op == Op::kMul) return Call(UnaryOperator(l, Op::kSquare), {a});
    return Call("mul", {a, Float(2)});
  }
  return IntegerMulOrPow(l, node, a, b);
}

}  // namespace

absl::Status LowerBinary(Lowering& l, const Node& node) {
  Expr a = l.Elementwise(node, 0), b = l.Elementwise(node, 1);
  DType dtype = node.inputs[0]->dtype();
  bool strict = l.target().strict;
  if (node.op == Op::kRem) {
    if (IsFloat(dtype)) return LowerFloatRem(l, node, std::move(a), std::move(b));
    l.Set(node, IntegerRem(l, node, a, b));
    return absl::OkStatus();
  }
  if (!strict && dtype == DType::kBool && IsComparison(node.op)) {
    return LowerBoolComparison(l, node, std::move(a), std::move(b));
  }
  if (dtype == DType::kF16 && IsComparison(node.op) && !strict && !l.target().compares_f16()) {
    return l.Refuse(node, "comparison of f16");
  }
  if (IsInteger(dtype) && node.op == Op::kDiv && !strict) {
    l.Set(node, IntegerDiv(l, node, a, b));
    return absl::OkStatus();
  }
  if (std::optional<Expr> made = BinaryOfOthers(l, node, a, b)) {
    l.Set(node, *std::move(made));
    return absl::OkStatus();
  }
  const OperatorName& name = kOperators[node.op];
  const char* op = strict ? name.strict : name.tract;
  if (!op) return l.Refuse(node, "NNEF has no such operator");
  if (node.op == Op::kPow && dtype == DType::kF16 && !l.target().has_f16_pow_and_round()) {
    for (Expr* x : {&a, &b}) {
      if (x->is_identifier()) *x = l.Temp(node, "f32", l.Cast(*x, DType::kF32));
    }
    l.Set(node, l.Cast(l.Temp(node, "power", Call(op, {a, b})), dtype));
    return absl::OkStatus();
  }
  if (l.target().is_tract() && IsFloat(dtype)) KeepFactorsApart(l, node, &a, &b);
  Expr result = Call(op, {a, b});
  bool extreme = node.op == Op::kMin || node.op == Op::kMax;
  if (extreme && IsFloat(dtype)) result = KeepNan(l, node, a, b, std::move(result));
  l.Set(node, std::move(result));
  return absl::OkStatus();
}

namespace {

// The one element of a constant operand; NaN of anything else.
double Bound(const Value& operand) {
  std::optional<Tensor> element = UniformElement(operand);
  absl::StatusOr<std::vector<double>> read =
      element ? ReadDoubles(*element) : absl::NotFoundError("no constant");
  return read.ok() ? read->front() : std::numeric_limits<double>::quiet_NaN();
}

// Whether `x` was clamped to [low, high].
bool IsClamped(const Value& x, double low, double high) {
  const Node& outer = *x.node;
  const Node* inner = outer.inputs.empty() ? nullptr : outer.inputs[0]->node;
  if (outer.op == Op::kMin && inner->op == Op::kMax) {
    return Bound(*outer.inputs[1]) <= high && Bound(*inner->inputs[1]) >= low;
  }
  return outer.op == Op::kMax && inner->op == Op::kMin && Bound(*outer.inputs[1]) >= low &&
         Bound(*inner->inputs[1]) <= high;
}

// What does not fit wraps around in torch; a cast of tract from floats would saturate.
bool WrapsAround(const Value& x, DType to) {
  if (!IsFloat(x.dtype()) || !IsInteger(to) || to == DType::kI32 || ItemSize(to) > 4) return false;
  const int bits = static_cast<int>(8 * ItemSize(to));
  const double low = IsSigned(to) ? -std::ldexp(1, bits - 1) : 0;
  return !IsClamped(x, low, low + std::ldexp(1, bits) - 1);
}

}  // namespace

absl::Status LowerCast(Lowering& l, const Node& node) {
  DType from = node.inputs[0]->dtype(), to = node.output()->dtype();
  Expr x = l.In(node, 0);
  if (from == to) {
    l.Alias(node.output(), x);
    return absl::OkStatus();
  }
  if (!l.target().strict) {
    if (WrapsAround(*node.inputs[0], to)) {
      x = l.Temp(node, "whole", l.Cast(std::move(x), DType::kI64));
    }
    l.Set(node, l.Cast(std::move(x), to));
    return absl::OkStatus();
  }
  // The standard has three types; LowerToStandardOps leaves casts that mean the same there.
  if (TensorType(from) == TensorType(to)) {
    l.Alias(node.output(), x);
  } else if (from == DType::kBool && IsFloat(to)) {
    l.Set(node, Call("select", {x, Float(1), Float(0)}));
  } else {
    l.Set(node, Call(IsFloat(to) ? "cast<scalar>" : "cast<integer>", {x}));
  }
  return absl::OkStatus();
}

absl::Status LowerSelect(Lowering& l, const Node& node) {
  l.Set(node,
        Call("select", {l.Elementwise(node, 0), l.Elementwise(node, 1), l.Elementwise(node, 2)}));
  return absl::OkStatus();
}

}  // namespace t2n
