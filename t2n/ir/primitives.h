// The primitives: the only operations the graph knows. One table; each has one type rule
// (type_rules.cc), one kernel (t2n/kernels) and one lowering (emit).
//
// Rules common to all:
//  - Elementwise primitives take operands of one dtype and one rank; sizes are equal or 1 (Builder
//    brings operands there). Comparisons and predicates give bool.
//  - Integer Div truncates towards zero; Rem has the dividend's sign. Min, Max and the reductions
//    and poolings of that name propagate NaN, as torch's do. Round rounds halves to even.
//  - Reductions and ArgMax/ArgMin keep their axes with size 1. `axes` are sorted and non-negative.
//  - Index inputs are i64, non-negative and in range.
//  - Spatial attributes (stride, dilation, pad_before, pad_after, size...) have one entry an axis
//    behind batch and channel.
//
// What holds of a primitive by its nature is its kind or a trait here. What one place makes of
// each is an OpTable there (op_table.h), or a chain of `if` where all others are refused or
// nothing is claimed of them; there is no `default:` over primitives, so that the compiler names
// the places that a new one needs.
#ifndef T2N_IR_PRIMITIVES_H_
#define T2N_IR_PRIMITIVES_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace t2n {

enum class OpKind : uint8_t {
  kSource,
  // Elementwise.
  kUnary,
  kPredicate,
  kCast,
  kBinary,
  kComparison,
  kSelect,
  // The others.
  kReduction,
  kAxisWise,
  kLayout,
  kGather,
  kScatter,
  kProduct,
  kWindow,
  kResize,
  kComplex,
  kQuantized,
  kBody,
};

namespace op_traits {

enum : uint16_t {
  kPlain = 0,
  // On a strided tensor it is a view.
  kView = 1 << 0,
  // Every element of the result is one of the first operand's.
  kPicks = 1 << 1,
  // Rounds to a whole number, so integers stay what they are.
  kRounds = 1 << 2,
  // On integers, the low bits of the result depend on the low bits of the operands only.
  kModular = 1 << 3,
  // Along {axis} or {axes}; what the operands have along the other axes stays apart.
  kAlongAxis = 1 << 4,
};

}  // namespace op_traits

