// What is made of singular values and of eigenvalues of symmetric matrices (ATen/native/
// {BatchLinearAlgebra,LinearAlgebra}.cpp). Their vectors are determined only up to a sign, which
// LAPACK leaves to the order of its roundings: they are refused where they are used.
#include <cmath>
#include <limits>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/linalg/decomposition.h"
#include "t2n/aten/linalg/jacobi.h"
#include "t2n/aten/linalg/ops.h"

namespace t2n {
namespace {

// Stands for a result that no rule determines; no operator takes it.
class Undetermined : public Opaque {
 public:
  explicit Undetermined(std::string name) : name_(std::move(name)) {}
  std::string TypeName() const override { return name_; }

 private:
  std::string name_;
};

Arg Vectors(const OpCall& c, absl::string_view which) {
  return Arg(std::make_shared<Undetermined>(
      absl::StrCat("result of ", c.schema().name, " whose signs no rule decides (", which, ")")));
}

const std::string& First(OpCall& c) { return c.schema().args[0].name; }

bool Has(OpCall& c, absl::string_view name) { return c.schema().IndexOf(name) >= 0; }

// UPLO.
bool Upper(OpCall& c) {
  std::string uplo = c.str("UPLO");
  if (!absl::EqualsIgnoreCase(uplo, "L") && !absl::EqualsIgnoreCase(uplo, "U")) c.RefuseArg("UPLO");
  return absl::EqualsIgnoreCase(uplo, "U");
}

Val Eigenvalues(OpCall& c) {
  Val a = RealMatrix(c, First(c), true);
  bool upper = Upper(c);
  return c.b.ok() ? InOrder(c.b, JacobiEigh(c.b, a, upper).values, false, a.dtype()) : Val();
}

Arg Eigvalsh(OpCall& c) { return Eigenvalues(c); }

Arg Eigh(OpCall& c) {
  if (Has(c, "compute_v") && !c.boolean("compute_v")) {
    Val values = Eigenvalues(c);
    return Arg::Tuple({values, c.b.Full({Dim(0)}, values.dtype(), 0)});
  }
  return Arg::Tuple(ArgList{Eigenvalues(c), Vectors(c, "eigenvectors")});
}

Val OrderedSingularValues(OpCall& c) {
  if (Has(c, "driver")) c.ignore({"driver"});
  Val a = RealMatrix(c, First(c), false);
  return c.b.ok() ? InOrder(c.b, SingularValues(c.b, a), true, a.dtype()) : Val();
}

Arg SvdVals(OpCall& c) { return OrderedSingularValues(c); }

Arg Svd(OpCall& c) {
  for (absl::string_view name : {"some", "full_matrices"}) {
    if (Has(c, name)) c.ignore({name});
  }
  Val s = OrderedSingularValues(c), a = c.tensor(First(c));
  if (!c.b.ok()) return Val();
  if (Has(c, "compute_uv") && !c.boolean("compute_uv")) {
    if (!Has(c, "some")) {
      Val none = c.b.Full({Dim(0)}, a.dtype(), 0);
      return Arg::Tuple({none, s, none});
    }
    Shape u(a.shape().begin(), a.shape().end() - 2), v = u;
    u.insert(u.end(), 2, a.dim(-2));
    v.insert(v.end(), 2, a.dim(-1));
    return Arg::Tuple({c.b.Full(u, a.dtype(), 0), s, c.b.Full(v, a.dtype(), 0)});
  }
  Arg vectors = Vectors(c, "singular vectors");
  return Arg::Tuple(ArgList{vectors, s, vectors});
}

double Epsilon(DType dtype) {
  return dtype == DType::kF64 ? std::numeric_limits<double>::epsilon()
                              : std::numeric_limits<float>::epsilon();
}

// The size up to which singular values [..., k] count as zero: f64 [..., 1].
class Tolerance {
 public:
  // From the arguments tol, rcond, or atol and rtol, of a call on the matrix `a`.
  Tolerance(OpCall& c, const Val& a) {
    Builder& b = c.b;
    Dim most = Max(a.dim(-2), a.dim(-1));
    if (!most.is_const()) c.Refuse("of a matrix of unknown size");
    double usual = Epsilon(a.dtype()) * (most.is_const() ? most.value() : 1);
    atol_ = b.Scalar(DType::kF64, 0.0);
    rtol_ = b.Scalar(DType::kF64, usual);
    auto given = [&](absl::string_view name) { return Has(c, name) && c.has(name); };
    auto read = [&](absl::string_view name) { return AsTensor(b, c.arg(name), DType::kF64); };
    if (given("tol")) {
      atol_ = read("tol");
      rtol_ = b.Scalar(DType::kF64, 0.0);
    }
    if (given("atol")) {
      atol_ = read("atol");
      rtol_ = b.Select(b.Gt(atol_, 0.0), b.Scalar(DType::kF64, 0.0), rtol_);
    }
    for (absl::string_view name : {"rtol", "rcond"}) {
      if (given(name)) rtol_ = read(name);
    }
  }
  Tolerance(Builder& b, double rtol)
      : atol_(b.Scalar(DType::kF64, 0.0)), rtol_(b.Scalar(DType::kF64, rtol)) {}

