// Orthogonal factors, powers and inverses of matrices and of tensors seen as matrices
// (ATen/native/{BatchLinearAlgebra,LinearAlgebra}.cpp).
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/linalg/decomposition.h"
#include "t2n/aten/linalg/ops.h"

namespace t2n {
namespace {

Arg Geqrf(OpCall& c) {
  HouseholderResult h = Householder(c.b, RealMatrix(c, "self", false));
  return Arg::Tuple({h.packed, h.tau});
}

// The first `columns` columns of H_1 H_2 ...
Val Orthogonal(Builder& b, const Val& packed, const Val& tau, const Dim& columns) {
  if (!packed || !tau) return Val();
  Shape shape = packed.shape();
  shape.back() = columns;
  Val start = b.Eq(b.Unsqueeze(b.Iota(packed.dim(-2)), 1), b.Iota(columns));
  return ApplyReflectors(b, packed, tau, b.BroadcastTo(b.Cast(start, packed.dtype()), shape),
                         false);
}

Arg Qr(OpCall& c) {
  Builder& b = c.b;
  Val a = RealMatrix(c, c.schema().args[0].name, false);
  std::string mode = c.schema().IndexOf("mode") >= 0 ? c.str("mode")
                                                     : (c.boolean("some") ? "reduced" : "complete");
  if (mode != "reduced" && mode != "complete" && mode != "r") return c.RefuseArg("mode");
  HouseholderResult h = Householder(b, a);
  if (!b.ok()) return Val();
  Dim k = mode == "complete" ? a.dim(-2) : Min(a.dim(-2), a.dim(-1));
  Val r = Triangle(b, b.Slice(h.packed, a.rank() - 2, 0, k), true, 0);
  Val q = mode == "r" ? b.Full({Dim(0)}, a.dtype(), 0) : Orthogonal(b, h.packed, h.tau, k);
  return Arg::Tuple({q, r});
}

Arg HouseholderProduct(OpCall& c) {
  Val a = RealMatrix(c, c.schema().args[0].name, false);
  return c.b.ok() ? Orthogonal(c.b, a, c.tensor(c.schema().args[1].name), a.dim(-1)) : Val();
}

// op(Q) C or C op(Q), where Q is H_1 H_2 ...
Arg Ormqr(OpCall& c) {
  Builder& b = c.b;
  Val a = RealMatrix(c, "self", false), tau = c.tensor("input2"),
      other = RealMatrix(c, "input3", false);
  bool left = c.boolean("left"), transpose = c.boolean("transpose");
  if (!b.ok()) return Val();
  if (left) return ApplyReflectors(b, a, tau, other, transpose);
  Val y = ApplyReflectors(b, a, tau, Transposed(b, other), !transpose);
  return y ? Transposed(b, y) : y;
}

Arg MatrixPower(OpCall& c) {
  Builder& b = c.b;
  Val a = c.tensor("self");
  int64_t n = c.integer("n");
  if (a.rank() < 2 || n < -(1 << 20) || n > (1 << 20)) return c.RefuseArg("n");
  if (n == 0) return b.BroadcastTo(Identity(b, a.dim(-1), a.dtype()), a.shape());
  if (n < 0) a = Inverse(b, RealMatrix(c, "self", true));
  Val y;
  for (int64_t rest = std::abs(n); rest > 0; rest /= 2) {
    if (rest % 2 == 1) y = y ? b.MatMul(y, a) : a;
    if (rest > 1) a = b.MatMul(a, a);
  }
  return y;
}

// exp(A) by scaling and squaring (Higham, Functions of Matrices, 10.3), in f64: A / 2^s has a norm
// of at most 1/4, where 12 terms of Taylor's series do; then s squarings, as many of a fixed number
// as its norm needs.
Arg MatrixExp(OpCall& c) {
  Builder& b = c.b;
  Val a = RealMatrix(c, "self", true);
  if (!b.ok()) return Val();
  constexpr int kTerms = 12;
  // As many as the largest number of the dtype needs.
  const int64_t squarings = a.dtype() == DType::kF64 ? 1026 : 130;
  Val x = b.Cast(a, DType::kF64);
  int64_t rows = a.rank() - 2, columns = a.rank() - 1;
  Val norm = b.Reduce(Op::kReduceSum, b.Abs(x), {rows}, true);
  norm = b.Reduce(Op::kReduceMax, norm, {columns}, true);
  Val steps = b.Max(b.Ceil(b.Log(norm) * M_LOG2E) + 2.0, 0.0);
  // In two factors, of which none overflows.
  Val half = b.Floor(steps * 0.5), two = b.ScalarLike(x, 2);
  x = x * b.Pow(two, -half) * b.Pow(two, half - steps);
  Val identity = Identity(b, a.dim(-1), DType::kF64);
  Val y = identity + x * (1.0 / kTerms);
  for (int k = kTerms - 1; k > 0; --k) y = identity + b.MatMul(x, y) * (1.0 / k);
  Builder::ScanSpec spec;
  spec.length = squarings;
  spec.states = {y, steps};
  y = b.Scan(spec, [](Builder& b, absl::Span<const Val> in) {
    Val squared = b.Select(b.Gt(in[1], 0.5), b.MatMul(in[0], in[0]), in[0]);
    return std::vector<Val>{squared, in[1] - 1.0};
  })[0];
  return b.Cast(y, a.dtype());
}

Arg TensorInv(OpCall& c) {
  Builder& b = c.b;
  Val a = c.tensor("self");
  int64_t ind = c.integer("ind");
  if (ind < 1 || ind >= a.rank()) return c.RefuseArg("ind");
  Shape head(a.shape().begin(), a.shape().begin() + ind);
  Shape tail(a.shape().begin() + ind, a.shape().end());
  Val y = Inverse(b, b.Reshape(a, {NumElements(head), NumElements(tail)}));
  tail.insert(tail.end(), head.begin(), head.end());
  return b.Reshape(y, tail);
}

// X with tensordot(self, X) = other; `dims` of self are moved to its end first.
Arg TensorSolve(OpCall& c) {
  Builder& b = c.b;
  Val a = c.tensor("self"), other = c.tensor("other");
  std::vector<int64_t> moved =
      c.has("dims") ? c.axes("dims", a.rank(), false) : std::vector<int64_t>();
  if (!b.ok()) return Val();
  std::vector<int64_t> to = IntRange(a.rank() - moved.size(), a.rank());
  a = b.Transpose(a, MovePerm(a.rank(), moved, to));
  if (!a || other.rank() > a.rank()) return c.Refuse("ranks of the operands");
  Shape out(a.shape().begin() + other.rank(), a.shape().end());
  Dim n = NumElements(out);
  Val x = Solve(b, b.Reshape(a, {n, n}), b.Reshape(other, {n, Dim(1)}));
  return b.Reshape(x, out);
}

constexpr OpEntry kOps[] = {
    {"aten::geqrf(Tensor self) -> (Tensor a, Tensor tau)", Geqrf},
    {"aten::linalg_qr(Tensor A, str mode=\"reduced\") -> (Tensor Q, Tensor R)", Qr},
    {"aten::linalg_householder_product(Tensor input, Tensor tau) -> Tensor", HouseholderProduct},
    {"aten::orgqr(Tensor self, Tensor input2) -> Tensor", HouseholderProduct},
    {"aten::ormqr(Tensor self, Tensor input2, Tensor input3, bool left=True, bool transpose=False) "
     "-> Tensor",
     Ormqr},
    {"aten::linalg_matrix_power(Tensor self, int n) -> Tensor", MatrixPower},
    {"aten::matrix_power(Tensor self, int n) -> Tensor", MatrixPower},
    {"aten::linalg_matrix_exp(Tensor self) -> Tensor", MatrixExp},
    {"aten::matrix_exp(Tensor self) -> Tensor", MatrixExp},
    {"aten::linalg_tensorinv(Tensor self, int ind=2) -> Tensor", TensorInv},
    {"aten::linalg_tensorsolve(Tensor self, Tensor other, int[]? dims=None) -> Tensor",
     TensorSolve},
    {"aten::qr(Tensor self, bool some=True) -> (Tensor Q, Tensor R)", Qr},
};

}  // namespace

absl::Span<const OpEntry> MatrixFunctionOps() { return kOps; }

}  // namespace t2n
