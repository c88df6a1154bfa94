// To quantized tensors and back, and what is known of them (ATen/native/quantized/QTensor.cpp,
// FakeQuantPerTensorAffine.cpp, FakeQuantPerChannelAffine.cpp).
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/packed_params.h"
#include "t2n/aten/core/quantization.h"
#include "t2n/aten/quantized/ops.h"

namespace t2n {
namespace {

// A tensor argument's only element.
std::optional<double> Known(const Val& v) {
  if (!v || !v.is_constant() || v.numel() != Dim(1)) return std::nullopt;
  auto values = ReadDoubles(*v->constant);
  return values.ok() ? std::optional<double>((*values)[0]) : std::nullopt;
}

Val QuantizeTo(OpCall& c, const Val& x, DType dtype, QuantPtr quant) {
  if (!IsQuantized(dtype)) return c.RefuseArg("dtype", "is no quantized type");
  return c.b.Quantize(c.b.Cast(x, DType::kF32), dtype, std::move(quant));
}

Arg QuantizePerTensor(OpCall& c) {
  return QuantizeTo(c, c.tensor("self"), c.dtype("dtype", DType::kQU8),
                    QuantOf(c, "scale", "zero_point"));
}

// The integers of a quantized type, as int_repr gives them.
struct Integers {
  DType dtype;
  double low, high;
};
std::optional<Integers> IntegersOf(DType quantized) {
  if (quantized == DType::kQU8) return Integers{DType::kU8, 0, 255};
  if (quantized == DType::kQI8) return Integers{DType::kI8, -128, 127};
  return std::nullopt;
}

// By parameters that broadcast against `x`. Zero points that are no integers are added before the
// numbers are rounded (quantize_val_float_qparams).
Arg QuantizeAtRunTime(OpCall& c, const Val& x, DType dtype, const Val& scale,
                      const Val& zero_point) {
  Builder& b = c.b;
  std::optional<Integers> to = IntegersOf(dtype);
  if (!to) return c.RefuseArg("dtype", "must have 8 bits where the parameters are not known");
  auto q = std::make_shared<RuntimeQuantized>();
  q->dtype = dtype;
  q->scale = b.Cast(scale, DType::kF32);
  q->zero_point = b.Cast(zero_point, DType::kF32);
  Val y = b.Mul(b.Cast(x, DType::kF32), b.Recip(q->scale));
  y = IsFloat(zero_point.dtype()) ? b.Round(b.Add(y, q->zero_point))
                                  : b.Add(b.Round(y), q->zero_point);
  q->integers = b.Cast(b.Max(b.Min(y, to->high), to->low), to->dtype);
  if (!b.ok()) return Val();
  return Arg(std::shared_ptr<const Opaque>(std::move(q)));
}

Arg QuantizeByTensors(OpCall& c) {
  Val x = c.tensor("self"), scale = c.tensor("scale"), zero = c.tensor("zero_point");
  DType dtype = c.dtype("dtype", DType::kQU8);
  std::optional<double> s = Known(scale), z = Known(zero);
  if (s && z) return QuantizeTo(c, x, dtype, PerTensor(*s, static_cast<int64_t>(*z)));
  zero = c.b.Cast(zero, DType::kI64);
  return QuantizeAtRunTime(c, x, dtype, c.b.Reshape(scale, {}), c.b.Reshape(zero, {}));
}

// By the tensor's own extremes.
Arg QuantizeDynamic(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("self");
  DType dtype = c.dtype("dtype", DType::kQU8);
  bool reduce_range = ReducesRange(c.env(), c.boolean("reduce_range"));
  if (dtype == DType::kF16) return b.Cast(x, dtype);
  std::optional<Integers> to = IntegersOf(dtype);
  if (!to) return c.RefuseArg("dtype");
  DynamicSteps s = QuantizeDynamically(b, x, reduce_range, dtype == DType::kQI8);
  auto q = std::make_shared<RuntimeQuantized>();
  q->integers = b.Cast(b.Add(s.steps, s.zero_point), to->dtype);
  q->scale = s.scale, q->zero_point = s.zero_point, q->dtype = dtype;
  if (!b.ok()) return Val();
  return Arg(std::shared_ptr<const Opaque>(std::move(q)));
}

std::vector<double> ElementsOf(const Val& v) {
  auto values = v && v.is_constant() ? ReadDoubles(*v->constant)
                                     : absl::StatusOr<std::vector<double>>(std::vector<double>());
  return values.ok() ? *values : std::vector<double>();
}

// The elements of a constant vector.
std::vector<double> KnownVector(OpCall& c, absl::string_view name) {
  Val v = c.tensor(name);
  if (!v || !v.is_constant()) c.RefuseArg(name, "is computed at run time");
  return ElementsOf(v);
}

Arg QuantizeList(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  std::vector<double> scales = KnownVector(c, "scales"), zeros = KnownVector(c, "zero_points");
  if (scales.size() != xs.size() || zeros.size() != xs.size()) return c.RefuseArg("scales");
  DType dtype = c.dtype("dtype", DType::kQU8);
  for (size_t i = 0; i < xs.size(); ++i) {
    xs[i] = QuantizeTo(c, xs[i], dtype, PerTensor(scales[i], static_cast<int64_t>(zeros[i])));
  }
  return Arg::List(xs);
}

// Null, and the call refused, if the zero points are no integers.
QuantPtr PerChannel(OpCall& c, absl::string_view scales, absl::string_view zero_points,
                    int64_t axis) {
  if (IsFloat(c.tensor(zero_points).dtype())) {
    c.RefuseArg(zero_points, "are no integers");
    return nullptr;
  }
  QuantParams q;
  q.scale = KnownVector(c, scales);
  for (double z : KnownVector(c, zero_points)) q.zero_point.push_back(static_cast<int64_t>(z));
  q.axis = axis;
  return std::make_shared<const QuantParams>(std::move(q));
}

Arg QuantizePerChannel(OpCall& c) {
  Val x = c.tensor("self"), scales = c.tensor("scales"), zeros = c.tensor("zero_points");
  int64_t axis = c.axis("axis", x.rank());
  DType dtype = c.dtype("dtype", DType::kQI8);
  if (!scales || !zeros) return Val();
  if (IsFloat(zeros.dtype()) || !scales.is_constant() || !zeros.is_constant()) {
    return QuantizeAtRunTime(c, x, dtype, AlongAxis(c.b, scales, axis, x.rank()),
                             AlongAxis(c.b, zeros, axis, x.rank()));
  }
  QuantPtr quant = PerChannel(c, "scales", "zero_points", axis);
  return QuantizeTo(c, x, dtype, std::move(quant));
}

std::shared_ptr<const RuntimeQuantized> RuntimeOf(const Arg& a) {
  if (a.kind() != Arg::Kind::kOpaque) return nullptr;
  return std::dynamic_pointer_cast<const RuntimeQuantized>(a.opaque());
}

Val DequantizeOne(OpCall& c, const Arg& a) {
  Builder& b = c.b;
  if (auto q = RuntimeOf(a)) {
    return b.Mul(b.Sub(b.Cast(q->integers, DType::kF32), q->zero_point), q->scale);
  }
  if (a.kind() == Arg::Kind::kOpaque) {
    auto p = std::dynamic_pointer_cast<const RowwiseTensor>(a.opaque());
    if (!p || p->bits != 8) return c.Refuse("of such packed values");
    Val q = b.Cast(p->rows, DType::kF32);
    return b.Mul(b.Sub(q, b.Unsqueeze(p->zero_point, 1)), b.Unsqueeze(p->scale, 1));
  }
  if (!a.is_tensor()) return c.Refuse("of a value that is no tensor");
  if (!a.tensor()) return Val();
  return a.tensor()->type.quant ? b.Dequantize(a.tensor()) : b.Cast(a.tensor(), DType::kF32);
}

Arg DequantizeAny(OpCall& c) {
  const Arg& a = c.arg(c.schema().args[0].name);
  if (!a.is_list() && !a.is_tuple()) return DequantizeOne(c, a);
  ArgList out;
  for (const Arg& item : a.items()) out.push_back(DequantizeOne(c, item));
  return a.is_list() ? Arg::List(std::move(out)) : Arg::Tuple(std::move(out));
}

// The parameters of `self`; null, and the call refused, if it is not quantized in that way.
const QuantParams* ParamsOf(OpCall& c, bool per_channel) {
  if (RuntimeOf(c.arg("self"))) {
    c.Refuse("of a tensor whose quantization is computed at run time");
    return nullptr;
  }
  Val x = c.tensor("self");
  const QuantParams* q = x && x->type.quant ? x->type.quant.get() : nullptr;
  if (!q || (q->axis >= 0) != per_channel) {
    c.Refuse(per_channel ? "of a tensor that is not quantized per channel"
                         : "of a tensor that is not quantized per tensor");
    return nullptr;
  }
  return q;
}

Arg QScale(OpCall& c) {
  const QuantParams* q = ParamsOf(c, false);
  return q ? Arg(q->scale[0]) : Arg();
}
Arg QZeroPoint(OpCall& c) {
  const QuantParams* q = ParamsOf(c, false);
  return q ? Arg(q->zero_point[0]) : Arg();
}
Arg QPerChannelAxis(OpCall& c) {
  const QuantParams* q = ParamsOf(c, true);
  return q ? Arg(q->axis) : Arg();
}
Arg QPerChannelScales(OpCall& c) {
  const QuantParams* q = ParamsOf(c, true);
  return q ? Arg(c.b.Doubles(DType::kF64, q->scale)) : Arg();
}
Arg QPerChannelZeroPoints(OpCall& c) {
  const QuantParams* q = ParamsOf(c, true);
  return q ? Arg(c.b.Ints(q->zero_point)) : Arg();
}

Arg IntRepr(OpCall& c) {
  if (auto q = RuntimeOf(c.arg("self"))) return q->integers;
  return c.b.IntRepr(c.tensor("self"));
}

DType QuantizedType(DType integers) {
  return integers == DType::kU8 ? DType::kQU8 : integers == DType::kI8 ? DType::kQI8 : DType::kQI32;
}

Arg MakePerTensor(OpCall& c) {
  Val x = c.tensor("self");
  return c.b.FromIntRepr(x, QuantizedType(x.dtype()), QuantOf(c, "scale", "zero_point"));
}
Arg MakePerChannel(OpCall& c) {
  Val x = c.tensor("self");
  QuantPtr quant = PerChannel(c, "scale", "zero_point", c.axis("axis", x.rank()));
  if (!quant) return Val();
  return c.b.FromIntRepr(x, QuantizedType(x.dtype()), std::move(quant));
}

// Scale and zero point as f32 that broadcast against `x`: numbers, or vectors along an axis.
struct Parameters {
  Val scale, zero_point;
};

Parameters FakeParameters(OpCall& c, const Val& x) {
  Builder& b = c.b;
  Parameters p;
  const Arg& scale = c.arg("scale");
  if (scale.is_number()) {
    p.scale = b.Scalar(DType::kF32, c.number("scale"));
    p.zero_point = b.Scalar(DType::kF32, c.number("zero_point"));
  } else {
    p.scale = b.Cast(c.tensor("scale"), DType::kF32);
    p.zero_point = b.Cast(c.tensor("zero_point"), DType::kF32);
  }
  bool channels = c.schema().IndexOf("axis") >= 0;
  int64_t axis = channels ? c.axis("axis", x.rank()) : 0;
  for (Val* v : {&p.scale, &p.zero_point}) {
    *v = channels ? AlongAxis(b, *v, axis, x.rank()) : b.Reshape(*v, {});
  }
  return p;
}

// (clamp(round(x / scale) + zero_point) - zero_point) * scale, and where the clamp did nothing.
std::vector<Val> FakeQuantize(OpCall& c, const Val& x, const Parameters& p) {
  Builder& b = c.b;
  double low = c.number("quant_min"), high = c.number("quant_max");
  Val q = b.Add(b.Round(b.Mul(b.Cast(x, DType::kF32), b.Recip(p.scale))), p.zero_point);
  Val inside = b.And(b.Ge(q, low), b.Le(q, high));
  Val y = b.Mul(b.Sub(b.Min(b.Max(q, low), high), p.zero_point), p.scale);
  return {b.Cast(y, x.dtype()), inside};
}

Arg FakeQuantizeOp(OpCall& c) {
  Val x = c.tensor("self");
  return FakeQuantize(c, x, FakeParameters(c, x))[0];
}

Arg FakeQuantizeWithMask(OpCall& c) {
  Val x = c.tensor("self");
  if (c.has("fake_quant_enabled") && Known(c.tensor("fake_quant_enabled")) != 1.0) {
    return c.RefuseArg("fake_quant_enabled");
  }
  return Arg::Tuple(FakeQuantize(c, x, FakeParameters(c, x)));
}

// Zero points that training left between integers are rounded first.
Arg FakeQuantizeLearnable(OpCall& c) {
  Builder& b = c.b;
  c.ignore({"grad_factor"});
  Val x = c.tensor("self");
  Parameters p = FakeParameters(c, x);
  p.zero_point = b.Min(b.Max(b.Round(p.zero_point), c.number("quant_min")), c.number("quant_max"));
  return FakeQuantize(c, x, p)[0];
}

// In evaluation the observer may be off; then it is fake quantization by what it has seen.
Arg FakeQuantizeObserved(OpCall& c) {
  Val x = c.tensor("self");
  if (Known(c.tensor("observer_on")) != 0.0) {
    return c.RefuseArg("observer_on", "must be off: call torch.ao.quantization.disable_observer");
  }
  c.ignore({"running_min", "running_max", "averaging_const", "symmetric_quant"});
  std::optional<double> on = Known(c.tensor("fake_quant_on"));
  if (!on) return c.RefuseArg("fake_quant_on", "must be known");
  bool per_row = c.boolean("per_row_fake_quant");
  int64_t axis = c.integer("ch_axis");
  bool tuple = c.schema().returns.size() > 1;
  std::vector<Val> result = {x, c.b.Full(x.shape(), DType::kBool, 1)};
  if (*on != 0) {
    Parameters p{c.b.Cast(c.tensor("scale"), DType::kF32),
                 c.b.Cast(c.tensor("zero_point"), DType::kF32)};
    for (Val* v : {&p.scale, &p.zero_point}) {
      *v = per_row ? AlongAxis(c.b, *v, axis, x.rank()) : c.b.Reshape(*v, {});
    }
    result = FakeQuantize(c, x, p);
  } else {
    c.ignore({"scale", "zero_point", "quant_min", "quant_max"});
  }
  return tuple ? Arg::Tuple(result) : Arg(result[0]);
}

constexpr OpEntry kOps[] = {
    {"aten::quantize_per_tensor(Tensor self, float scale, int zero_point, ScalarType dtype) -> "
     "Tensor",
     QuantizePerTensor},
    {"aten::quantize_per_tensor.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, "
     "ScalarType dtype) -> Tensor",
     QuantizeByTensors},
    {"aten::quantize_per_tensor.tensors(Tensor[] tensors, Tensor scales, Tensor zero_points, "
     "ScalarType dtype) -> Tensor[]",
     QuantizeList},
    {"aten::quantize_per_tensor_dynamic(Tensor self, ScalarType dtype, bool reduce_range) -> "
     "Tensor",
     QuantizeDynamic},
    {"aten::quantize_per_channel(Tensor self, Tensor scales, Tensor zero_points, int axis, "
     "ScalarType dtype) -> Tensor",
     QuantizePerChannel},
    {"aten::dequantize.self(Any self) -> Tensor", DequantizeAny, &kUnmarkedView},
    {"aten::int_repr(Any self) -> Tensor", IntRepr},
    {"aten::q_scale(Any self) -> float", QScale},
    {"aten::q_zero_point(Any self) -> int", QZeroPoint},
    {"aten::q_per_channel_axis(Any self) -> int", QPerChannelAxis},
    {"aten::q_per_channel_scales(Any self) -> Tensor", QPerChannelScales},
    {"aten::q_per_channel_zero_points(Any self) -> Tensor", QPerChannelZeroPoints},
    {"aten::_make_per_tensor_quantized_tensor(Tensor self, float scale, int zero_point) -> Tensor",
     MakePerTensor},
    {"aten::_make_per_channel_quantized_tensor(Tensor self, Tensor scale, Tensor zero_point, int "
     "axis) -> Tensor",
     MakePerChannel},
    {"aten::fake_quantize_per_tensor_affine(Tensor self, float scale, int zero_point, int "
     "quant_min, int quant_max) -> Tensor",
     FakeQuantizeOp},
    {"aten::fake_quantize_per_tensor_affine.tensor_qparams(Tensor self, Tensor scale, Tensor "
     "zero_point, int quant_min, int quant_max) -> Tensor",
     FakeQuantizeOp},
    {"aten::fake_quantize_per_channel_affine(Tensor self, Tensor scale, Tensor zero_point, int "
     "axis, int quant_min, int quant_max) -> Tensor",
     FakeQuantizeOp},
    {"aten::fake_quantize_per_tensor_affine_cachemask(Tensor self, float scale, int zero_point, "
     "int quant_min, int quant_max) -> (Tensor, Tensor)",
     FakeQuantizeWithMask},
    {"aten::_fake_quantize_per_tensor_affine_cachemask_tensor_qparams(Tensor self, Tensor scale, "
     "Tensor zero_point, Tensor fake_quant_enabled, int quant_min, int quant_max) -> (Tensor, "
     "Tensor)",
     FakeQuantizeWithMask},
    {"aten::fake_quantize_per_channel_affine_cachemask(Tensor self, Tensor scale, Tensor "
     "zero_point, int axis, int quant_min, int quant_max) -> (Tensor, Tensor)",
     FakeQuantizeWithMask},
    {"aten::_fake_quantize_learnable_per_tensor_affine(Tensor self, Tensor scale, Tensor "
     "zero_point, int quant_min, int quant_max, float grad_factor=1.) -> Tensor",
     FakeQuantizeLearnable},
    {"aten::_fake_quantize_learnable_per_channel_affine(Tensor self, Tensor scale, Tensor "
     "zero_point, int axis, int quant_min, int quant_max, float grad_factor=1.) -> Tensor",
     FakeQuantizeLearnable},
    {"aten::fused_moving_avg_obs_fake_quant(Tensor self, Tensor observer_on, Tensor "
     "fake_quant_on, Tensor running_min, Tensor running_max, Tensor scale, Tensor zero_point, "
     "float averaging_const, int quant_min, int quant_max, int ch_axis, bool "
     "per_row_fake_quant=False, bool symmetric_quant=False) -> Tensor",
     FakeQuantizeObserved},
    {"aten::_fused_moving_avg_obs_fq_helper(Tensor self, Tensor observer_on, Tensor "
     "fake_quant_on, Tensor running_min, Tensor running_max, Tensor scale, Tensor zero_point, "
     "float averaging_const, int quant_min, int quant_max, int ch_axis, bool "
     "per_row_fake_quant=False, bool symmetric_quant=False) -> (Tensor, Tensor)",
     FakeQuantizeObserved},
};

}  // namespace

absl::Span<const OpEntry> QuantizeOps() { return kOps; }

}  // namespace t2n
