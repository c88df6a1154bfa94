// Losses of classification, where the target names classes.
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/nn/losses.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// Class indices beside scores with the class axis in front of the spatial ones: [N, C, ...] (axis
// 1) or [C] (axis 0).
struct Classes {
  int64_t axis;
  Val index;   // i64, with size 1 along `axis`; 0 where ignored
  Val counts;  // bool, the same shape: not ignored
};

Classes ClassesOf(OpCall& c, const Val& scores, const Val& target) {
  Classes k;
  k.axis = scores.rank() > 1 ? 1 : 0;
  if (target.rank() != scores.rank() - 1) {
    c.RefuseArg("target", "has an unexpected rank");
    return k;
  }
  Val t = c.b.Unsqueeze(c.b.Cast(target, DType::kI64), k.axis);
  k.counts = c.b.Ne(t, static_cast<double>(c.integer("ignore_index")));
  k.index = c.b.Select(k.counts, t, c.b.ScalarLike(t, 0));
  return k;
}

// The class weights of argument `weight` (or 1) at the targets; 0 where ignored.
Val WeightsAt(OpCall& c, const Classes& k, DType dtype) {
  Val counted = c.b.Cast(k.counts, dtype);
  if (!c.has("weight")) return counted;
  return c.b.Gather(c.b.Cast(c.tensor("weight"), dtype), 0, k.index) * counted;
}

Val SumAll(Builder& b, const Val& x) {
  return b.Reduce(Op::kReduceSum, x, IntRange(0, x.rank()), false);
}

// Argument `reduction` as a number, if there is one: some operators have its name.
int64_t Reduction(OpCall& c) {
  if (!c.has("reduction")) return 0;
  if (!c.arg("reduction").is_string()) return c.integer("reduction");
  const std::string name = c.str("reduction");
  return name == "none" ? 0 : name == "mean" ? 1 : name == "sum" ? 2 : -1;
}

// `loss` (the class axis of size 1) reduced; means are weighted.
Val ReduceWeighted(OpCall& c, const Val& loss, const Val& weights, int64_t axis) {
  switch (Reduction(c)) {
    case 0:
      return c.b.Squeeze(loss, axis);
    case 1:
      return SumAll(c.b, loss) / SumAll(c.b, weights);
    case 2:
      return SumAll(c.b, loss);
    default:
      return c.RefuseArg("reduction");
  }
}

// Minus the target's entry, weighted.
Val NegativeAt(OpCall& c, const Val& scores, const Classes& k, const Val& weights) {
  Val at = c.b.GatherElements(scores, k.axis, k.index);
  return c.b.Select(k.counts, -(at * weights), c.b.ScalarLike(at, 0));
}

Arg NllLoss(OpCall& c) {
  Val x = c.tensor("self");
  Classes k = ClassesOf(c, x, c.tensor("target"));
  Val weights = WeightsAt(c, k, x.dtype());
  return ReduceWeighted(c, NegativeAt(c, x, k, weights), weights, k.axis);
}

// `weight` along the class axis, or null.
Val WeightAlong(OpCall& c, const Val& scores, int64_t axis) {
  if (!c.has("weight")) return Val();
  if (scores.rank() <= axis) return c.Refuse("scores of too few axes");
  Shape shape(scores.rank(), Dim(1));
  shape[axis] = scores.dim(axis);
  return c.b.Reshape(c.tensor("weight"), shape);
}

// Targets that are probabilities.
Val SoftCrossEntropy(OpCall& c, const Val& logp, int64_t axis, double smoothing) {
  Val target = c.b.Cast(c.tensor("target"), logp.dtype());
  c.ignore({"ignore_index"});
  if (smoothing > 0) {
    Val classes = CountAlong(c.b, logp, {axis}, logp.dtype());
    target = target * (1 - smoothing) + smoothing / classes;
  }
  Val loss = -(logp * target);
  if (Val weight = WeightAlong(c, logp, axis)) loss = loss * weight;
  if (c.integer("reduction") == 1) {
    return SumAll(c.b, loss) * CountAlong(c.b, logp, {axis}, logp.dtype()) /
           c.b.Cast(c.b.DimScalar(logp.numel()), logp.dtype());
  }
  return ReduceLoss(c, c.b.Reduce(Op::kReduceSum, loss, {axis}, false));
}

