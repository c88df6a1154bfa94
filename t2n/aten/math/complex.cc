// Complex numbers: parts, polar form, conjugates.
#include <cmath>

#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

Arg Real(OpCall& c) {
  Val x = c.tensor("self");
  return IsComplex(x.dtype()) ? c.b.Real(x) : x;
}

Arg Imag(OpCall& c) {
  Val x = c.tensor("self");
  return IsComplex(x.dtype()) ? c.b.Imag(x) : c.Refuse("of real numbers");
}

Arg Conj(OpCall& c) {
  Val x = c.tensor("self");
  return IsComplex(x.dtype()) ? c.b.MakeComplex(c.b.Real(x), -c.b.Imag(x)) : x;
}

// Conjugates are computed at once here, never put off.
Arg Angle(OpCall& c) {
  Val x = c.tensor("self");
  if (IsComplex(x.dtype())) return Atan2(c.b, c.b.Imag(x), c.b.Real(x));
  x = ToFloat(c.b, x);
  Val angle = c.b.Select(c.b.Lt(x, 0), c.b.ScalarLike(x, M_PI), c.b.ScalarLike(x, 0));
  return c.b.Select(c.b.IsNan(x), x, angle);
}

Arg Complex(OpCall& c) { return c.b.MakeComplex(c.tensor("real"), c.tensor("imag")); }

Arg Polar(OpCall& c) {
  Val abs = c.tensor("abs"), angle = c.tensor("angle");
  return c.b.MakeComplex(abs * c.b.Cos(angle), abs * c.b.Sin(angle));
}

constexpr OpEntry kOps[] = {
    {"aten::real(Tensor(a) self) -> Tensor(a)", Real, &kItselfOrView},
    {"aten::imag(Tensor(a) self) -> Tensor(a)", Imag},
    {"aten::conj(Tensor(a) self) -> Tensor(a)", Conj, &kItselfOrView},
    {"aten::_conj(Tensor(a) self) -> Tensor(a)", Conj},
    {"aten::conj_physical(Tensor self) -> Tensor", Conj, &kUnmarkedView},
    {"aten::_conj_physical(Tensor self) -> Tensor", Conj, &kElementwise},
    {"aten::angle(Tensor self) -> Tensor", Angle, &kOrderUnstated},
    {"aten::complex(Tensor real, Tensor imag) -> Tensor", Complex, &kElementwise},
    {"aten::polar(Tensor abs, Tensor angle) -> Tensor", Polar, &kElementwise},
};

}  // namespace

absl::Span<const OpEntry> ComplexOps() { return kOps; }

}  // namespace t2n