// X(Name, arity, kind, traits): arity -1 is variadic.
// clang-format off
#define T2N_PRIMITIVES(X) \
  /* Sources. */ \
  X(Input, 0, Source, kPlain)    /* a graph or body input */ \
  X(Constant, 0, Source, kPlain) /* output 0 has the value */ \
  X(Dims, 0, Source, kPlain)     /* {values: dims, shape: ints}: i64 tensor of size expressions */ \
  X(Iota, 0, Source, kPlain)     /* {length: dim, dtype}: 0, 1, ... length-1; rank 1 */ \
  /* Elementwise, one operand; result of the same dtype. */ \
  X(Neg, 1, Unary, kModular) \
  X(Abs, 1, Unary, kPlain) \
  X(Sign, 1, Unary, kPlain) \
  X(Floor, 1, Unary, kRounds) \
  X(Ceil, 1, Unary, kRounds) \
  X(Round, 1, Unary, kRounds) \
  X(Trunc, 1, Unary, kRounds) \
  X(Exp, 1, Unary, kPlain) \
  X(Log, 1, Unary, kPlain) \
  X(Sqrt, 1, Unary, kPlain) \
  X(Rsqrt, 1, Unary, kPlain) \
  X(Recip, 1, Unary, kPlain) \
  X(Square, 1, Unary, kModular) \
  X(Sin, 1, Unary, kPlain) \
  X(Cos, 1, Unary, kPlain) \
  X(Tan, 1, Unary, kPlain) \
  X(Asin, 1, Unary, kPlain) \
  X(Acos, 1, Unary, kPlain) \
  X(Atan, 1, Unary, kPlain) \
  X(Sinh, 1, Unary, kPlain) \
  X(Cosh, 1, Unary, kPlain) \
  X(Tanh, 1, Unary, kPlain) \
  X(Asinh, 1, Unary, kPlain) \
  X(Acosh, 1, Unary, kPlain) \
  X(Atanh, 1, Unary, kPlain) \
  X(Sigmoid, 1, Unary, kPlain) \
  X(Erf, 1, Unary, kPlain) \
  X(Not, 1, Unary, kPlain)       /* bool */ \
  X(BitNot, 1, Unary, kModular)  /* integers */ \
  X(IsNan, 1, Predicate, kPlain) /* float -> bool */ \
  X(IsInf, 1, Predicate, kPlain) /* float -> bool */ \
  X(Cast, 1, Cast, kPlain) /* {dtype}: C's conversion; to bool: != 0; float to int truncates */ \
  /* Elementwise, two operands. */ \
  X(Add, 2, Binary, kModular) \
  X(Sub, 2, Binary, kModular) \
  X(Mul, 2, Binary, kModular) \
  X(Div, 2, Binary, kPlain) \
  X(Rem, 2, Binary, kPlain) \
  X(Pow, 2, Binary, kPlain) \
  X(Min, 2, Binary, kPlain) \
  X(Max, 2, Binary, kPlain) \
  X(And, 2, Binary, kPlain)     /* bool */ \
  X(Or, 2, Binary, kPlain)      /* bool */ \
  X(Xor, 2, Binary, kPlain)     /* bool */ \
  X(BitAnd, 2, Binary, kModular) /* integers */ \
  X(BitOr, 2, Binary, kModular)  /* integers */ \
  X(BitXor, 2, Binary, kModular) /* integers */ \
  X(Shl, 2, Binary, kModular)    /* integers */ \
  X(Shr, 2, Binary, kPlain)      /* integers; arithmetic */ \
  X(Eq, 2, Comparison, kModular) /* -> bool, as the next ones */ \
  X(Ne, 2, Comparison, kModular) \
  X(Lt, 2, Comparison, kPlain) \
  X(Le, 2, Comparison, kPlain) \
  X(Gt, 2, Comparison, kPlain) \
  X(Ge, 2, Comparison, kPlain) \
  X(Select, 3, Select, kPlain) /* (bool condition, if true, if false) */ \
  /* Reductions: {axes}. */ \
  X(ReduceSum, 1, Reduction, kAlongAxis) \
  X(ReduceMean, 1, Reduction, kAlongAxis) \
  X(ReduceProd, 1, Reduction, kAlongAxis) \
  X(ReduceMax, 1, Reduction, kAlongAxis | kPicks) \
  X(ReduceMin, 1, Reduction, kAlongAxis | kPicks) \
  X(ReduceAny, 1, Reduction, kAlongAxis) \
  X(ReduceAll, 1, Reduction, kAlongAxis) \
  X(ArgMax, 1, AxisWise, kAlongAxis) /* {axis}: i64, the first one; a NaN counts as the extreme */ \
  X(ArgMin, 1, AxisWise, kAlongAxis) /* the same */ \
  X(Cumulative, 1, AxisWise, kAlongAxis) /* {axis, mode: sum|prod|max|min}: running, inclusive */ \
  /* Layout: no arithmetic. */ \
  X(Reshape, 1, Layout, kView | kPicks) \
  /* {shape: dims}: same number of elements, row-major */ \
  X(Transpose, 1, Layout, kView | kPicks) \
  /* {perm}: output axis i is input axis perm[i] */ \
  X(Broadcast, 1, Layout, kView | kPicks) \
  /* {shape: dims}: same rank; axes of size 1 are repeated */ \
  X(Slice, 1, Layout, kView | kPicks | kAlongAxis) \
  /* {axis, begin: dim, end: dim, step >= 1}: 0 <= begin <= end <= size */ \
  X(Reverse, 1, Layout, kPicks | kAlongAxis) /* {axes} */ \
  X(Concat, -1, Layout, kAlongAxis)          /* {axis} */ \
  X(Pad, 1, Layout, kPlain) \
  /* {before: dims, after: dims, mode: constant|reflect|replicate|circular, value} */ \
  /* Indexing. */ \
  X(Gather, 2, Gather, kPicks) \
  /* {axis} (data, indices of any rank): the axis becomes indices' axes */ \
  X(GatherElements, 2, Gather, kPicks | kAlongAxis) \
  /* {axis} (data, indices of data's rank): torch.gather */ \
  X(GatherNd, 2, Gather, kPicks) \
  /* (data, indices [..., k]): the first k axes indexed together */ \
  X(ScatterElements, 3, Scatter, kAlongAxis) \
  /* {axis, mode: set|add|mul|min|max} (data, indices, updates) */ \
  X(ScatterNd, 3, Scatter, kPlain) \
  /* {mode} (data, indices [..., k], updates [..., data's rest]) */ \
  X(TopK, 1, AxisWise, kAlongAxis) \
  /* {k: dim, axis, largest} -> (values, i64 indices), sorted, stable; NaN largest */ \
  /* Linear algebra. */ \
  X(Einsum, -1, Product, kPlain) \
  /* {equation}: explicit output, one letter an axis, no ellipsis, sizes 1 spread */ \
  X(Conv, -1, Window, kPlain) \
  /* {stride, dilation, pad_before, pad_after, groups} (x [N,C,...], w [O,C/groups,...], b? [O]) */ \
  X(ConvTranspose, -1, Window, kPlain) \
  /* the same + {output_padding} (x [N,C,...], w [C,O/groups,...], b?) */ \
  /* Pooling over [N,C,...]: {size, stride, dilation, pad_before, pad_after}. */ \
  X(MaxPool, 1, Window, kPlain) \
  /* -> (values, i64 flat index in the spatial plane); padding is -inf */ \
  X(AvgPool, 1, Window, kPlain) \
  /* + {count_include_pad}: padding of pad_before/after counts or does not */ \
  X(Resize, 1, Resize, kPlain) \
  /* {shape: dims, mode: nearest|linear|cubic, coordinates: half_pixel|align_corners|asymmetric, \
     nearest: floor|round_prefer_ceil}; all axes */ \
  /* Complex and spectral. */ \
  X(MakeComplex, 2, Complex, kPlain) /* (re, im) */ \
  X(Real, 1, Complex, kPlain) \
  X(Imag, 1, Complex, kPlain) \
  X(Fft, 1, Complex, kAlongAxis) \
  /* {axis, inverse}: complex to complex; inverse divides by the length */ \
  /* Quantized: per-tensor or per-channel affine (ValueType::quant). */ \
  X(Quantize, 1, Quantized, kPlain)    /* float -> quantized with {quant} of the output */ \
  X(Dequantize, 1, Quantized, kPlain)  /* quantized -> f32 */ \
  X(IntRepr, 1, Quantized, kPlain)     /* quantized -> its integers */ \
  X(FromIntRepr, 1, Quantized, kPlain) /* integers -> quantized with {quant} */ \
  /* With bodies. */ \
  X(Composite, -1, Body, kPlain) /* {name, ...}: body 0 maps the inputs to the outputs */ \
  X(Scan, -1, Body, kPlain) /* {scan, state, reverse, full}: see Node::ScanLayout in graph.h */