// Targets that are classes.
Val HardCrossEntropy(OpCall& c, const Val& logp, const Val& target, int64_t axis,
                     double smoothing) {
  Classes k = ClassesOf(c, logp, target);
  Val weights = WeightsAt(c, k, logp.dtype());
  Val hard = ReduceWeighted(c, NegativeAt(c, logp, k, weights), weights, axis);
  if (smoothing == 0) return hard;
  Val weight = WeightAlong(c, logp, axis);
  Val even = c.b.Reduce(Op::kReduceSum, weight ? -(logp * weight) : -logp, {axis}, true);
  even = c.b.Select(k.counts, even, c.b.ScalarLike(even, 0));
  Val soft = ReduceWeighted(c, even, weights, axis);
  return hard * (1 - smoothing) + soft * smoothing / CountAlong(c.b, logp, {axis}, logp.dtype());
}

Arg CrossEntropyLoss(OpCall& c) {
  Val x = c.tensor("self"), target = c.tensor("target");
  double smoothing = c.number("label_smoothing");
  int64_t axis = x.rank() > 1 ? 1 : 0;
  Val logp = LogSoftmax(c.b, x, axis);
  if (target.rank() == x.rank() && IsFloat(target.dtype())) {
    return SoftCrossEntropy(c, logp, axis, smoothing);
  }
  return HardCrossEntropy(c, logp, target, axis, smoothing);
}

// Of a linear layer [N, C]; in how many pieces is of no consequence.
Val LinearLoss(OpCall& c) {
  c.ignore({"batch_chunk_size", "acc_policy", "acc_dtype"});
  Val target = c.tensor("target");
  if (IsFloat(target.dtype())) return c.RefuseArg("target", "is of probabilities");
  Val bias = c.has("linear_bias") ? c.tensor("linear_bias") : Val();
  Val x = Linear(c.b, c.tensor("input"), c.tensor("linear_weight"), bias);
  double smoothing = c.has("label_smoothing") ? c.number("label_smoothing") : 0;
  return HardCrossEntropy(c, LogSoftmax(c.b, x, 1), target, 1, smoothing);
}

Arg LinearCrossEntropyEach(OpCall& c) { return LinearLoss(c); }

// The loss, and gradients, which are empty where nobody asks for them.
Arg LinearCrossEntropy(OpCall& c) {
  c.ignore({"allow_retain_graph"});
  for (const char* flag :
       {"compute_input_grad", "compute_linear_weight_grad", "compute_linear_bias_grad"}) {
    if (c.boolean(flag)) return c.RefuseArg(flag);
  }
  Val loss = LinearLoss(c);
  const auto none = [&](const Shape& shape) { return c.b.Full(shape, loss.dtype(), 0); };
  return Arg::Tuple({loss, none({0, 0}), none({0, 0}), none({0})});
}

// Scores as [N, C] and targets as [N, ...]: a single sample gets an axis in front.
struct Batch {
  Val x, target;
  bool single;
};
Batch BatchOf(OpCall& c, int64_t target_rank) {
  Val x = c.tensor("self"), target = c.b.Cast(c.tensor("target"), DType::kI64);
  bool single = x.rank() <= 1;
  if (single) {
    x = c.b.Reshape(x, {1, x.numel()});
    target = c.b.Reshape(target, target_rank == 1 ? Shape{1} : Shape{1, target.numel()});
  }
  return {x, target, single};
}

