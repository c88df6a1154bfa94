#include "t2n/passes/left_out.h"

#include <limits>
#include <string>
#include <vector>

namespace t2n {

Val NeutralOf(Builder& b, Op reduction, DType dtype) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (reduction == Op::kReduceProd || reduction == Op::kReduceAll)
    return b.Scalar(dtype, int64_t{1});
  if (reduction != Op::kReduceMax && reduction != Op::kReduceMin)
    return b.Scalar(dtype, int64_t{0});
  const bool lowest = reduction == Op::kReduceMax;
  if (IsFloat(dtype)) return b.Scalar(dtype, lowest ? -kInfinity : kInfinity);
  const bool is_signed = IsSigned(dtype);
  const int64_t bits = dtype == DType::kBool ? 1 : 8 * ItemSize(dtype) - is_signed;
  const int64_t highest = std::numeric_limits<int64_t>::max() >> (63 - bits);
  return b.Scalar(dtype, lowest ? (is_signed ? -highest - 1 : 0) : highest);
}

// They are written behind the end, which is cut off.
Val ScatterChosen(Builder& b, const Node& node, const Val& x, const Val& at, const Val& updates,
                  const Val& mask) {
  const bool by_element = node.op == Op::kScatterElements;
  const int64_t axis = by_element ? node.attrs.Int("axis") : 0;
  Shape none(x.rank(), Dim(0)), one = none;
  one[axis] = 1;
  const Val wide = b.Pad(x, none, one), end = b.DimScalar(x.dim(axis));
  const std::string& mode = node.attrs.Str("mode");
  Val out;
  if (by_element) {
    out = b.ScatterElements(wide, axis, b.Select(mask, at, end), updates, mode);
  } else {
    std::vector<Val> columns = {b.Select(mask, b.Slice(at, 1, 0, 1), end)};
    if (at.dim(1) != Dim(1)) {
      columns.push_back(b.Select(mask, b.Slice(at, 1, 1, at.dim(1)), b.ScalarLike(at, 0)));
    }
    out = b.ScatterNd(wide, b.Concat(columns, 1), updates, mode);
  }
  return b.Slice(out, axis, 0, x.dim(axis));
}

}  // namespace t2n