// clang-format on

enum class Op : uint8_t {
#define T2N_X(Name, arity, kind, traits) k##Name,
  T2N_PRIMITIVES(T2N_X)
#undef T2N_X
};

namespace op_traits {

struct OpRow {
  int arity;
  OpKind kind;
  uint16_t traits;
};

inline constexpr OpRow kRows[] = {
#define T2N_X(Name, arity, kind, traits) {arity, OpKind::k##kind, traits},
    T2N_PRIMITIVES(T2N_X)
#undef T2N_X
};

constexpr const OpRow& Row(Op op) { return kRows[static_cast<int>(op)]; }

}  // namespace op_traits

constexpr int kNumOps = sizeof(op_traits::kRows) / sizeof(op_traits::kRows[0]);
// Is none.
constexpr Op kNoOp = static_cast<Op>(kNumOps);

// `Add`, `ReduceSum`, ...
absl::string_view OpName(Op op);
// The inverse of OpName.
std::optional<Op> ParseOp(absl::string_view name);
// Number of inputs, -1 if it varies.
constexpr int OpArity(Op op) { return op_traits::Row(op).arity; }
constexpr OpKind KindOf(Op op) { return op_traits::Row(op).kind; }

// Kinds. Elementwise: unary, predicates, Cast, binary, comparisons, Select.
constexpr bool IsElementwise(OpKind kind) {
  return kind == OpKind::kUnary || kind == OpKind::kPredicate || kind == OpKind::kCast ||
         kind == OpKind::kBinary || kind == OpKind::kComparison || kind == OpKind::kSelect;
}
constexpr bool IsElementwise(Op op) { return IsElementwise(KindOf(op)); }
constexpr bool IsComparison(Op op) { return KindOf(op) == OpKind::kComparison; }
constexpr bool IsReduction(Op op) { return KindOf(op) == OpKind::kReduction; }
// Conv, ConvTranspose, MaxPool, AvgPool.
constexpr bool IsWindow(Op op) { return KindOf(op) == OpKind::kWindow; }
// The gathers and scatters: operand 1 has indices into operand 0.
constexpr bool ReadsIndices(Op op) {
  return KindOf(op) == OpKind::kGather || KindOf(op) == OpKind::kScatter;
}

// Traits, see op_traits.
constexpr bool IsViewOp(Op op) { return (op_traits::Row(op).traits & op_traits::kView) != 0; }
constexpr bool PicksElements(Op op) { return (op_traits::Row(op).traits & op_traits::kPicks) != 0; }
constexpr bool IsRounding(Op op) { return (op_traits::Row(op).traits & op_traits::kRounds) != 0; }
constexpr bool IsModular(Op op) { return (op_traits::Row(op).traits & op_traits::kModular) != 0; }
constexpr bool WorksAlongAxis(Op op) {
  return (op_traits::Row(op).traits & op_traits::kAlongAxis) != 0;
}

}  // namespace t2n

#endif  // T2N_IR_PRIMITIVES_H_
