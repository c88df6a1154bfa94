// Matrix decompositions as loops over the columns, unrolled: masked updates of the whole matrix,
// batched or not. Matrices have a known size of at most 64.
#ifndef T2N_ATEN_LINALG_DECOMPOSITION_H_
#define T2N_ATEN_LINALG_DECOMPOSITION_H_

#include "t2n/aten/core/op_call.h"
#include "t2n/builder/builder.h"

namespace t2n {

// Argument `name`: a real matrix [..., m, n]; square if asked for. Others are refused.
Val RealMatrix(OpCall& c, absl::string_view name, bool square);

struct LuResult {
  Val lu;      // [..., m, n]: U in and above the diagonal, L (its ones left out) below
  Val rows;    // i64 [..., m]: row i of P^T A is row rows[i] of A
  Val pivots;  // i64 [..., min(m, n)]: the row that row i was exchanged with, from 0
};

// LU with partial pivoting (`pivot`), Doolittle's form, as LAPACK's getrf.
LuResult Lu(Builder& b, const Val& a, bool pivot);
// The rows of LuResult for its pivots [..., k] of a matrix of m rows.
Val RowsOfPivots(Builder& b, const Val& pivots, const Dim& m);
// X with A X = B for triangular A [..., n, n] and B [..., n, k]; only that triangle is read.
Val SolveTriangular(Builder& b, const Val& a, const Val& rhs, bool upper, bool unit_diagonal);
// X with A X = B by Lu and two triangular solves.
Val Solve(Builder& b, const Val& a, const Val& rhs);
Val SolveWithLu(Builder& b, const LuResult& lu, const Val& rhs);
Val Inverse(Builder& b, const Val& a);
// The lower factor of a symmetric positive definite matrix, of which the lower triangle is read.
Val Cholesky(Builder& b, const Val& a);

struct HouseholderResult {
  Val packed;  // [..., m, n]: R in and above the diagonal, the reflectors below
  Val tau;     // [..., min(m, n)]
};

// QR by reflections, as LAPACK's geqrf.
HouseholderResult Householder(Builder& b, const Val& a);
// H_1 H_2 ... C, or with `transpose` H_k ... H_1 C, for the reflectors below the diagonal of
// `packed` [..., m, k'] and tau [..., k]; C [..., m, p].
Val ApplyReflectors(Builder& b, const Val& packed, const Val& tau, const Val& c, bool transpose);

// The n by n identity, [n, n].
Val Identity(Builder& b, const Dim& n, DType dtype);
// Elements above (`upper`) or below the diagonal number `diagonal`, which stays; others zero.
Val Triangle(Builder& b, const Val& a, bool upper, int64_t diagonal);
// The last two axes exchanged.
Val Transposed(Builder& b, const Val& a);
// The diagonal of the last two axes: [..., min(m, n)].
Val DiagonalOf(Builder& b, const Val& a);

}  // namespace t2n

#endif  // T2N_ATEN_LINALG_DECOMPOSITION_H_
