// Variances, norms, distances and order statistics.
#include <algorithm>
#include <cmath>

#include "t2n/aten/common.h"
#include "t2n/aten/families.h"
#include "t2n/aten/pointwise.h"
#include "t2n/aten/promote.h"

namespace t2n {
namespace {

struct Moments {
  Val variance, mean;
};

// Variance and mean over argument `dim`; divisor: elements - `correction` (by default 1).
Moments MomentsOf(OpCall& c) {
  Val x = c.tensor("self");
  if (!IsFloat(x.dtype())) {
    c.Refuse("of numbers that are no real floats");
    return {};
  }
  bool unbiased = c.schema().IndexOf("unbiased") < 0 || c.boolean("unbiased");
  double correction = c.has("correction") ? c.number("correction") : (unbiased ? 1 : 0);
  std::vector<int64_t> axes = c.axes("dim", x.rank());
  bool keep = c.boolean("keepdim");
  Val wide = Widen(c.b, x);
  Val mean = c.b.Reduce(Op::kReduceMean, wide, axes, true);
  Val squares = c.b.Square(wide - mean);
  Val variance;
  if (correction == 0) {
    variance = c.b.Reduce(Op::kReduceMean, squares, axes, keep);
  } else {
    Val count = CountAlong(c.b, wide, axes, wide.dtype());
    Val divisor = c.b.Max(count - correction, 0);
    variance = c.b.Reduce(Op::kReduceSum, squares, axes, keep) / divisor;
  }
  if (!keep) mean = c.b.Reduce(Op::kReduceMean, wide, axes, false);
  return {c.b.Cast(variance, x.dtype()), c.b.Cast(mean, x.dtype())};
}

Arg Var(OpCall& c) { return MomentsOf(c).variance; }
Arg Std(OpCall& c) { return c.b.Sqrt(MomentsOf(c).variance); }
Arg VarMean(OpCall& c) {
  Moments m = MomentsOf(c);
  return Arg::Tuple({m.variance, m.mean});
}
Arg StdMean(OpCall& c) {
  Moments m = MomentsOf(c);
  return Arg::Tuple({c.b.Sqrt(m.variance), m.mean});
}

// (sum |x|^p)^(1/p) over `axes`, with torch's cases 0 and infinity.
Val VectorNorm(Builder& b, const Val& x, double p, const std::vector<int64_t>& axes, bool keep) {
  Val wide = Widen(b, x);
  if (!wide) return wide;
  Val out;
  if (p == 2 && !IsComplex(x.dtype())) {
    out = b.Sqrt(b.Reduce(Op::kReduceSum, b.Square(wide), axes, keep));
  } else {
    Val abs = Magnitude(b, wide);
    if (std::isinf(p)) {
      out = b.Reduce(p > 0 ? Op::kReduceMax : Op::kReduceMin, abs, axes, keep);
    } else if (p == 0) {
      out = b.Reduce(Op::kReduceSum, b.Cast(b.Ne(abs, 0), abs.dtype()), axes, keep);
    } else if (p == 1) {
      out = b.Reduce(Op::kReduceSum, abs, axes, keep);
    } else {
      out = b.Pow(b.Reduce(Op::kReduceSum, b.Pow(abs, p), axes, keep), 1 / p);
    }
  }
  return b.Cast(out, RealType(x.dtype()));
}

// `self` in argument `dtype`; floats only.
Val NormOperand(OpCall& c) {
  Val x = c.tensor("self");
  x = c.b.Cast(x, c.dtype("dtype", x.dtype()));
  if (!IsFloat(x.dtype()) && !IsComplex(x.dtype())) return c.Refuse("of integers");
  return x;
}

Arg Norm(OpCall& c) {
  Val x = NormOperand(c);
  double p = c.has("p") ? c.number("p") : 2;
  return VectorNorm(c.b, x, p, c.axes("dim", x.rank()), c.boolean("keepdim"));
}

Arg LinalgVectorNorm(OpCall& c) {
  Val x = NormOperand(c);
  return VectorNorm(c.b, x, c.number("ord"), c.axes("dim", x.rank()), c.boolean("keepdim"));
}

// Frobenius, or the largest (smallest) sum of magnitudes along rows or columns.
Val MatrixNorm(OpCall& c, const Val& x, int64_t rows, int64_t columns, bool keep) {
  const Arg& ord = c.arg("ord");
  if (ord.is_none() || (ord.is_string() && ord.string() == "fro")) {
    return VectorNorm(c.b, x, 2, {rows, columns}, keep);
  }
  if (ord.is_string()) return c.RefuseArg("ord", "needs singular values");
  double p = c.number("ord");
  if (std::abs(p) == 2) return c.RefuseArg("ord", "needs singular values");
  if (!std::isinf(p) && std::abs(p) != 1) return c.RefuseArg("ord");
  int64_t summed = std::isinf(p) ? columns : rows, other = std::isinf(p) ? rows : columns;
  Val sums = c.b.Reduce(Op::kReduceSum, Magnitude(c.b, Widen(c.b, x)), {summed}, true);
  Val norm = c.b.Reduce(p > 0 ? Op::kReduceMax : Op::kReduceMin, sums, {other}, true);
  if (!keep) {
    norm = c.b.Squeeze(norm, std::max(rows, columns));
    norm = c.b.Squeeze(norm, std::min(rows, columns));
  }
  return c.b.Cast(norm, RealType(x.dtype()));
}

Arg LinalgMatrixNorm(OpCall& c) {
  Val x = NormOperand(c);
  std::vector<int64_t> dims = c.ints("dim");
  if (dims.size() != 2) return c.RefuseArg("dim", "must name two axes");
  std::optional<int64_t> rows = NormalizeAxis(dims[0], x.rank());
  std::optional<int64_t> columns = NormalizeAxis(dims[1], x.rank());
  if (!rows || !columns || *rows == *columns) return c.RefuseArg("dim");
  return MatrixNorm(c, x, *rows, *columns, c.boolean("keepdim"));
}

Arg LinalgNorm(OpCall& c) {
  Val x = NormOperand(c);
  bool keep = c.boolean("keepdim");
  if (!c.has("dim") && (!c.has("ord") || x.rank() < 2)) {
    if (c.arg("ord").is_string()) return c.RefuseArg("ord", "is for matrices");
    double p = c.has("ord") ? c.number("ord") : 2;
    return VectorNorm(c.b, x, p, c.axes("dim", x.rank()), keep);
  }
  std::vector<int64_t> axes = c.axes("dim", x.rank());
  if (axes.size() == 1 || !c.has("ord")) {
    if (c.arg("ord").is_string()) return c.RefuseArg("ord", "is for matrices");
    return VectorNorm(c.b, x, c.has("ord") ? c.number("ord") : 2, axes, keep);
  }
  if (axes.size() != 2) return c.RefuseArg("dim", "must name one or two axes");
  // The order of the axes counts: rows first.
  std::vector<int64_t> dims = c.has("dim") ? c.ints("dim") : axes;
  int64_t rows = NormalizeAxis(dims[0], x.rank()).value_or(0);
  return MatrixNorm(c, x, rows, rows == axes[0] ? axes[1] : axes[0], keep);
}

Arg Dist(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  Val difference = x[0] - x[1];
  return VectorNorm(c.b, difference, c.number("p"), IntRange(0, difference.rank()), false);
}

constexpr OpEntry kOps[] = {
#define T2N_MOMENTS(name, result, fn)                                                       \
  {"aten::" name "(Tensor self, bool unbiased=True) -> " result, fn},                       \
      {"aten::" name                                                                        \
       ".dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> " result, \
       fn},                                                                                 \
  {                                                                                         \
    "aten::" name                                                                           \
    ".correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, "               \
    "bool keepdim=False) -> " result,                                                       \
        fn                                                                                  \
  }
    T2N_MOMENTS("var", "Tensor", Var),
    T2N_MOMENTS("std", "Tensor", Std),
    T2N_MOMENTS("var_mean", "(Tensor, Tensor)", VarMean),
    T2N_MOMENTS("std_mean", "(Tensor, Tensor)", StdMean),
#undef T2N_MOMENTS
    {"aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor", Norm},
    {"aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor",
     Norm},
    {"aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, "
     "ScalarType dtype) -> Tensor",
     Norm},
    {"aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor", Norm},
    {"aten::frobenius_norm(Tensor self) -> Tensor", Norm},
    {"aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", Norm},
    {"aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, "
     "*, ScalarType? dtype=None) -> Tensor",
     LinalgVectorNorm},
    {"aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     LinalgNorm},
    {"aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     LinalgNorm},
    {"aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, "
     "*, ScalarType? dtype=None) -> Tensor",
     LinalgMatrixNorm},
    {"aten::linalg_matrix_norm.str_ord(Tensor self, str ord=\"fro\", int[] dim=[-2, -1], "
     "bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
     LinalgMatrixNorm},
    {"aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", Dist},
};

}  // namespace

absl::Span<const OpEntry> StatisticsOps() { return kOps; }

}  // namespace t2n
