// The lowerings, one function a primitive or family of primitives; see lowering.h.
#ifndef EMIT_LOWER_FAMILIES_H_
#define EMIT_LOWER_FAMILIES_H_

#include "emit/lower/lowering.h"

namespace t2n {

// The most positions along an axis that are written one by one.
inline constexpr int64_t kMostListed = 1 << 24;

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
// writes reversals as one, and moves a Downsample towards the inputs: over a reshape it fails, over
// a softmax it is wrong, over a slice it does not begin with the first element any more, which it
// forgets when it becomes part of a convolution.
//
// Whether it takes the stride along spatial axis `i` of a convolution for one.
bool IsDownsample(const Node& window, size_t i);
// Whether one behind `downsampled` may be moved where it fails or is wrong; `begins_later`: it does
// not begin with the first element.
bool MayFail(const Lowering& l, const Value& downsampled, bool begins_later = false);
// Every step-th element of axis `axis`, of `size`, from the first on, without a Downsample.
nnef::Expr EveryNth(Lowering& l, const Node& node, nnef::Expr x, int64_t axis, const Dim& size,
                    int64_t step);
// The slice [begin : begin + count * step : step] of an axis of known size.
nnef::Expr BlockSlice(Lowering& l, const Node& node, nnef::Expr x, int64_t axis, int64_t size,
                      int64_t begin, int64_t count, int64_t step);
absl::Status LowerReverse(Lowering& l, const Node& node);

// reduce.cc
absl::Status LowerSumOrMean(Lowering& l, const Node& node);
absl::Status LowerProd(Lowering& l, const Node& node);
absl::Status LowerExtreme(Lowering& l, const Node& node);
absl::Status LowerAnyOrAll(Lowering& l, const Node& node);
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
absl::Status LowerGatherElements(Lowering& l, const Node& node);
absl::Status LowerGatherNd(Lowering& l, const Node& node);
absl::Status LowerScatter(Lowering& l, const Node& node);

// quant.cc
absl::Status LowerQuantize(Lowering& l, const Node& node);
absl::Status LowerDequantize(Lowering& l, const Node& node);
absl::Status LowerIntRepr(Lowering& l, const Node& node);

// bodies.cc
absl::Status LowerComposite(Lowering& l, const Node& node);
absl::Status LowerScan(Lowering& l, const Node& node);

// custom.cc
absl::Status LowerCustom(Lowering& l, const Node& node);

}  // namespace t2n

#endif  // EMIT_LOWER_FAMILIES_H_
