// Distances, products and statistics of vectors (ATen/native/{Distance,Cross,Correlation}.cpp).
#include <cmath>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// Operands of one dtype and one shape.
std::vector<Val> Broadcast(OpCall& c, absl::string_view x, absl::string_view y) {
  std::vector<Val> v = Promote(c.b, {c.arg(x), c.arg(y)});
  if (!v[0] || !v[1]) return v;
  Shape shape = BroadcastShape(c, {v[0].shape(), v[1].shape()});
  for (Val& operand : v) operand = c.b.BroadcastTo(operand, shape);
  return v;
}

Arg CosineSimilarity(OpCall& c) {
  Builder& b = c.b;
  std::vector<Val> x = Broadcast(c, "x1", "x2");
  std::vector<int64_t> axis = c.axes("dim", x[0].rank());
  double eps = c.number("eps");
  for (Val& v : x) {
    v = ToFloat(b, v);
    v = b.Div(v, b.Max(VectorNorm(b, v, 2, axis, true), eps));
  }
  return b.Reduce(Op::kReduceSum, b.Mul(x[0], x[1]), axis, false);
}

Arg PairwiseDistance(OpCall& c) {
  Builder& b = c.b;
  std::vector<Val> x = Promote(b, {c.arg("x1"), c.arg("x2")});
  Val d = b.Sub(x[0], x[1]) + c.number("eps");
  if (d.rank() == 0) return c.Refuse("of tensors of rank 0");
  return VectorNorm(b, d, c.number("p"), {d.rank() - 1}, c.boolean("keepdim"));
}

// |x - y|^2 = |x|^2 - 2 x y + |y|^2, as torch computes many distances.
Val EuclideanByProducts(Builder& b, const Val& x, const Val& y) {
  int64_t last = x.rank() - 1;
  Val xx = b.Reduce(Op::kReduceSum, b.Square(x), {last}, true);
  Val yy = b.SwapAxes(b.Reduce(Op::kReduceSum, b.Square(y), {last}, true), last, last - 1);
  Val xy = b.MatMul(x, b.SwapAxes(y, last, last - 1));
  return b.Sqrt(b.Max(b.Add(b.Sub(xx, xy * 2.0), yy), 0.0));
}

// x [..., P, M], y [..., R, M] -> [..., P, R]. compute_mode: 0 or None: by products above 25 rows;
// 1: always; 2: never.
Arg Cdist(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("x1"), y = c.tensor("x2");
  double p = c.number("p");
  int64_t mode = c.has("compute_mode") ? c.integer("compute_mode") : 0;
  if (x.rank() < 2 || y.rank() < 2) return c.Refuse("of tensors of rank below 2");
  int64_t rank = std::max(x.rank(), y.rank());
  for (Val* v : {&x, &y}) {
    while (*v && v->rank() < rank) *v = b.Unsqueeze(*v, 0);
  }
  bool many = LessEqual(x.dim(-2), 25) != true || LessEqual(y.dim(-2), 25) != true;
  if (p == 2 && (mode == 1 || (mode == 0 && many))) return EuclideanByProducts(b, x, y);
  Val d = b.Sub(b.Unsqueeze(x, rank - 1), b.Unsqueeze(y, rank - 2));
  return VectorNorm(b, d, p, {rank}, false);
}

// Distances of the pairs of rows i < j, in their order.
Arg Pdist(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("self");
  std::optional<int64_t> n = x.dim(0).constant();
  if (x.rank() != 2 || !n || *n > 4096) return c.Refuse("number of rows");
  std::vector<int64_t> first, second;
  for (int64_t i = 0; i < *n; ++i) {
    for (int64_t j = i + 1; j < *n; ++j) {
      first.push_back(i);
      second.push_back(j);
    }
  }
  Val d = b.Sub(b.Gather(x, 0, b.Ints(first)), b.Gather(x, 0, b.Ints(second)));
  return VectorNorm(b, d, c.number("p"), {1}, false);
}

Val CrossAlong(OpCall& c, std::vector<Val> v, int64_t axis) {
  Builder& b = c.b;
  if (v[0].dim(axis) != Dim(3)) return c.Refuse("along an axis whose size is not 3");
  // Components 1, 2, 0 and 2, 0, 1.
  auto rotated = [&](const Val& x, int64_t by) {
    return b.Concat({b.Slice(x, axis, by, 3), b.Slice(x, axis, 0, by)}, axis);
  };
  return b.Sub(b.Mul(rotated(v[0], 1), rotated(v[1], 2)),
               b.Mul(rotated(v[0], 2), rotated(v[1], 1)));
}

