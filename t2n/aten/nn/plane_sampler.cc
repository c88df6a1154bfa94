#include "t2n/aten/nn/plane_sampler.h"

#include "t2n/aten/core/pointwise.h"

namespace t2n {

PlaneSampler::PlaneSampler(Builder& b, const Val& x, Outside outside)
    : b_(b),
      outside_(outside),
      dtype_(Widen(b, x).dtype()),
      images_(x.dim(0)),
      height_(x.dim(2)),
      width_(x.dim(3)) {
  rows_ = b.Reshape(b.Transpose(x, {0, 2, 3, 1}), {images_ * height_ * width_, x.dim(1)});
  h_ = b.Cast(b.DimScalar(height_), dtype_);
  w_ = b.Cast(b.DimScalar(width_), dtype_);
}

Val PlaneSampler::Within(const Val& at, const Val& size) const {
  return outside_ == Outside::kClamped ? b_.And(b_.Ge(at, -1.0), b_.Le(at, size))
                                       : b_.And(b_.Gt(at, -1.0), b_.Lt(at, size));
}

// One neighbour times its weight [K, P]; `first` [K, 1] is its image's first row of elements, null
// for the only one.
Val PlaneSampler::Term(const Val& first, const Val& row, const Val& column, Val weight) const {
  Val r = b_.Min(b_.Max(row, 0.0), h_ - 1.0);
  Val q = b_.Min(b_.Max(column, 0.0), w_ - 1.0);
  if (outside_ == Outside::kZero) {
    Val inside = b_.And(b_.Eq(r, row), b_.Eq(q, column));
    weight = b_.Select(inside, weight, b_.ScalarLike(weight, 0));
  }
  Val at = b_.Add(b_.Mul(b_.Cast(r, DType::kI64), b_.DimScalar(width_)), b_.Cast(q, DType::kI64));
  if (first) at = b_.Add(at, first);
  return b_.Mul(Widen(b_, b_.Gather(rows_, 0, at)), b_.Unsqueeze(weight, 2));
}

Val PlaneSampler::operator()(const Val& plane, Val row, Val column) const {
  Val first;
  if (images_ != Dim(1)) {
    first = b_.Unsqueeze(b_.Mul(plane, b_.DimScalar(height_ * width_)), 1);
  }
  Val valid = b_.And(Within(row, h_), Within(column, w_));
  if (outside_ == Outside::kClamped) {
    row = b_.Min(b_.Max(row, 0.0), h_ - 1.0);
    column = b_.Min(b_.Max(column, 0.0), w_ - 1.0);
  }
  Val top = b_.Floor(row), left = b_.Floor(column);
  Val down = b_.Sub(row, top), right = b_.Sub(column, left);
  Val y = Term(first, top, left, b_.Mul(1.0 - down, 1.0 - right));
  y = b_.Add(y, Term(first, top, left + 1.0, b_.Mul(1.0 - down, right)));
  y = b_.Add(y, Term(first, top + 1.0, left, b_.Mul(down, 1.0 - right)));
  y = b_.Add(y, Term(first, top + 1.0, left + 1.0, b_.Mul(down, right)));
  return b_.Select(b_.Unsqueeze(valid, 2), y, b_.ScalarLike(y, 0));
}

}  // namespace t2n
