// Activation functions, and dropout in evaluation (where it is the identity).
#include <cmath>

#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

using Inputs = absl::Span<const Val>;

// A composite of one operand named `name`. Halves are computed as f32.
Val Named(OpCall& c, absl::string_view name, Attrs attrs,
          const std::function<Val(Builder&, const Val&)>& body) {
  Val x = c.tensor("self");
  Val y = c.b.Composite(name, std::move(attrs), {Widen(c.b, x)},
                        [&](Builder& b, Inputs in) { return body(b, in[0]); });
  return c.b.Cast(y, x.dtype());
}

Arg Relu(OpCall& c) { return c.b.Max(c.tensor("self"), 0); }
Arg Relu6(OpCall& c) { return c.b.Min(c.b.Max(c.tensor("self"), 0), 6); }

Arg Hardtanh(OpCall& c) {
  return c.b.Min(c.b.Max(c.tensor("self"), c.number("min_val")), c.number("max_val"));
}

Arg LeakyRelu(OpCall& c) {
  double slope = c.number("negative_slope");
  return Named(c, "leaky_relu", {{"alpha", slope}},
               [&](Builder& b, const Val& x) { return b.Select(b.Lt(x, 0), x * slope, x); });
}

// scale * (x if x > 0 else alpha * expm1(x * input_scale))
Val ScaledElu(Builder& b, const Val& x, double alpha, double scale, double input_scale) {
  auto times = [](const Val& v, double by) { return by == 1 ? v : v * by; };
  Val negative = times(Expm1(b, times(x, input_scale)), alpha * scale);
  return b.Select(b.Gt(x, 0), times(x, scale), negative);
}

Arg Elu(OpCall& c) {
  double alpha = c.number("alpha"), scale = c.number("scale");
  double input_scale = c.number("input_scale");
  auto body = [&](Builder& b, const Val& x) { return ScaledElu(b, x, alpha, scale, input_scale); };
  if (scale == 1 && input_scale == 1) return Named(c, "elu", {{"alpha", alpha}}, body);
  Val x = c.tensor("self");
  return c.b.Cast(body(c.b, Widen(c.b, x)), x.dtype());
}

// Klambauer et al., "Self-Normalizing Neural Networks": the constants of torch.nn.SELU.
Val Selu(Builder& b, const Val& x) {
  return ScaledElu(b, x, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1);
}

Arg Celu(OpCall& c) {
  double alpha = c.number("alpha");
  Val x = c.tensor("self");
  return c.b.Cast(ScaledElu(c.b, Widen(c.b, x), alpha, 1, 1 / alpha), x.dtype());
}

Arg Gelu(OpCall& c) {
  std::string approximate = c.str("approximate");
  if (approximate == "tanh") {
    return Named(c, "gelu_tanh", {}, [](Builder& b, const Val& x) {
      Val inner = x * (b.Square(x) * 0.044715 + 1.0) * std::sqrt(2 / M_PI);
      return x * 0.5 * (b.Tanh(inner) + 1.0);
    });
  }
  if (approximate != "none") return c.RefuseArg("approximate");
  return Named(c, "gelu", {},
               [](Builder& b, const Val& x) { return x * 0.5 * (b.Erf(x * M_SQRT1_2) + 1.0); });
}

Arg Silu(OpCall& c) {
  return Named(c, "silu", {}, [](Builder& b, const Val& x) { return x * b.Sigmoid(x); });
}

// x * tanh(softplus(x)); with n = e^x (e^x + 2), tanh(softplus(x)) = n / (n + 2).
Arg Mish(OpCall& c) {
  return Named(c, "mish", {}, [](Builder& b, const Val& x) {
    Val e = b.Exp(b.Min(x, 20));
    Val n = e * (e + 2.0);
    return x * (n / (n + 2.0));
  });
}

Val ClampTo6(Builder& b, const Val& x) { return b.Min(b.Max(x, 0), 6); }

Arg Hardswish(OpCall& c) {
  return Named(c, "hard_swish", {},
               [](Builder& b, const Val& x) { return x * ClampTo6(b, x + 3.0) * (1.0 / 6); });
}

Arg Hardsigmoid(OpCall& c) {
  return Named(c, "hard_sigmoid", {},
               [](Builder& b, const Val& x) { return ClampTo6(b, x + 3.0) * (1.0 / 6); });
}

Arg Hardshrink(OpCall& c) {
  Val x = c.tensor("self");
  double lambd = c.number("lambd");
  Val inside = c.b.And(c.b.Ge(x, -lambd), c.b.Le(x, lambd));
  return c.b.Select(inside, c.b.ScalarLike(x, 0), x);
}

Arg Softshrink(OpCall& c) {
  Val x = c.tensor("self");
  double lambd = c.number("lambd");
  // The inside is x * 0, which keeps NaN.
  Val low = c.b.Select(c.b.Lt(x, -lambd), x + lambd, x * 0.0);
  return c.b.Select(c.b.Gt(x, lambd), x - lambd, low);
}

