// Running reductions, differences and integrals along an axis.
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/reduce/ops.h"

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

// Integrals by trapezoids. As in torch, integers are added and multiplied in their own dtype, and
// halved as floats.
struct Samples {
  Val y;
  int64_t axis = 0;
  Val dx;  // distances along the axis; null: the number `step`
  double step = 1;
};

Samples SamplesOf(OpCall& c) {
  Samples s;
  s.y = c.tensor("y", 1);
  s.axis = c.axis("dim", s.y.rank());
  if (!c.has("x")) {
    s.step = c.number("dx");
    return s;
  }
  Val x = c.tensor("x");
  if (x.rank() == 1 && s.axis < s.y.rank()) {  // positions along the axis, the same for all rows
    Shape shape(s.y.rank(), Dim(1));
    shape[s.axis] = x.dim(0);
    x = c.b.Reshape(x, shape);
  }
  if (x.rank() != s.y.rank()) c.RefuseArg("x", "has another rank");
  s.dx = Later(c.b, x, s.axis) - Earlier(c.b, x, s.axis);
  return s;
}

// Twice the areas between neighbours.
Val TwiceAreas(Builder& b, const Samples& s) {
  Val sums = Later(b, s.y, s.axis) + Earlier(b, s.y, s.axis);
  if (!s.dx) return ToFloat(b, sums) * s.step;
  std::vector<Val> x = Promote(b, {sums, s.dx});
  Val areas = x[0] * x[1];
  return IsInteger(areas.dtype()) ? b.Cast(areas, DType::kI64) : areas;
}

Arg Trapezoid(OpCall& c) {
  Samples s = SamplesOf(c);
  if (s.dx) {
    Val sum = c.b.Reduce(Op::kReduceSum, TwiceAreas(c.b, s), {s.axis}, false);
    return ToFloat(c.b, sum) * 0.5;
  }
  Val ends =
      c.b.Slice(s.y, s.axis, 0, 1) + c.b.Slice(s.y, s.axis, s.y.dim(s.axis) - 1, s.y.dim(s.axis));
  Val sum = c.b.Reduce(Op::kReduceSum, ToFloat(c.b, s.y), {s.axis}, true);
  return c.b.Squeeze((sum - ToFloat(c.b, ends) * 0.5) * s.step, s.axis);
}

Arg CumulativeTrapezoid(OpCall& c) {
  Samples s = SamplesOf(c);
  return ToFloat(c.b, c.b.Cumulative(TwiceAreas(c.b, s), s.axis, "sum")) * 0.5;
}

// The derivative along `axis` by neighbours, with the distance between samples given.
Val DerivativeInside(Builder& b, const Val& x, int64_t axis, const Val& spacing) {
  Dim n = x.dim(axis);
  Val left = b.Slice(x, axis, 0, n - 2), right = b.Slice(x, axis, 2, n);
  if (spacing.rank() == 0) return (right - left) / (spacing * 2.0);
  Val middle = b.Slice(x, axis, 1, n - 1);
  Dim gaps = spacing.dim(axis);
  Val before = b.Slice(spacing, axis, 0, gaps - 1), after = b.Slice(spacing, axis, 1, gaps);
  return right * (before / (after * (before + after))) +
         middle * ((after - before) / (before * after)) -
         left * (after / (before * (before + after)));
}

// At one end, from the two or three samples there (`edge_order`).
Val DerivativeAtEnd(OpCall& c, const Val& x, int64_t axis, const Val& spacing, bool last) {
  Builder& b = c.b;
  Dim n = x.dim(axis);
  auto at = [&](const Val& v, const Dim& size, int64_t i) {
    if (v.rank() == 0) return v;
    Dim position = last ? size - 1 - i : Dim(i);
    return b.Slice(v, axis, position, position + 1);
  };
  Val h0 = at(spacing, n - 1, 0), x0 = at(x, n, 0), x1 = at(x, n, 1);
  Val y;
  if (c.integer("edge_order") == 1) {
    y = (x1 - x0) / h0;
  } else {
    Val h1 = at(spacing, n - 1, 1), x2 = at(x, n, 2);
    y = x1 * ((h0 + h1) / (h0 * h1)) - x0 * ((h0 * 2.0 + h1) / (h0 * (h0 + h1))) -
        x2 * (h0 / (h1 * (h0 + h1)));
  }
  return last ? -y : y;
}

