#include "t2n/aten/quantized/quantized_tensors.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "t2n/aten/core/quantization.h"
#include "t2n/aten/core/quantized_means.h"

namespace t2n {
namespace {

using How = OnQuantized;

constexpr std::pair<absl::string_view, How> kOperators[] = {
    {"aten::_adaptive_avg_pool2d", How::kMean},
    {"aten::_adaptive_avg_pool3d", How::kMean},
    {"aten::adaptive_avg_pool1d", How::kMean},
    {"aten::adaptive_avg_pool2d", How::kMean},
    {"aten::adaptive_avg_pool3d", How::kMean},
    {"aten::adaptive_max_pool1d", How::kSteps},
    {"aten::adaptive_max_pool2d", How::kSteps},
    {"aten::adaptive_max_pool3d", How::kSteps},
    {"aten::amax", How::kSteps},
    {"aten::amin", How::kSteps},
    {"aten::argmax", How::kSteps},
    {"aten::argmin", How::kSteps},
    {"aten::avg_pool1d", How::kMean},
    {"aten::avg_pool2d", How::kMean},
    {"aten::avg_pool3d", How::kMean},
    {"aten::clamp", How::kReal},
    {"aten::clamp_max", How::kReal},
    {"aten::clamp_min", How::kReal},
    {"aten::constant_pad_nd", How::kReal},
    {"aten::elu", How::kReal},
    {"aten::eq", How::kReal},
    {"aten::ge", How::kReal},
    {"aten::gelu", How::kReal},
    {"aten::gt", How::kReal},
    {"aten::hardsigmoid", How::kUnit},
    {"aten::hardtanh", How::kReal},
    {"aten::le", How::kReal},
    {"aten::leaky_relu", How::kReal},
    {"aten::lt", How::kReal},
    {"aten::masked_fill", How::kReal},
    {"aten::max", How::kSteps},
    {"aten::max_pool1d", How::kSteps},
    {"aten::max_pool2d", How::kSteps},
    {"aten::max_pool3d", How::kSteps},
    {"aten::mean", How::kMean},
    {"aten::min", How::kSteps},
    {"aten::ne", How::kReal},
    {"aten::pad", How::kReal},
    {"aten::prelu", How::kReal},
    {"aten::quantized_max_pool1d", How::kSteps},
    {"aten::quantized_max_pool2d", How::kSteps},
    {"aten::quantized_max_pool3d", How::kSteps},
    {"aten::reflection_pad1d", How::kSteps},
    {"aten::reflection_pad2d", How::kSteps},
    {"aten::reflection_pad3d", How::kSteps},
    {"aten::relu", How::kSteps},
    {"aten::relu6", How::kReal},
    {"aten::replication_pad1d", How::kSteps},
    {"aten::replication_pad2d", How::kSteps},
    {"aten::replication_pad3d", How::kSteps},
    {"aten::sigmoid", How::kUnit},
    {"aten::sort", How::kSteps},
    {"aten::std", How::kReal},
    {"aten::tanh", How::kSigned},
    {"aten::threshold", How::kReal},
    {"aten::topk", How::kSteps},
    {"aten::upsample_bilinear2d", How::kSteps},
    {"aten::upsample_linear1d", How::kSteps},
    {"aten::upsample_nearest1d", How::kSteps},
    {"aten::upsample_nearest2d", How::kSteps},
    {"aten::upsample_nearest3d", How::kSteps},
    {"aten::_upsample_nearest_exact1d", How::kSteps},
    {"aten::_upsample_nearest_exact2d", How::kSteps},
    {"aten::_upsample_nearest_exact3d", How::kSteps},
    {"aten::upsample_trilinear3d", How::kSteps},
};

bool IsQuantizedTensor(const Arg& a) {
  return a.is_tensor() && a.tensor() && a.tensor()->type.quant;
}

QuantPtr ResultQuant(How how, DType dtype, const QuantPtr& given) {
  bool sign = dtype == DType::kQI8;
  if (how == How::kUnit) return PerTensor(0x1p-8, sign ? -128 : 0);
  if (how == How::kSigned) return PerTensor(0x1p-7, sign ? 0 : 128);
  return given;
}

Arg Requantized(Builder& b, How how, const Arg& result, DType dtype, const QuantPtr& quant) {
  if (result.is_list() || result.is_tuple()) {
    ArgList items;
    for (const Arg& item : result.items()) {
      items.push_back(Requantized(b, how, item, dtype, quant));
    }
    return result.is_list() ? Arg::List(std::move(items)) : Arg::Tuple(std::move(items));
  }
  if (!result.is_tensor() || !result.tensor() || !IsFloat(result.tensor().dtype())) return result;
  if (how == How::kSteps) return FromSteps(b, result.tensor(), dtype, quant);
  return b.Quantize(result.tensor(), dtype, ResultQuant(how, dtype, quant));
}

Arg Mean(OpFn fn, OpCall& call) {
  Builder& b = call.b;
  Val x = call.args()[0].tensor();
  ValueType type = x->type;
  MeanRounding rounding = RoundingOfMean(call, x);
  call.args()[0] = rounding.real ? b.Dequantize(x) : ToSteps(b, x);
  Val y = fn(call).tensor();
  if (rounding.real || !y) return y ? b.Quantize(y, type.dtype, type.quant) : y;
  y = BeforeRounding(y, rounding);
  return FromSteps(b, y, type.dtype, type.quant, rounding.with_zero_point);
}

}  // namespace

OnQuantized HowOnQuantized(absl::string_view name) {
  static const auto* const map =
      new absl::flat_hash_map<absl::string_view, How>(std::begin(kOperators), std::end(kOperators));
  auto it = map->find(name);
  return it == map->end() ? How::kKeep : it->second;
}

Arg CallOnQuantized(OnQuantized how, OpFn fn, OpCall& call) {
  Builder& b = call.b;
  ValueType first;
  for (Arg& a : call.args()) {
    if (!IsQuantizedTensor(a)) continue;
    const ValueType& type = a.tensor()->type;
    if (!first.quant) first = type;
    if (type.quant->axis >= 0) return call.Refuse("of a tensor quantized per channel");
    // Steps of several operands are comparable only if their scales are the same.
    if (how == How::kSteps && !(*type.quant == *first.quant)) how = How::kReal;
  }
  if (how == How::kMean) return Mean(fn, call);
  for (Arg& a : call.args()) {
    if (!IsQuantizedTensor(a)) continue;
    a = how == How::kSteps ? ToSteps(b, a.tensor()) : b.Dequantize(a.tensor());
  }
  return Requantized(b, how, fn(call), first.dtype, first.quant);
}

bool HasQuantized(const std::vector<Arg>& args) {
  for (const Arg& a : args) {
    if (IsQuantizedTensor(a)) return true;
  }
  return false;
}

}  // namespace t2n
