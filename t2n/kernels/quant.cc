#include "t2n/kernels/quant.h"

#include <algorithm>
#include <cmath>

#include "t2n/base/status.h"
#include "t2n/kernels/elements.h"

namespace t2n::kernels {
namespace {

using Results = absl::StatusOr<std::vector<Tensor>>;

absl::Status CheckQuant(Op op, const Tensor& t, const QuantPtr& quant) {
  if (!quant) return Invalid(op, "no quantization parameters");
  size_t count = 1;
  if (quant->axis >= 0) {
    if (quant->axis >= t.rank()) return Invalid(op, "channel axis out of range");
    count = t.sizes[quant->axis];
  }
  if (quant->scale.size() != count || quant->zero_point.size() != count) {
    return Invalid(op, "one scale and zero point a channel expected");
  }
  return absl::OkStatus();
}

// Calls each(i, channel) for the elements of a tensor of `sizes` in row-major order.
template <typename Each>
void ForEachElement(const Sizes& sizes, int64_t axis, int64_t count, Each each) {
  int64_t inner = 1, channels = axis < 0 ? 1 : sizes[axis];
  for (size_t i = axis + 1; axis >= 0 && i < sizes.size(); ++i) inner *= sizes[i];
  for (int64_t i = 0; i < count; ++i) each(i, axis < 0 ? 0 : i / inner % channels);
}

Results Quantize(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  const QuantPtr quant = call.attrs.Quant("quant");
  T2N_RETURN_IF_ERROR(CheckQuant(call.op, t, quant));
  DType dtype = call.attrs.Type("dtype");
  T2N_ASSIGN_OR_RETURN(auto x, Elements<float>::Read(t));
  uint8_t* out;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(dtype, t.sizes, &out));
  StoreFn store = FindStore(Compute::kInt, dtype);
  ForEachElement(t.sizes, quant->axis, x.size(), [&](int64_t i, int64_t c) {
    int64_t q = QuantizeValue(x[i], quant->scale[c], quant->zero_point[c], dtype);
    store(&q, 1, out + i * ItemSize(dtype));
  });
  return std::vector<Tensor>{std::move(result)};
}

Results Dequantize(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  const QuantPtr quant = call.quants.empty() ? nullptr : call.quants[0];
  T2N_RETURN_IF_ERROR(CheckQuant(call.op, t, quant));
  T2N_ASSIGN_OR_RETURN(auto q, Elements<int64_t>::Read(t));
  std::vector<float> out(q.size());
  ForEachElement(t.sizes, quant->axis, q.size(), [&](int64_t i, int64_t c) {
    out[i] = static_cast<float>(q[i] - quant->zero_point[c]) * static_cast<float>(quant->scale[c]);
  });
  T2N_ASSIGN_OR_RETURN(Tensor result, Store(DType::kF32, t.sizes, out.data()));
  return std::vector<Tensor>{std::move(result)};
}

// The same bytes under another name.
Results IntRepr(const KernelCall& call) {
  Tensor t = call.inputs[0];
  t.dtype = StorageType(t.dtype);
  return std::vector<Tensor>{std::move(t)};
}

Results FromIntRepr(const KernelCall& call) {
  Tensor t = call.inputs[0];
  DType dtype = call.attrs.Type("dtype");
  if (t.dtype != StorageType(dtype)) return NotDefined(call.op, t.dtype);
  t.dtype = dtype;
  return std::vector<Tensor>{std::move(t)};
}

constexpr KernelEntry kTable[] = {{Op::kQuantize, Quantize},
                                  {Op::kDequantize, Dequantize},
                                  {Op::kIntRepr, IntRepr},
                                  {Op::kFromIntRepr, FromIntRepr}};

}  // namespace

int64_t QuantizeValue(float value, double scale, int64_t zero_point, DType dtype) {
  float inverse = 1.0f / static_cast<float>(scale);
  float q = std::nearbyint(value * inverse) + static_cast<float>(zero_point);
  double low = dtype == DType::kQU8 ? 0 : dtype == DType::kQI8 ? -128 : INT32_MIN;
  double high = dtype == DType::kQU8 ? 255 : dtype == DType::kQI8 ? 127 : INT32_MAX;
  return q != q ? zero_point : static_cast<int64_t>(std::clamp<double>(q, low, high));
}

absl::Span<const KernelEntry> QuantKernels() { return kTable; }

}  // namespace t2n::kernels
