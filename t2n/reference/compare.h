// Compares results with the ones torch recorded.
#ifndef T2N_REFERENCE_COMPARE_H_
#define T2N_REFERENCE_COMPARE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// Floats and complex numbers agree when |got - want| <= atol + rtol * |want|, or both are NaN, or
// both the same infinity (complex ones: in either part); integers and bools when they are equal.
//
// An output that was quantized has a `step`, its scale: 99 % of its elements must be equal (to a
// hundredth of it), the others one step apart at most, whatever the other tolerances say.
struct Tolerance {
  double rtol = 1e-3;
  double atol = 1e-4;
  double step = 0;
};

struct Comparison {
  bool equal = false;
  double max_abs_error = 0;    // over elements where both are finite
  int64_t differing = 0;       // elements out of tolerance
  std::vector<int64_t> first;  // place of the first of them; empty if there is none
  // Says what differs: "shape [2,3], expected [3,2]", "7 of 24 elements differ, first at [0,1]:
  // 1.5, expected 2; largest error 0.5". Empty when equal.
  std::string message;
};

// Shapes must be equal; dtypes of one kind (bool, integer, float, complex; quantized ones count as
// their integers) may differ in width. The errors are those of reading the tensors.
absl::StatusOr<Comparison> Compare(const Tensor& got, const Tensor& want,
                                   const Tolerance& tolerance);

}  // namespace t2n

#endif  // T2N_REFERENCE_COMPARE_H_
