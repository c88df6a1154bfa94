// Products of matrices and vectors (ATen/native/LinearAlgebra.cpp).
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/linalg/ops.h"

namespace t2n {

namespace {

Arg LinearOp(OpCall& c) {
  return Linear(c.b, c.tensor("input"), c.tensor("weight"), c.tensor("bias"));
}

template <int kLeft, int kRight>
Arg MatMulOf(OpCall& c) {
  const std::string& left = c.schema().args[0].name;
  const std::string& right = c.schema().args[1].name;
  Val x = c.tensor(left), y = c.tensor(right);
  if ((kLeft && x.rank() != kLeft) || (kRight && y.rank() != kRight)) {
    return c.Refuse(absl::StrCat("operands of rank ", x.rank(), " and ", y.rank()));
  }
  if (c.has("out_dtype")) {
    DType dtype = c.dtype("out_dtype", x.dtype());
    x = c.b.Cast(x, dtype), y = c.b.Cast(y, dtype);
  }
  return c.b.MatMul(x, y);
}

// Of i8 in i32.
Arg IntMm(OpCall& c) {
  const Val x = c.tensor("self"), y = c.tensor("mat2");
  if (x.rank() != 2 || y.rank() != 2) return c.Refuse("of what are no matrices");
  return c.b.MatMul(c.b.Cast(x, DType::kI32), c.b.Cast(y, DType::kI32));
}

// By rows of i8 with a scale each, in single precision.
Arg WeightInt8PackMm(OpCall& c) {
  const Val x = c.tensor("self"), rows = c.tensor("mat2"), scales = c.tensor("scales");
  if (x.rank() != 2 || rows.rank() != 2 || scales.rank() != 1) {
    return c.Refuse("of what are no matrices");
  }
  if (rows.dtype() != DType::kI8) return c.RefuseArg("mat2");
  const Val wide = c.b.Cast(x, DType::kF32), weight = c.b.Cast(rows, DType::kF32);
  const Val y = c.b.MatMul(wide, c.b.SwapAxes(weight, 0, 1));
  return c.b.Cast(c.b.Mul(y, c.b.Cast(scales, DType::kF32)), x.dtype());
}

Arg Vdot(OpCall& c) { return c.b.MatMul(Conjugate(c.b, c.tensor("self")), c.tensor("other")); }

Arg Inner(OpCall& c) {
  Val x = c.tensor("self"), y = c.tensor("other");
  if (x.rank() == 0 || y.rank() == 0) return c.b.Mul(x, y);
  if (x.rank() + y.rank() > 20) return c.Refuse("of too many axes");
  std::string left = std::string("abcdefghijklmnopqrst").substr(0, x.rank() - 1);
  std::string right = std::string("ABCDEFGHIJKLMNOPQRST").substr(0, y.rank() - 1);
  return c.b.Einsum(absl::StrCat(left, "z,", right, "z->", left, right), {x, y});
}

Arg Outer(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("vec2")});
  return c.b.Mul(c.b.Unsqueeze(x[0], 1), x[1]);
}

// beta * self + alpha * product; beta = 0 leaves self out, NaN and all.
template <const char* kEquation>
Arg AddProduct(OpCall& c) {
  Builder& b = c.b;
  const std::string& left = c.schema().args[1].name;
  const std::string& right = c.schema().args[2].name;
  Val x = c.tensor(left), y = c.tensor(right);
  DType dtype = c.has("out_dtype") ? c.dtype("out_dtype", x.dtype()) : x.dtype();
  Val product = b.Einsum(kEquation, {b.Cast(x, dtype), b.Cast(y, dtype)});
  const Arg &alpha = c.arg("alpha"), &beta = c.arg("beta");
  if (alpha.AsDouble() != 1) product = b.Mul(product, AsTensor(b, alpha, dtype));
  Val self = b.Cast(c.tensor("self"), dtype);
  if (beta.AsDouble() == 0) return product;
  if (beta.AsDouble() != 1) self = b.Mul(self, AsTensor(b, beta, dtype));
  return b.Add(product, self);
}

constexpr char kMatrices[] = "az,zb->ab";
constexpr char kMatrixVector[] = "az,z->a";
constexpr char kSummedBatches[] = "naz,nzb->ab";
constexpr char kBatches[] = "naz,nzb->nab";
constexpr char kOuter[] = "a,b->ab";

