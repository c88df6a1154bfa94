// Gathers, padding and running reductions by gathers, slices and joins.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/passes/standardizer.h"

namespace t2n {
namespace {

Tensor IntTensor(const std::vector<int64_t>& values, std::vector<int64_t> sizes) {
  Tensor t = Tensor::Ints(values);
  t.strides = ContiguousStrides(sizes);
  t.sizes = std::move(sizes);
  return t;
}

// Where an element of a padded axis comes from; -1 from the padding.
int64_t Source(int64_t at, int64_t size, const std::string& mode) {
  if (at >= 0 && at < size) return at;
  if (mode == "constant") return -1;
  if (mode == "replicate") return at < 0 ? 0 : size - 1;
  if (mode == "circular") return ((at % size) + size) % size;
  return at < 0 ? -at : 2 * (size - 1) - at;
}

}  // namespace

Op Combining(const std::string& mode) {
  if (mode == "mul" || mode == "prod") return Op::kMul;
  if (mode == "min") return Op::kMin;
  return mode == "max" ? Op::kMax : Op::kAdd;
}

Val Standardizer::Gather(const Val& x, int64_t axis, std::vector<int64_t> positions) {
  return b().Gather(x, axis, b().Ints(positions));
}

// Elements of x, flat, by a scalar index of the result's shape.
Val Standardizer::GatherFlat(const Val& x, const Val& index) {
  if (!index) return index;
  Val at = index;
  known_.ranges.Set(at.get(), {0, static_cast<double>(x.dim(0).constant().value_or(0))});
  return b().Gather(x, 0, Integer(at, DType::kI64));
}

Val Standardizer::GatherElements(const Node& node, const Val& x, const Val& index) {
  auto from = ConstantShape(x.shape()), to = ConstantShape(index.shape());
  if (!from || !to) return b().Fail("NNEF 1.0.5 has no symbolic sizes");
  int64_t axis = node.attrs.Int("axis");
  Val flat = b().Reshape(x, {x.numel()});
  if (flat.numel().value() > 1 << 24) return b().Fail("a gather from more than 2^24 elements");
  std::vector<int64_t> strides = ContiguousStrides(*from), others;
  ForEachIndex(*to, [&](int64_t, const std::vector<int64_t>& at) {
    int64_t offset = 0;
    for (size_t i = 0; i < at.size(); ++i) {
      if (static_cast<int64_t>(i) != axis) offset += at[i] * strides[i];
    }
    others.push_back(offset);
  });
  Val base = b().Cast(b().Constant(IntTensor(others, *to)), DType::kF32);
  Val along = Rounded(index) * static_cast<double>(strides.empty() ? 1 : strides[axis]);
  return GatherFlat(flat, along + base);
}

Val Standardizer::GatherNd(const Val& x, const Val& index) {
  auto from = ConstantShape(x.shape());
  int64_t last = index.rank() - 1, depth = index.dim(last).constant().value_or(0);
  if (!from || depth == 0) return b().Fail("NNEF 1.0.5 has no symbolic sizes");
  int64_t count = 1;
  for (int64_t i = 0; i < depth; ++i) count *= (*from)[i];
  if (count > 1 << 24) return b().Fail("a gather from more than 2^24 elements");
  Shape joined = {count};
  joined.insert(joined.end(), x.shape().begin() + depth, x.shape().end());
  Val at;
  int64_t stride = count;
  for (int64_t i = 0; i < depth; ++i) {
    stride /= (*from)[i];
    Val column = Rounded(b().SelectIndex(index, last, i)) * static_cast<double>(stride);
    at = at ? at + column : column;
  }
  return GatherFlat(b().Reshape(x, joined), at);
}

// In steps that double: after k of them each element has met the 2^k before it.
Val Standardizer::Cumulative(const Node& node, const Val& x) {
  int64_t axis = node.attrs.Int("axis"), length = x.dim(axis).constant().value_or(0);
  Op op = Combining(node.attrs.Str("mode"));
  Interval range = known_.ranges.Of(x.get());
  Val y = x;
  for (int64_t step = 1; step < length; step *= 2) {
    Val head = b().Slice(y, axis, 0, step);
    Val later = b().Slice(y, axis, step, length), earlier = b().Slice(y, axis, 0, length - step);
    y = b().Concat({head, b().Binary(op, later, earlier)}, axis);
  }
  if (y && op == Op::kAdd && y.get() != x.get()) {
    double most = range.magnitude() * length;
    known_.ranges.Set(y.get(), {-most, most});
  }
  return y;
}

// Halves are multiplied until one element is left.
Val Standardizer::Product(const std::vector<int64_t>& axes, Val x) {
  double most = std::max(known_.ranges.Of(x.get()).magnitude(), 1.0), count = 1;
  for (int64_t axis : axes) {
    int64_t length = x.dim(axis).constant().value_or(0);
    count *= length;
    while (length > 1) {
      int64_t half = length / 2;
      Val product = b().Mul(b().Slice(x, axis, 0, half), b().Slice(x, axis, half, 2 * half));
      if (length % 2) product = b().Concat({product, b().Slice(x, axis, length - 1, length)}, axis);
      x = product;
      length = half + length % 2;
    }
  }
  most = std::pow(most, count);
  if (x) known_.ranges.Set(x.get(), {-most, most});
  return x;
}

// The standard's pad takes scalars only.
Val Standardizer::PadByCopies(const Node& node, Val x) {
  auto before = ConstantShape(node.attrs.Sizes("before"));
  auto after = ConstantShape(node.attrs.Sizes("after"));
  if (!before || !after) return b().Fail("NNEF 1.0.5 has no symbolic sizes");
  const std::string& mode = node.attrs.Str("mode");
  for (size_t axis = 0; axis < before->size(); ++axis) {
    int64_t size = x.dim(axis).constant().value_or(0);
    if ((*before)[axis] == 0 && (*after)[axis] == 0) continue;
    auto padding = [&](int64_t count) {
      Shape shape = x.shape();
      shape[axis] = count;
      return b().Full(shape, x.dtype(), node.attrs.Float("value"));
    };
    if (mode == "constant") {
      x = b().Concat({padding((*before)[axis]), x, padding((*after)[axis])}, axis);
      continue;
    }
    std::vector<int64_t> positions;
    for (int64_t i = -(*before)[axis]; i < size + (*after)[axis]; ++i) {
      positions.push_back(Source(i, size, mode));
    }
    x = Gather(x, axis, std::move(positions));
  }
  return x;
}

}  // namespace t2n
