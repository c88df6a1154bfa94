#include "t2n/ir/fold.h"

#include <algorithm>

#include "t2n/base/status.h"
#include "t2n/ir/dim_values.h"
#include "t2n/kernels/kernel.h"

namespace t2n {
namespace {

// A folded result may always have this many bytes, or twice what its operands have.
constexpr int64_t kSmall = 1 << 20;
// Constants up to this many elements take part in size arithmetic.
constexpr int64_t kMaxDimElements = 64;

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

bool SymbolicAttrs(const Attrs& attrs) {
  for (const auto& [name, value] : attrs.all()) {
    if (const Dim* d = std::get_if<Dim>(&value); d && !d->is_const()) return true;
    if (const Shape* s = std::get_if<Shape>(&value); s && !ConstantShape(*s)) return true;
  }
  return false;
}

}  // namespace

std::optional<Tensor> ViewOf(Op op, const Attrs& attrs, const Tensor& t,
                             const std::vector<int64_t>& output_sizes) {
  Tensor view = t;
  view.sizes = output_sizes;
  switch (op) {
    case Op::kReshape: {
      auto strides = ReshapeStrides(t, output_sizes);
      if (!strides) return std::nullopt;
      view.strides = *std::move(strides);
      return view;
    }
    case Op::kTranspose: {
      const auto& perm = attrs.Ints("perm");
      for (size_t i = 0; i < perm.size(); ++i) view.strides[i] = t.strides[perm[i]];
      return view;
    }
    case Op::kBroadcast:
      for (size_t i = 0; i < t.sizes.size(); ++i) {
        if (t.sizes[i] != output_sizes[i]) view.strides[i] = 0;
      }
      return view;
    case Op::kSlice: {
      int64_t axis = attrs.Int("axis");
      if (view.numel() > 0) view.offset += t.strides[axis] * attrs.Size("begin").value();
      view.strides[axis] *= attrs.Int("step");
      return view;
    }
    default:
      return std::nullopt;
  }
}

absl::Status FoldNode(Node* node) {
  if (node->op == Op::kInput || node->op == Op::kConstant) return absl::OkStatus();
  if (FoldDims(node, kMaxDimElements)) return absl::OkStatus();
  std::vector<Tensor> inputs;
  int64_t input_bytes = 0;
  for (const Value* v : node->inputs) {
    if (!v->is_constant()) return absl::OkStatus();
    inputs.push_back(*v->constant);
    input_bytes += v->constant->is_expanded() ? 0 : v->constant->nbytes();
  }
  if (SymbolicAttrs(node->attrs)) return absl::OkStatus();
  int64_t output_bytes = 0;
  for (const auto& v : node->outputs) {
    auto sizes = ConstantShape(v->type.shape);
    if (!sizes) return absl::OkStatus();
    if (IsViewOp(node->op)) {
      v->constant = ViewOf(node->op, node->attrs, inputs[0], *sizes);
      if (v->constant) return absl::OkStatus();
    }
    Dim bytes = NumElements(v->type.shape) * ItemSize(v->type.dtype);
    output_bytes = std::max(output_bytes, bytes.value());
  }
  if (output_bytes > kSmall && output_bytes > 2 * input_bytes) return absl::OkStatus();
  auto results = RunNode(*node, inputs, [](absl::string_view) { return std::nullopt; });
  if (absl::IsUnimplemented(results.status())) return absl::OkStatus();
  if (!results.ok()) return results.status();
  for (size_t i = 0; i < results->size(); ++i) {
    node->outputs[i]->constant = std::move((*results)[i]);
  }
  return absl::OkStatus();
}

}  // namespace t2n