// mean over classes i != y of max(0, margin - x[y] + x[i])^p
Arg MultiMarginLoss(OpCall& c) {
  Batch batch = BatchOf(c, 1);
  Val x = batch.x, index = c.b.Unsqueeze(batch.target, 1);
  double p = c.number("p");
  if (p != 1 && p != 2) return c.RefuseArg("p");
  Val z = c.b.Max(x - c.b.GatherElements(x, 1, index) + c.number("margin"), 0);
  if (p == 2) z = c.b.Square(z);
  if (c.has("weight")) z = z * c.b.Gather(c.tensor("weight"), 0, index);
  Val other = c.b.Ne(IotaAlong(c.b, x.dim(1), 1, 2), index);
  Val loss = c.b.Reduce(Op::kReduceSum, c.b.Select(other, z, c.b.ScalarLike(z, 0)), {1}, false) /
             CountAlong(c.b, x, {1}, x.dtype());
  return ReduceLoss(c, batch.single ? c.b.Reshape(loss, {}) : loss);
}

// mean over classes of sum over targets j and classes i that are none of max(0, 1 - x[j] + x[i]);
// the targets of a sample end at the first negative one.
Arg MultilabelMarginLoss(OpCall& c) {
  Batch batch = BatchOf(c, 2);
  Builder& b = c.b;
  Val x = batch.x, target = batch.target;
  Val listed = b.Cast(b.Ge(target, 0), DType::kI64);
  Val valid = b.Cast(b.Cumulative(listed, 1, "min"), DType::kBool);
  Val index = b.Select(valid, target, b.ScalarLike(target, 0));
  Val classes = IotaAlong(b, x.dim(1), 2, 3);
  Val hit = b.And(b.Eq(b.Unsqueeze(index, 2), classes), b.Unsqueeze(valid, 2));  // [N, j, i]
  Val is_target = b.Reduce(Op::kReduceAny, hit, {1}, true);
  Val gap = b.Max(1.0 - b.Unsqueeze(b.GatherElements(x, 1, index), 2) + b.Unsqueeze(x, 1), 0);
  Val used = b.And(b.Unsqueeze(valid, 2), b.Not(is_target));
  Val loss = b.Reduce(Op::kReduceSum, b.Select(used, gap, b.ScalarLike(gap, 0)), {1, 2}, false) /
             CountAlong(b, x, {1}, x.dtype());
  return ReduceLoss(c, batch.single ? b.Reshape(loss, {}) : loss);
}

constexpr OpEntry kOps[] = {
#define T2N_NLL(name)                                                     \
  {                                                                       \
    "aten::" name                                                         \
    "(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, " \
    "SymInt ignore_index=-100) -> Tensor",                                \
        NllLoss                                                           \
  }
    T2N_NLL("nll_loss"),
    T2N_NLL("nll_loss2d"),
    T2N_NLL("nll_loss_nd"),
#undef T2N_NLL
    {"aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, "
     "int reduction=1, SymInt ignore_index=-100, float label_smoothing=0.) -> Tensor",
     CrossEntropyLoss},
    {"torch_nn::_linear_cross_entropy_batch_chunked(Tensor input, Tensor linear_weight, Tensor "
     "target, Tensor? linear_bias, Tensor? weight, str reduction, SymInt ignore_index, float "
     "label_smoothing, SymInt batch_chunk_size, str acc_policy, ScalarType acc_dtype, bool "
     "allow_retain_graph, bool compute_input_grad, bool compute_linear_weight_grad, bool "
     "compute_linear_bias_grad) -> (Tensor, Tensor, Tensor, Tensor)",
     LinearCrossEntropy},
    {"torch_nn::_linear_cross_entropy_batch_chunked_no_reduction(Tensor input, Tensor "
     "linear_weight, Tensor target, Tensor? linear_bias, Tensor? weight, SymInt ignore_index, "
     "SymInt batch_chunk_size, str acc_policy, ScalarType acc_dtype) -> Tensor",
     LinearCrossEntropyEach},
    {"aten::multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, "
     "Tensor? weight=None, int reduction=1) -> Tensor",
     MultiMarginLoss},
    {"aten::multilabel_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
     MultilabelMarginLoss},
};

}  // namespace

absl::Span<const OpEntry> ClassLossOps() { return kOps; }

}  // namespace t2n
