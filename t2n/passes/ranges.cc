#include "t2n/passes/ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace t2n {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Interval kAnything = {-kInfinity, kInfinity};
// Chains of operations that are followed.
constexpr int kMaxDepth = 64;
// Constants that are looked at.
constexpr int64_t kMaxElements = 1 << 22;

Interval Union(Interval a, Interval b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

Interval Product(Interval a, Interval b) {
  double corners[] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
  for (double c : corners) {
    if (std::isnan(c)) return kAnything;
  }
  return {*std::min_element(corners, corners + 4), *std::max_element(corners, corners + 4)};
}

Interval OfConstant(const Tensor& t) {
  Tensor stored = t;
  for (size_t i = 0; i < stored.sizes.size(); ++i) {
    if (stored.strides[i] == 0 && stored.sizes[i] > 1) stored.sizes[i] = 1;
  }
  if (stored.numel() == 0 || stored.numel() > kMaxElements) return RangeOfType(t.dtype);
  absl::StatusOr<std::vector<double>> values = ReadDoubles(stored);
  if (!values.ok()) return RangeOfType(t.dtype);
  Interval range = {kInfinity, -kInfinity};
  for (double v : *values) {
    if (std::isnan(v)) return kAnything;
    range = Union(range, {v, v});
  }
  return range;
}

double CountReduced(const Node& node) {
  double count = 1;
  for (int64_t axis : node.attrs.Ints("axes")) {
    const Dim& d = node.inputs[0]->shape()[axis];
    count *= d.is_const() ? d.value() : kInfinity;
  }
  return count;
}

Interval OfUnary(Op op, Interval x) {
  if (IsRounding(op)) return {std::floor(x.low), std::ceil(x.high)};
  if (op == Op::kSquare) return {0, x.magnitude() * x.magnitude()};
  if (op == Op::kNeg) return {-x.high, -x.low};
  if (op == Op::kAbs) return {0, x.magnitude()};
  if (op == Op::kSign) return {-1, 1};
  return kAnything;
}

Interval OfBinary(Op op, Interval a, Interval b) {
  if (op == Op::kAdd) return {a.low + b.low, a.high + b.high};
  if (op == Op::kSub) return {a.low - b.high, a.high - b.low};
  if (op == Op::kMul) return Product(a, b);
  if (op == Op::kMin) return {std::min(a.low, b.low), std::min(a.high, b.high)};
  if (op == Op::kMax) return {std::max(a.low, b.low), std::max(a.high, b.high)};
  const bool shrinks = b.low >= 1 || b.high <= -1;
  if (op == Op::kDiv && shrinks) return {-a.magnitude(), a.magnitude()};
  return kAnything;
}

// Positions along an axis of that size.
Interval OfPositions(const Dim& size) {
  return {0, size.is_const() ? size.value() - 1.0 : kInfinity};
}

}  // namespace

Interval RangeOfType(DType dtype) {
  if (dtype == DType::kBool) return {0, 1};
  if (!IsInteger(dtype)) return kAnything;
  int bits = 8 * ItemSize(dtype);
  if (IsSigned(dtype)) return {-std::ldexp(1, bits - 1), std::ldexp(1, bits - 1) - 1};
  return {0, std::ldexp(1, bits) - 1};
}

Interval Ranges::Of(const Value* value) { return Find(value, 0); }

Interval Ranges::Find(const Value* value, int depth) {
  auto it = known_.find(value);
  if (it != known_.end()) return it->second;
  Interval type = RangeOfType(value->dtype()), range = type;
  if (value->constant) {
    range = OfConstant(*value->constant);
  } else if (depth < kMaxDepth) {
    range = Compute(value, depth + 1);
  }
  // What does not fit its type wraps around.
  if (range.low < type.low || range.high > type.high) range = type;
  return known_[value] = range;
}

Interval Ranges::Compute(const Value* value, int depth) {
  const Node& node = *value->node;
  auto in = [&](int i) { return Find(node.inputs[i], depth); };
  if (PicksElements(node.op)) return in(0);
  if (KindOf(node.op) == OpKind::kUnary) return OfUnary(node.op, in(0));
  if (KindOf(node.op) == OpKind::kBinary) return OfBinary(node.op, in(0), in(1));
  if (node.op == Op::kCast) return value->dtype() == DType::kBool ? Interval{0, 1} : in(0);
  if (node.op == Op::kSelect) return Union(in(1), in(2));
  if (node.op == Op::kConcat) {
    Interval range = in(0);
    for (size_t i = 1; i < node.inputs.size(); ++i) range = Union(range, in(i));
    return range;
  }
  if (node.op == Op::kPad) {
    return Union(in(0), {node.attrs.Float("value"), node.attrs.Float("value")});
  }
  if (node.op == Op::kReduceSum) {
    Interval x = in(0);
    double count = CountReduced(node);
    return {std::min(x.low * count, x.low), std::max(x.high * count, x.high)};
  }
  if (node.op == Op::kArgMax || node.op == Op::kArgMin) {
    return OfPositions(node.inputs[0]->shape()[node.attrs.Int("axis")]);
  }
  if (node.op == Op::kIota) return OfPositions(value->shape()[0]);
  return kAnything;
}

}  // namespace t2n
