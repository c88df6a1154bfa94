#include "t2n/aten/quantized/quantized_tensors.h"

#include <utility>

#include "t2n/aten/core/quantization.h"
#include "t2n/aten/core/quantized_means.h"

namespace t2n {
namespace {

using How = OnQuantized;

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
