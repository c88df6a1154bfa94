// Normalisation layers (ATen/native/{Normalization,layer_norm,group_norm}.cpp). Statistics are
// taken in f32 for half-precision inputs, as torch does.
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/layers.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {

namespace {

DType Accumulated(DType t) { return IsHalf(t) ? DType::kF32 : t; }

// The type in which statistics of `x` are given: f32 where parameters are, otherwise x's.
DType StatisticsType(const Val& x, std::initializer_list<Val> parameters) {
  for (const Val& p : parameters) {
    if (p && p.dtype() == DType::kF32) return Accumulated(x.dtype());
  }
  return x.dtype();
}

struct Normalized {
  Val y, mean, rstd;
};

// (x - mean) / sqrt(var + eps) with the biased variance over `axes`, which stay with size 1.
Normalized Normalize(Builder& b, const Val& x, const std::vector<int64_t>& axes, double eps) {
  Val mean = b.Reduce(Op::kReduceMean, x, axes, true);
  Val centred = b.Sub(x, mean);
  Val rstd = b.Rsqrt(b.Reduce(Op::kReduceMean, b.Square(centred), axes, true) + eps);
  return {b.Mul(centred, rstd), mean, rstd};
}

// y * weight + bias, where given, in y's dtype.
Val Affine(Builder& b, Val y, const Val& weight, const Val& bias) {
  if (weight) y = b.Mul(y, b.Cast(weight, y.dtype()));
  return bias ? b.Add(y, b.Cast(bias, y.dtype())) : y;
}

}  // namespace

Val LayerNorm(Builder& b, const Val& x, int64_t axes, const Val& weight, const Val& bias,
              double eps) {
  if (!x) return x;
  std::vector<int64_t> over = IntRange(x.rank() - axes, x.rank());
  DType dtype = x.dtype();
  std::vector<Val> inputs = {x};
  Val w = weight;
  if (bias && !weight) w = b.Full(bias.shape(), bias.dtype(), 1);
  if (w) inputs.push_back(w);
  if (bias) inputs.push_back(bias);
  return b.Composite("layer_norm", {{"axes", over}, {"eps", eps}}, inputs,
                     [&](Builder& b, absl::Span<const Val> in) {
                       Val y = Normalize(b, b.Cast(in[0], Accumulated(dtype)), over, eps).y;
                       y = Affine(b, y, in.size() > 1 ? in[1] : Val(),
                                  in.size() > 2 ? in[2] : Val());
                       return b.Cast(y, dtype);
                     });
}

namespace {

Arg LayerNormOp(OpCall& c) {
  c.ignore({"cudnn_enable"});
  return LayerNorm(c.b, c.tensor("input"), c.dims("normalized_shape").size(), c.tensor("weight"),
                   c.tensor("bias"), c.number("eps"));
}

Arg NativeLayerNorm(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input");
  int64_t axes = c.dims("normalized_shape").size();
  double eps = c.number("eps");
  const Val weight = c.tensor("weight"), bias = c.tensor("bias");
  Val y = LayerNorm(b, x, axes, weight, bias, eps);
  Normalized stats =
      Normalize(b, b.Cast(x, Accumulated(x.dtype())), IntRange(x.rank() - axes, x.rank()), eps);
  const DType told = StatisticsType(x, {weight, bias});
  return Arg::Tuple({y, b.Cast(stats.mean, told), b.Cast(stats.rstd, told)});
}

Val RmsNormalized(Builder& b, const Val& x, const std::vector<int64_t>& axes, double eps) {
  return b.Composite("rms_norm", {{"axes", axes}, {"eps", eps}}, {x},
                     [&](Builder& b, absl::Span<const Val> in) {
                       Val v = b.Cast(in[0], Accumulated(x.dtype()));
                       Val rms = b.Reduce(Op::kReduceMean, b.Square(v), axes, true);
                       return b.Cast(b.Mul(v, b.Rsqrt(rms + eps)), x.dtype());
                     });
}

// torch.finfo(dtype).eps
double Epsilon(DType t) {
  switch (t) {
    case DType::kF16:
      return 0x1p-10;
    case DType::kBF16:
      return 0x1p-7;
    case DType::kF64:
      return std::numeric_limits<double>::epsilon();
    default:
      return std::numeric_limits<float>::epsilon();
  }
}

Arg RmsNorm(OpCall& c) {
  Val x = c.tensor("input");
  int64_t axes = c.dims("normalized_shape").size();
  double eps = c.has("eps") ? c.number("eps") : Epsilon(x.dtype());
  Val y = RmsNormalized(c.b, x, IntRange(x.rank() - axes, x.rank()), eps);
  return Affine(c.b, y, c.tensor("weight"), Val());
}

Arg FusedRmsNorm(OpCall& c) {
  Val x = c.tensor("input");
  int64_t axes = c.dims("normalized_shape").size();
  double eps = c.has("eps") ? c.number("eps") : Epsilon(x.dtype());
  std::vector<int64_t> over = IntRange(x.rank() - axes, x.rank());
  Val v = c.b.Cast(x, Accumulated(x.dtype()));
  Val rstd = c.b.Rsqrt(c.b.Reduce(Op::kReduceMean, c.b.Square(v), over, true) + eps);
  Val y = Affine(c.b, RmsNormalized(c.b, x, over, eps), c.tensor("weight"), Val());
  return Arg::Tuple({y, rstd});
}

// y = x * scale + shift with constants a channel: what remains of known statistics.
Val ApplyStatistics(Builder& b, const Val& x, const Val& mean, const Val& var, const Val& weight,
                    const Val& bias, double eps) {
  DType dtype = Accumulated(x.dtype());
  Val scale = b.Rsqrt(b.Cast(var, dtype) + eps);
  if (weight) scale = b.Mul(scale, b.Cast(weight, dtype));
  Val shift = b.Neg(b.Mul(b.Cast(mean, dtype), scale));
  if (bias) shift = b.Add(shift, b.Cast(bias, dtype));
  Val y = b.Mul(b.Cast(x, dtype), AlongAxis(b, scale, 1, x.rank()));
  return b.Cast(b.Add(y, AlongAxis(b, shift, 1, x.rank())), x.dtype());
}

// Statistics of `axes` of this very input.
Normalized ApplyBatch(OpCall& c, const Val& x, std::vector<int64_t> axes) {
  Builder& b = c.b;
  Normalized n = Normalize(b, b.Cast(x, Accumulated(x.dtype())), std::move(axes), c.number("eps"));
  n.y = b.Cast(Affine(b, n.y, AlongAxis(b, c.tensor("weight"), 1, x.rank()),
                      AlongAxis(b, c.tensor("bias"), 1, x.rank())),
               x.dtype());
  return n;
}

std::vector<int64_t> AllButChannels(int64_t rank) {
  std::vector<int64_t> axes = IntRange(1, rank);
  if (!axes.empty()) axes[0] = 0;
  return axes;
}

Arg BatchNorm(OpCall& c) {
  c.ignore({"momentum", "cudnn_enabled"});
  Val x = c.tensor("input"), mean = c.tensor("running_mean"), var = c.tensor("running_var");
  if (x.rank() < 2) return c.Refuse("input of rank 0 or 1");
  if (c.boolean("training") || !mean || !var) return ApplyBatch(c, x, AllButChannels(x.rank())).y;
  return ApplyStatistics(c.b, x, mean, var, c.tensor("weight"), c.tensor("bias"), c.number("eps"));
}

// (y, mean, 1 / std) of the batch; in evaluation the last two are empty.
Arg NativeBatchNorm(OpCall& c) {
  Builder& b = c.b;
  c.ignore({"momentum"});
  Val x = c.tensor("input"), mean = c.tensor("running_mean"), var = c.tensor("running_var");
  if (x.rank() < 2) return c.Refuse("input of rank 0 or 1");
  bool training = c.schema().IndexOf("training") >= 0 && c.boolean("training");
  const DType told = StatisticsType(x, {c.tensor("weight"), c.tensor("bias"), mean, var});
  if (training || !mean || !var) {
    Normalized n = ApplyBatch(c, x, AllButChannels(x.rank()));
    return Arg::Tuple({n.y, b.Cast(b.Reshape(n.mean, {x.dim(1)}), told),
                       b.Cast(b.Reshape(n.rstd, {x.dim(1)}), told)});
  }
  Val y = ApplyStatistics(b, x, mean, var, c.tensor("weight"), c.tensor("bias"), c.number("eps"));
  Val empty = b.Full({Dim(0)}, told, 0);
  return Arg::Tuple({y, empty, empty});
}

// The running statistics after a call: momentum of those over `axes` of the input, the variance
// unbiased, and of these the mean over `then`.
Writes MovedStatistics(OpCall& c, const std::vector<int64_t>& axes,
                       const std::vector<int64_t>& then) {
  Builder& b = c.b;
  const Val x = c.tensor("input"), mean = c.tensor("running_mean"), var = c.tensor("running_var");
  const Val momentum = b.Cast(c.tensor("momentum"), mean.dtype());
  const Val wide = b.Cast(x, Accumulated(x.dtype()));
  const Val batch_mean = b.Reduce(Op::kReduceMean, wide, axes, true);
  const Val squares = b.Reduce(Op::kReduceSum, b.Square(b.Sub(wide, batch_mean)), axes, true);
  Dim count = 1;
  for (int64_t axis : axes) count *= x.dim(axis);
  const Val batch_var = b.Div(squares, b.Cast(b.DimScalar(count - 1), wide.dtype()));
  const auto moved = [&](const Val& running, Val batch) {
    if (!then.empty()) batch = b.Reduce(Op::kReduceMean, batch, then, true);
    const Val step = b.Sub(b.Cast(b.Reshape(batch, {x.dim(1)}), running.dtype()), running);
    return b.Add(running, b.Cast(b.Mul(step, momentum), running.dtype()));
  };
  return {{"running_mean", moved(mean, batch_mean)}, {"running_var", moved(var, batch_var)}};
}

Writes BatchStatistics(OpCall& c) {
  const Val x = c.tensor("input");
  const bool kept = c.tensor("running_mean") && c.tensor("running_var");
  if (!kept || !c.boolean("training")) return {};
  return MovedStatistics(c, AllButChannels(x.rank()), {});
}

Writes InstanceStatistics(OpCall& c) {
  const Val x = c.tensor("input");
  const bool kept = c.tensor("running_mean") && c.tensor("running_var");
  if (!kept || !c.boolean("use_input_stats")) return {};
  return MovedStatistics(c, IntRange(2, x.rank()), {0});
}

constexpr MemoryRule kMovesBatchStatistics{Sharing::kMarked, Order::kFormatOfFirst, false, nullptr,
                                           BatchStatistics};
constexpr MemoryRule kMovesInstanceStatistics{Sharing::kMarked, Order::kRows, false, nullptr,
                                              InstanceStatistics};

// The same and the running statistics after it.
Arg FunctionalBatchNorm(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input"), mean = c.tensor("running_mean"), var = c.tensor("running_var");
  if (x.rank() < 2) return c.Refuse("input of rank 0 or 1");
  Arg normalized = NativeBatchNorm(c);
  if (!b.ok()) return Val();
  ArgList results = normalized.items();
  if (!c.boolean("training")) {
    results.push_back(mean);
    results.push_back(var);
    return Arg::Tuple(std::move(results));
  }
  for (const auto& [name, moved] : BatchStatistics(c)) results.push_back(moved);
  return Arg::Tuple(std::move(results));
}

Arg InstanceNorm(OpCall& c) {
  c.ignore({"momentum", "cudnn_enabled"});
  Val x = c.tensor("input"), mean = c.tensor("running_mean"), var = c.tensor("running_var");
  if (x.rank() < 3) return c.Refuse("input of rank below 3");
  if (c.boolean("use_input_stats") || !mean || !var) {
    return ApplyBatch(c, x, IntRange(2, x.rank())).y;
  }
  return ApplyStatistics(c.b, x, mean, var, c.tensor("weight"), c.tensor("bias"), c.number("eps"));
}

Normalized GroupNormalize(OpCall& c, const Val& x, int64_t groups) {
  Builder& b = c.b;
  if (x.rank() < 2 || groups < 1) {
    c.Refuse("rank of the input or number of groups");
    return {};
  }
  Shape split = {x.dim(0), groups, FloorDiv(x.dim(1), groups)};
  split.insert(split.end(), x.shape().begin() + 2, x.shape().end());
  Val grouped = b.Reshape(b.Cast(x, Accumulated(x.dtype())), split);
  Normalized n = Normalize(b, grouped, IntRange(2, x.rank() + 1), c.number("eps"));
  n.y = b.Reshape(n.y, x.shape());
  n.y = b.Cast(Affine(b, n.y, AlongAxis(b, c.tensor("weight"), 1, x.rank()),
                      AlongAxis(b, c.tensor("bias"), 1, x.rank())),
               x.dtype());
  return n;
}

Arg GroupNorm(OpCall& c) {
  c.ignore({"cudnn_enabled"});
  return GroupNormalize(c, c.tensor("input"), c.integer("num_groups")).y;
}

Arg NativeGroupNorm(OpCall& c) {
  c.ignore({"N", "C", "HxW"});
  Val x = c.tensor("input");
  int64_t groups = c.integer("group");
  Normalized n = GroupNormalize(c, x, groups);
  Shape stats = {x.dim(0), groups};
  const DType told = StatisticsType(x, {c.tensor("weight"), c.tensor("bias")});
  return Arg::Tuple({n.y, c.b.Cast(c.b.Reshape(n.mean, stats), told),
                     c.b.Cast(c.b.Reshape(n.rstd, stats), told)});
}

constexpr OpEntry kOps[] = {
    {"aten::layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? "
     "bias=None, float eps=1.0000000000000001e-05, bool cudnn_enable=True) -> Tensor",
     LayerNormOp, &kInRows},
    {"aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? "
     "bias, float eps) -> (Tensor, Tensor, Tensor)",
     NativeLayerNorm, &kInRows},
    {"aten::rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? "
     "eps=None) -> Tensor",
     RmsNorm, &kInRows},
    {"aten::_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float? eps) -> "
     "(Tensor, Tensor)",
     FusedRmsNorm},
    {"aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
     "running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor",
     BatchNorm, &kMovesBatchStatistics},
    {"aten::native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, "
     "Tensor? running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
     NativeBatchNorm, &kMovesBatchStatistics},
    {"aten::_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!) "
     "running_mean, Tensor(b!) running_var, bool training, float momentum, float eps) -> (Tensor, "
     "Tensor, Tensor)",
     NativeBatchNorm, &kMovesBatchStatistics},
    {"aten::_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, Tensor? bias, bool "
     "training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
     NativeBatchNorm},
    {"aten::_native_batch_norm_legit_functional(Tensor input, Tensor? weight, Tensor? bias, Tensor "
     "running_mean, Tensor running_var, bool training, float momentum, float eps) -> (Tensor, "
     "Tensor, Tensor, Tensor running_mean_out, Tensor running_var_out)",
     FunctionalBatchNorm},
    {"aten::_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, Tensor? bias, "
     "Tensor running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, "
     "Tensor)",
     NativeBatchNorm},
    {"aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, "
     "Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) "
     "-> Tensor",
     InstanceNorm, &kMovesInstanceStatistics},
    {"aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, "
     "float eps=1.0000000000000001e-05, bool cudnn_enabled=True) -> Tensor",
     GroupNorm, &kFormatOfFirst},
    {"aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, "
     "SymInt HxW, int group, float eps) -> (Tensor, Tensor, Tensor)",
     NativeGroupNorm, &kInRows},
};

}  // namespace

absl::Span<const OpEntry> NormalizationOps() { return kOps; }

}  // namespace t2n
