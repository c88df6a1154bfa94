#include "t2n/aten/core/quantization.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "t2n/aten/core/layers.h"

namespace t2n {
namespace {

// Scales below this are raised to it, in torch for the sake of half-precision hardware.
constexpr double kSmallScale = 6.1e-5f;

// f32 numbers: a rank-0 one, or a vector along an axis of `rank`.
Val Along(Builder& b, absl::Span<const double> values, int64_t axis, int64_t rank) {
  if (values.size() == 1) return b.Scalar(DType::kF32, values[0]);
  return AlongAxis(b, b.Doubles(DType::kF32, values), axis, rank);
}

std::vector<double> TimesScale(double scale, absl::Span<const double> weight_scales) {
  std::vector<double> out;
  for (double w : weight_scales) out.push_back(static_cast<float>(scale) * static_cast<float>(w));
  return out;
}

// bias / scale: fbgemm divides by scales a channel and multiplies by the inverse of a single one;
// qnnpack always does the latter.
Val InUnits(Builder& b, const Val& bias, std::vector<double> scales, bool qnnpack) {
  if (!qnnpack && scales.size() > 1) return b.Div(bias, Along(b, scales, 0, 1));
  for (double& s : scales) s = 1.0f / static_cast<float>(s);
  return b.Mul(bias, Along(b, scales, 0, 1));
}

}  // namespace

QuantPtr PerTensor(double scale, int64_t zero_point) {
  return std::make_shared<const QuantParams>(QuantParams{{scale}, {zero_point}, -1});
}

QuantPtr QuantOf(OpCall& c, absl::string_view scale, absl::string_view zero_point) {
  QuantPtr quant = PerTensor(c.number(scale), c.integer(zero_point));
  if (QuantizedTraits* traits = c.env().quantized_traits) {
    traits->largest_zero_point = std::max(traits->largest_zero_point, quant->zero_point[0]);
  }
  return quant;
}

Val Relabel(Builder& b, const Val& q, QuantPtr quant) {
  if (!q || (q->type.quant && *q->type.quant == *quant)) return q;
  Val same = b.FromIntRepr(b.IntRepr(q), q.dtype(), std::move(quant));
  if (same && q.is_constant()) same->name = q->name;
  return same;
}

Val ToSteps(Builder& b, const Val& q) {
  if (!q) return q;
  if (!q->type.quant) return b.Fail("a quantized tensor was expected");
  QuantParams unit = *q->type.quant;
  unit.scale.assign(unit.scale.size(), 1.0);
  return b.Dequantize(Relabel(b, q, std::make_shared<const QuantParams>(std::move(unit))));
}

Val FromSteps(Builder& b, const Val& steps, DType dtype, QuantPtr quant, bool shift_first) {
  if (!steps) return steps;
  int64_t zero_point = quant->zero_point[0];
  Val q = shift_first ? b.Quantize(steps + static_cast<double>(zero_point), dtype, PerTensor(1, 0))
                      : b.Quantize(steps, dtype, PerTensor(1, zero_point));
  return Relabel(b, q, std::move(quant));
}

// An activation's scale as oneDNN has it, which is handed the inverse.
double InvertedTwice(double scale) { return 1.0f / static_cast<float>(1.0 / scale); }

// The integers `sums` times a factor below 1 of 24 bits: the product loses its last 31 bits,
// rounded, and then the rest, halves away from zero
// (pytorch_qnnp_compute_conv_quantization_params). In f64 the factor is taken in two parts; all
// numbers are below 2^49.
Val TimesInFixedPoint(Builder& b, const Val& sums, float factor) {
  constexpr double kPart = 1 << 16;
  int exponent;
  const double multiplier = std::ldexp(std::frexp(factor, &exponent), 31);  // in [2^30, 2^31)
  const double upper = std::floor(multiplier / kPart), lower = multiplier - upper * kPart;
  Val x = b.Cast(sums, DType::kF64);
  Val carry = b.Floor((x * lower + 0x1p30) * (1 / kPart));
  Val product = b.Floor(b.Add(x * upper, carry) * (kPart * 0x1p-31));
  return b.Cast(RoundAway(b, product * std::ldexp(1.0, exponent)), DType::kF32);
}

// fbgemm (ReQuantizeOutput) adds bias / scale to the sums; qnnpack has rounded that to an integer;
// oneDNN multiplies by the scale first, and rounds with the zero point in it.
Val Requantize(Builder& b, const Products& p, DType dtype, QuantPtr quant, bool relu,
               QuantizedEngine engine) {
  if (!p.sums) return Val();
  float scale = static_cast<float>(quant->scale[0]);
  const bool qnnpack = IsQnnpack(engine);
  const bool onednn = engine == QuantizedEngine::kOneDnn;
  const double input_scale = onednn ? InvertedTwice(p.input_scale) : p.input_scale;
  std::vector<double> real = TimesScale(input_scale, p.weight_scales), steps;
  for (double r : real) {
    float f = static_cast<float>(r);
    steps.push_back(qnnpack ? f * (1.0f / scale) : f / scale);
  }
  const int64_t rank = p.sums.rank();
  Val y = p.sums, bias = p.bias ? b.Cast(p.bias, DType::kF32) : Val();
  if (bias && !onednn) bias = InUnits(b, bias, real, qnnpack);
  if (bias && qnnpack) bias = b.Round(bias);
  bias = AlongAxis(b, bias, p.axis, rank);
  if (bias) bias->name = p.bias->name;
  if (engine == QuantizedEngine::kFixedPointQnnpack && real.size() == 1) {
    y = TimesInFixedPoint(b, bias ? b.Add(y, bias) : y, static_cast<float>(real[0]) / scale);
  } else if (onednn) {
    y = b.Mul(y, Along(b, real, p.axis, rank));
    y = (bias ? b.Add(y, bias) : y) * (1.0f / scale);
  } else {
    y = b.Mul(bias ? b.Add(y, bias) : y, Along(b, steps, p.axis, rank));
  }
  return FromSteps(b, relu ? b.Max(y, 0) : y, dtype, std::move(quant), onednn);
}

Val RoundAway(Builder& b, const Val& x) { return b.Mul(b.Floor(b.Abs(x) + 0.5), b.Sign(x)); }

Val ToReal(Builder& b, const Products& p, const Val& input_scale, bool relu) {
  if (!p.sums) return Val();
  int64_t rank = p.sums.rank();
  Val y = b.Mul(p.sums, b.Mul(input_scale, Along(b, p.weight_scales, p.axis, rank)));
  if (p.bias) y = b.Add(y, AlongAxis(b, b.Cast(p.bias, DType::kF32), p.axis, rank));
  return relu ? b.Max(y, 0) : y;
}

bool ReducesRange(const OpEnv& env, bool asked) {
  if (asked && env.quantized_traits) env.quantized_traits->asks_for_reduced_range = true;
  return asked && !IsQnnpack(env.quantized_engine);
}

DynamicSteps QuantizeDynamically(Builder& b, const Val& x, bool reduce_range, bool is_signed) {
  if (!x) return {};
  std::vector<int64_t> axes(x.rank());
  for (size_t i = 0; i < axes.size(); ++i) axes[i] = i;
  const double levels = reduce_range ? 127 : 255;
  const double least = is_signed ? (reduce_range ? -64 : -128) : 0;
  Val real = b.Cast(x, DType::kF32);
  Val low = b.Min(b.Reduce(Op::kReduceMin, real, axes, false), 0);
  Val high = b.Max(b.Reduce(Op::kReduceMax, real, axes, false), 0);
  low = b.Cast(low, DType::kF64), high = b.Cast(high, DType::kF64);
  Val scale = (high - low) / levels;
  Val none = b.Eq(b.Cast(scale, DType::kF32), 0);
  scale = b.Select(none, b.ScalarLike(scale, 0.1), scale);
  // A raised scale widens the range in the same proportion, which keeps the zero point.
  Val zero_point = b.Neg(low / scale);
  if (is_signed) zero_point = zero_point + least;
  zero_point = b.Max(b.Min(b.Round(zero_point), least + levels), least);
  scale = b.Cast(b.Max(scale, kSmallScale), DType::kF32);
  zero_point = b.Cast(zero_point, DType::kF32);
  Val q = b.Round(b.Mul(real, b.Recip(scale))) + zero_point;
  q = b.Min(b.Max(q, is_signed ? -128 : 0), is_signed ? 127 : 255);
  Val integers = b.Cast(q, is_signed ? DType::kI8 : DType::kU8);
  return {b.Cast(integers, DType::kF32) - zero_point, scale, zero_point};
}

}  // namespace t2n
