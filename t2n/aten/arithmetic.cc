// Arithmetic with two operands.
#include "t2n/aten/families.h"
#include "t2n/aten/promote.h"

namespace t2n {
namespace {

// self + alpha * other and its kin: `sign` is +1 or -1.
Arg AddScaled(OpCall& c, const Arg& self, const Arg& other, double sign) {
  DType dtype = ResultType({self, other});
  Val a = AsTensor(c.b, self, dtype), b = AsTensor(c.b, other, dtype);
  const Arg& alpha = c.arg("alpha");
  if (!alpha.is_none() && alpha.AsDouble() != 1) b = c.b.Mul(b, AsTensor(c.b, alpha, dtype));
  if (dtype == DType::kBool) return sign > 0 ? c.b.Or(a, b) : c.Refuse("of bools");
  return sign > 0 ? c.b.Add(a, b) : c.b.Sub(a, b);
}

Arg Add(OpCall& c) { return AddScaled(c, c.arg("self"), c.arg("other"), 1); }
Arg Sub(OpCall& c) { return AddScaled(c, c.arg("self"), c.arg("other"), -1); }
Arg Rsub(OpCall& c) { return AddScaled(c, c.arg("other"), c.arg("self"), -1); }

Arg Mul(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("self"), c.arg("other")});
  return x[0].dtype() == DType::kBool ? c.b.And(x[0], x[1]) : c.b.Mul(x[0], x[1]);
}

constexpr OpEntry kOps[] = {
    {"aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Add},
    {"aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Add},
    {"aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Sub},
    {"aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Sub},
    {"aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Rsub},
    {"aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Rsub},
    {"aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", Mul},
    {"aten::mul.Scalar(Tensor self, Scalar other) -> Tensor", Mul},
};

}  // namespace

absl::Span<const OpEntry> ArithmeticOps() { return kOps; }

}  // namespace t2n
