// Comparisons, logic, bits, selection and clamping.
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

// Comparisons of bools are logic.
Val CompareBools(Builder& b, Op op, const Val& x, const Val& y) {
  if (op == Op::kEq) return b.Not(b.Xor(x, y));
  if (op == Op::kNe) return b.Xor(x, y);
  if (op == Op::kLt) return b.And(b.Not(x), y);
  if (op == Op::kLe) return b.Or(b.Not(x), y);
  if (op == Op::kGt) return b.And(x, b.Not(y));
  return b.Or(x, b.Not(y));
}

template <Op op>
Arg Compare(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  if (x[0].dtype() == DType::kBool) return CompareBools(c.b, op, x[0], x[1]);
  return c.b.Binary(op, x[0], x[1]);
}

// On truth values: `logical_and` and its kin.
template <Op op>
Arg Logical(OpCall& c) {
  return c.b.Binary(op, AsTensor(c.b, c.arg("self"), DType::kBool),
                    AsTensor(c.b, c.arg("other"), DType::kBool));
}
Arg LogicalNot(OpCall& c) { return c.b.Not(c.b.Cast(c.tensor("self"), DType::kBool)); }

template <Op on_bools, Op on_integers>
Arg Bitwise(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  if (x[0].dtype() == DType::kBool) return c.b.Binary(on_bools, x[0], x[1]);
  if (!IsInteger(x[0].dtype())) return c.Refuse("of floats");
  return c.b.Binary(on_integers, x[0], x[1]);
}

Arg BitwiseNot(OpCall& c) {
  Val x = c.tensor("self");
  return x.dtype() == DType::kBool ? c.b.Not(x) : c.b.BitNot(x);
}

// Shifts by a number of bits out of range push every bit out.
template <Op op>
Arg Shift(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  if (!IsInteger(x[0].dtype())) return c.Refuse("of operands that are no integers");
  int64_t bits = 8 * ItemSize(x[0].dtype());
  const Arg& by = c.arg("other");
  if (by.is_int() && by.integer().is_const() && by.integer().value() >= 0 &&
      by.integer().value() < bits) {
    return c.b.Binary(op, x[0], x[1]);
  }
  int64_t last = bits - (IsSigned(x[0].dtype()) ? 1 : 0);
  Val in_range = c.b.And(c.b.Ge(x[1], 0), c.b.Lt(x[1], last));
  Val shifted = c.b.Binary(op, x[0], c.b.Select(in_range, x[1], c.b.ScalarLike(x[1], 0)));
  Val zero = c.b.ScalarLike(x[0], 0);
  Val out = op == Op::kShr && IsSigned(x[0].dtype())
                ? c.b.Select(c.b.Lt(x[0], 0), c.b.ScalarLike(x[0], -1), zero)
                : zero;
  return c.b.Select(in_range, shifted, out);
}

Arg IsClose(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  double rtol = c.number("rtol"), atol = c.number("atol");
  if (x[0].dtype() == DType::kBool) return CompareBools(c.b, Op::kEq, x[0], x[1]);
  Val close = c.b.Eq(x[0], x[1]);
  Val a = ToFloat(c.b, x[0]), b = ToFloat(c.b, x[1]);
  if (c.boolean("equal_nan") && IsFloat(x[0].dtype())) {
    close = c.b.Or(close, c.b.And(c.b.IsNan(a), c.b.IsNan(b)));
  }
  Val error = c.b.Abs(a - b);
  Val near =
      c.b.And(c.b.Le(error, MaxFinite(error.dtype())), c.b.Le(error, c.b.Abs(b) * rtol + atol));
  return c.b.Or(close, near);
}

Arg Where(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  return c.b.Select(c.b.Cast(c.tensor("condition"), DType::kBool), x[0], x[1]);
}

// Max and Min, on bools too.
Val Extreme(Builder& b, Op op, const Val& x, const Val& y) {
  if (x.dtype() == DType::kBool) return b.Binary(op == Op::kMax ? Op::kOr : Op::kAnd, x, y);
  return b.Binary(op, x, y);
}

template <Op op>
Arg MinMax(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  return Extreme(c.b, op, x[0], x[1]);
}

// fmax, fmin: a NaN gives way to the other operand.
template <Op op>
Arg MinMaxSkippingNan(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  Val y = Extreme(c.b, op, x[0], x[1]);
  if (!IsFloat(x[0].dtype())) return y;
  return c.b.Select(c.b.IsNan(x[0]), x[1], c.b.Select(c.b.IsNan(x[1]), x[0], y));
}

Arg Clamp(OpCall& c) {
  const Arg &lo = c.arg("min"), &hi = c.arg("max");
  if (lo.is_none() && hi.is_none()) return c.Refuse("neither 'min' nor 'max' is given");
  DType dtype = ResultType({c.arg("self"), lo, hi});
  Val x = AsTensor(c.b, c.arg("self"), dtype);
  if (!lo.is_none()) x = Extreme(c.b, Op::kMax, x, AsTensor(c.b, lo, dtype));
  if (!hi.is_none()) x = Extreme(c.b, Op::kMin, x, AsTensor(c.b, hi, dtype));
  return x;
}

