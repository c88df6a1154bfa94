#include "t2n/aten/linalg/decomposition.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"

namespace t2n {
namespace {

// The index of a row [m, 1] or column [1, n] of the last two axes.
Val RowIndex(Builder& b, const Val& a) { return b.Unsqueeze(b.Iota(a.dim(-2)), 1); }
Val ColumnIndex(Builder& b, const Val& a) { return b.Iota(a.dim(-1)); }

// Picks the elements where `mask` holds (broadcast) and sums them along `axis`, which stays.
Val Pick(Builder& b, const Val& a, const Val& mask, int64_t axis) {
  Val kept = b.Select(mask, a, b.ScalarLike(a, 0));
  return b.Reduce(Op::kReduceSum, kept, {axis < 0 ? kept.rank() + axis : axis}, true);
}

Val OnlyWhere(Builder& b, const Val& mask, const Val& a) {
  return b.Select(mask, a, b.ScalarLike(a, 0));
}

using StepFn = std::function<std::vector<Val>(Builder&, const Val& k, absl::Span<const Val> states,
                                              absl::Span<const Val> full)>;

// Loops are unrolled, which runtimes do better with than with a loop over a constant.
constexpr int64_t kMaxSteps = 64;

// Runs `step` for k = 0, 1, ... steps - 1 (or backwards): k is i64 [1], states go through.
std::vector<Val> Loop(Builder& b, const Dim& steps, std::vector<Val> states, std::vector<Val> full,
                      bool reverse, const StepFn& step) {
  if (!steps.is_const() || steps.value() > kMaxSteps) {
    b.Fail(absl::StrCat("decompositions need matrices of a known size up to ", kMaxSteps, ", not ",
                        steps.ToString()));
    return std::vector<Val>(states.size());
  }
  for (int64_t i = 0; i < steps.value() && b.ok(); ++i) {
    states = step(b, b.Ints({reverse ? steps.value() - 1 - i : i}), states, full);
  }
  return states;
}

Shape BatchOf(const Val& a) {
  return a.rank() < 2 ? Shape() : Shape(a.shape().begin(), a.shape().end() - 2);
}

Val WithBatch(Builder& b, const Val& x, const Val& like) {
  Shape shape = BatchOf(like);
  shape.insert(shape.end(), x.shape().begin(), x.shape().end());
  return b.BroadcastTo(x, shape);
}

// Exchanges rows k and p (i64 [..., 1, 1]) of `a` [..., m, n].
Val ExchangeRows(Builder& b, const Val& a, const Val& k, const Val& p) {
  Val row = RowIndex(b, a);
  Val from = b.Select(b.Eq(row, k), p, b.Select(b.Eq(row, p), k, row));
  return b.GatherElements(a, a.rank() - 2, b.BroadcastTo(from, a.shape()));
}

// One column of the elimination: state (lu, rows [..., m, 1], pivots [..., 1, steps]).
std::vector<Val> LuStep(Builder& b, const Val& k, absl::Span<const Val> s, bool pivot) {
  Val lu = s[0], rows = s[1], pivots = s[2];
  Val row = RowIndex(b, lu), column = ColumnIndex(b, lu);
  int64_t m_axis = lu.rank() - 2;
  Val p = k;
  if (pivot) {
    Val size =
        b.Select(b.Ge(row, k), b.Abs(Pick(b, lu, b.Eq(column, k), -1)), b.Scalar(lu.dtype(), -1.0));
    p = b.ArgReduce(Op::kArgMax, size, m_axis, true);
    lu = ExchangeRows(b, lu, k, p);
    rows = ExchangeRows(b, rows, k, p);
    pivots = b.Select(b.Eq(ColumnIndex(b, pivots), k), p, pivots);
  }
  Val pivot_row = Pick(b, lu, b.Eq(row, k), -2);
  Val pivot_value = Pick(b, pivot_row, b.Eq(column, k), -1);
  Val below = b.Gt(row, k);
  // A zero column has nothing to eliminate.
  Val divisor = b.Select(b.Eq(pivot_value, 0.0), b.ScalarLike(lu, 1), pivot_value);
  Val factors = b.Div(OnlyWhere(b, below, Pick(b, lu, b.Eq(column, k), -1)), divisor);
  Val rest = b.Sub(lu, b.Mul(factors, OnlyWhere(b, b.Gt(column, k), pivot_row)));
  return {b.Select(b.And(below, b.Eq(column, k)), factors, rest), rows, pivots};
}

}  // namespace

Val RealMatrix(OpCall& c, absl::string_view name, bool square) {
  Val a = c.tensor(name);
  if (a.rank() < 2 || !IsFloat(a.dtype())) return c.RefuseArg(name, "must be a real matrix");
  if (square && Equal(a.dim(-1), a.dim(-2)) == false) return c.RefuseArg(name, "must be square");
  return a;
}

Val Identity(Builder& b, const Dim& n, DType dtype) {
  return b.Cast(b.Eq(b.Unsqueeze(b.Iota(n), 1), b.Iota(n)), dtype);
}

Val Triangle(Builder& b, const Val& a, bool upper, int64_t diagonal) {
  Val offset = b.Sub(ColumnIndex(b, a), RowIndex(b, a));
  double d = static_cast<double>(diagonal);
  return OnlyWhere(b, upper ? b.Ge(offset, d) : b.Le(offset, d), a);
}

Val Transposed(Builder& b, const Val& a) { return b.SwapAxes(a, a.rank() - 2, a.rank() - 1); }

Val DiagonalOf(Builder& b, const Val& a) {
  Val kept = OnlyWhere(b, b.Eq(RowIndex(b, a), ColumnIndex(b, a)), a);
  bool tall = LessEqual(a.dim(-1), a.dim(-2)) == true;
  return b.Reduce(Op::kReduceSum, kept, {a.rank() - (tall ? 2 : 1)}, false);
}

LuResult Lu(Builder& b, const Val& a, bool pivot) {
  if (!a) return {};
  Dim m = a.dim(-2), steps = Min(m, a.dim(-1));
  Val rows = WithBatch(b, b.Unsqueeze(b.Iota(m), 1), a);
  Val pivots = WithBatch(b, b.Unsqueeze(b.Iota(steps), 0), a);
  std::vector<Val> out = Loop(b, steps, {a, rows, pivots}, {}, false,
                              [&](Builder& b, const Val& k, absl::Span<const Val> s,
                                  absl::Span<const Val>) { return LuStep(b, k, s, pivot); });
  if (!b.ok()) return {};
  return {out[0], b.Squeeze(out[1], a.rank() - 1), b.Squeeze(out[2], a.rank() - 2)};
}

Val RowsOfPivots(Builder& b, const Val& pivots, const Dim& m) {
  if (!pivots || pivots.rank() == 0) return b.Fail("pivots of rank 0");
  Val p = b.Cast(pivots, DType::kI64);
  Shape batch(p.shape().begin(), p.shape().end() - 1);
  batch.push_back(m);
  return Loop(b, p.dim(-1), {b.BroadcastTo(b.Iota(m), batch)}, {p}, false,
              [](Builder& b, const Val& k, absl::Span<const Val> s, absl::Span<const Val> full) {
                const Val &rows = s[0], &p = full[0];
                Val mine = Pick(b, p, b.Eq(b.Iota(p.dim(-1)), k), -1), at = b.Iota(rows.dim(-1));
                Val from = b.Select(b.Eq(at, k), mine, b.Select(b.Eq(at, mine), k, at));
                from = b.BroadcastTo(from, rows.shape());
                return std::vector<Val>{b.GatherElements(rows, rows.rank() - 1, from)};
              })[0];
}

Val SolveTriangular(Builder& b, const Val& a, const Val& rhs, bool upper, bool unit_diagonal) {
  if (!a || !rhs) return Val();
  return Loop(b, a.dim(-1), {rhs}, {a}, upper,
              [&](Builder& b, const Val& k, absl::Span<const Val> s, absl::Span<const Val> full) {
                const Val &x = s[0], &a = full[0];
                Val row = RowIndex(b, x);
                Val column = Pick(b, a, b.Eq(ColumnIndex(b, a), k), -1);
                Val solved = Pick(b, x, b.Eq(row, k), -2);
                if (!unit_diagonal) solved = b.Div(solved, Pick(b, column, b.Eq(row, k), -2));
                Val open = upper ? b.Lt(row, k) : b.Gt(row, k);
                Val rest = b.Sub(x, b.Mul(OnlyWhere(b, open, column), solved));
                return std::vector<Val>{b.Select(b.Eq(row, k), solved, rest)};
              })[0];
}

Val SolveWithLu(Builder& b, const LuResult& lu, const Val& rhs) {
  if (!lu.lu || !rhs) return Val();
  Val from = b.BroadcastTo(b.Unsqueeze(lu.rows, lu.rows.rank()), rhs.shape());
  Val x = b.GatherElements(rhs, rhs.rank() - 2, from);
  x = SolveTriangular(b, lu.lu, x, false, true);
  return SolveTriangular(b, lu.lu, x, true, false);
}

Val Solve(Builder& b, const Val& a, const Val& rhs) { return SolveWithLu(b, Lu(b, a, true), rhs); }

Val Inverse(Builder& b, const Val& a) {
  if (!a) return a;
  return Solve(b, a, WithBatch(b, Identity(b, a.dim(-1), a.dtype()), a));
}

Val Cholesky(Builder& b, const Val& a) {
  if (!a) return a;
  Val l = Loop(b, a.dim(-1), {Triangle(b, a, false, 0)}, {}, false,
               [](Builder& b, const Val& k, absl::Span<const Val> s, absl::Span<const Val>) {
                 const Val& a = s[0];
                 Val row = RowIndex(b, a), column = ColumnIndex(b, a);
                 Val mine = Pick(b, a, b.Eq(column, k), -1);
                 Val root = b.Sqrt(Pick(b, mine, b.Eq(row, k), -2));
                 Val factor = OnlyWhere(b, b.Ge(row, k), b.Div(mine, root));
                 Val rest = b.Sub(a, b.Mul(factor, Transposed(b, factor)));
                 Val open = b.And(b.Gt(column, k), b.Le(column, row));
                 Val next = b.Select(b.Eq(column, k), factor, b.Select(open, rest, a));
                 return std::vector<Val>{next};
               })[0];
  return l ? Triangle(b, l, false, 0) : l;
}

HouseholderResult Householder(Builder& b, const Val& a) {
  if (!a) return {};
  Dim steps = Min(a.dim(-2), a.dim(-1));
  Val taus = WithBatch(b, b.Full({Dim(1), steps}, a.dtype(), 0), a);
  std::vector<Val> out =
      Loop(b, steps, {a, taus}, {}, false,
           [](Builder& b, const Val& k, absl::Span<const Val> s, absl::Span<const Val>) {
             const Val &a = s[0], &taus = s[1];
             Val row = RowIndex(b, a), column = ColumnIndex(b, a);
             Val x = Pick(b, a, b.Eq(column, k), -1);
             Val alpha = Pick(b, x, b.Eq(row, k), -2);
             Val tail = OnlyWhere(b, b.Gt(row, k), x);
             Val squares = b.Reduce(Op::kReduceSum, b.Square(tail), {a.rank() - 2}, true);
             Val zero = b.ScalarLike(a, 0), one = b.ScalarLike(a, 1);
             Val size = b.Sqrt(b.Add(b.Square(alpha), squares));
             // A tail of zeros needs no reflection.
             Val none = b.Eq(squares, 0.0);
             Val beta = b.Select(none, alpha, b.Select(b.Ge(alpha, 0.0), b.Neg(size), size));
             Val safe_beta = b.Select(none, one, beta);
             Val tau = b.Select(none, zero, b.Div(b.Sub(beta, alpha), safe_beta));
             Val v = b.Div(tail, b.Select(none, one, b.Sub(alpha, beta)));
             v = b.Add(v, b.Cast(b.Eq(row, k), a.dtype()));
             Val along = b.MatMul(Transposed(b, v), a);
             Val open = b.And(b.Ge(row, k), b.Gt(column, k));
             Val next = b.Select(open, b.Sub(a, b.Mul(tau, b.Mul(v, along))), a);
             Val stored = b.Select(b.Eq(row, k), beta, b.Select(b.Gt(row, k), v, x));
             return std::vector<Val>{b.Select(b.Eq(column, k), stored, next),
                                     b.Select(b.Eq(ColumnIndex(b, taus), k), tau, taus)};
           });
  if (!b.ok()) return {};
  return {out[0], b.Squeeze(out[1], a.rank() - 2)};
}

Val ApplyReflectors(Builder& b, const Val& packed, const Val& tau, const Val& c, bool transpose) {
  if (!packed || !tau || !c) return Val();
  Val taus = b.Unsqueeze(tau, tau.rank() - 1);
  return Loop(b, tau.dim(-1), {c}, {packed, taus}, !transpose,
              [](Builder& b, const Val& k, absl::Span<const Val> s, absl::Span<const Val> full) {
                const Val& c = s[0];
                Val row = RowIndex(b, c);
                Val x = Pick(b, full[0], b.Eq(ColumnIndex(b, full[0]), k), -1);
                Val v = b.Add(OnlyWhere(b, b.Gt(row, k), x), b.Cast(b.Eq(row, k), c.dtype()));
                Val t = Pick(b, full[1], b.Eq(ColumnIndex(b, full[1]), k), -1);
                Val along = b.MatMul(Transposed(b, v), c);
                return std::vector<Val>{b.Sub(c, b.Mul(t, b.Mul(v, along)))};
              })[0];
}

}  // namespace t2n
