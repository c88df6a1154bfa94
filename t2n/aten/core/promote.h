// torch's type promotion (c10/core/ScalarType.h, ATen/native/TypeProperties.cpp: result_type).
#ifndef T2N_ATEN_CORE_PROMOTE_H_
#define T2N_ATEN_CORE_PROMOTE_H_

#include <vector>

#include "absl/types/span.h"
#include "t2n/aten/core/op_call.h"

namespace t2n {

// The dtype of an operation on tensors and numbers: tensors with axes decide; rank-0 tensors only
// if they are of a higher category (bool < integer < float < complex), then numbers, where a float
// stands for f32 (torch's default dtype), an int for i64. A tensor that stands for a number of the
// program (Origin::kNumber) counts as that number.
DType ResultType(absl::Span<const Arg> operands);

// What add, sub, mul and div of two tensors read as their second operand. TorchScript's executor
// calls them with a number where that is a rank-0 constant of the program (CanonicalizeOps in
// torch/csrc/jit/passes): `x * 2.5` was traced as such. As a first operand, and of all other
// operators, constants are tensors.
Arg SecondOperand(const Arg& other);

// The operands as tensors of one dtype.
std::vector<Val> Promote(Builder& b, absl::Span<const Arg> operands);
// ... of the given dtype.
Val AsTensor(Builder& b, const Arg& operand, DType dtype);

// An integer or bool operand as f32, as float-only functions do (sqrt, exp, ...).
Val ToFloat(Builder& b, const Val& x);
// The dtype that ToFloat gives.
DType FloatType(DType t);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_PROMOTE_H_