Arg AddActivated(OpCall& c) {
  bool gelu = c.boolean("use_gelu");
  if (gelu) return c.RefuseArg("use_gelu");
  Arg y = AddProduct<kMatrices>(c);
  return c.b.Max(y.tensor(), 0.0);
}

// The cheapest order is the target's business: the products are taken from the left, or from the
// right if that starts with a vector.
Arg MultiDot(OpCall& c) {
  std::vector<Val> xs = c.tensors(c.schema().args[0].name);
  if (xs.size() < 2) return c.Refuse("needs at least two operands");
  Val y = xs.back();
  if (y.rank() == 1) {
    for (size_t i = xs.size() - 1; i-- > 0;) y = c.b.MatMul(xs[i], y);
    return y;
  }
  y = xs[0];
  for (size_t i = 1; i < xs.size(); ++i) y = c.b.MatMul(y, xs[i]);
  return y;
}

Arg ChainMatmul(OpCall& c) {
  std::vector<Val> xs = c.tensors("matrices");
  return xs.size() == 1 ? Arg(xs[0]) : MultiDot(c);
}

constexpr OpEntry kOps[] = {
    {"aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", LinearOp},
    {"aten::matmul(Tensor self, Tensor other) -> Tensor", MatMulOf<0, 0>},
    {"aten::linalg_matmul(Tensor self, Tensor other) -> Tensor", MatMulOf<0, 0>},
    {"aten::__matmul__(Tensor self, Tensor other) -> Tensor", MatMulOf<0, 0>},
    {"aten::_int_mm(Tensor self, Tensor mat2) -> Tensor", IntMm},
    {"aten::_weight_int8pack_mm(Tensor self, Tensor mat2, Tensor scales) -> Tensor",
     WeightInt8PackMm},
    {"aten::mm(Tensor self, Tensor mat2) -> Tensor", MatMulOf<2, 2>},
    {"aten::mm.dtype(Tensor self, Tensor mat2, ScalarType out_dtype) -> Tensor", MatMulOf<2, 2>},
    {"aten::bmm(Tensor self, Tensor mat2) -> Tensor", MatMulOf<3, 3>},
    {"aten::bmm.dtype(Tensor self, Tensor mat2, ScalarType out_dtype) -> Tensor", MatMulOf<3, 3>},
    {"aten::mv(Tensor self, Tensor vec) -> Tensor", MatMulOf<2, 1>},
    {"aten::dot(Tensor self, Tensor tensor) -> Tensor", MatMulOf<1, 1>},
    {"aten::vdot(Tensor self, Tensor other) -> Tensor", Vdot},
    {"aten::inner(Tensor self, Tensor other) -> Tensor", Inner, &kOrderUnstated},
    {"aten::outer(Tensor self, Tensor vec2) -> Tensor", Outer},
    {"aten::ger(Tensor self, Tensor vec2) -> Tensor", Outer},
    {"aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> "
     "Tensor",
     AddProduct<kMatrices>},
    {"aten::addmm.dtype(Tensor self, Tensor mat1, Tensor mat2, ScalarType out_dtype, *, Scalar "
     "beta=1, Scalar alpha=1) -> Tensor",
     AddProduct<kMatrices>},
    {"aten::_addmm_activation(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar "
     "alpha=1, bool use_gelu=False) -> Tensor",
     AddActivated},
    {"aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
     AddProduct<kMatrixVector>},
    {"aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> "
     "Tensor",
     AddProduct<kSummedBatches>},
    {"aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) "
     "-> Tensor",
     AddProduct<kBatches>},
    {"aten::baddbmm.dtype(Tensor self, Tensor batch1, Tensor batch2, ScalarType out_dtype, *, "
     "Scalar beta=1, Scalar alpha=1) -> Tensor",
     AddProduct<kBatches>},
    {"aten::addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> "
     "Tensor",
     AddProduct<kOuter>, &kOrderUnstated},
    {"aten::chain_matmul(Tensor[] matrices) -> Tensor", ChainMatmul},
    {"aten::linalg_multi_dot(Tensor[] tensors) -> Tensor", MultiDot},
};

}  // namespace

absl::Span<const OpEntry> MatmulOps() { return kOps; }

}  // namespace t2n
