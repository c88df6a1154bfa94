// torch's type promotion (c10/core/ScalarType.h, ATen/native/TypeProperties.cpp: result_type).
#ifndef T2N_ATEN_PROMOTE_H_
#define T2N_ATEN_PROMOTE_H_

#include <vector>

#include "absl/types/span.h"
#include "t2n/aten/op_call.h"

namespace t2n {

// The dtype of an operation on tensors and numbers: tensors with axes decide; rank-0 tensors only
// if they are of a higher category (bool < integer < float < complex), then plain numbers, where a
// float number stands for f32 (torch's default dtype), an int for i64.
DType ResultType(absl::Span<const Arg> operands);

// The operands as tensors of one dtype.
std::vector<Val> Promote(Builder& b, absl::Span<const Arg> operands);
// ... of the given dtype.
Val AsTensor(Builder& b, const Arg& operand, DType dtype);

// An integer or bool operand as f32, as float-only functions do (sqrt, exp, ...).
Val ToFloat(Builder& b, const Val& x);
// The dtype that ToFloat gives.
DType FloatType(DType t);

}  // namespace t2n

#endif  // T2N_ATEN_PROMOTE_H_
