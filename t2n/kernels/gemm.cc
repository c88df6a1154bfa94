#include "t2n/kernels/gemm.h"

#include <algorithm>
#include <complex>
#include <type_traits>

#include "Eigen/Core"

namespace t2n::kernels {
namespace {

constexpr int64_t kWorthEigen = 64;  // multiplications

template <typename T>
void Loops(int64_t m, int64_t n, int64_t k, const T* a, const T* b, int64_t ldb, T* c,
           int64_t ldc) {
  for (int64_t i = 0; i < m; ++i) {
    T* row = c + i * ldc;
    std::fill_n(row, n, T(0));
    for (int64_t p = 0; p < k; ++p) {
      const T x = a[i * k + p];
      for (int64_t j = 0; j < n; ++j) row[j] += x * b[p * ldb + j];
    }
  }
}

template <typename T>
void EigenProduct(int64_t m, int64_t n, int64_t k, const T* a, const T* b, int64_t ldb, T* c,
                  int64_t ldc) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Stride = Eigen::OuterStride<>;
  Eigen::Map<Matrix, 0, Stride> out(c, m, n, Stride(ldc));
  Eigen::Map<const Matrix> left(a, m, k);
  Eigen::Map<const Matrix, 0, Stride> right(b, k, n, Stride(ldb));
  out.noalias() = left * right;
}

}  // namespace

template <typename T>
void MatMul(int64_t m, int64_t n, int64_t k, const T* a, const T* b, int64_t ldb, T* c,
            int64_t ldc) {
  if constexpr (std::is_same_v<T, int64_t>) {
    // Unsigned numbers wrap around.
    Loops(m, n, k, reinterpret_cast<const uint64_t*>(a), reinterpret_cast<const uint64_t*>(b), ldb,
          reinterpret_cast<uint64_t*>(c), ldc);
  } else if constexpr (std::is_floating_point_v<T>) {
    (m * n * k < kWorthEigen ? Loops<T> : EigenProduct<T>)(m, n, k, a, b, ldb, c, ldc);
  } else {
    Loops(m, n, k, a, b, ldb, c, ldc);
  }
}

template void MatMul(int64_t, int64_t, int64_t, const int64_t*, const int64_t*, int64_t, int64_t*,
                     int64_t);
template void MatMul(int64_t, int64_t, int64_t, const float*, const float*, int64_t, float*,
                     int64_t);
template void MatMul(int64_t, int64_t, int64_t, const double*, const double*, int64_t, double*,
                     int64_t);
template void MatMul(int64_t, int64_t, int64_t, const std::complex<double>*,
                     const std::complex<double>*, int64_t, std::complex<double>*, int64_t);

}  // namespace t2n::kernels
