// The primitives: the only operations the graph knows. One table; each has one type rule
// (type_rules.cc), one kernel (t2n/kernels) and one lowering (emit).
//
// Rules common to all:
//  - Elementwise primitives take operands of one dtype and one rank; sizes are equal or 1 (Builder
//    brings operands there). Comparisons and predicates give bool.
//  - Integer Div truncates towards zero; Rem has the dividend's sign. Min, Max and the reductions
//  and
//    poolings of that name propagate NaN, as torch's do. Round rounds halves to even.
//  - Reductions and ArgMax/ArgMin keep their axes with size 1. `axes` are sorted and non-negative.
//  - Index inputs are i64, non-negative and in range.
//  - Spatial attributes (stride, dilation, pad_before, pad_after, size...) have one entry an axis
//    behind batch and channel.
#ifndef T2N_IR_PRIMITIVES_H_
#define T2N_IR_PRIMITIVES_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace t2n {

// X(Name, arity): arity -1 is variadic.
#define T2N_PRIMITIVES(X)                                                          \
  /* Sources. */                                                                   \
  X(Input, 0)    /* a graph or body input */                                       \
  X(Constant, 0) /* output 0 has the value */                                      \
  X(Dims, 0)     /* {values: dims, shape: ints}: i64 tensor of size expressions */ \
  X(Iota, 0)     /* {length: dim, dtype}: 0, 1, ... length-1; rank 1 */            \
  /* Elementwise, one operand; result of the same dtype. */                        \
  X(Neg, 1) X(Abs, 1) X(Sign, 1) X(Floor, 1) X(Ceil, 1) X(Round, 1) X(Trunc, 1)                  \
  X(Exp, 1) X(Log, 1) X(Sqrt, 1) X(Rsqrt, 1) X(Recip, 1) X(Square, 1)                            \
  X(Sin, 1) X(Cos, 1) X(Tan, 1) X(Asin, 1) X(Acos, 1) X(Atan, 1)                                 \
  X(Sinh, 1) X(Cosh, 1) X(Tanh, 1) X(Asinh, 1) X(Acosh, 1) X(Atanh, 1)                           \
  X(Sigmoid, 1) X(Erf, 1)                                                                        \
  X(Not, 1)    /* bool */                                                                        \
  X(BitNot, 1) /* integers */                                                                    \
  X(IsNan, 1) X(IsInf, 1) /* float -> bool */                                                    \
  X(Cast, 1) /* {dtype}: C's conversion; to bool: != 0; float to int truncates */                \
  /* Elementwise, two operands. */                                                               \
  X(Add, 2) X(Sub, 2) X(Mul, 2) X(Div, 2) X(Rem, 2) X(Pow, 2) X(Min, 2) X(Max, 2)                \
  X(And, 2) X(Or, 2) X(Xor, 2)          /* bool */                                               \
  X(BitAnd, 2) X(BitOr, 2) X(BitXor, 2) /* integers */                                           \
  X(Shl, 2) X(Shr, 2)                   /* integers; Shr is arithmetic */                        \
  X(Eq, 2) X(Ne, 2) X(Lt, 2) X(Le, 2) X(Gt, 2) X(Ge, 2) /* -> bool */                            \
  X(Select, 3) /* (bool condition, if true, if false) */                                         \
  /* Reductions: {axes}. */                                                                      \
  X(ReduceSum, 1) X(ReduceMean, 1) X(ReduceProd, 1) X(ReduceMax, 1) X(ReduceMin, 1)              \
  X(ReduceAny, 1) X(ReduceAll, 1)                                                                \
  X(ArgMax, 1) X(ArgMin, 1) /* {axis}: i64, the first one; a NaN counts as the extreme */        \
  X(Cumulative, 1) /* {axis, mode: sum|prod|max|min}: running, inclusive */                      \
  /* Layout: no arithmetic. */                                                                   \
  X(Reshape, 1)   /* {shape: dims}: same number of elements, row-major */                        \
  X(Transpose, 1) /* {perm}: output axis i is input axis perm[i] */                              \
  X(Broadcast, 1) /* {shape: dims}: same rank; axes of size 1 are repeated */                    \
  X(Slice, 1)     /* {axis, begin: dim, end: dim, step >= 1}: 0 <= begin <= end <= size */       \
  X(Reverse, 1)   /* {axes} */                                                                   \
  X(Concat, -1)   /* {axis} */                                                                   \
  X(Pad, 1) /* {before: dims, after: dims, mode: constant|reflect|replicate|circular, value} */  \
  /* Indexing. */                                                                                \
  X(Gather, 2)         /* {axis} (data, indices of any rank): the axis becomes indices' axes */  \
  X(GatherElements, 2) /* {axis} (data, indices of data's rank): torch.gather */                 \
  X(GatherNd, 2)       /* (data, indices [..., k]): the first k axes indexed together */         \
  X(ScatterElements, 3) /* {axis, mode: set|add|mul|min|max} (data, indices, updates) */         \
  X(ScatterNd, 3)       /* {mode} (data, indices [..., k], updates [..., data's rest]) */        \
  X(TopK, 1) /* {k: dim, axis, largest} -> (values, i64 indices), sorted, stable; NaN largest */ \
  /* Linear algebra. */                                                                          \
  X(Einsum, -1) /* {equation}: explicit output, one letter an axis, no ellipsis, sizes 1 spread */ \
  X(Conv, -1) /* {stride, dilation, pad_before, pad_after, groups}                               \
                 (x [N,C,...], w [O,C/groups,...], optional b [O]) */                            \
  X(ConvTranspose, -1) /* the same + {output_padding} (x [N,C,...], w [C,O/groups,...], b?) */   \
  /* Pooling over [N,C,...]: {size, stride, dilation, pad_before, pad_after}. */                 \
  X(MaxPool, 1) /* -> (values, i64 flat index in the spatial plane); padding is -inf */          \
  X(AvgPool, 1) /* + {count_include_pad}: padding of pad_before/after counts or does not */      \
  X(Resize, 1)  /* {shape: dims, mode: nearest|linear|cubic, coordinates: half_pixel|            \
                   align_corners|asymmetric, nearest: floor|round_prefer_ceil}; all axes */      \
  /* Complex and spectral. */                                                                    \
  X(MakeComplex, 2) /* (re, im) */                                                               \
  X(Real, 1) X(Imag, 1)                                                                          \
  X(Fft, 1) /* {axis, inverse}: complex to complex; inverse divides by the length */             \
  /* Quantized: per-tensor or per-channel affine (ValueType::quant). */                          \
  X(Quantize, 1)   /* float -> quantized with {quant} of the output */                           \
  X(Dequantize, 1) /* quantized -> f32 */                                                        \
  X(IntRepr, 1)    /* quantized -> its integers */                                               \
  X(FromIntRepr, 1) /* integers -> quantized with {quant} */                                     \
  /* With bodies. */                                                                             \
  X(Composite, -1) /* {name, ...}: body 0 maps the inputs to the outputs */                      \
  X(Scan, -1) /* {scan, state, reverse, full}: see Node::ScanLayout in graph.h */

enum class Op : uint8_t {
#define T2N_X(Name, arity) k##Name,
  T2N_PRIMITIVES(T2N_X)
#undef T2N_X
};

// `Add`, `ReduceSum`, ...
absl::string_view OpName(Op op);
// The inverse of OpName.
std::optional<Op> ParseOp(absl::string_view name);
// Number of inputs, -1 if it varies.
int OpArity(Op op);

// Elementwise operations (unary, Cast, binary, Select).
bool IsElementwise(Op op);
// Reshape, Transpose, Broadcast, Slice: on a strided tensor they are views.
bool IsViewOp(Op op);

}  // namespace t2n

#endif  // T2N_IR_PRIMITIVES_H_
