// Conditions on operands and results that primitives of many families share.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/ir/rule_families.h"

namespace t2n::rules {

absl::Status Bad(Op op, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(OpName(op), ": ", what));
}

absl::Status CheckSizes(Op op, const Shape& shape) {
  int64_t count = 1;
  for (const Dim& d : shape) {
    if (d.IsOvergrown()) return Bad(op, "a size that is too long an expression");
    if (Less(d, 0) == true) {
      return Bad(op, absl::StrCat("a result of negative size: ", ShapeToString(shape)));
    }
    int64_t size = std::max<int64_t>(d.constant().value_or(1), 1);
    if (__builtin_mul_overflow(count, size, &count) || count > limits::kMaxTensorElements) {
      return absl::ResourceExhaustedError(absl::StrCat(OpName(op), ": a result of ",
                                                       ShapeToString(shape), " has more than ",
                                                       limits::kMaxTensorElements, " elements"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckParameters(Op op, const Attrs& attrs, const ValueType& x) {
  DType dtype = attrs.Type("dtype");
  QuantPtr quant = attrs.Quant("quant");
  if (!quant || !IsQuantized(dtype)) return Bad(op, "no quantized type or no parameters");
  if (op == Op::kFromIntRepr && x.dtype != StorageType(dtype)) {
    return Bad(op, absl::StrCat(DTypeName(x.dtype), " as the integers of ", DTypeName(dtype)));
  }
  Dim count = 1;
  if (quant->axis >= 0) {
    if (quant->axis >= static_cast<int64_t>(x.shape.size())) return Bad(op, "axis out of range");
    count = x.shape[quant->axis];
  }
  Dim given = static_cast<int64_t>(quant->scale.size());
  if (count != given || quant->zero_point.size() != quant->scale.size()) {
    return Bad(op, "one scale and zero point a channel expected");
  }
  constexpr int64_t kMaxZeroPoint = int64_t{1} << 31;
  for (int64_t z : quant->zero_point) {
    if (z < -kMaxZeroPoint || z >= kMaxZeroPoint) return Bad(op, "zero point beyond 32 bits");
  }
  return absl::OkStatus();
}

absl::Status CheckQuantized(Op op, Inputs in) {
  bool keeps_channels = op == Op::kReshape || op == Op::kTranspose || op == Op::kSlice ||
                        op == Op::kConcat || op == Op::kDequantize || op == Op::kIntRepr;
  bool moves = keeps_channels || op == Op::kBroadcast || op == Op::kReverse || op == Op::kGather ||
               op == Op::kGatherElements || op == Op::kGatherNd || op == Op::kScatterElements ||
               op == Op::kScatterNd;
  if ((op == Op::kDequantize || op == Op::kIntRepr) && !in[0].quant) {
    return Bad(op, "a tensor that is not quantized");
  }
  for (const ValueType& t : in) {
    if (!IsQuantized(t.dtype)) continue;
    if (!t.quant) return Bad(op, "a quantized tensor without its parameters");
    if (!moves) return Bad(op, "arithmetic on a quantized tensor");
    if (!keeps_channels && t.quant && t.quant->axis >= 0) {
      return Bad(op, "on a tensor quantized per channel");
    }
  }
  return absl::OkStatus();
}

}  // namespace t2n::rules
