#include "t2n/aten/linalg/jacobi.h"

#include "absl/strings/str_cat.h"
#include "t2n/aten/linalg/decomposition.h"

namespace t2n {
namespace {

constexpr int64_t kMaxColumns = 128;
// Graded matrices need the most; others are done after 6 to 10.
constexpr int64_t kSweeps = 12;

Val ColumnSums(Builder& b, const Val& x) {
  return b.Reduce(Op::kReduceSum, x, {x.rank() - 2}, true);
}

// One round: column i is rotated against column h + i of 2 h, so that their first `rows` rows
// become orthogonal; then the columns move on to their next places.
Val Round(Builder& b, const Val& x, const Dim& rows, int64_t h) {
  int64_t columns = x.rank() - 1, down = x.rank() - 2;
  Val p = b.Slice(x, columns, 0, h), q = b.Slice(x, columns, h, 2 * h);
  Val top_p = b.Slice(p, down, 0, rows), top_q = b.Slice(q, down, 0, rows);
  Val dot = ColumnSums(b, b.Mul(top_p, top_q)), none = b.Eq(dot, 0.0);
  Val difference = b.Sub(ColumnSums(b, b.Square(top_q)), ColumnSums(b, b.Square(top_p)));
  Val zeta = difference / b.Select(none, b.ScalarLike(dot, 1), dot * 2.0);
  Val size = b.Abs(zeta) + b.Sqrt(b.Square(zeta) + 1.0);
  Val tangent = b.Select(b.Ge(zeta, 0.0), b.Recip(size), -b.Recip(size));
  tangent = b.Select(none, b.ScalarLike(dot, 0), tangent);
  Val cosine = b.Rsqrt(b.Square(tangent) + 1.0), sine = cosine * tangent;
  Val left = cosine * p - sine * q, right = sine * p + cosine * q;
  auto part = [&](const Val& v, int64_t begin, int64_t end) {
    return b.Slice(v, columns, begin, end);
  };
  std::vector<Val> next = {part(left, 0, 1), part(right, 0, 1)};
  if (h > 2) next.push_back(part(left, 1, h - 1));
  if (h > 1) next.insert(next.end(), {part(right, 1, h), part(left, h - 1, h)});
  return b.Concat(next, columns);
}

// Whether it is known of a matrix of open size if it has more rows or more columns.
bool HasKnownForm(Builder& b, const Val& a) {
  const Dim rows = a.dim(-2), columns = a.dim(-1);
  if (LessEqual(columns, rows) || LessEqual(rows, columns) == true) return true;
  const std::string question = absl::StrCat(rows.ToString(), ">=", columns.ToString());
  b.Fail(absl::StrCat("whether a matrix has more rows or columns is not known for every size; ",
                      HowToSettle(question, rows - columns)));
  return false;
}

// Columns of x [..., r, n] rotated until their first `rows` rows are orthogonal.
Val Orthogonalize(Builder& b, const Val& x, const Dim& rows) {
  if (!x) return x;
  Dim n = x.dim(-1);
  if (!n.is_const() || n.value() < 1 || n.value() > kMaxColumns) {
    return b.Fail(
        absl::StrCat("singular values and eigenvalues need matrices of a known size up to ",
                     kMaxColumns, ", not ", n.ToString()));
  }
  if (n == Dim(1)) return x;
  int64_t even = n.value() + n.value() % 2;
  Shape before(x.rank(), 0), after(x.rank(), 0);
  after.back() = even - n.value();
  Builder::ScanSpec spec;
  spec.length = kSweeps * (even - 1);
  spec.states = {even == n.value() ? x : b.Pad(x, before, after)};
  Val y = b.Scan(spec, [&](Builder& b, absl::Span<const Val> in) {
    return std::vector<Val>{Round(b, in[0], rows, even / 2)};
  })[0];
  return y ? b.Slice(y, x.rank() - 1, 0, n) : y;
}

struct Scaled {
  Val a;      // f64, the largest element of each matrix is 1
  Val scale;  // f64 [..., 1, 1]
};

Scaled Scale(Builder& b, const Val& x) {
  Val a = b.Cast(x, DType::kF64);
  Val scale = b.Reduce(Op::kReduceMax, b.Abs(a), {a.rank() - 2, a.rank() - 1}, true);
  scale = b.Select(b.Eq(scale, 0.0), b.ScalarLike(scale, 1), scale);
  return {a / scale, scale};
}

Val ColumnNorms(Builder& b, const Val& x) { return b.Sqrt(ColumnSums(b, b.Square(x))); }

Val WithoutRow(Builder& b, const Val& x) { return b.Squeeze(x, x.rank() - 2); }

}  // namespace

SvdResult JacobiSvd(Builder& b, const Val& a) {
  if (!a || !HasKnownForm(b, a)) return {};
  Dim m = a.dim(-2), n = a.dim(-1);
  Scaled scaled = Scale(b, a);
  Shape shape = a.shape();
  shape[a.rank() - 2] = n;
  Val start = b.BroadcastTo(Identity(b, n, DType::kF64), shape);
  Val both = Orthogonalize(b, b.Concat({scaled.a, start}, a.rank() - 2), m);
  if (!both) return {};
  Val us = b.Slice(both, a.rank() - 2, 0, m) * scaled.scale;
  Val v = b.Slice(both, a.rank() - 2, m, m + n);
  Val norms = ColumnNorms(b, b.Slice(both, a.rank() - 2, 0, m)) * scaled.scale;
  return {us, v, WithoutRow(b, norms)};
}

// With a multiple of the identity added, the matrix is positive definite and its singular values
// are its eigenvalues.
EighResult JacobiEigh(Builder& b, const Val& a, bool upper) {
  if (!a) return {};
  Scaled scaled = Scale(b, Triangle(b, a, upper, 0));
  Val strict = Triangle(b, scaled.a, upper, upper ? 1 : -1);
  Val symmetric = scaled.a + Transposed(b, strict);
  Val sums = ColumnSums(b, b.Abs(symmetric));
  Val shift = b.Reduce(Op::kReduceMax, sums, {a.rank() - 1}, true) * 2.0 + 1.0;
  Val x = symmetric + shift * Identity(b, a.dim(-1), DType::kF64);
  Val y = Orthogonalize(b, x, a.dim(-2));
  if (!y) return {};
  Val norms = ColumnNorms(b, y);
  return {WithoutRow(b, (norms - shift) * scaled.scale), y / norms};
}

Val SingularValues(Builder& b, const Val& a) {
  if (!a || !HasKnownForm(b, a)) return Val();
  bool tall = LessEqual(a.dim(-1), a.dim(-2)) == true;
  Scaled scaled = Scale(b, tall ? a : Transposed(b, a));
  Val y = Orthogonalize(b, scaled.a, scaled.a.dim(-2));
  return y ? WithoutRow(b, ColumnNorms(b, y) * scaled.scale) : y;
}

Val InOrder(Builder& b, const Val& values, bool descending, DType dtype) {
  if (!values) return values;
  return b.TopK(b.Cast(values, dtype), values.dim(-1), values.rank() - 1, descending)[0];
}

}  // namespace t2n
