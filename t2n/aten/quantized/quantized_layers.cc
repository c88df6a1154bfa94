// Quantized linear layers and convolutions, static and dynamic
// (ATen/native/quantized/cpu/{qlinear,qconv,qlinear_dynamic,qconv_dynamic}.cpp).
#include <algorithm>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/packed_params.h"
#include "t2n/aten/core/quantization.h"
#include "t2n/aten/quantized/ops.h"

namespace t2n {
namespace {

// Integers that stand for real numbers: of the activations and of the weights.
struct Operands {
  Val input;           // less the zero point, f32
  double input_scale;  // 1 where it is known at run time only
  Val weight, bias;    // weight as it was quantized
};

Products LinearProducts(Builder& b, const Operands& o) {
  if (!o.input || !o.weight) return {};
  if (o.weight.rank() != 2 || !o.weight->type.quant || o.weight->type.quant->axis > 0) {
    b.Fail("weights of a quantized linear layer that are no matrix quantized by rows");
    return {};
  }
  Val sums = Linear(b, o.input, ToSteps(b, o.weight), Val());
  return {sums, o.input_scale, o.weight->type.quant->scale, o.input.rank() - 1, o.bias};
}

// The convolution of one-dimensional layers has an axis of size 1 in front of its own.
Products ConvProducts(OpCall& c, const Operands& o, const ConvParams& p) {
  Builder& b = c.b;
  if (!o.input || !o.weight) return {};
  if (!o.weight->type.quant) {
    c.Refuse("weights that are not quantized");
    return {};
  }
  const QuantParams& quant = *o.weight->type.quant;
  int64_t channels = p.transposed ? 1 : 0;
  if (quant.axis >= 0 && (quant.axis != channels || (p.transposed && p.groups != 1))) {
    c.Refuse("weights quantized along another axis than the output channels");
    return {};
  }
  if (o.input.rank() != o.weight.rank()) {
    c.Refuse("rank of the input and of the weight differ");
    return {};
  }
  Window w{{}, p.stride, p.dilation, p.padding, p.padding};
  Val weight = ToSteps(b, o.weight);
  Val sums = p.transposed ? b.ConvTranspose(o.input, weight, Val(), w, p.groups, p.output_padding)
                          : b.Conv(o.input, weight, Val(), w, p.groups);
  return {sums, o.input_scale, quant.scale, 1, o.bias};
}

// Weights as halves, with activations that stay real.
bool HasHalves(const LinearParams& p) { return !IsQuantized(p.weight.dtype()); }

// Notes the parameters of a static layer: transposed convolutions have one scale with every engine.
void NoteLayer(OpCall& c, const Val& weight, const Packers& packers, bool transposed) {
  QuantizedTraits* traits = c.env().quantized_traits;
  if (!traits || !weight || !weight->type.quant) return;
  traits->packers.Intersect(packers);
  if (transposed) return;
  bool& trait =
      weight->type.quant->axis >= 0 ? traits->weights_per_channel : traits->weights_per_tensor;
  trait = true;
}

bool IsSymmetric(const Val& weight) {
  const std::vector<int64_t>& zeros = weight->type.quant->zero_point;
  return std::all_of(zeros.begin(), zeros.end(), [](int64_t z) { return z == 0; });
}

// The engine of one layer: x86 leaves linear ones and some convolutions to fbgemm
// (qlinear_prepack.cpp, qconv_prepack.cpp).
QuantizedEngine LinearEngine(const OpCall& c) {
  const QuantizedEngine engine = c.env().quantized_engine;
  return engine == QuantizedEngine::kX86 ? QuantizedEngine::kFbgemm : engine;
}
QuantizedEngine EngineOf(const OpCall& c, const ConvParams& p) {
  constexpr int64_t kMostGroups = 100;
  if (c.env().quantized_engine != QuantizedEngine::kX86) return c.env().quantized_engine;
  bool onednn = p.groups <= kMostGroups && IsSymmetric(p.weight) &&
                std::all_of(p.output_padding.begin(), p.output_padding.end(),
                            [](int64_t n) { return n == 0; });
  if (p.packers.TellFbgemmFromOneDnn()) onednn = p.packers.onednn;
  return onednn ? QuantizedEngine::kOneDnn : QuantizedEngine::kFbgemm;
}

double ScaleOf(OpCall& c, const Val& x) {
  if (!x || !x->type.quant || x->type.quant->axis >= 0) {
    c.Refuse("of an input that is not quantized per tensor");
    return 1;
  }
  return x->type.quant->scale[0];
}

Val StaticLinear(OpCall& c, QuantPtr quant, bool relu) {
  Val x = c.tensor("X");
  auto p = Params<LinearParams>(c, "W_prepack");
  double scale = ScaleOf(c, x);
  if (!c.b.ok() || !p) return Val();
  if (HasHalves(*p)) return c.RefuseArg("W_prepack", "holds halves");
  NoteLayer(c, p->weight, p->packers, false);
  Operands o{ToSteps(c.b, x), scale, p->weight, p->bias};
  return Requantize(c.b, LinearProducts(c.b, o), x.dtype(), std::move(quant), relu,
                    LinearEngine(c));
}

template <bool relu>
Arg QuantizedLinear(OpCall& c) {
  return StaticLinear(c, QuantOf(c, "Y_scale_i", "Y_zero_point_i"), relu);
}

Val DynamicLinear(OpCall& c, const Val& x, bool relu) {
  Builder& b = c.b;
  auto p = Params<LinearParams>(c, "W_prepack");
  bool reduce_range = ReducesRange(c.env(), c.boolean("reduce_range"));
  if (!p || !x) return Val();
  if (HasHalves(*p)) {
    Val y = Linear(b, x, b.Cast(p->weight, x.dtype()), p->bias);
    return relu ? b.Max(y, 0) : y;
  }
  DynamicSteps q = QuantizeDynamically(b, x, reduce_range);
  return ToReal(b, LinearProducts(b, {q.steps, 1, p->weight, p->bias}), q.scale, relu);
}

template <bool relu>
Arg QuantizedLinearDynamic(OpCall& c) {
  return DynamicLinear(c, c.tensor("X"), relu);
}

Arg LinearFp16UnpackedWeight(OpCall& c) {
  Val x = c.tensor("X");
  return Linear(c.b, x, c.b.Cast(Halved(c.tensor("weight")), x.dtype()), c.tensor("bias"));
}

// The input is quantized by given numbers, the result stays real.
template <bool relu>
Arg LinearQuantizedInside(OpCall& c) {
  Builder& b = c.b;
  QuantPtr quant = QuantOf(c, "X_scale", "X_zero_point");
  auto p = Params<LinearParams>(c, "W_prepack");
  if (!p) return Val();
  Operands o{ToSteps(b, b.Quantize(c.tensor("X"), DType::kQU8, quant)), 1, p->weight, p->bias};
  return ToReal(b, LinearProducts(b, o), b.Scalar(DType::kF32, quant->scale[0]), relu);
}

// Linear layers with a function behind that torch computes from the real numbers.
template <typename Fn>
Val RealFused(OpCall& c, Fn fn) {
  Builder& b = c.b;
  QuantPtr quant = QuantOf(c, "Y_scale_i", "Y_zero_point_i");
  Val x = c.tensor("X");
  auto p = Params<LinearParams>(c, "W_prepack");
  double scale = ScaleOf(c, x);
  if (!b.ok() || !p) return Val();
  Products products = LinearProducts(b, {ToSteps(b, x), scale, p->weight, p->bias});
  Val y = ToReal(b, products, b.Scalar(DType::kF32, scale), false);
  return b.Quantize(fn(y), x.dtype(), quant);
}

Arg LinearLeakyRelu(OpCall& c) {
  double slope = c.number("negative_slope");
  return RealFused(c, [&](const Val& y) { return c.b.Select(c.b.Lt(y, 0), y * slope, y); });
}
Arg LinearTanh(OpCall& c) {
  return RealFused(c, [&](const Val& y) { return c.b.Tanh(y); });
}

// The argument that holds a convolution's parameters: `packed_weight`, once `weight`.
std::shared_ptr<const ConvParams> ParamsOf(OpCall& c) {
  bool old = c.schema().IndexOf("packed_weight") < 0;
  if (old && c.env().quantized_traits) c.env().quantized_traits->before_torch_1_6 = true;
  return Params<ConvParams>(c, old ? "weight" : "packed_weight");
}

// `axes`: of the images.
template <int axes, bool relu>
Arg QuantizedConv(OpCall& c) {
  Builder& b = c.b;
  c.ignore({"stride", "padding", "dilation", "groups"});  // the packed parameters have them
  QuantPtr quant = QuantOf(c, "output_scale", "output_zero_point");
  Val x = c.tensor("qx");
  auto p = ParamsOf(c);
  double scale = ScaleOf(c, x);
  if (!b.ok() || !p) return Val();
  if (!p->weight || !p->weight->type.quant) return c.Refuse("weights that are not quantized");
  NoteLayer(c, p->weight, p->packers, p->transposed);
  constexpr bool one = axes == 1;
  if (one) x = b.Unsqueeze(x, 2);
  Products products = ConvProducts(c, {ToSteps(b, x), scale, p->weight, p->bias}, *p);
  Val y = Requantize(b, products, x.dtype(), std::move(quant), relu, EngineOf(c, *p));
  return one ? b.Squeeze(y, 2) : y;
}

// The sum is rounded to the output's scale once.
template <bool relu>
Arg QuantizedConvAdd(OpCall& c) {
  Builder& b = c.b;
  QuantPtr quant = QuantOf(c, "output_scale", "output_zero_point");
  Val x = c.tensor("qx"), accumulated = c.tensor("qaccum");
  auto p = ParamsOf(c);
  double scale = ScaleOf(c, x);
  ScaleOf(c, accumulated);
  if (!b.ok() || !p) return Val();
  Products products = ConvProducts(c, {ToSteps(b, x), scale, p->weight, p->bias}, *p);
  Val y = ToReal(b, products, b.Scalar(DType::kF32, scale), false);
  y = b.Add(y, b.Dequantize(accumulated));
  return b.Quantize(relu ? b.Max(y, 0) : y, x.dtype(), quant);
}

template <int axes>
Arg QuantizedConvDynamic(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("qx");
  auto p = ParamsOf(c);
  if (!p) return Val();
  constexpr bool one = axes == 1;
  if (one) x = b.Unsqueeze(x, 2);
  DynamicSteps q = QuantizeDynamically(b, x, ReducesRange(c.env(), c.boolean("reduce_range")));
  Val y = ToReal(b, ConvProducts(c, {q.steps, 1, p->weight, p->bias}, *p), q.scale, false);
  return one ? b.Squeeze(y, 2) : y;
}

#define T2N_QCONV(name, axes, relu)                           \
  {                                                           \
    "quantized::" name                                        \
    "(Tensor qx, Any packed_weight, float output_scale, int " \
    "output_zero_point) -> Tensor",                           \
        QuantizedConv<axes, relu>                             \
  }
#define T2N_QCONV_OLD(name, axes, relu)                                     \
  {                                                                         \
    "quantized::" name                                                      \
    "(Tensor qx, Any weight, int[] stride, int[] padding, int[] dilation, " \
    "int groups, float output_scale, int output_zero_point) -> Tensor",     \
        QuantizedConv<axes, relu>                                           \
  }
#define T2N_QCONV_DYNAMIC(name, axes)                                            \
  {                                                                              \
    "quantized::" name                                                           \
    "_dynamic(Tensor qx, Any packed_weight, bool reduce_range=False) -> Tensor", \
        QuantizedConvDynamic<axes>                                               \
  }
#define T2N_QLINEAR(name, relu)                                                                    \
  {                                                                                                \
    "quantized::" name "(Tensor X, Any W_prepack, float Y_scale_i, int Y_zero_point_i) -> Tensor", \
        QuantizedLinear<relu>                                                                      \
  }

constexpr OpEntry kOps[] = {
    T2N_QLINEAR("linear", false),
    T2N_QLINEAR("linear_relu", true),
    {"quantized::linear_leaky_relu(Tensor X, Any W_prepack, float Y_scale_i, int Y_zero_point_i, "
     "float negative_slope) -> Tensor",
     LinearLeakyRelu},
    {"quantized::linear_tanh(Tensor X, Any W_prepack, float Y_scale_i, int Y_zero_point_i) -> "
     "Tensor",
     LinearTanh},
    {"quantized::linear_dynamic(Tensor X, Any W_prepack, bool reduce_range=False) -> Tensor",
     QuantizedLinearDynamic<false>},
    {"quantized::linear_relu_dynamic(Tensor X, Any W_prepack, bool reduce_range=False) -> Tensor",
     QuantizedLinearDynamic<true>},
    {"quantized::linear_dynamic_fp16(Tensor X, Any W_prepack) -> Tensor",
     QuantizedLinearDynamic<false>},
    {"quantized::linear_relu_dynamic_fp16(Tensor X, Any W_prepack) -> Tensor",
     QuantizedLinearDynamic<true>},
    {"quantized::linear_dynamic_fp16_unpacked_weight(Tensor X, Tensor weight, Tensor? bias) -> "
     "Tensor",
     LinearFp16UnpackedWeight},
    {"quantized::linear_with_input_q_dq_qweight_dq_output_fp32(Tensor X, float X_scale, int "
     "X_zero_point, Any W_prepack) -> Tensor",
     LinearQuantizedInside<false>},
    {"quantized::linear_with_input_q_dq_qweight_dq_relu_output_fp32(Tensor X, float X_scale, int "
     "X_zero_point, Any W_prepack) -> Tensor",
     LinearQuantizedInside<true>},
    T2N_QCONV("conv1d", 1, false),
    T2N_QCONV("conv1d_relu", 1, true),
    T2N_QCONV("conv2d", 2, false),
    T2N_QCONV("conv2d_relu", 2, true),
    T2N_QCONV("conv3d", 3, false),
    T2N_QCONV("conv3d_relu", 3, true),
    T2N_QCONV("conv_transpose1d", 1, false),
    T2N_QCONV("conv_transpose2d", 2, false),
    T2N_QCONV("conv_transpose3d", 3, false),
    T2N_QCONV_OLD("conv2d", 2, false),
    T2N_QCONV_OLD("conv2d_relu", 2, true),
    T2N_QCONV_OLD("conv3d", 3, false),
    T2N_QCONV_OLD("conv3d_relu", 3, true),
    {"quantized::conv2d_add(Tensor qx, Tensor qaccum, Any packed_weight, float output_scale, int "
     "output_zero_point) -> Tensor",
     QuantizedConvAdd<false>},
    {"quantized::conv2d_add_relu(Tensor qx, Tensor qaccum, Any packed_weight, float output_scale, "
     "int output_zero_point) -> Tensor",
     QuantizedConvAdd<true>},
    T2N_QCONV_DYNAMIC("conv1d", 1),
    T2N_QCONV_DYNAMIC("conv2d", 2),
    T2N_QCONV_DYNAMIC("conv3d", 3),
    T2N_QCONV_DYNAMIC("conv_transpose1d", 1),
    T2N_QCONV_DYNAMIC("conv_transpose2d", 2),
    T2N_QCONV_DYNAMIC("conv_transpose3d", 3),
};

}  // namespace

absl::Span<const OpEntry> QuantizedLayerOps() { return kOps; }

}  // namespace t2n