Arg SoftplusOp(OpCall& c) {
  double beta = c.number("beta"), threshold = c.number("threshold");
  Val x = c.tensor("self"), wide = Widen(c.b, x);
  Val scaled = beta == 1 ? wide : wide * beta;
  Val y = Softplus(c.b, scaled);
  if (beta != 1) y = y * (1 / beta);
  // Past 20 softplus is the identity in f32 anyway.
  if (threshold < 20) y = c.b.Select(c.b.Gt(scaled, threshold), wide, y);
  return c.b.Cast(y, x.dtype());
}

Val Softsign(Builder& b, const Val& x) { return x / (b.Abs(x) + 1.0); }
Val Tanhshrink(Builder& b, const Val& x) { return x - b.Tanh(x); }
Val LogSigmoid(Builder& b, const Val& x) { return -Softplus(b, -x); }

Arg Threshold(OpCall& c) {
  Val x = c.tensor("self");
  Val value = c.b.Scalar(x.dtype(), c.number("value"));
  return c.b.Select(c.b.Le(x, c.number("threshold")), value, x);
}

Arg Glu(OpCall& c) {
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  Dim half = FloorDiv(x.dim(axis), 2);
  if (Equal(half * 2, x.dim(axis)) == false) return c.Refuse("the halved axis has an odd size");
  return c.b.Slice(x, axis, 0, half) * c.b.Sigmoid(c.b.Slice(x, axis, half, half * 2));
}

Arg Prelu(OpCall& c) {
  Val x = c.tensor("self"), weight = c.tensor("weight");
  if (!x || !weight) return Val();
  if (weight.numel() == Dim(1)) {
    weight = c.b.Reshape(weight, {});
  } else {  // one slope a channel: axis 1
    Shape shape(std::max<int64_t>(x.rank(), 1), Dim(1));
    shape[x.rank() > 1 ? 1 : 0] = weight.numel();
    weight = c.b.Reshape(weight, shape);
  }
  return c.b.Select(c.b.Gt(x, 0), x, x * weight);
}

Arg Rrelu(OpCall& c) {
  if (c.boolean("training")) return c.RefuseArg("training", "draws random slopes");
  c.ignore({"generator"});
  Val x = c.tensor("self");
  return c.b.Select(c.b.Lt(x, 0), x * ((c.number("lower") + c.number("upper")) / 2), x);
}

// Its result is its input itself: hence the alias in the schemas, which torch leaves out.
Arg Dropout(OpCall& c) {
  double p = c.number("p");
  if (c.boolean("train") && p == 1) return c.tensor("input") * 0.0;
  if (c.boolean("train") && p != 0) {
    return c.RefuseArg("train", "is random: call eval() on the model before saving it");
  }
  return c.tensor("input");
}

Arg NativeDropout(OpCall& c) {
  Val x = c.tensor("input");
  double p = c.number("p");
  // None means training.
  const Arg& train = c.arg("train");
  if ((train.is_none() || train.boolean()) && p != 0) {
    return c.RefuseArg("train", "is random: call eval() on the model before saving it");
  }
  return Arg::Tuple({x, c.b.Full(x.shape(), DType::kBool, 1)});
}

Arg SoftmaxOp(OpCall& c) {
  Val x = c.tensor("self");
  x = c.b.Cast(x, c.dtype("dtype", FloatType(x.dtype())));
  return Softmax(c.b, x, c.axis("dim", x.rank()));
}

Arg LogSoftmaxOp(OpCall& c) {
  Val x = c.tensor("self");
  x = c.b.Cast(x, c.dtype("dtype", FloatType(x.dtype())));
  return LogSoftmax(c.b, x, c.axis("dim", x.rank()));
}

// `_softmax`, `_log_softmax`: half_to_float asks for an f32 result.
template <Val (*fn)(Builder&, const Val&, int64_t)>
Arg Inner(OpCall& c) {
  Val x = c.tensor("self");
  if (c.boolean("half_to_float")) x = c.b.Cast(x, DType::kF32);
  return fn(c.b, x, c.axis("dim", x.rank()));
}

// Rows that are -inf throughout give zeros.
Arg SafeSoftmax(OpCall& c) {
  Val x = c.tensor("self");
  x = c.b.Cast(x, c.dtype("dtype", FloatType(x.dtype())));
  int64_t axis = c.axis("dim", x.rank());
  Val masked = c.b.Lt(x, -MaxFinite(x.dtype()));
  if (x.rank() > 0) masked = c.b.Reduce(Op::kReduceAll, masked, {axis}, true);
  return c.b.Select(masked, c.b.ScalarLike(x, 0), Softmax(c.b, x, axis));
}

