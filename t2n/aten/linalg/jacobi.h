// Singular values and symmetric eigenvalues by one-sided Jacobi rotations (Hestenes 1958; Golub &
// Van Loan, Matrix Computations, 8.6.3): pairs of columns are rotated until all are orthogonal. The
// pairs of a sweep come in the rounds of a tournament (Brent & Luk 1985), each a few elementwise
// operations on half of the columns, in a loop of a fixed number of sweeps.
//
// All is calculated in f64, of matrices [..., m, n] whose smaller size is known and at most 128. Of
// matrices of f32, errors are below those of LAPACK in f32.
#ifndef T2N_ATEN_LINALG_JACOBI_H_
#define T2N_ATEN_LINALG_JACOBI_H_

#include "t2n/builder/builder.h"

namespace t2n {

struct SvdResult {
  Val us;  // f64 [..., m, k]: the left singular vectors, each times its singular value
  Val v;   // f64 [..., n, k]: the right ones
  Val s;   // f64 [..., k]: singular values, in no order
};

// Of a matrix with m >= n, k = n: a = us v^T.
SvdResult JacobiSvd(Builder& b, const Val& a);

struct EighResult {
  Val values;   // f64 [..., n], in no order
  Val vectors;  // f64 [..., n, n]: columns of norm 1, their signs are any
};

// Of the symmetric matrix whose lower (or `upper`) triangle `a` [..., n, n] holds.
EighResult JacobiEigh(Builder& b, const Val& a, bool upper);

// Of any matrix: f64 [..., min(m, n)], in no order.
Val SingularValues(Builder& b, const Val& a);

// The last axis in order, as `dtype`.
Val InOrder(Builder& b, const Val& values, bool descending, DType dtype);

}  // namespace t2n

#endif  // T2N_ATEN_LINALG_JACOBI_H_
