#include "t2n/aten/core/layers.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"

namespace t2n {

Val Linear(Builder& b, const Val& x, const Val& weight, const Val& bias) {
  if (!x || !weight) return Val();
  if (x.rank() < 1 || x.rank() > 20) return b.Fail("linear: rank of the input");
  std::string lead = std::string("abcdefghijklmnopqrst").substr(0, x.rank() - 1);
  std::string out = weight.rank() > 1 ? "y" : "";
  Val w = b.Cast(weight, x.dtype());
  Val y = b.Einsum(absl::StrCat(lead, "z,", out, "z->", lead, out), {x, w});
  return bias ? b.Add(y, b.Cast(bias, x.dtype())) : y;
}

Val AlongAxis(Builder& b, const Val& vector, int64_t axis, int64_t rank) {
  if (!vector) return vector;
  if (axis < 0 || axis >= rank) return b.Fail("a vector along an axis that is not there");
  Shape shape(rank, Dim(1));
  shape[axis] = vector.numel();
  return b.Reshape(vector, std::move(shape));
}

Val MultiplyAxis(Builder& b, const Val& x, int64_t axis, const Val& matrix) {
  if (!x || !matrix) return Val();
  if (x.rank() > 20) return b.Fail("product along an axis of too many");
  std::string letters = std::string("abcdefghijklmnopqrst").substr(0, x.rank());
  std::string to = letters;
  to[axis] = 'z';
  return b.Einsum(absl::StrCat(letters, ",z", letters.substr(axis, 1), "->", to),
                  {x, b.Cast(matrix, x.dtype())});
}

Val VectorNorm(Builder& b, const Val& x, double p, const std::vector<int64_t>& axes,
               bool keep_axes) {
  if (!x) return x;
  DType dtype = RealType(FloatType(x.dtype()));
  bool squares = p == 2 && !IsComplex(x.dtype());
  Val v = Widen(b, squares ? ToFloat(b, x) : b.Abs(ToFloat(b, x)));
  Val y;
  if (p == 0) {
    y = b.Reduce(Op::kReduceSum, b.Cast(b.Ne(v, 0.0), v.dtype()), axes, keep_axes);
  } else if (std::isinf(p)) {
    y = b.Reduce(p > 0 ? Op::kReduceMax : Op::kReduceMin, v, axes, keep_axes);
  } else if (p == 1) {
    y = b.Reduce(Op::kReduceSum, v, axes, keep_axes);
  } else if (p == 2) {
    y = b.Sqrt(b.Reduce(Op::kReduceSum, b.Square(v), axes, keep_axes));
  } else {
    y = b.Pow(b.Reduce(Op::kReduceSum, b.Pow(v, p), axes, keep_axes), 1 / p);
  }
  return b.Cast(y, dtype);
}

Val BagMembers(Builder& b, const Dim& n, const Val& offsets, bool include_last_offset) {
  if (!offsets) return Val();
  Val begin = b.Cast(offsets, DType::kI64);
  Dim bags = begin.dim(0);
  if (include_last_offset) {
    bags = bags - 1;
  } else {
    begin = b.Concat({begin, b.Reshape(b.DimScalar(n), {Dim(1)})}, 0);
  }
  Val end = b.Unsqueeze(b.Slice(begin, 0, 1, bags + 1), 1);
  begin = b.Unsqueeze(b.Slice(begin, 0, 0, bags), 1);
  Val at = b.Iota(n);
  return b.And(b.Ge(at, begin), b.Lt(at, end));
}

}  // namespace t2n
