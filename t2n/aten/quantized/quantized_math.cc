// Arithmetic, activations and normalisation of quantized tensors with scales of their results given
// (ATen/native/quantized/cpu/{BinaryOps,qmul,qmatmul,qconcat,qnormalization,...}.cpp).
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/quantization.h"
#include "t2n/aten/quantized/ops.h"

namespace t2n {
namespace {

// A quantized argument, per tensor.
Val Quantized(OpCall& c, absl::string_view name) {
  Val x = c.tensor(name);
  if (!x) return x;
  if (!x->type.quant) return c.RefuseArg(name, "is not quantized");
  if (x->type.quant->axis >= 0) return c.RefuseArg(name, "is quantized per channel");
  return x;
}

float ScaleOf(const Val& x) { return static_cast<float>(x->type.quant->scale[0]); }

// The functions below are of an operator alone, and of one with a relu behind it.
template <bool relu>
Val Rectified(OpCall& c, const Val& x) {
  return relu ? c.b.Max(x, 0) : x;
}

// qnnpack's addition (add_nc_q8) in fixed point: both scales relative to the output's have 22 bits,
// the larger one all of them; halves are rounded away from zero. In f32 the factors are taken in
// two halves of 11 bits: products with steps (9 bits) and all sums are exact.
template <bool relu>
Val AddInFixedPoint(OpCall& c, const Val& x, const Val& y, const QuantPtr& quant) {
  constexpr double kHalf = 1 << 11;
  Builder& b = c.b;
  float out = static_cast<float>(quant->scale[0]);
  float scales[2] = {ScaleOf(x) / out, ScaleOf(y) / out};
  float largest = std::max(scales[0], scales[1]);
  // What qnnpack takes.
  if (!(largest >= 0x1p-14 && largest < 0x1p8)) return c.Refuse("of such scales");
  int shift = 21 - std::ilogb(largest);
  Val high, low;
  for (int i : {0, 1}) {
    double factor = std::nearbyint(std::ldexp(double{scales[i]}, shift));
    double upper = std::floor(factor / kHalf);
    Val steps = ToSteps(b, i == 0 ? x : y);
    Val above = b.Mul(steps, upper), below = b.Mul(steps, factor - upper * kHalf);
    high = i == 0 ? above : b.Add(high, above);
    low = i == 0 ? below : b.Add(low, below);
  }
  Val carry = b.Floor(low * (1 / kHalf));
  high = b.Add(high, carry);
  Val rest = b.Cast(b.Gt(low, b.Mul(carry, kHalf)), DType::kF32);  // of less than a unit of `high`
  double unit = std::ldexp(1.0, shift) / kHalf;
  Val up = b.Floor(b.Mul(high + unit / 2, 1 / unit));
  Val down = b.Ceil(b.Mul(b.Add(high - unit / 2, rest), 1 / unit));
  Val steps = b.Select(b.Ge(high, 0), up, down);
  return FromSteps(b, Rectified<relu>(c, steps), x.dtype(), quant);
}

// scale * integer - scale * zero_point with one rounding, as Vectorized::dequantize has it
// (vec512_qint.h): the product is exact in f64.
Val DequantizeFused(Builder& b, const Val& q) {
  float scale = ScaleOf(q), zero_point = static_cast<float>(q->type.quant->zero_point[0]);
  Val product = b.Cast(b.IntRepr(q), DType::kF64) * static_cast<double>(scale);
  return b.Cast(product + static_cast<double>(-scale * zero_point), DType::kF32);
}

template <bool relu>
Arg Add(OpCall& c) {
  Val a = Quantized(c, "qa"), b = Quantized(c, "qb");
  if (!a || !b) return Val();
  bool qnnpack = IsQnnpack(c.env().quantized_engine);
  if (qnnpack && a.dtype() == DType::kQU8 && a.shape() == b.shape()) {
    return AddInFixedPoint<relu>(c, a, b, QuantOf(c, "scale", "zero_point"));
  }
  Val sum = c.b.Add(DequantizeFused(c.b, a), DequantizeFused(c.b, b));
  return c.b.Quantize(Rectified<relu>(c, sum), a.dtype(), QuantOf(c, "scale", "zero_point"));
}

// The product of the integers is exact.
template <bool relu>
Arg Mul(OpCall& c) {
  Val a = Quantized(c, "qa"), b = Quantized(c, "qb");
  QuantPtr quant = QuantOf(c, "scale", "zero_point");
  if (!a || !b) return Val();
  float step = ScaleOf(a) * ScaleOf(b) * (1.0f / static_cast<float>(quant->scale[0]));
  Val product = c.b.Mul(c.b.Mul(ToSteps(c.b, a), ToSteps(c.b, b)), step);
  return FromSteps(c.b, Rectified<relu>(c, product), a.dtype(), quant);
}

Arg MatMul(OpCall& c) {
  Val a = Quantized(c, "qa"), b = Quantized(c, "qb");
  if (!a || !b) return Val();
  Val product = c.b.MatMul(c.b.Dequantize(a), c.b.Dequantize(b));
  return c.b.Quantize(product, a.dtype(), QuantOf(c, "scale", "zero_point"));
}

struct IntegerRange {
  int64_t low, high;
};
IntegerRange RangeOf(DType t) {
  if (t == DType::kQU8) return {0, 255};
  if (t == DType::kQI8) return {-128, 127};
  return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
}

template <bool relu>
Val RectifiedInPlace(OpCall& c, const Val& q) {
  if (!relu) return q;
  return FromSteps(c.b, c.b.Max(ToSteps(c.b, q), 0), q.dtype(), q->type.quant);
}

// Moves the zero point; where it would leave the integers' range, the scale widens to fit.
template <bool relu>
Arg AddScalar(OpCall& c) {
  constexpr double kMax = 1 << 30;
  Builder& b = c.b;
  Val x = Quantized(c, "qa");
  double other = c.number("b");
  if (!x) return Val();
  double scale = x->type.quant->scale[0], by = std::nearbyint(other / scale);
  if (!(std::abs(by) < kMax)) return c.RefuseArg("b", "is out of proportion to the scale");
  int64_t moved = x->type.quant->zero_point[0] - static_cast<int64_t>(by);
  IntegerRange range = RangeOf(x.dtype());
  if (moved >= range.low && moved <= range.high) {
    return RectifiedInPlace<relu>(c, Relabel(b, x, PerTensor(scale, moved)));
  }
  bool below = moved < range.low;
  double reach = static_cast<double>(below ? range.high - moved : moved - range.low);
  double wide = reach / static_cast<double>(range.high - range.low) * scale;
  QuantPtr quant = PerTensor(wide, below ? range.low : range.high);
  float step = static_cast<float>(scale) * (1.0f / static_cast<float>(wide));
  Val sum = ToSteps(b, x) + by;
  return FromSteps(b, Rectified<relu>(c, b.Mul(sum, step)), x.dtype(), quant);
}

// Only the scale changes; a negative factor mirrors the integers.
template <bool relu>
Arg MulScalar(OpCall& c) {
  Builder& b = c.b;
  Val x = Quantized(c, "qa");
  double factor = c.number("b");
  if (!x) return Val();
  double scale = x->type.quant->scale[0];
  int64_t zero_point = x->type.quant->zero_point[0];
  IntegerRange range = RangeOf(x.dtype());
  if (factor > 0) {
    return RectifiedInPlace<relu>(c, Relabel(b, x, PerTensor(scale * factor, zero_point)));
  }
  if (factor == 0) return FromSteps(b, ToSteps(b, x) * 0.0, x.dtype(), PerTensor(1, 0));
  QuantPtr mirrored = PerTensor(scale * -factor, range.high + range.low - zero_point);
  return RectifiedInPlace<relu>(c, FromSteps(b, b.Neg(ToSteps(b, x)), x.dtype(), mirrored));
}

template <bool relu>
Arg Cat(OpCall& c) {
  Builder& b = c.b;
  std::vector<Val> xs = c.tensors("qx");
  if (xs.empty()) return c.RefuseArg("qx");
  for (const Val& x : xs) {
    if (!x || !x->type.quant || x->type.quant->axis >= 0)
      return c.RefuseArg("qx", "has a tensor that is not quantized");
  }
  QuantPtr quant = xs[0]->type.quant;
  quant = PerTensor(c.has("scale") ? c.number("scale") : quant->scale[0],
                    c.has("zero_point") ? c.integer("zero_point") : quant->zero_point[0]);
  for (Val& x : xs) {
    bool same = *x->type.quant == *quant && !relu;
    if (!same) x = b.Quantize(Rectified<relu>(c, b.Dequantize(x)), x.dtype(), quant);
  }
  return b.Concat(xs, c.axis("dim", xs[0].rank()));
}

// y = x * scale + shift a channel, in units of the output's scale.
template <bool relu>
Arg BatchNorm(OpCall& c) {
  Builder& b = c.b;
  Val x = Quantized(c, "qx");
  QuantPtr quant = QuantOf(c, "output_scale", "output_zero_point");
  if (!x) return Val();
  if (x.rank() < 2) return c.RefuseArg("qx", "has no channels");
  Val scale = b.Recip(b.Sqrt(c.tensor("var") + c.number("eps")));
  if (Val weight = c.tensor("weight")) scale = b.Mul(scale, weight);
  Val shift = b.Neg(b.Mul(c.tensor("mean"), scale));
  if (Val bias = c.tensor("bias")) shift = b.Add(shift, bias);
  float out = static_cast<float>(quant->scale[0]);
  scale = b.Mul(scale, ScaleOf(x) / out);
  shift = b.Div(shift, out);
  Val y = b.Add(b.Mul(ToSteps(b, x), AlongAxis(b, scale, 1, x.rank())),
                AlongAxis(b, shift, 1, x.rank()));
  return FromSteps(b, Rectified<relu>(c, y), x.dtype(), quant);
}

Val Real(OpCall& c, const Val& x) { return x && x->type.quant ? c.b.Dequantize(x) : x; }

// Calls aten's operator of the same name on the real numbers, with all arguments but those that say
// how to quantize the result: as its input is quantized where there are none.
Arg ThroughReal(OpCall& c) {
  Val x = Quantized(c, c.schema().args[0].name);
  if (!x) return Val();
  bool given = c.schema().IndexOf("output_scale") >= 0;
  QuantPtr quant = given ? QuantOf(c, "output_scale", "output_zero_point") : x->type.quant;
  c.ignore({"inplace"});
  std::vector<Arg> args;
  for (const SchemaArg& formal : c.schema().args) {
    absl::string_view name = formal.name;
    if (name == "output_scale" || name == "output_zero_point" || name == "inplace") continue;
    const Arg& a = c.arg(name);
    args.push_back(a.is_tensor() ? Arg(Real(c, a.tensor())) : a);
  }
  absl::string_view name = c.schema().name;
  absl::ConsumePrefix(&name, "quantized::");
  Val y = c.Call(absl::StrCat("aten::", name), args);
  return c.b.Quantize(y, x.dtype(), quant);
}

// torch's names for max pools of quantized tensors: as of others.
template <int axes>
Arg QuantizedMaxPool(OpCall& c) {
  std::vector<Arg> args;
  for (const SchemaArg& formal : c.schema().args) args.push_back(c.arg(formal.name));
  return c.Call(absl::StrCat("aten::max_pool", axes, "d"), args);
}

// The slopes and the factor of positive elements, which is 1 as far as the slopes' integers reach.
Arg Prelu(OpCall& c) {
  Builder& b = c.b;
  Val x = Quantized(c, "qx"), slopes = Quantized(c, "weight");
  QuantPtr quant = QuantOf(c, "output_scale", "output_zero_point");
  if (!x || !slopes) return Val();
  Val one = b.Quantize(b.Scalar(DType::kF32, 1.0), slopes.dtype(), slopes->type.quant);
  bool single = slopes.numel() == Dim(1);
  Val negative = ToSteps(b, slopes);
  negative =
      single ? b.Reshape(negative, {}) : AlongAxis(b, negative, x.rank() > 1 ? 1 : 0, x.rank());
  Val steps = ToSteps(b, x);
  Val factor = b.Select(b.Gt(steps, 0), ToSteps(b, one), negative);
  float step = ScaleOf(x) * ScaleOf(slopes) * (1.0f / static_cast<float>(quant->scale[0]));
  return FromSteps(b, b.Mul(b.Mul(steps, factor), step), x.dtype(), quant);
}

Arg InstanceNorm(OpCall& c) {
  Val x = Quantized(c, "input");
  if (!x) return Val();
  Val y = c.Call("aten::instance_norm", {c.b.Dequantize(x), c.arg("weight"), c.arg("bias"), Arg(),
                                         Arg(), true, 0.0, c.number("eps"), false});
  return c.b.Quantize(y, x.dtype(), QuantOf(c, "output_scale", "output_zero_point"));
}

// torch's kernel gives its input back, whatever the output is said to be like.
Arg Dropout(OpCall& c) {
  c.ignore({"p", "output_scale", "output_zero_point"});
  if (c.boolean("training")) return c.RefuseArg("training");
  return Quantized(c, "self");
}

#define T2N_BINARY(name, fn)                                                                       \
  {"quantized::" name "(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor", fn<false>}, \
  {                                                                                                \
    "quantized::" name "_relu(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor",       \
        fn<true>                                                                                   \
  }
#define T2N_WITH_SCALAR(name, fn)                                                        \
  {"quantized::" name "(Tensor qa, Scalar b) -> Tensor", fn<false>},                     \
      {"quantized::" name "_relu(Tensor qa, Scalar b) -> Tensor", fn<true>},             \
      {"quantized::" name "_scalar(Tensor qa, Scalar b) -> Tensor", fn<false>},          \
      {"quantized::" name "_scalar_relu(Tensor qa, Scalar b) -> Tensor", fn<true>},      \
      {"quantized::" name ".Scalar2(Scalar b, Tensor qa) -> Tensor", fn<false>},         \
      {"quantized::" name "_relu.Scalar2(Scalar b, Tensor qa) -> Tensor", fn<true>},     \
      {"quantized::" name "_scalar.Tensor(Tensor qa, Tensor b) -> Tensor", fn<false>}, { \
    "quantized::" name "_scalar_relu.Tensor(Tensor qa, Tensor b) -> Tensor", fn<true>    \
  }
#define T2N_BATCH_NORM_ARGUMENTS                                                         \
  "(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, float " \
  "output_scale, int output_zero_point) -> Tensor"
#define T2N_BATCH_NORM(name)                                             \
  {"quantized::" name T2N_BATCH_NORM_ARGUMENTS, BatchNorm<false>}, {     \
    "quantized::" name "_relu" T2N_BATCH_NORM_ARGUMENTS, BatchNorm<true> \
  }
#define T2N_THROUGH_REAL(signature) \
  { "quantized::" signature " -> Tensor", ThroughReal }

#define T2N_MAX_POOL(axes)                                                                   \
  {                                                                                          \
    "aten::quantized_max_pool" #axes "d(Tensor self, int[" #axes "] kernel_size, int[" #axes \
    "] stride=[], int[" #axes "] padding=0, int[" #axes                                      \
    "] dilation=1, bool ceil_mode=False) -> Tensor",                                         \
        QuantizedMaxPool<axes>, nullptr, OnQuantized::kSteps                                 \
  }

constexpr OpEntry kOps[] = {
    T2N_BINARY("add", Add),
    T2N_BINARY("mul", Mul),
    T2N_WITH_SCALAR("add", AddScalar),
    T2N_WITH_SCALAR("mul", MulScalar),
    {"quantized::matmul(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor", MatMul},
    {"quantized::cat(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor", Cat<false>},
    {"quantized::cat_relu(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor",
     Cat<true>},
    T2N_BATCH_NORM("batch_norm"),
    T2N_BATCH_NORM("batch_norm1d"),
    T2N_BATCH_NORM("batch_norm2d"),
    T2N_BATCH_NORM("batch_norm3d"),
    {"aten::quantized_batch_norm(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, "
     "float eps, float output_scale, int output_zero_point) -> Tensor",
     BatchNorm<false>},
    T2N_THROUGH_REAL(
        "celu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1)"),
    T2N_THROUGH_REAL("clamp(Tensor qx, Scalar? min=None, Scalar? max=None)"),
    T2N_THROUGH_REAL("elu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1, "
                     "Scalar scale=1, Scalar input_scale=1)"),
    T2N_THROUGH_REAL("group_norm(Tensor input, int num_groups, Tensor? weight, Tensor? bias, float "
                     "eps, float output_scale, int output_zero_point)"),
    T2N_THROUGH_REAL("hardswish(Tensor input, float output_scale, int output_zero_point)"),
    T2N_THROUGH_REAL("layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? "
                     "bias, float eps, float output_scale, int output_zero_point)"),
    T2N_THROUGH_REAL("leaky_relu(Tensor qx, Scalar negative_slope, bool inplace, float "
                     "output_scale, int output_zero_point)"),
    T2N_THROUGH_REAL("max_pool1d(Tensor qx, int[] kernel_size, int[] stride, int[] padding, int[] "
                     "dilation, bool ceil_mode)"),
    T2N_THROUGH_REAL("max_pool2d(Tensor qx, int[] kernel_size, int[] stride, int[] padding, int[] "
                     "dilation, bool ceil_mode)"),
    T2N_MAX_POOL(1),
    T2N_MAX_POOL(2),
    T2N_MAX_POOL(3),
    {"quantized::prelu(Tensor qx, Tensor weight, float output_scale, int output_zero_point) -> "
     "Tensor",
     Prelu},
    T2N_THROUGH_REAL("relu6(Tensor qx, bool inplace=False)"),
    T2N_THROUGH_REAL("sigmoid(Tensor qx, float output_scale, int output_zero_point)"),
    T2N_THROUGH_REAL("softmax(Tensor qx, int dim, float output_scale, int output_zero_point)"),
    T2N_THROUGH_REAL("threshold(Tensor qx, Scalar threshold, Scalar value)"),
    {"quantized::instance_norm(Tensor input, Tensor? weight, Tensor? bias, float eps, float "
     "output_scale, int output_zero_point) -> Tensor",
     InstanceNorm},
    {"quantized::dropout(Tensor self, float output_scale, int output_zero_point, Scalar p=0.5, "
     "bool training=False) -> Tensor",
     Dropout},
};

}  // namespace

absl::Span<const OpEntry> QuantizedMathOps() { return kOps; }

}  // namespace t2n