// Derivatives that graphs of inference programs may hold.
Arg SoftmaxBackward(OpCall& c) {
  Val grad = c.tensor("grad_output"), y = c.tensor("output");
  int64_t axis = c.axis("dim", y.rank());
  Val product = grad * y;
  Val sum = y.rank() > 0 ? c.b.Reduce(Op::kReduceSum, product, {axis}, true) : product;
  return c.b.Cast(product - y * sum, c.dtype("input_dtype", y.dtype()));
}

Arg LogSoftmaxBackward(OpCall& c) {
  Val grad = c.tensor("grad_output"), y = c.tensor("output");
  int64_t axis = c.axis("dim", y.rank());
  Val sum = y.rank() > 0 ? c.b.Reduce(Op::kReduceSum, grad, {axis}, true) : grad;
  return c.b.Cast(grad - c.b.Exp(y) * sum, c.dtype("input_dtype", y.dtype()));
}

Arg NativeDropoutBackward(OpCall& c) {
  Val grad = c.tensor("grad_output");
  return grad * c.b.Cast(c.tensor("mask"), grad.dtype()) * c.number("scale");
}

constexpr OpEntry kOps[] = {
    {"aten::relu(Tensor self) -> Tensor", Relu, nullptr, OnQuantized::kSteps},
    {"aten::relu6(Tensor self) -> Tensor", Relu6, &kAsFirst, OnQuantized::kReal},
    {"aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor", Hardtanh,
     &kAsFirst, OnQuantized::kReal},
    {"aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor", LeakyRelu, nullptr,
     OnQuantized::kReal},
    {"aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor", Elu,
     nullptr, OnQuantized::kReal},
    {"aten::selu(Tensor self) -> Tensor", FloatFn<Selu>},
    {"aten::celu(Tensor self, Scalar alpha=1.) -> Tensor", Celu},
    {"aten::gelu(Tensor self, *, str approximate=\"none\") -> Tensor", Gelu, nullptr,
     OnQuantized::kReal},
    {"aten::silu(Tensor self) -> Tensor", Silu},
    {"aten::mish(Tensor self) -> Tensor", Mish},
    {"aten::hardswish(Tensor self) -> Tensor", Hardswish},
    {"aten::hardsigmoid(Tensor self) -> Tensor", Hardsigmoid, nullptr, OnQuantized::kUnit},
    {"aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", Hardshrink},
    {"aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", Softshrink},
    {"aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor", SoftplusOp},
    {"aten::softsign(Tensor self) -> Tensor", FloatFn<Softsign>},
    {"aten::tanhshrink(Tensor self) -> Tensor", FloatFn<Tanhshrink>},
    {"aten::log_sigmoid(Tensor self) -> Tensor", FloatFn<LogSigmoid>, &kInRows},
    {"aten::threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor", Threshold, nullptr,
     OnQuantized::kReal},
    {"aten::glu(Tensor self, int dim=-1) -> Tensor", Glu, &kOrderUnstated},
    {"aten::prelu(Tensor self, Tensor weight) -> Tensor", Prelu, &kAsFirst, OnQuantized::kReal},
    {"aten::rrelu(Tensor self, Scalar lower=0.125, Scalar upper=0.3333333333333333, "
     "bool training=False, Generator? generator=None) -> Tensor",
     Rrelu, &kInRows},
    {"aten::dropout(Tensor(a) input, float p, bool train) -> Tensor(a)", Dropout, &kUnmarkedItself},
    {"aten::feature_dropout(Tensor(a) input, float p, bool train) -> Tensor(a)", Dropout,
     &kUnmarkedItself},
    {"aten::alpha_dropout(Tensor(a) input, float p, bool train) -> Tensor(a)", Dropout,
     &kUnmarkedItself},
    {"aten::feature_alpha_dropout(Tensor(a) input, float p, bool train) -> Tensor(a)", Dropout,
     &kUnmarkedItself},
    {"aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)", NativeDropout},
    {"aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", SoftmaxOp,
     &kInRows},
    {"aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", LogSoftmaxOp,
     &kInRows},
    {"aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor", Inner<Softmax>,
     &kInRows},
    {"aten::_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor", Inner<LogSoftmax>,
     &kInRows},
    {"aten::_softmax_backward_data(Tensor grad_output, Tensor output, int dim, "
     "ScalarType input_dtype) -> Tensor",
     SoftmaxBackward, &kInRows},
    {"aten::_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim, "
     "ScalarType input_dtype) -> Tensor",
     LogSoftmaxBackward, &kInRows},
    {"aten::native_dropout_backward(Tensor grad_output, Tensor mask, float scale) -> Tensor",
     NativeDropoutBackward},
    {"aten::_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", SafeSoftmax,
     &kInRows},
};

}  // namespace

absl::Span<const OpEntry> ActivationOps() { return kOps; }

}  // namespace t2n
