// The lowerings, one function a primitive or family of primitives; see lowering.h.
#ifndef EMIT_LOWER_FAMILIES_H_
#define EMIT_LOWER_FAMILIES_H_

#include "emit/lower/lowering.h"

namespace t2n {

// elementwise.cc
absl::Status LowerUnary(Lowering& l, const Node& node);
absl::Status LowerBinary(Lowering& l, const Node& node);
absl::Status LowerCast(Lowering& l, const Node& node);
absl::Status LowerSelect(Lowering& l, const Node& node);

// layout.cc
absl::Status LowerReshape(Lowering& l, const Node& node);
absl::Status LowerTranspose(Lowering& l, const Node& node);
absl::Status LowerBroadcast(Lowering& l, const Node& node);
absl::Status LowerSlice(Lowering& l, const Node& node);
// One axis of `x` from `begin` to `end`.
nnef::Expr OneSlice(nnef::Expr x, int64_t axis, const Dim& begin, const Dim& end);
absl::Status LowerConcat(Lowering& l, const Node& node);
absl::Status LowerPad(Lowering& l, const Node& node);
absl::Status LowerIota(Lowering& l, const Node& node);

// downsample.cc
// tract (0.23.9 and before) takes convolutions with a stride apart into a Downsample and the rest,
// writes reversals as one, and fails when its optimiser moves a Downsample over a reshape.
//
// Whether a reshape lies before `value`, with nothing between that a Downsample stays behind.
bool MayMoveToReshape(const Value& value);
// Whether the steps of a slice may be made part of a convolution before it, which tract then begins
// at the first element, wherever the slice or one between begins.
bool MayLoseBegin(const Node& slice);
// Every step-th element of axis `axis`, of `size`, from the first on, without a Downsample.
nnef::Expr EveryNth(Lowering& l, const Node& node, nnef::Expr x, int64_t axis, const Dim& size,
                    int64_t step);
// The slice [begin : begin + count * step : step] of an axis of known size.
nnef::Expr BlockSlice(Lowering& l, const Node& node, nnef::Expr x, int64_t axis, int64_t size,
                      int64_t begin, int64_t count, int64_t step);
absl::Status LowerReverse(Lowering& l, const Node& node);

// reduce.cc
absl::Status LowerReduce(Lowering& l, const Node& node);
absl::Status LowerArgReduce(Lowering& l, const Node& node);
absl::Status LowerTopK(Lowering& l, const Node& node);

// linear.cc
absl::Status LowerEinsum(Lowering& l, const Node& node);
// Operand i with further axes of size 1 in front; a constant is stored so, unless it is already.
nnef::Expr WithLeadingOnes(Lowering& l, const Node& node, int i, int64_t count);

// conv.cc
absl::Status LowerConv(Lowering& l, const Node& node);
absl::Status LowerConvTranspose(Lowering& l, const Node& node);

// pool.cc
absl::Status LowerMaxPool(Lowering& l, const Node& node);
absl::Status LowerAvgPool(Lowering& l, const Node& node);

// resize.cc
absl::Status LowerResize(Lowering& l, const Node& node);

// index.cc
absl::Status LowerGather(Lowering& l, const Node& node);
absl::Status LowerScatter(Lowering& l, const Node& node);

// quant.cc
absl::Status LowerQuantize(Lowering& l, const Node& node);
absl::Status LowerDequantize(Lowering& l, const Node& node);
absl::Status LowerIntRepr(Lowering& l, const Node& node);

// bodies.cc
absl::Status LowerComposite(Lowering& l, const Node& node);
absl::Status LowerScan(Lowering& l, const Node& node);

}  // namespace t2n

#endif  // EMIT_LOWER_FAMILIES_H_
