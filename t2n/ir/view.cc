#include "t2n/ir/view.h"

namespace t2n {
namespace {

// Strides of `t` seen with `sizes` in row-major order, if no copy is needed.
std::optional<std::vector<int64_t>> ReshapeStrides(const Tensor& t,
                                                   const std::vector<int64_t>& sizes) {
  if (t.is_contiguous()) return ContiguousStrides(sizes);
  // Only axes of size 1 may come and go on a strided tensor.
  std::vector<int64_t> strides;
  size_t axis = 0;
  auto skip_ones = [&] {
    while (axis < t.sizes.size() && t.sizes[axis] == 1) ++axis;
  };
  for (int64_t size : sizes) {
    if (size == 1) {
      strides.push_back(1);
      continue;
    }
    skip_ones();
    if (axis == t.sizes.size() || t.sizes[axis] != size) return std::nullopt;
    strides.push_back(t.strides[axis++]);
  }
  return strides;
}

}  // namespace

std::optional<Tensor> ViewOf(Op op, const Attrs& attrs, const Tensor& t,
                             const std::vector<int64_t>& output_sizes) {
  Tensor view = t;
  view.sizes = output_sizes;
  if (!IsViewOp(op)) return std::nullopt;
  if (op == Op::kReshape) {
    auto strides = ReshapeStrides(t, output_sizes);
    if (!strides) return std::nullopt;
    view.strides = *std::move(strides);
  } else if (op == Op::kTranspose) {
    const auto& perm = attrs.Ints("perm");
    for (size_t i = 0; i < perm.size(); ++i) view.strides[i] = t.strides[perm[i]];
  } else if (op == Op::kBroadcast) {
    for (size_t i = 0; i < t.sizes.size(); ++i) {
      if (t.sizes[i] != output_sizes[i]) view.strides[i] = 0;
    }
  } else if (op == Op::kSlice) {
    int64_t axis = attrs.Int("axis");
    if (view.numel() > 0) view.offset += t.strides[axis] * attrs.Size("begin").value();
    if (view.sizes[axis] > 1) view.strides[axis] *= attrs.Int("step");
  } else {
    return std::nullopt;
  }
  return view;
}

}  // namespace t2n
