// Functions of elements: the tables of operators, a file each.
#ifndef T2N_ATEN_MATH_OPS_H_
#define T2N_ATEN_MATH_OPS_H_

#include "absl/types/span.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

absl::Span<const OpEntry> ActivationOps();
absl::Span<const OpEntry> ArithmeticOps();
absl::Span<const OpEntry> CompareOps();
absl::Span<const OpEntry> BinaryMathOps();
absl::Span<const OpEntry> ComplexOps();
absl::Span<const OpEntry> PolynomialOps();
absl::Span<const OpEntry> BesselOps();
absl::Span<const OpEntry> GammaOps();
absl::Span<const OpEntry> IncompleteGammaOps();
absl::Span<const OpEntry> QuestionOps();
absl::Span<const OpEntry> SpecialOps();
absl::Span<const OpEntry> ConvertOps();
absl::Span<const OpEntry> UnaryOps();

}  // namespace t2n

#endif  // T2N_ATEN_MATH_OPS_H_
