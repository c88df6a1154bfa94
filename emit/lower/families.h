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
absl::Status LowerReverse(Lowering& l, const Node& node);
absl::Status LowerConcat(Lowering& l, const Node& node);
absl::Status LowerPad(Lowering& l, const Node& node);
absl::Status LowerIota(Lowering& l, const Node& node);

// reduce.cc
absl::Status LowerReduce(Lowering& l, const Node& node);
absl::Status LowerArgReduce(Lowering& l, const Node& node);
absl::Status LowerTopK(Lowering& l, const Node& node);

// linear.cc
absl::Status LowerEinsum(Lowering& l, const Node& node);
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
