// For tests: tensors from literals, and calling a kernel as a node would.
#ifndef T2N_KERNELS_TESTING_H_
#define T2N_KERNELS_TESTING_H_

#include <vector>

#include "t2n/kernels/kernel.h"

namespace t2n::testing {

// A dense tensor; the values are converted to `dtype` as Tensor::Scalar converts them.
Tensor Make(DType dtype, std::vector<int64_t> sizes, const std::vector<double>& values);
Tensor MakeComplex(std::vector<int64_t> sizes, const std::vector<std::complex<double>>& values);
// f32, rank 1.
Tensor F(const std::vector<double>& values);
// i64, rank 1.
Tensor I(const std::vector<int64_t>& values);

// The kernel's results, with output types from the type rule. Composite and Scan have no kernel.
absl::StatusOr<std::vector<Tensor>> Call(Op op, Attrs attrs, const std::vector<Tensor>& inputs,
                                         QuantPtr input_quant = nullptr);

// The first result's elements; fails the test on an error.
std::vector<double> Doubles(Op op, Attrs attrs, const std::vector<Tensor>& inputs);
std::vector<int64_t> Ints(Op op, Attrs attrs, const std::vector<Tensor>& inputs);
std::vector<std::complex<double>> Complexes(Op op, Attrs attrs, const std::vector<Tensor>& inputs);

}  // namespace t2n::testing

#endif  // T2N_KERNELS_TESTING_H_
