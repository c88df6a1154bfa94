// Norms of vectors and matrices, and what is scaled by them (ATen/native/{LinearAlgebra,
// ReduceOps,WeightNorm}.cpp).
#include <cmath>
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/linalg/decomposition.h"
#include "t2n/aten/linalg/jacobi.h"
#include "t2n/aten/linalg/ops.h"

namespace t2n {

namespace {

// `self`, converted to the `dtype` argument if that is given.
Val ReadOperand(OpCall& c) {
  Val x = c.tensor(c.schema().args[0].name);
  return c.has("dtype") ? c.b.Cast(x, c.dtype("dtype", x.dtype())) : x;
}

Arg NormOverAxes(OpCall& c, absl::string_view order) {
  Val x = ReadOperand(c);
  double p = c.has(order) ? c.number(order) : 2;
  return VectorNorm(c.b, x, p, c.axes("dim", x.rank()), c.boolean("keepdim"));
}

Arg LinalgVectorNorm(OpCall& c) { return NormOverAxes(c, "ord"); }
Arg Norm(OpCall& c) { return NormOverAxes(c, "p"); }

Arg Dist(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  Val d = c.b.Sub(x[0], x[1]);
  return VectorNorm(c.b, d, c.number("p"), IntRange(0, d.rank()), false);
}

// Matrices lie in the axes `rows` and `columns`. Order 1: the largest sum of a column's sizes,
// infinity: of a row's; negative: the smallest.
Val InducedNorm(Builder& b, const Val& x, double order, int64_t rows, int64_t columns,
                bool keep_axes) {
  bool of_rows = std::isinf(order);
  Val sums = VectorNorm(b, x, 1, {of_rows ? columns : rows}, true);
  Op extreme = order > 0 ? Op::kReduceMax : Op::kReduceMin;
  Val y = b.Reduce(extreme, sums, {of_rows ? rows : columns}, true);
  if (keep_axes) return y;
  return b.Squeeze(b.Squeeze(y, std::max(rows, columns)), std::min(rows, columns));
}

// Order 2 or -2: the largest or smallest singular value of the matrices in `axes`; 0: their sum.
Val SpectralNorm(OpCall& c, const Val& x, double order, const std::vector<int64_t>& axes,
                 bool keep_axes) {
  Builder& b = c.b;
  if (!IsFloat(x.dtype())) return c.Refuse("singular values of complex matrices");
  Val matrices = b.Transpose(x, MovePerm(x.rank(), axes, {x.rank() - 2, x.rank() - 1}));
  Val s = SingularValues(b, matrices);
  if (!s) return s;
  Op op = order == 0 ? Op::kReduceSum : order > 0 ? Op::kReduceMax : Op::kReduceMin;
  Val y = b.Cast(b.Reduce(op, s, {s.rank() - 1}, false), x.dtype());
  if (!keep_axes) return y;
  y = b.Unsqueeze(y, std::min(axes[0], axes[1]));
  return b.Unsqueeze(y, std::max(axes[0], axes[1]));
}

Val MatrixNorm(OpCall& c, const Val& x, const Arg& order, std::vector<int64_t> axes,
               bool keep_axes) {
  if (axes.size() != 2) return c.RefuseArg("dim", "must be two axes");
  for (int64_t& axis : axes) {
    auto normal = NormalizeAxis(axis, x.rank());
    if (!normal || x.rank() < 2) return c.RefuseArg("dim");
    axis = *normal;
  }
  if (axes[0] == axes[1]) return c.RefuseArg("dim");
  if (order.is_string() && order.string() == "fro") {
    return VectorNorm(c.b, x, 2, axes, keep_axes);
  }
  bool nuclear = order.is_string() && order.string() == "nuc";
  double p = order.is_string() ? 0 : order.AsDouble();
  if (nuclear || std::abs(p) == 2) return SpectralNorm(c, x, p, axes, keep_axes);
  if (std::abs(p) != 1 && !std::isinf(p)) return c.RefuseArg("ord");
  return InducedNorm(c.b, x, p, axes[0], axes[1], keep_axes);
}

Arg LinalgMatrixNorm(OpCall& c) {
  return MatrixNorm(c, ReadOperand(c), c.arg("ord"), c.ints("dim"), c.boolean("keepdim"));
}

Arg LinalgNorm(OpCall& c) {
  Val x = ReadOperand(c);
  bool keep_axes = c.boolean("keepdim");
  if (!c.has("ord")) return VectorNorm(c.b, x, 2, c.axes("dim", x.rank()), keep_axes);
  std::vector<int64_t> axes = c.has("dim") ? c.ints("dim") : IntRange(0, x.rank());
  if (axes.size() == 2) return MatrixNorm(c, x, c.arg("ord"), axes, keep_axes);
  if (axes.size() != 1) return c.RefuseArg("dim");
  return VectorNorm(c.b, x, c.number("ord"), c.axes("dim", x.rank()), keep_axes);
}

Arg FrobeniusNorm(OpCall& c) {
  Val x = c.tensor("self");
  return VectorNorm(c.b, x, 2, c.axes("dim", x.rank()), c.boolean("keepdim"));
}

Arg NuclearNorm(OpCall& c) {
  std::vector<int64_t> axes = {-2, -1};
  if (c.schema().IndexOf("dim") >= 0) axes = c.ints("dim");
  return MatrixNorm(c, c.tensor("self"), Arg("nuc"), axes, c.boolean("keepdim"));
}

// The ratio of the largest and smallest singular value (the reverse for -2); in other norms |A|
// |A^-1|, infinite for a singular matrix.
Arg Cond(OpCall& c) {
  Builder& b = c.b;
  const Arg order = c.has("p") ? c.arg("p") : Arg(2);
  bool spectral = !order.is_string() && std::abs(order.AsDouble()) == 2;
  Val a = RealMatrix(c, "self", !spectral);
  if (!b.ok()) return Val();
  if (spectral) {
    Val s = SingularValues(b, a);
    if (!s) return s;
    Val most = b.Reduce(Op::kReduceMax, s, {s.rank() - 1}, false);
    Val least = b.Reduce(Op::kReduceMin, s, {s.rank() - 1}, false);
    return b.Cast(order.AsDouble() > 0 ? most / least : least / most, a.dtype());
  }
  LuResult lu = Lu(b, a, true);
  if (!lu.lu) return Val();
  Val identity = b.BroadcastTo(Identity(b, a.dim(-1), a.dtype()), a.shape());
  Val inverse = SolveWithLu(b, lu, identity);
  std::vector<int64_t> axes = {-2, -1};
  Val y = b.Mul(MatrixNorm(c, a, order, axes, false), MatrixNorm(c, inverse, order, axes, false));
  Val least = b.Reduce(Op::kReduceMin, b.Abs(DiagonalOf(b, lu.lu)), {a.rank() - 2}, false);
  double infinity = std::numeric_limits<double>::infinity();
  return b.Select(b.Eq(least, 0.0), b.ScalarLike(y, infinity), y);
}

std::vector<int64_t> AllBut(int64_t axis, int64_t rank) {
  std::vector<int64_t> axes = IntRange(0, rank);
  axes.erase(axes.begin() + axis);
  return axes;
}

// Slices along `dim` whose norm exceeds maxnorm are scaled down to it.
Arg Renorm(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("self");
  if (x.rank() < 2) return c.Refuse("of a tensor of rank below 2");
  Val norm = VectorNorm(b, x, c.number("p"), AllBut(c.axis("dim", x.rank()), x.rank()), true);
  double limit = c.number("maxnorm");
  Val scaled = b.Mul(x, b.Cast(limit / (norm + 1e-7), x.dtype()));
  return b.Select(b.Gt(norm, limit), scaled, x);
}

// The 2-norms of the slices along `dim`, or of everything for -1: axes stay with size 1.
Val NormExcept(OpCall& c, const Val& v, double p) {
  int64_t dim = c.integer("dim");
  if (dim == -1) return VectorNorm(c.b, v, p, IntRange(0, v.rank()), true);
  auto axis = NormalizeAxis(dim, v.rank());
  if (!axis || v.rank() == 0) return c.RefuseArg("dim");
  return VectorNorm(c.b, v, p, AllBut(*axis, v.rank()), true);
}

Arg NormExceptDim(OpCall& c) {
  Val v = c.tensor("v"), norm = NormExcept(c, v, static_cast<double>(c.integer("pow")));
  return c.integer("dim") == -1 ? c.b.Reshape(norm, {}) : norm;
}

// v * g / |v|
Arg WeightNorm(OpCall& c) {
  Builder& b = c.b;
  Val v = c.tensor("v"), norm = NormExcept(c, v, 2);
  return b.Mul(v, b.Div(c.tensor("g"), norm));
}

Arg WeightNormInterface(OpCall& c) {
  Val v = c.tensor("v"), norm = NormExcept(c, v, 2);
  return Arg::Tuple({c.b.Mul(v, c.b.Div(c.tensor("g"), norm)), norm});
}

constexpr OpEntry kOps[] = {
    {"aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     LinalgVectorNorm},
    {"aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor", Norm},
    {"aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor", Norm},
    {"aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor",
     Norm},
    {"aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, "
     "ScalarType dtype) -> Tensor",
     Norm},
    {"aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", Dist},
    {"aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     LinalgMatrixNorm},
    {"aten::linalg_matrix_norm.str_ord(Tensor self, str ord=\"fro\", int[] dim=[-2, -1], bool "
     "keepdim=False, *, ScalarType? dtype=None) -> Tensor",
     LinalgMatrixNorm},
    {"aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     LinalgNorm},
    {"aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     LinalgNorm},
    {"aten::nuclear_norm(Tensor self, bool keepdim=False) -> Tensor", NuclearNorm},
    {"aten::nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor", NuclearNorm},
    {"aten::linalg_cond(Tensor self, Scalar? p=None) -> Tensor", Cond},
    {"aten::linalg_cond.p_str(Tensor self, str p) -> Tensor", Cond},
    {"aten::frobenius_norm(Tensor self) -> Tensor", FrobeniusNorm},
    {"aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
     FrobeniusNorm},
    {"aten::renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor", Renorm},
    {"aten::norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor", NormExceptDim},
    {"aten::_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor", WeightNorm},
    {"aten::_weight_norm_interface(Tensor v, Tensor g, int dim=0) -> (Tensor, Tensor)",
     WeightNormInterface, &kOrderUnstated},
};

}  // namespace

absl::Span<const OpEntry> NormOps() { return kOps; }

}  // namespace t2n