  // Whether |s| is above it.
  Val Counts(Builder& b, const Val& s) const {
    Val sizes = b.Abs(s);
    Val largest = b.Reduce(Op::kReduceMax, sizes, {s.rank() - 1}, true);
    Val rtol = b.Unsqueeze(rtol_, rtol_.rank()), atol = b.Unsqueeze(atol_, atol_.rank());
    return b.Gt(sizes, b.Max(atol, rtol * largest));
  }

 private:
  Val atol_, rtol_;
};

// How many of s [..., k] count.
Val CountOf(Builder& b, const Val& counts) {
  return b.Reduce(Op::kReduceSum, b.Cast(counts, DType::kI64), {counts.rank() - 1}, false);
}

Arg MatrixRank(OpCall& c) {
  bool hermitian = c.boolean("hermitian");
  Val a = RealMatrix(c, First(c), hermitian);
  if (!c.b.ok()) return Val();
  Tolerance tolerance(c, a);
  Val s = hermitian ? JacobiEigh(c.b, a, false).values : SingularValues(c.b, a);
  return s ? CountOf(c.b, tolerance.Counts(c.b, s)) : Val();
}

// 1 / x where it counts, otherwise 0; as a row [..., 1, k].
Val ReciprocalRow(Builder& b, const Val& x, const Val& counts) {
  Val divisor = b.Select(counts, x, b.ScalarLike(x, 1));
  Val y = b.Select(counts, b.Recip(divisor), b.ScalarLike(x, 0));
  return b.Unsqueeze(y, y.rank() - 1);
}

struct Pseudoinverse {
  Val inverse;  // f64 [..., n, m]
  Val counts;   // bool [..., k], and
  Val s;        // the singular values, in no order
};

Pseudoinverse Invert(Builder& b, const Val& a, const Tolerance& tolerance) {
  bool tall = LessEqual(a.dim(-1), a.dim(-2)) == true;
  SvdResult svd = JacobiSvd(b, tall ? a : Transposed(b, a));
  if (!svd.s) return {};
  Val counts = tolerance.Counts(b, svd.s), row = ReciprocalRow(b, svd.s, counts);
  // V S^-2 (U S)^T, in two steps, as S^-2 may overflow.
  Val y = b.MatMul(svd.v * row, Transposed(b, svd.us * row));
  return {tall ? y : Transposed(b, y), counts, svd.s};
}

Arg Pinv(OpCall& c) {
  Builder& b = c.b;
  bool hermitian = Has(c, "hermitian") && c.boolean("hermitian");
  Val a = RealMatrix(c, First(c), hermitian);
  if (!b.ok()) return Val();
  Tolerance tolerance(c, a);
  if (!hermitian) {
    Val y = Invert(b, a, tolerance).inverse;
    return y ? b.Cast(y, a.dtype()) : y;
  }
  EighResult eigh = JacobiEigh(b, a, false);
  if (!eigh.values) return Val();
  Val row = ReciprocalRow(b, eigh.values, tolerance.Counts(b, eigh.values));
  return b.Cast(b.MatMul(eigh.vectors * row, Transposed(b, eigh.vectors)), a.dtype());
}

// Q sqrt(L) Q^T; what rounding leaves below zero counts as zero.
Arg MatrixSqrth(OpCall& c) {
  Builder& b = c.b;
  Val a = RealMatrix(c, First(c), true);
  if (!b.ok()) return Val();
  EighResult eigh = JacobiEigh(b, a, false);
  if (!eigh.values) return Val();
  Val root = b.Sqrt(b.Max(eigh.values, 0.0));
  Val row = b.Unsqueeze(root, root.rank() - 1);
  return b.Cast(b.MatMul(eigh.vectors * row, Transposed(b, eigh.vectors)), a.dtype());
}

// (U V^T, V S V^T) for A = U S V^T.
Arg Polar(OpCall& c) {
  Builder& b = c.b;
  Val a = RealMatrix(c, First(c), false);
  if (!b.ok()) return Val();
  if (LessEqual(a.dim(-1), a.dim(-2)) != true)
    return c.RefuseArg("A", "has more columns than rows");
  SvdResult svd = JacobiSvd(b, a);
  if (!svd.s) return Val();
  Val row = b.Unsqueeze(svd.s, svd.s.rank() - 1), vt = Transposed(b, svd.v);
  return Arg::Tuple({b.Cast(b.MatMul(svd.us / row, vt), a.dtype()),
                     b.Cast(b.MatMul(svd.v * row, vt), a.dtype())});
}

// Sums of squares of A X - B along the rows, if torch gives them: it does for more rows than
// columns and full rank; a batch of which a matrix falls short has NaN there.
Val Residuals(Builder& b, const Val& a, const Val& x, const Val& rhs, const Val& counts) {
  if (LessEqual(a.dim(-2), a.dim(-1)) == true || !counts) return b.Full({Dim(0)}, x.dtype(), 0);
  Val error = b.Square(b.MatMul(a, x) - rhs);
  Val sums = b.Reduce(Op::kReduceSum, error, {error.rank() - 2}, false);
  Val full = b.Cast(b.Eq(CountOf(b, counts), b.DimScalar(a.dim(-1))), x.dtype());
  full = b.Reduce(Op::kReduceMin, full, IntRange(0, full.rank()), false);
  return b.Select(b.Eq(full, 1.0), sums, b.ScalarLike(sums, std::nan("")));
}

Arg Lstsq(OpCall& c) {
  Builder& b = c.b;
  Val a = RealMatrix(c, "self", false), rhs = c.tensor("b", 1);
  std::string driver = c.has("driver") ? c.str("driver") : "gelsy";
  bool known = driver == "gels" || driver == "gelsy" || driver == "gelsd" || driver == "gelss";
  if (!known) return c.RefuseArg("driver");
  if (!b.ok()) return Val();
  if (rhs.dtype() != a.dtype()) return c.RefuseArg("b", "has another dtype");
  Shape one(a.shape().begin(), a.shape().end() - 1);
  bool vector = rhs.rank() == 1 || (rhs.rank() == a.rank() - 1 && rhs.shape() == one);
  if (vector) rhs = b.Unsqueeze(rhs, rhs.rank());
  if (rhs.rank() < 2) return c.RefuseArg("b", "is no matrix");
  Tolerance tolerance = driver == "gels" ? Tolerance(b, 0) : Tolerance(c, a);
  if (driver == "gels" && c.has("rcond")) c.ignore({"rcond"});
  if (!b.ok()) return Val();
  Pseudoinverse inverse = Invert(b, a, tolerance);
  if (!inverse.inverse) return Val();
  Val wide = b.Cast(rhs, DType::kF64), x = b.MatMul(inverse.inverse, wide);
  Val residuals =
      Residuals(b, b.Cast(a, DType::kF64), x, wide, driver == "gelsy" ? Val() : inverse.counts);
  bool of_values = driver == "gelsd" || driver == "gelss";
  Val none = b.Full({Dim(0)}, a.dtype(), 0);
  return Arg::Tuple({b.Cast(vector ? b.Squeeze(x, x.rank() - 1) : x, a.dtype()),
                     b.Cast(residuals, a.dtype()),
                     driver == "gels" ? b.Cast(none, DType::kI64) : CountOf(b, inverse.counts),
                     of_values ? InOrder(b, inverse.s, true, a.dtype()) : none});
}

constexpr OpEntry kOps[] = {
    {"aten::linalg_eigvalsh(Tensor self, str UPLO=\"L\") -> Tensor", Eigvalsh},
    {"aten::linalg_eigh(Tensor self, str UPLO=\"L\") -> (Tensor eigenvalues, Tensor eigenvectors)",
     Eigh},
    {"aten::_linalg_eigh(Tensor A, str UPLO=\"L\", bool compute_v=True) -> (Tensor eigenvalues, "
     "Tensor eigenvectors)",
     Eigh},
    {"aten::linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor", SvdVals},
    {"aten::linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, "
     "Tensor S, Tensor Vh)",
     Svd},
    {"aten::_linalg_svd(Tensor A, bool full_matrices=False, bool compute_uv=True, *, str? "
     "driver=None) -> (Tensor U, Tensor S, Tensor Vh)",
     Svd},
    {"aten::svd(Tensor self, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor "
     "V)",
     Svd},
    {"aten::linalg_matrix_rank(Tensor self, float tol, bool hermitian=False) -> Tensor",
     MatrixRank},
    {"aten::linalg_matrix_rank.tol_tensor(Tensor input, Tensor tol, bool hermitian=False) -> "
     "Tensor",
     MatrixRank},
    {"aten::linalg_matrix_rank.atol_rtol_tensor(Tensor input, *, Tensor? atol=None, Tensor? "
     "rtol=None, bool hermitian=False) -> Tensor",
     MatrixRank},
    {"aten::linalg_matrix_rank.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, "
     "bool hermitian=False) -> Tensor",
     MatrixRank},
    {"aten::linalg_pinv(Tensor self, float rcond, bool hermitian=False) -> Tensor", Pinv},
    {"aten::linalg_pinv.rcond_tensor(Tensor self, Tensor rcond, bool hermitian=False) -> Tensor",
     Pinv},
    {"aten::linalg_pinv.atol_rtol_tensor(Tensor self, *, Tensor? atol=None, Tensor? rtol=None, "
     "bool hermitian=False) -> Tensor",
     Pinv},
    {"aten::linalg_pinv.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool "
     "hermitian=False) -> Tensor",
     Pinv},
    {"aten::pinverse(Tensor self, float rcond=1.0000000000000001e-15) -> Tensor", Pinv},
    {"aten::linalg_matrix_sqrth(Tensor self) -> Tensor", MatrixSqrth},
    {"aten::linalg_polar(Tensor A) -> (Tensor U, Tensor H)", Polar},
    {"aten::linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) -> (Tensor "
     "solution, Tensor residuals, Tensor rank, Tensor singular_values)",
     Lstsq},
};

}  // namespace

absl::Span<const OpEntry> SingularValueOps() { return kOps; }

}  // namespace t2n
