// Running reductions, differences and integrals along an axis.
#include <limits>

#include "t2n/aten/common.h"
#include "t2n/aten/families.h"
#include "t2n/aten/pointwise.h"
#include "t2n/aten/promote.h"

namespace t2n {
namespace {

// A running reduction of `x` (rank 0: itself).
Val Running(Builder& b, const Val& x, int64_t axis, absl::string_view mode) {
  return x.rank() == 0 ? x : b.Cumulative(x, axis, mode);
}

// cumsum, cumprod: integers and bools are i64, halves accumulate in f32.
Arg SumOrProd(OpCall& c, absl::string_view mode) {
  Val x = c.tensor("self");
  bool integral = IsInteger(x.dtype()) || x.dtype() == DType::kBool;
  DType dtype = c.dtype("dtype", integral ? DType::kI64 : x.dtype());
  int64_t axis = c.axis("dim", x.rank());
  return c.b.Cast(Running(c.b, Widen(c.b, c.b.Cast(x, dtype)), axis, mode), dtype);
}
Arg Cumsum(OpCall& c) { return SumOrProd(c, "sum"); }
Arg Cumprod(OpCall& c) { return SumOrProd(c, "prod"); }

// cummax, cummin: (values, index of the last element that equals the value).
Arg MaxOrMin(OpCall& c, absl::string_view mode) {
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  if (x.rank() == 0) return Arg::Tuple({x, c.b.Scalar(DType::kI64, int64_t{0})});
  DType dtype = x.dtype();
  if (dtype == DType::kBool) x = c.b.Cast(x, DType::kU8);
  Val values = c.b.Cumulative(x, axis, mode);
  Val taken = c.b.Eq(x, values);
  if (IsFloat(dtype)) taken = c.b.Or(taken, c.b.IsNan(x));
  Val position = IotaAlong(c.b, x.dim(axis), axis, x.rank());
  Val candidate = c.b.Select(taken, position, c.b.ScalarLike(position, 0));
  return Arg::Tuple({c.b.Cast(values, dtype), c.b.Cumulative(candidate, axis, "max")});
}
Arg Cummax(OpCall& c) { return MaxOrMin(c, "max"); }
Arg Cummin(OpCall& c) { return MaxOrMin(c, "min"); }

// state <- log(exp(state) + exp(x)), which no scaling of the whole row could replace: early small
// terms would vanish beside late large ones.
Arg LogCumsumExp(OpCall& c) {
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  if (!IsFloat(x.dtype())) return c.Refuse("of numbers that are no real floats");
  if (x.rank() == 0) return x;
  Val wide = Widen(c.b, x);
  Shape state = wide.shape();
  state[axis] = 1;
  Builder::ScanSpec spec;
  spec.length = wide.dim(axis);
  spec.scanned = {wide};
  spec.scan_axes = spec.output_axes = {axis};
  spec.states = {c.b.Full(state, wide.dtype(), -std::numeric_limits<double>::infinity())};
  Val out = c.b.Scan(spec, [](Builder& b, absl::Span<const Val> in) {
    Val max = b.Max(in[0], in[1]);
    Val usable = b.Le(b.Abs(max), MaxFinite(max.dtype()));
    Val gap = b.Select(usable, -b.Abs(in[0] - in[1]), b.ScalarLike(max, 0));
    Val sum = b.Select(usable, max + Log1pUnit(b, b.Exp(gap)), max);
    return std::vector<Val>{sum, sum};
  })[1];
  return c.b.Cast(out, x.dtype());
}

// x[1:] and x[:-1] along an axis.
Val Later(Builder& b, const Val& x, int64_t axis) { return b.Slice(x, axis, 1, x.dim(axis)); }
Val Earlier(Builder& b, const Val& x, int64_t axis) { return b.Slice(x, axis, 0, x.dim(axis) - 1); }

Arg Diff(OpCall& c) {
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  if (x.rank() == 0) return c.Refuse("of a tensor without axes");
  std::vector<Val> parts;
  for (const char* name : {"prepend", "self", "append"}) {
    if (!c.has(name)) continue;
    parts.push_back(c.tensor(name));
    if (parts.back().dtype() != x.dtype()) return c.RefuseArg(name, "has another dtype");
  }
  x = c.b.Concat(parts, axis);
  for (int64_t n = c.integer("n"); n > 0 && x; --n) {
    if (x.dim(axis) == Dim(0)) break;
    Val a = Later(c.b, x, axis), b = Earlier(c.b, x, axis);
    x = x.dtype() == DType::kBool ? c.b.Xor(a, b) : a - b;
  }
  return x;
}

// Areas under the line through neighbours: (y[i] + y[i + 1]) / 2 * dx.
Val Trapezoids(OpCall& c, int64_t* axis) {
  Val y = c.tensor("y");
  *axis = c.axis("dim", y.rank());
  if (y.rank() == 0) return c.Refuse("of a tensor without axes");
  DType dtype = FloatType(y.dtype());
  if (c.has("x")) {
    Val x = c.tensor("x");
    dtype = FloatType(ResultType({c.arg("y"), c.arg("x")}));
    // A vector of positions lies along the axis.
    if (x.rank() == 1) {
      Shape shape(y.rank(), Dim(1));
      shape[*axis] = x.dim(0);
      x = c.b.Reshape(x, shape);
    }
    if (x.rank() != y.rank()) return c.RefuseArg("x", "has another rank");
    x = c.b.Cast(x, dtype);
    y = c.b.Cast(y, dtype);
    return (Later(c.b, y, *axis) + Earlier(c.b, y, *axis)) *
           (Later(c.b, x, *axis) - Earlier(c.b, x, *axis)) * 0.5;
  }
  y = c.b.Cast(y, dtype);
  return (Later(c.b, y, *axis) + Earlier(c.b, y, *axis)) * (c.number("dx") * 0.5);
}

Arg Trapezoid(OpCall& c) {
  int64_t axis;
  Val areas = Trapezoids(c, &axis);
  return c.b.Reduce(Op::kReduceSum, areas, {axis}, false);
}

Arg CumulativeTrapezoid(OpCall& c) {
  int64_t axis;
  Val areas = Trapezoids(c, &axis);
  return c.b.Cumulative(areas, axis, "sum");
}

constexpr OpEntry kOps[] = {
    {"aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", Cumsum},
    {"aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", Cumprod},
    {"aten::cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)", Cummax},
    {"aten::cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)", Cummin},
    {"aten::logcumsumexp(Tensor self, int dim) -> Tensor", LogCumsumExp},
    {"aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, "
     "Tensor? append=None) -> Tensor",
     Diff},
    {"aten::trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", Trapezoid},
    {"aten::trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", Trapezoid},
    {"aten::cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor",
     CumulativeTrapezoid},
    {"aten::cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor",
     CumulativeTrapezoid},
};

}  // namespace

absl::Span<const OpEntry> CumulativeOps() { return kOps; }

}  // namespace t2n