Arg LinalgCross(OpCall& c) {
  std::vector<Val> v = Broadcast(c, "self", "other");
  return CrossAlong(c, v, c.axis("dim", v[0].rank()));
}

// Without `dim`: the first axis of size 3.
Arg Cross(OpCall& c) {
  if (c.has("dim")) return LinalgCross(c);
  std::vector<Val> v = Broadcast(c, "self", "other");
  for (int64_t axis = 0; axis < v[0].rank(); ++axis) {
    if (v[0].dim(axis) == Dim(3)) return CrossAlong(c, v, axis);
  }
  return c.Refuse("no axis of size 3");
}

Arg Vecdot(OpCall& c) {
  std::vector<Val> x = Broadcast(c, "x", "y");
  Val product = c.b.Mul(Conjugate(c.b, x[0]), x[1]);
  return c.b.Reduce(Op::kReduceSum, product, c.axes("dim", product.rank()), false);
}

// Of the rows of x [variables, observations], or of one variable [observations].
Val Covariance(OpCall& c, Val x, const Val& counts, const Val& importance, double correction) {
  Builder& b = c.b;
  if (x.rank() > 2 || IsComplex(x.dtype())) return c.Refuse("rank or dtype of the input");
  bool single = x.rank() < 2;
  x = ToFloat(b, x);
  if (single) x = b.Reshape(x, {Dim(1), x.numel()});
  Val weights;
  for (const Val& w : {counts, importance}) {
    if (!w) continue;
    Val v = b.Cast(w, x.dtype());
    weights = weights ? b.Mul(weights, v) : v;
  }
  Val total = weights ? b.Reduce(Op::kReduceSum, weights, {0}, false)
                      : b.Cast(b.DimScalar(x.dim(1)), x.dtype());
  Val weighted = weights ? b.Mul(x, weights) : x;
  x = b.Sub(x, b.Div(b.Reduce(Op::kReduceSum, weighted, {1}, true), total));
  Val freedom = total - correction;
  if (importance && correction != 0) {
    Val sum = b.Reduce(Op::kReduceSum, b.Mul(weights, b.Cast(importance, x.dtype())), {0}, false);
    freedom = b.Sub(total, b.Div(sum, total) * correction);
  }
  Val y = b.Einsum("az,bz->ab", {weights ? b.Mul(x, weights) : x, x});
  y = b.Div(y, b.Max(freedom, 0.0));
  // torch squeezes the matrix of one variable to a number.
  return y.dim(0) == Dim(1) ? b.Reshape(y, {}) : y;
}

Arg Cov(OpCall& c) {
  return Covariance(c, c.tensor("self"), c.tensor("fweights"), c.tensor("aweights"),
                    static_cast<double>(c.integer("correction")));
}

Arg Corrcoef(OpCall& c) {
  Builder& b = c.b;
  Val y = Covariance(c, c.tensor("self"), Val(), Val(), 1);
  if (y.rank() == 0) return b.Div(y, y);
  Val n = b.Iota(y.dim(0));
  Val diagonal = b.Select(b.Eq(b.Unsqueeze(n, 1), n), y, b.ScalarLike(y, 0));
  Val deviation = b.Sqrt(b.Reduce(Op::kReduceSum, diagonal, {1}, false));
  y = b.Div(b.Div(y, b.Unsqueeze(deviation, 1)), deviation);
  return b.Max(b.Min(y, 1.0), -1.0);
}

constexpr OpEntry kOps[] = {
    {"aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor",
     CosineSimilarity},
    {"aten::pairwise_distance(Tensor x1, Tensor x2, float p=2., float eps=9.9999999999999995e-07, "
     "bool keepdim=False) -> Tensor",
     PairwiseDistance},
    {"aten::cdist(Tensor x1, Tensor x2, float p=2., int? compute_mode=None) -> Tensor", Cdist},
    {"aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) -> Tensor", Cdist},
    {"aten::pdist(Tensor self, float p=2.) -> Tensor", Pdist},
    {"aten::_pdist_forward(Tensor self, float p=2.) -> Tensor", Pdist},
    {"aten::cross(Tensor self, Tensor other, int? dim=None) -> Tensor", Cross},
    {"aten::linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor", LinalgCross},
    {"aten::linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor", Vecdot},
    {"aten::cov(Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> "
     "Tensor",
     Cov},
    {"aten::corrcoef(Tensor self) -> Tensor", Corrcoef},
};

}  // namespace

absl::Span<const OpEntry> DistanceOps() { return kOps; }

}  // namespace t2n
