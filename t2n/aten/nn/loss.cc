// Losses that compare element by element or vector by vector (classification: class_loss.cc).
#include <cmath>

#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/losses.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {

Val ReduceLoss(OpCall& c, const Val& loss) {
  std::vector<int64_t> all;
  for (int64_t i = 0; i < loss.rank(); ++i) all.push_back(i);
  switch (c.integer("reduction")) {
    case 0:
      return loss;
    case 1:
      return c.b.Reduce(Op::kReduceMean, loss, all, false);
    case 2:
      return c.b.Reduce(Op::kReduceSum, loss, all, false);
    default:
      return c.RefuseArg("reduction");
  }
}

namespace {

// `self` and `target` (or the names given) as floats of one dtype.
std::vector<Val> Operands(OpCall& c, const char* input = "self") {
  DType dtype = FloatType(ResultType({c.arg(input), c.arg("target")}));
  return {AsTensor(c.b, c.arg(input), dtype), AsTensor(c.b, c.arg("target"), dtype)};
}

// max(x, 0)
Val Positive(Builder& b, const Val& x) { return b.Max(x, 0); }

Arg MseLoss(OpCall& c) {
  std::vector<Val> x = Operands(c);
  return ReduceLoss(c, c.b.Square(x[0] - x[1]));
}

Arg L1Loss(OpCall& c) {
  std::vector<Val> x = Operands(c);
  return ReduceLoss(c, c.b.Abs(x[0] - x[1]));
}

Arg SmoothL1Loss(OpCall& c) {
  std::vector<Val> x = Operands(c);
  double beta = c.number("beta");
  Val z = c.b.Abs(x[0] - x[1]);
  if (beta == 0) return ReduceLoss(c, z);
  return ReduceLoss(c, Below(c.b, z, beta, c.b.Square(z) * (0.5 / beta), z - 0.5 * beta));
}

Arg HuberLoss(OpCall& c) {
  std::vector<Val> x = Operands(c);
  double delta = c.number("delta");
  Val z = c.b.Abs(x[0] - x[1]);
  Val linear = (z - 0.5 * delta) * delta;
  return ReduceLoss(c, c.b.Select(c.b.Le(z, delta), c.b.Square(z) * 0.5, linear));
}

Val Weighted(OpCall& c, const Val& loss) {
  return c.has("weight") ? loss * c.b.Cast(c.tensor("weight"), loss.dtype()) : loss;
}

// Logarithms are kept above -100.
Arg BinaryCrossEntropy(OpCall& c) {
  std::vector<Val> x = Operands(c);
  Val yes = c.b.Max(c.b.Log(x[0]), -100), no = c.b.Max(Log1p(c.b, -x[0]), -100);
  return ReduceLoss(c, Weighted(c, (x[1] - 1.0) * no - x[1] * yes));
}

Arg BinaryCrossEntropyWithLogits(OpCall& c) {
  std::vector<Val> x = Operands(c);
  Val positive = Softplus(c.b, -x[0]);
  if (c.has("pos_weight")) {
    positive = positive * ((c.b.Cast(c.tensor("pos_weight"), x[0].dtype()) - 1.0) * x[1] + 1.0);
  }
  return ReduceLoss(c, Weighted(c, (1.0 - x[1]) * x[0] + positive));
}

Arg KlDiv(OpCall& c) {
  std::vector<Val> x = Operands(c);
  Val t = x[1];
  if (c.boolean("log_target")) return ReduceLoss(c, c.b.Exp(t) * (t - x[0]));
  Val entropy = c.b.Select(c.b.Eq(t, 0), c.b.ScalarLike(t, 0), t * c.b.Log(t));
  return ReduceLoss(c, entropy - t * x[0]);
}

Arg PoissonNllLoss(OpCall& c) {
  std::vector<Val> x = Operands(c, "input");
  Val t = x[1];
  double eps = c.number("eps");
  Val loss = c.boolean("log_input") ? c.b.Exp(x[0]) - t * x[0] : x[0] - t * c.b.Log(x[0] + eps);
  if (c.boolean("full")) {
    Val stirling = t * c.b.Log(t) - t + c.b.Log(t * (2 * M_PI)) * 0.5;
    loss = loss + c.b.Select(c.b.Gt(t, 1), stirling, c.b.ScalarLike(t, 0));
  }
  return ReduceLoss(c, loss);
}

// `if_one` where the target is 1, `if_minus_one` where it is -1, else 0.
Val ByTarget(Builder& b, const Val& target, const Val& if_one, const Val& if_minus_one) {
  Val zero = b.ScalarLike(if_one, 0);
  return b.Select(b.Eq(target, 1), if_one, zero) + b.Select(b.Eq(target, -1), if_minus_one, zero);
}

Arg CosineEmbeddingLoss(OpCall& c) {
  constexpr double kEpsilon = 1e-12;
  std::vector<Val> x = Promote(c.b, {c.arg("input1"), c.arg("input2")});
  for (Val& v : x) v = ToFloat(c.b, v);
  Val target = c.tensor("target");
  std::vector<int64_t> axis = {target.rank()};
  if (x[0].rank() != target.rank() + 1) return c.RefuseArg("target", "has another rank");
  auto dot = [&](const Val& a, const Val& b) {
    return c.b.Reduce(Op::kReduceSum, a * b, axis, false);
  };
  Val cosine =
      dot(x[0], x[1]) / c.b.Sqrt((dot(x[0], x[0]) + kEpsilon) * (dot(x[1], x[1]) + kEpsilon));
  Val apart = Positive(c.b, cosine - c.number("margin"));
  return ReduceLoss(c, ByTarget(c.b, target, 1.0 - cosine, apart));
}

Arg MarginRankingLoss(OpCall& c) {
  std::vector<Val> x = Promote(c.b, {c.arg("input1"), c.arg("input2"), c.arg("target")});
  Val order = ToFloat(c.b, (x[1] - x[0]) * x[2]);
  return ReduceLoss(c, Positive(c.b, order + c.number("margin")));
}

Arg HingeEmbeddingLoss(OpCall& c) {
  Val x = ToFloat(c.b, c.tensor("self")), target = c.tensor("target");
  Val zero = c.b.ScalarLike(x, 0);
  Val apart = Positive(c.b, c.number("margin") - x);
  return ReduceLoss(
      c, c.b.Select(c.b.Ne(target, 1), apart, zero) + c.b.Select(c.b.Ne(target, -1), x, zero));
}

Arg SoftMarginLoss(OpCall& c) {
  std::vector<Val> x = Operands(c);
  return ReduceLoss(c, Softplus(c.b, -(x[0] * x[1])));
}

// torch.pairwise_distance: the p-norm of x - y + eps along the last axis.
Val Distance(OpCall& c, const Val& x, const Val& y) {
  double p = c.number("p");
  Val z = c.b.Abs(ToFloat(c.b, x - y) + c.number("eps"));
  std::vector<int64_t> last = {z.rank() - 1};
  if (z.rank() == 0) return z;
  if (std::isinf(p) || p == 0) return c.RefuseArg("p");
  if (p == 1) return c.b.Reduce(Op::kReduceSum, z, last, false);
  if (p == 2) return c.b.Sqrt(c.b.Reduce(Op::kReduceSum, c.b.Square(z), last, false));
  return c.b.Pow(c.b.Reduce(Op::kReduceSum, c.b.Pow(z, p), last, false), 1 / p);
}

Arg TripletMarginLoss(OpCall& c) {
  Val anchor = c.tensor("anchor"), positive = c.tensor("positive"), negative = c.tensor("negative");
  Val near = Distance(c, anchor, positive), far = Distance(c, anchor, negative);
  if (c.boolean("swap")) far = c.b.Min(far, Distance(c, positive, negative));
  return ReduceLoss(c, Positive(c.b, near - far + c.number("margin")));
}

constexpr OpEntry kOps[] = {
    {"aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", MseLoss,
     &kElementwise},
    {"aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", L1Loss, &kElementwise},
    {"aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.) -> Tensor",
     SmoothL1Loss, &kElementwise},
    {"aten::huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.) -> Tensor",
     HuberLoss, &kAsFirst},
    {"aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, "
     "int reduction=1) -> Tensor",
     BinaryCrossEntropy, &kAsFirst},
    {"aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, "
     "Tensor? pos_weight=None, int reduction=1) -> Tensor",
     BinaryCrossEntropyWithLogits},
    {"aten::kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> "
     "Tensor",
     KlDiv},
    {"aten::poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, "
     "int reduction) -> Tensor",
     PoissonNllLoss, &kElementwise},
    {"aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., "
     "int reduction=1) -> Tensor",
     CosineEmbeddingLoss},
    {"aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., "
     "int reduction=1) -> Tensor",
     MarginRankingLoss},
    {"aten::hinge_embedding_loss(Tensor self, Tensor target, float margin=1., int reduction=1) "
     "-> Tensor",
     HingeEmbeddingLoss},
    {"aten::soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
     SoftMarginLoss},
    {"aten::triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, "
     "float margin=1., float p=2., float eps=1e-06, bool swap=False, int reduction=1) -> Tensor",
     TripletMarginLoss},
};

}  // namespace

absl::Span<const OpEntry> LossOps() { return kOps; }

}  // namespace t2n
