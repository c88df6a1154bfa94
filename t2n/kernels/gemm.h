// Matrix products.
#ifndef T2N_KERNELS_GEMM_H_
#define T2N_KERNELS_GEMM_H_

#include <cstdint>

namespace t2n::kernels {

// c [m, n] = a [m, k] b [k, n], all row-major, rows of b and c `ldb` and `ldc` elements apart.
// For int64_t (wrapping), float, double and std::complex<double>.
template <typename T>
void MatMul(int64_t m, int64_t n, int64_t k, const T* a, const T* b, int64_t ldb, T* c,
            int64_t ldc);

}  // namespace t2n::kernels

#endif  // T2N_KERNELS_GEMM_H_
