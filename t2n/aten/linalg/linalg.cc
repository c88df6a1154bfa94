// Linear systems, determinants and decompositions (ATen/native/BatchLinearAlgebra.cpp). Singular
// matrices, which torch refuses at run time, give infinities or NaN.
#include <algorithm>
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/linalg/decomposition.h"
#include "t2n/aten/linalg/ops.h"

namespace t2n {
namespace {

// What LAPACK reports: 0, success.
Val Info(Builder& b, const Val& a) {
  return b.Full(Shape(a.shape().begin(), a.shape().end() - 2), DType::kI32, 0);
}

Val LastAxisReduce(Builder& b, Op op, const Val& x) {
  return b.Reduce(op, x, {x.rank() - 1}, false);
}

// +1 or -1: the parity of the exchanges.
Val PivotSign(Builder& b, const LuResult& lu, DType dtype) {
  Val changed = b.Ne(lu.pivots, b.Iota(lu.pivots.dim(-1)));
  return LastAxisReduce(b, Op::kReduceProd, 1.0 - b.Cast(changed, dtype) * 2.0);
}

struct Determinant {
  Val sign, log, value, lu, pivots;
};

Determinant ComputeDeterminant(Builder& b, const Val& a) {
  if (!a) return {};
  LuResult lu = Lu(b, a, true);
  if (!lu.lu) return {};
  Val diagonal = DiagonalOf(b, lu.lu), sign = PivotSign(b, lu, a.dtype());
  return {b.Mul(sign, LastAxisReduce(b, Op::kReduceProd, b.Sign(diagonal))),
          LastAxisReduce(b, Op::kReduceSum, b.Log(b.Abs(diagonal))),
          b.Mul(sign, LastAxisReduce(b, Op::kReduceProd, diagonal)), lu.lu,
          b.Cast(lu.pivots + 1.0, DType::kI32)};
}

const std::string& First(OpCall& c) { return c.schema().args[0].name; }

Arg Det(OpCall& c) { return ComputeDeterminant(c.b, RealMatrix(c, First(c), true)).value; }

Arg LinalgDet(OpCall& c) {
  Determinant d = ComputeDeterminant(c.b, RealMatrix(c, First(c), true));
  return Arg::Tuple({d.value, d.lu, d.pivots});
}

Arg Slogdet(OpCall& c) {
  Determinant d = ComputeDeterminant(c.b, RealMatrix(c, First(c), true));
  return Arg::Tuple({d.sign, d.log});
}

Arg LinalgSlogdet(OpCall& c) {
  Determinant d = ComputeDeterminant(c.b, RealMatrix(c, First(c), true));
  return Arg::Tuple({d.sign, d.log, d.lu, d.pivots});
}

Arg Logdet(OpCall& c) {
  Builder& b = c.b;
  Determinant d = ComputeDeterminant(b, RealMatrix(c, First(c), true));
  if (!d.log) return Val();
  return b.Select(b.Lt(d.sign, 0.0), b.ScalarLike(d.log, std::nan("")), d.log);
}

Arg Inv(OpCall& c) { return Inverse(c.b, RealMatrix(c, First(c), true)); }

Arg InvEx(OpCall& c) {
  c.ignore({"check_errors"});
  Val a = RealMatrix(c, "A", true);
  if (!c.b.ok()) return Val();
  return Arg::Tuple({Inverse(c.b, a), Info(c.b, a)});
}

// Operands of A X = B with equal batch axes; a vector B gets an axis.
struct System {
  Val a, rhs;
  bool vector = false, left = true;
};

System ReadSystem(OpCall& c, absl::string_view a, absl::string_view rhs, bool vectors) {
  Builder& b = c.b;
  System s{RealMatrix(c, a, true), c.tensor(rhs, vectors ? 1 : 2), false, true};
  if (c.schema().IndexOf("left") >= 0) s.left = c.boolean("left");
  if (!b.ok()) return s;
  // As torch decides it: B is a (batch of) vectors if it is one, or has A's batch and one axis.
  if (vectors) {
    Shape one(s.a.shape().begin(), s.a.shape().end() - 1);
    s.vector = s.rhs.rank() == 1 || (s.rhs.rank() == s.a.rank() - 1 && s.rhs.shape() == one);
  }
  if (s.vector) s.rhs = b.Unsqueeze(s.rhs, s.rhs.rank());
  if (s.rhs.rank() < 2) return c.RefuseArg(rhs, "is no matrix"), s;
  if (!s.left) {
    s.a = Transposed(b, s.a);
    s.rhs = Transposed(b, s.rhs);
  }
  Shape batch = BroadcastShape(c, {Shape(s.a.shape().begin(), s.a.shape().end() - 2),
                                   Shape(s.rhs.shape().begin(), s.rhs.shape().end() - 2)});
  for (Val* v : {&s.a, &s.rhs}) {
    Shape shape = batch;
    shape.insert(shape.end(), v->shape().end() - 2, v->shape().end());
    *v = b.BroadcastTo(*v, shape);
  }
  return s;
}

Val FinishSystem(Builder& b, const System& s, const Val& x) {
  if (!x) return x;
  if (!s.left) return Transposed(b, x);
  return s.vector ? b.Squeeze(x, x.rank() - 1) : x;
}

Arg LinalgSolve(OpCall& c) {
  System s = ReadSystem(c, "A", "B", true);
  return c.b.ok() ? FinishSystem(c.b, s, Solve(c.b, s.a, s.rhs)) : Val();
}

Arg SolveEx(OpCall& c) {
  c.ignore({"check_errors"});
  System s = ReadSystem(c, "A", "B", true);
  if (!c.b.ok()) return Val();
  LuResult lu = Lu(c.b, s.a, true);
  Val x = FinishSystem(c.b, s, SolveWithLu(c.b, lu, s.rhs));
  if (c.schema().returns.size() == 2) return Arg::Tuple({x, Info(c.b, s.a)});
  return Arg::Tuple({x, lu.lu, c.b.Cast(lu.pivots + 1.0, DType::kI32), Info(c.b, s.a)});
}

Arg LinalgSolveTriangular(OpCall& c) {
  System s = ReadSystem(c, "self", "B", false);
  bool upper = c.boolean("upper") == s.left, unit = c.boolean("unitriangular");
  return c.b.ok() ? FinishSystem(c.b, s, SolveTriangular(c.b, s.a, s.rhs, upper, unit)) : Val();
}

// (X, A): solves A X = self.
Arg TriangularSolve(OpCall& c) {
  System s = ReadSystem(c, "A", "self", false);
  bool upper = c.boolean("upper"), unit = c.boolean("unitriangular");
  if (!c.b.ok()) return Val();
  bool transpose = c.boolean("transpose");
  Val a = transpose ? Transposed(c.b, s.a) : s.a;
  return Arg::Tuple({SolveTriangular(c.b, a, s.rhs, upper != transpose, unit), c.tensor("A")});
}

Arg LinalgCholesky(OpCall& c) {
  Val a = RealMatrix(c, "self", true);
  bool upper = c.boolean("upper");
  if (!c.b.ok()) return Val();
  Val l = Cholesky(c.b, upper ? Transposed(c.b, a) : a);
  if (!l) return Val();
  if (upper) l = Transposed(c.b, l);
  if (c.schema().returns.size() == 1) return l;
  c.ignore({"check_errors"});
  return Arg::Tuple({l, Info(c.b, a)});
}

// Solves L L^T X = B for the factor of a call (upper: U^T U).
Val SolveCholesky(OpCall& c, Val factor, const Val& rhs) {
  Builder& b = c.b;
  if (c.boolean("upper")) factor = Transposed(b, factor);
  Val x = SolveTriangular(b, factor, rhs, false, false);
  return x ? SolveTriangular(b, Transposed(b, factor), x, true, false) : x;
}

Arg CholeskySolve(OpCall& c) {
  System s = ReadSystem(c, "input2", "self", false);
  return c.b.ok() ? SolveCholesky(c, s.a, s.rhs) : Val();
}

Arg CholeskyInverse(OpCall& c) {
  Val a = RealMatrix(c, "self", true);
  if (!c.b.ok()) return Val();
  return SolveCholesky(c, a, c.b.BroadcastTo(Identity(c.b, a.dim(-1), a.dtype()), a.shape()));
}

Arg LuFactor(OpCall& c) {
  c.ignore({"check_errors"});
  Val a = RealMatrix(c, First(c), false);
  LuResult lu = Lu(c.b, a, c.boolean("pivot"));
  if (!c.b.ok()) return Val();
  Val pivots = c.b.Cast(lu.pivots + 1.0, DType::kI32);
  if (c.schema().returns.size() == 2) return Arg::Tuple({lu.lu, pivots});
  return Arg::Tuple({lu.lu, pivots, Info(c.b, a)});
}

// The permutation [..., m, m] with A = P L U, and the factors of what is packed in lu [..., m, n].
Val PermutationMatrix(Builder& b, const Val& rows, DType dtype) {
  Val at = b.Unsqueeze(b.Iota(rows.dim(-1)), 1);
  return b.Cast(b.Eq(at, b.Unsqueeze(rows, rows.rank() - 1)), dtype);
}

std::vector<Val> Unpack(Builder& b, const Val& lu) {
  Dim m = lu.dim(-2), n = lu.dim(-1), k = Min(m, n);
  Val l = Triangle(b, b.Slice(lu, lu.rank() - 1, 0, k), false, -1);
  Val ones = b.Eq(b.Unsqueeze(b.Iota(m), 1), b.Iota(k));
  return {b.Add(l, b.Cast(ones, lu.dtype())),
          Triangle(b, b.Slice(lu, lu.rank() - 2, 0, k), true, 0)};
}

Arg LinalgLu(OpCall& c) {
  Val a = RealMatrix(c, "A", false);
  bool pivot = c.boolean("pivot");
  LuResult lu = Lu(c.b, a, pivot);
  if (!c.b.ok()) return Val();
  std::vector<Val> factors = Unpack(c.b, lu.lu);
  Val p = pivot ? PermutationMatrix(c.b, lu.rows, a.dtype()) : c.b.Full({Dim(0)}, a.dtype(), 0);
  return Arg::Tuple({p, factors[0], factors[1]});
}

Arg LuUnpack(OpCall& c) {
  Builder& b = c.b;
  Val lu = RealMatrix(c, "LU_data", false);
  bool data = c.boolean("unpack_data"), pivots = c.boolean("unpack_pivots");
  if (!b.ok()) return Val();
  Val none = b.Full({Dim(0)}, lu.dtype(), 0);
  std::vector<Val> out = {none, none, none};
  if (pivots) {
    Val rows = RowsOfPivots(b, c.tensor("LU_pivots", 1) - 1.0, lu.dim(-2));
    out[0] = PermutationMatrix(b, rows, lu.dtype());
  }
  if (data) {
    std::vector<Val> factors = Unpack(b, lu);
    out = {out[0], factors[0], factors[1]};
  }
  return Arg::Tuple(out);
}

Arg LinalgLuSolve(OpCall& c) {
  Builder& b = c.b;
  bool old = c.schema().IndexOf("LU") < 0;
  System s = ReadSystem(c, old ? "LU_data" : "LU", old ? "self" : "B", false);
  Val pivots = c.tensor(old ? "LU_pivots" : "pivots");
  if (!b.ok()) return Val();
  bool adjoint = c.schema().IndexOf("adjoint") >= 0 && c.boolean("adjoint");
  // X A = B is A^T X^T = B^T; ReadSystem has transposed A, which is packed as it was.
  Val packed = s.left ? s.a : Transposed(b, s.a);
  Val rows = RowsOfPivots(b, pivots - 1.0, packed.dim(-1));
  Shape shape(packed.shape().begin(), packed.shape().end() - 1);
  rows = b.BroadcastTo(rows, shape);
  if (adjoint == s.left) {
    // (P L U)^T X = B: U^T, then L^T, then the rows go back.
    Val x = SolveTriangular(b, Transposed(b, packed), s.rhs, false, false);
    x = SolveTriangular(b, Transposed(b, packed), x, true, true);
    return FinishSystem(b, s, b.MatMul(PermutationMatrix(b, rows, x.dtype()), x));
  }
  return FinishSystem(b, s, SolveWithLu(b, {packed, rows, pivots}, s.rhs));
}

constexpr OpEntry kOps[] = {
    {"aten::linalg_det(Tensor A) -> Tensor", Det},
    {"aten::det(Tensor self) -> Tensor", Det},
    {"aten::_linalg_det(Tensor A) -> (Tensor result, Tensor LU, Tensor pivots)", LinalgDet},
    {"aten::slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)", Slogdet},
    {"aten::linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)", Slogdet},
    {"aten::_linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet, Tensor LU, Tensor pivots)",
     LinalgSlogdet},
    {"aten::logdet(Tensor self) -> Tensor", Logdet},
    {"aten::inverse(Tensor self) -> Tensor", Inv},
    {"aten::linalg_inv(Tensor A) -> Tensor", Inv},
    {"aten::linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)",
     InvEx},
    {"aten::linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor", LinalgSolve},
    {"aten::linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> "
     "(Tensor result, Tensor info)",
     SolveEx},
    {"aten::_linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> "
     "(Tensor result, Tensor LU, Tensor pivots, Tensor info)",
     SolveEx},
    {"aten::linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool "
     "unitriangular=False) -> Tensor",
     LinalgSolveTriangular},
    {"aten::triangular_solve(Tensor self, Tensor A, bool upper=True, bool transpose=False, bool "
     "unitriangular=False) -> (Tensor solution, Tensor cloned_coefficient)",
     TriangularSolve},
    {"aten::linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor", LinalgCholesky},
    {"aten::linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> "
     "(Tensor L, Tensor info)",
     LinalgCholesky},
    {"aten::cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor", CholeskySolve},
    {"aten::cholesky_inverse(Tensor self, bool upper=False) -> Tensor", CholeskyInverse},
    {"aten::linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)",
     LuFactor},
    {"aten::linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor "
     "LU, Tensor pivots, Tensor info)",
     LuFactor},
    {"aten::_lu_with_info(Tensor self, bool pivot=True, bool check_errors=True) -> (Tensor LU, "
     "Tensor pivots, Tensor info)",
     LuFactor},
    {"aten::linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)", LinalgLu},
    {"aten::lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool "
     "unpack_pivots=True) -> (Tensor P, Tensor L, Tensor U)",
     LuUnpack},
    {"aten::lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor", LinalgLuSolve},
    {"aten::linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool "
     "adjoint=False) -> Tensor",
     LinalgLuSolve},
    {"aten::cholesky(Tensor self, bool upper=False) -> Tensor", LinalgCholesky},
};

}  // namespace

absl::Span<const OpEntry> LinalgOps() { return kOps; }

}  // namespace t2n
