#include "t2n/kernels/scan.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/kernels/elements.h"

namespace t2n::kernels {
namespace {

Tensor SliceAt(const Tensor& t, int64_t axis, int64_t index) {
  Tensor view = t;
  view.offset += index * t.strides[axis];
  view.sizes[axis] = 1;
  return view;
}

// The slices of a scanned output, one an iteration, joined along `axis`.
absl::StatusOr<Tensor> Join(std::vector<Tensor> slices, int64_t axis, const ValueType& type) {
  if (slices.empty()) {
    uint8_t* unused;
    return NewTensor(type.dtype, *ConstantShape(type.shape), &unused);
  }
  Attrs attrs = {{"axis", axis}};
  T2N_ASSIGN_OR_RETURN(auto joined, FindKernel(Op::kConcat)({Op::kConcat, attrs, slices, {type}}));
  return joined[0];
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> RunScan(const Node& node, const Attrs& attrs,
                                            absl::Span<const Tensor> inputs,
                                            absl::Span<const ValueType> types,
                                            const Binding& bind) {
  const int64_t scanned = attrs.Int("scan_inputs"), states = attrs.Int("states");
  const int64_t length = attrs.Size("length").value();
  const auto &scan_axes = attrs.Ints("scan_axes"), &output_axes = attrs.Ints("output_axes");
  for (int64_t i = 0; i < scanned; ++i) {
    if (inputs[i].sizes[scan_axes[i]] != length) {
      return Invalid(node.op, absl::StrCat("input ", i, " has not ", length, " slices"));
    }
  }
  std::vector<Tensor> operands(inputs.begin(), inputs.end());
  std::vector<std::vector<Tensor>> slices(output_axes.size());
  for (int64_t k = 0; k < length; ++k) {
    int64_t at = attrs.Bool("reverse") ? length - 1 - k : k;
    for (int64_t i = 0; i < scanned; ++i) operands[i] = SliceAt(inputs[i], scan_axes[i], at);
    T2N_ASSIGN_OR_RETURN(std::vector<Tensor> results, RunBody(*node.bodies[0], operands, bind));
    for (int64_t i = 0; i < states; ++i) operands[scanned + i] = std::move(results[i]);
    for (size_t i = 0; i < slices.size(); ++i) slices[i].push_back(results[states + i]);
  }
  std::vector<Tensor> out(operands.begin() + scanned, operands.begin() + scanned + states);
  for (size_t i = 0; i < slices.size(); ++i) {
    if (attrs.Bool("reverse")) std::reverse(slices[i].begin(), slices[i].end());
    T2N_ASSIGN_OR_RETURN(Tensor t, Join(std::move(slices[i]), output_axes[i], types[states + i]));
    out.push_back(std::move(t));
  }
  return out;
}

}  // namespace t2n::kernels