#define T2N_COMPARISON(name, op)                                                              \
  {"aten::" name ".Tensor(Tensor self, Tensor other) -> Tensor", Compare<Op::k##op>, nullptr, \
   OnQuantized::kReal},                                                                       \
  {                                                                                           \
    "aten::" name ".Scalar(Tensor self, Scalar other) -> Tensor", Compare<Op::k##op>,         \
        &kElementwiseNumber, OnQuantized::kReal                                               \
  }
#define T2N_BITWISE(name, fn)                                                                    \
  {"aten::" name ".Tensor(Tensor self, Tensor other) -> Tensor", fn},                            \
      {"aten::" name ".Scalar(Tensor self, Scalar other) -> Tensor", fn, &kElementwiseNumber},   \
      {"aten::" name ".Tensor_Scalar(Tensor self, Scalar other) -> Tensor", fn,                  \
       &kElementwiseNumber},                                                                     \
  {                                                                                              \
    "aten::" name ".Scalar_Tensor(Scalar self, Tensor other) -> Tensor", fn, &kElementwiseNumber \
  }

constexpr OpFn kAnd = Bitwise<Op::kAnd, Op::kBitAnd>;
constexpr OpFn kOr = Bitwise<Op::kOr, Op::kBitOr>;
constexpr OpFn kXor = Bitwise<Op::kXor, Op::kBitXor>;

constexpr OpEntry kOps[] = {
    T2N_COMPARISON("eq", Eq),
    T2N_COMPARISON("ne", Ne),
    T2N_COMPARISON("lt", Lt),
    T2N_COMPARISON("le", Le),
    T2N_COMPARISON("gt", Gt),
    T2N_COMPARISON("ge", Ge),
    T2N_BITWISE("bitwise_and", kAnd),
    T2N_BITWISE("bitwise_or", kOr),
    T2N_BITWISE("bitwise_xor", kXor),
    T2N_BITWISE("__and__", kAnd),
    T2N_BITWISE("__or__", kOr),
    T2N_BITWISE("__xor__", kXor),
    T2N_BITWISE("bitwise_left_shift", Shift<Op::kShl>),
    T2N_BITWISE("bitwise_right_shift", Shift<Op::kShr>),
    T2N_BITWISE("__lshift__", Shift<Op::kShl>),
    T2N_BITWISE("__rshift__", Shift<Op::kShr>),
    {"aten::bitwise_not(Tensor self) -> Tensor", BitwiseNot},
    {"aten::logical_and(Tensor self, Tensor other) -> Tensor", Logical<Op::kAnd>},
    {"aten::logical_or(Tensor self, Tensor other) -> Tensor", Logical<Op::kOr>},
    {"aten::logical_xor(Tensor self, Tensor other) -> Tensor", Logical<Op::kXor>},
    {"aten::logical_not(Tensor self) -> Tensor", LogicalNot},
    {"aten::isclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, "
     "float atol=1e-08, bool equal_nan=False) -> Tensor",
     IsClose},
    {"aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", Where},
    {"aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor", Where,
     &kElementwiseNumber},
    {"aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor", Where,
     &kElementwiseNumber},
    {"aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor", Where,
     &kElementwiseNumber},
    {"aten::maximum(Tensor self, Tensor other) -> Tensor", MinMax<Op::kMax>},
    {"aten::minimum(Tensor self, Tensor other) -> Tensor", MinMax<Op::kMin>},
    {"aten::max.other(Tensor self, Tensor other) -> Tensor", MinMax<Op::kMax>, nullptr,
     OnQuantized::kSteps},
    {"aten::min.other(Tensor self, Tensor other) -> Tensor", MinMax<Op::kMin>, nullptr,
     OnQuantized::kSteps},
    {"aten::fmax(Tensor self, Tensor other) -> Tensor", MinMaxSkippingNan<Op::kMax>},
    {"aten::fmin(Tensor self, Tensor other) -> Tensor", MinMaxSkippingNan<Op::kMin>},
    {"aten::clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", Clamp, nullptr,
     OnQuantized::kReal},
    {"aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", Clamp,
     nullptr, OnQuantized::kReal},
    {"aten::clamp_min(Tensor self, Scalar min) -> Tensor", Clamp, nullptr, OnQuantized::kReal},
    {"aten::clamp_min.Tensor(Tensor self, Tensor min) -> Tensor", Clamp, nullptr,
     OnQuantized::kReal},
    {"aten::clamp_max(Tensor self, Scalar max) -> Tensor", Clamp, nullptr, OnQuantized::kReal},
    {"aten::clamp_max.Tensor(Tensor self, Tensor max) -> Tensor", Clamp, nullptr,
     OnQuantized::kReal},
};

}  // namespace

absl::Span<const OpEntry> CompareOps() { return kOps; }

}  // namespace t2n