// The distances between samples along axis number `i` of those asked for: a number, or from
// coordinates.
Val SpacingOf(OpCall& c, const Val& x, int64_t axis, size_t i) {
  const Arg& spacing = c.arg("spacing");
  if (spacing.is_none()) return c.b.ScalarLike(x, 1);
  Arg one = spacing;
  if (spacing.is_list() || spacing.is_tuple()) {
    if (i >= spacing.items().size()) return c.RefuseArg("spacing", "has too few entries");
    one = spacing.items()[i];
  }
  Val v = AsTensor(c.b, one, x.dtype());
  if (v.rank() == 0 || x.rank() <= axis) return v;
  Shape shape(x.rank(), Dim(1));
  shape[axis] = v.dim(0);
  v = c.b.Reshape(v, shape);
  return Later(c.b, v, axis) - Earlier(c.b, v, axis);
}

Arg Gradient(OpCall& c) {
  Val x = ToFloat(c.b, c.tensor("self"));
  int64_t order = c.integer("edge_order");
  if (order != 1 && order != 2) return c.RefuseArg("edge_order");
  std::vector<Val> out;
  std::vector<int64_t> axes = c.axes("dim", x.rank());
  for (size_t i = 0; i < axes.size(); ++i) {
    int64_t axis = axes[i];
    if (LessEqual(order + 1, x.dim(axis)) != true) return c.Refuse("an axis may be too short");
    Val spacing = SpacingOf(c, x, axis, i);
    std::vector<Val> parts = {DerivativeAtEnd(c, x, axis, spacing, false)};
    if (x.dim(axis) != Dim(2)) parts.push_back(DerivativeInside(c.b, x, axis, spacing));
    parts.push_back(DerivativeAtEnd(c, x, axis, spacing, true));
    out.push_back(c.b.Concat(parts, axis));
  }
  return Arg::List(out);
}

constexpr OpEntry kOps[] = {
    {"aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", Cumsum},
    {"aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", Cumprod},
    {"aten::cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)", Cummax},
    {"aten::cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)", Cummin},
    {"aten::logcumsumexp(Tensor self, int dim) -> Tensor", LogCumsumExp},
    {"aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, "
     "Tensor? append=None) -> Tensor",
     Diff, &kOrderUnstated},
    {"aten::trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", Trapezoid},
    {"aten::trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", Trapezoid},
    {"aten::cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor",
     CumulativeTrapezoid},
    {"aten::cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor",
     CumulativeTrapezoid},
    {"aten::gradient.scalarint(Tensor self, *, Scalar? spacing=None, int? dim=None, "
     "int edge_order=1) -> Tensor[]",
     Gradient, &kOrderUnstated},
    {"aten::gradient.scalararray(Tensor self, *, Scalar spacing, int[] dim, int edge_order=1) -> "
     "Tensor[]",
     Gradient, &kOrderUnstated},
    {"aten::gradient.array(Tensor self, *, int[] dim, int edge_order=1) -> Tensor[]", Gradient,
     &kOrderUnstated},
    {"aten::gradient.scalarrayint(Tensor self, *, Scalar[] spacing, int? dim=None, "
     "int edge_order=1) -> Tensor[]",
     Gradient, &kOrderUnstated},
    {"aten::gradient.scalarrayarray(Tensor self, *, Scalar[] spacing, int[] dim, "
     "int edge_order=1) -> Tensor[]",
     Gradient, &kOrderUnstated},
    {"aten::gradient.tensorarrayint(Tensor self, *, Tensor[] spacing, int? dim=None, "
     "int edge_order=1) -> Tensor[]",
     Gradient, &kOrderUnstated},
    {"aten::gradient.tensorarray(Tensor self, *, Tensor[] spacing, int[] dim, int edge_order=1) "
     "-> Tensor[]",
     Gradient, &kOrderUnstated},
};

}  // namespace

absl::Span<const OpEntry> CumulativeOps() { return kOps; }

}  // namespace t2n
