// Ramps between two numbers, and powers.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/shape/ops.h"

namespace t2n {
namespace {

constexpr int64_t kMaxLength = 1 << 24;

void IgnorePlacement(OpCall& c) { c.ignore({"layout", "device", "pin_memory"}); }

// torch counts from both ends, so that the last element is exactly `end`.
double Interpolate(double start, double end, int64_t i, int64_t steps) {
  double step = steps > 1 ? (end - start) / static_cast<double>(steps - 1) : 0;
  return i < steps / 2 || steps == 1 ? start + step * static_cast<double>(i)
                                     : end - step * static_cast<double>(steps - 1 - i);
}

// Versions below 8 (linspace) and 9 (logspace) let `steps` out for 100.
int64_t Steps(OpCall& c) {
  int64_t steps = c.has("steps") ? c.integer("steps") : 100;
  if (steps < 0 || steps > kMaxLength) c.RefuseArg("steps", "is out of range");
  return std::min(std::max<int64_t>(steps, 0), kMaxLength);
}

DType RampType(OpCall& c) {
  DType found = ResultType({c.arg("start"), c.arg("end")});
  return c.dtype("dtype", IsComplex(found) || found == DType::kF64 ? found : DType::kF32);
}

bool IsKnown(const Arg& a) { return a.is_tensor() ? a.tensor().is_constant() : !a.is_none(); }

// The same over an open number of steps.
Val OpenLinspace(OpCall& c, const Dim& steps) {
  DType dtype = RampType(c);
  if (IsComplex(dtype)) return c.Refuse("of complex numbers");
  Builder& b = c.b;
  DType compute = IsInteger(dtype) ? DType::kF64 : dtype;
  Val start = AsTensor(b, c.arg("start"), compute), end = AsTensor(b, c.arg("end"), compute);
  if (IsInteger(dtype)) start = b.Trunc(start), end = b.Trunc(end);
  Val at = b.Iota(steps);
  Val step = (end - start) / b.Cast(b.DimScalar(Max(steps - 1, 1)), compute);
  Val rest = b.Sub(b.DimScalar(steps - 1), at);
  Val from_start = b.Lt(at, b.DimScalar(Max(FloorDiv(steps, 2), 1)));
  Val up = start + step * b.Cast(at, compute), down = end - step * b.Cast(rest, compute);
  return b.Cast(b.Select(from_start, up, down), dtype);
}

Arg Linspace(OpCall& c) {
  IgnorePlacement(c);
  if (c.arg("steps").is_int() && !c.arg("steps").integer().is_const()) {
    return OpenLinspace(c, c.dim("steps"));
  }
  int64_t n = Steps(c);
  DType dtype = RampType(c);
  if (IsComplex(dtype)) return c.Refuse("of complex numbers");
  if (IsKnown(c.arg("start")) && IsKnown(c.arg("end"))) {
    double start = c.number("start"), end = c.number("end");
    if (IsInteger(dtype)) start = std::trunc(start), end = std::trunc(end);
    std::vector<double> values;
    for (int64_t i = 0; i < n; ++i) values.push_back(Interpolate(start, end, i, n));
    return c.b.Doubles(dtype, values);
  }
  DType compute = IsInteger(dtype) ? DType::kF64 : dtype;
  Val start = AsTensor(c.b, c.arg("start"), compute), end = AsTensor(c.b, c.arg("end"), compute);
  if (IsInteger(dtype)) start = c.b.Trunc(start), end = c.b.Trunc(end);
  std::vector<double> up, down;
  for (int64_t i = 0; i < n; ++i) {
    up.push_back(i < n / 2 || n == 1 ? 1 : 0);
    down.push_back(i < n / 2 ? static_cast<double>(i) : static_cast<double>(n - 1 - i));
  }
  Val step = n > 1 ? (end - start) / static_cast<double>(n - 1) : start * 0.0;
  Val at = c.b.Doubles(compute, down) * step;
  Val from_start = c.b.Ne(c.b.Doubles(compute, up), 0);
  return c.b.Cast(c.b.Select(from_start, start + at, end - at), dtype);
}

Arg Logspace(OpCall& c) {
  IgnorePlacement(c);
  int64_t n = Steps(c);
  DType dtype = RampType(c);
  if (IsComplex(dtype)) return c.Refuse("of complex numbers");
  double start = c.number("start"), end = c.number("end"), base = c.number("base");
  if (IsInteger(dtype)) start = std::trunc(start), end = std::trunc(end);
  std::vector<double> values;
  for (int64_t i = 0; i < n; ++i) values.push_back(std::pow(base, Interpolate(start, end, i, n)));
  return c.b.Doubles(dtype, values);
}

// Powers 0 ... n-1 of every element, along a new last axis.
Val Powers(OpCall& c, const Val& x, int64_t n, bool increasing) {
  if (n < 0 || n > 4096) return c.RefuseArg("N", "is out of range");
  if (n == 0) {
    Shape shape = x.shape();
    shape.push_back(0);
    return c.b.Full(shape, x.dtype(), 0);
  }
  std::vector<Val> columns = {c.b.Full(x.shape(), x.dtype(), 1)};
  for (int64_t i = 1; i < n; ++i) columns.push_back(i == 1 ? x : columns.back() * x);
  if (!increasing) std::reverse(columns.begin(), columns.end());
  return c.b.Stack(columns, x.rank());
}
Arg Vander(OpCall& c) {
  Val x = c.tensor("x");
  if (x.dtype() == DType::kBool) x = c.b.Cast(x, DType::kI64);
  if (x.rank() != 1) return c.Refuse("of a tensor that is no vector");
  std::optional<int64_t> n = c.has("N") ? c.integer("N") : x.dim(0).constant();
  return n ? Powers(c, x, *n, c.boolean("increasing")) : c.Refuse("of a vector of unknown size");
}
Arg LinalgVander(OpCall& c) {
  Val x = AtLeast1d(c.b, c.tensor("x"));
  if (x.dtype() == DType::kBool) x = c.b.Cast(x, DType::kI64);
  std::optional<int64_t> n = c.has("N") ? c.integer("N") : x.dim(-1).constant();
  return n ? Powers(c, x, *n, true) : c.Refuse("of a vector of unknown size");
}

#define T2N_PLACED                                                           \
  "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? " \
  "pin_memory=None) -> Tensor"

constexpr OpEntry kOps[] = {
    {"aten::linspace(Scalar start, Scalar end, int steps, *, " T2N_PLACED, Linspace},
    {"aten::linspace.Tensor_Tensor(Tensor start, Tensor end, int steps, *, " T2N_PLACED, Linspace},
    {"aten::linspace.Tensor_Scalar(Tensor start, Scalar end, int steps, *, " T2N_PLACED, Linspace},
    {"aten::linspace.Scalar_Tensor(Scalar start, Tensor end, int steps, *, " T2N_PLACED, Linspace},
    {"aten::linspace(Scalar start, Scalar end, int? steps=None, *, " T2N_PLACED, Linspace},
    {"aten::logspace(Scalar start, Scalar end, int steps, float base=10., *, " T2N_PLACED,
     Logspace},
    {"aten::logspace.Tensor_Tensor(Tensor start, Tensor end, int steps, float base=10., "
     "*, " T2N_PLACED,
     Logspace},
    {"aten::logspace.Tensor_Scalar(Tensor start, Scalar end, int steps, float base=10., "
     "*, " T2N_PLACED,
     Logspace},
    {"aten::logspace.Scalar_Tensor(Scalar start, Tensor end, int steps, float base=10., "
     "*, " T2N_PLACED,
     Logspace},
    {"aten::logspace(Scalar start, Scalar end, int? steps=None, float base=10., *, " T2N_PLACED,
     Logspace},
    {"aten::vander(Tensor x, int? N=None, bool increasing=False) -> Tensor", Vander},
    {"aten::linalg_vander(Tensor x, *, SymInt? N=None) -> Tensor", LinalgVander},
};

}  // namespace

absl::Span<const OpEntry> RampOps() { return kOps; }

}  // namespace t2n
