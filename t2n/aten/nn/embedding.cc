// Lookups in tables of vectors (ATen/native/{Embedding,EmbeddingBag}.cpp).
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {

namespace {

Arg Embedding(OpCall& c) {
  c.ignore({"padding_idx", "scale_grad_by_freq", "sparse"});
  return c.b.Gather(c.tensor("weight"), 0, AsIndices(c.b, c.tensor("indices")));
}

// The rows that `indices` name, if their norm is above max_norm, are scaled down to it.
Arg EmbeddingRenorm(OpCall& c) {
  Builder& b = c.b;
  Val table = c.tensor("self", 2), indices = c.tensor("indices");
  double most = c.number("max_norm"), order = c.number("norm_type");
  if (!b.ok()) return Val();
  Val norm = VectorNorm(b, table, order, {1}, true);
  Val scaled = b.Select(b.Gt(norm, most), b.Mul(table, most / (norm + 1e-7)), table);
  Val at = b.Reshape(AsIndices(b, indices), {indices.numel()});
  Val named = b.ScatterElements(b.Full({table.dim(0)}, table.dtype(), 0), 0, at,
                                b.Full({indices.numel()}, table.dtype(), 1));
  return b.Select(b.Unsqueeze(b.Gt(named, 0.5), 1), scaled, table);
}

enum class BagMode { kSum, kMean, kMax };

// Which of the `n` indices belongs to which bag: bool [bags, n].
Val Membership(OpCall& c, const Val& indices) {
  return BagMembers(c.b, indices.dim(0), c.tensor("offsets"), c.boolean("include_last_offset"));
}

// Sums, means or maxima of each bag; empty bags give zeros.
Val ReduceBags(Builder& b, const Val& rows, const Val& member, const Val& sample_weights,
               BagMode mode) {
  DType dtype = rows.dtype();
  Val weights = b.Cast(member, dtype);
  if (mode == BagMode::kMax) {
    Val any = b.Reduce(Op::kReduceAny, member, {1}, true);
    Val masked = b.Select(b.Unsqueeze(member, 2), b.Unsqueeze(rows, 0),
                          b.Scalar(dtype, -std::numeric_limits<double>::infinity()));
    Val best = b.Reduce(Op::kReduceMax, masked, {1}, false);
    return b.Select(any, best, b.Scalar(dtype, 0.0));
  }
  if (mode == BagMode::kMean) {
    Val count = b.Max(b.Reduce(Op::kReduceSum, weights, {1}, true), 1.0);
    weights = b.Div(weights, count);
  }
  if (sample_weights) weights = b.Mul(weights, b.Cast(sample_weights, dtype));
  return b.Einsum("bn,nd->bd", {weights, rows});
}

// `kNegativeIsNone`: a negative padding_idx is none, and no index from the end.
template <bool kNegativeIsNone>
Arg EmbeddingBag(OpCall& c) {
  Builder& b = c.b;
  c.ignore({"scale_grad_by_freq", "sparse"});
  Val indices = AsIndices(b, c.tensor("indices"));
  int64_t mode = c.integer("mode");
  if (mode < 0 || mode > 2 || indices.rank() != 1) return c.Refuse("mode or rank of the indices");
  Val table = c.tensor("weight");
  Val member = Membership(c, indices);
  // padding_idx: those indices belong to no bag.
  if (c.has("padding_idx")) {
    Dim padding = c.dim("padding_idx");
    bool negative = padding.is_const() && padding.value() < 0;
    bool none = negative && kNegativeIsNone;
    if (negative) padding = padding + table.dim(0);
    if (!none) member = b.And(member, b.Ne(indices, b.DimScalar(padding)));
  }
  Val y = ReduceBags(b, b.Gather(table, 0, indices), member, c.tensor("per_sample_weights"),
                     static_cast<BagMode>(mode));
  // What the backward pass would need is not computed.
  return Arg::Tuple(ArgList{y, Arg(), Arg(), Arg()});
}

constexpr OpEntry kOps[] = {
    {"aten::embedding_renorm(Tensor self, Tensor indices, float max_norm, float norm_type) -> "
     "Tensor",
     EmbeddingRenorm},
    {"aten::embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool "
     "scale_grad_by_freq=False, bool sparse=False) -> Tensor",
     Embedding, &kInRows},
    {"aten::embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool "
     "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, "
     "bool include_last_offset=False) -> (Tensor, Tensor, Tensor, Tensor)",
     EmbeddingBag<false>},
    {"aten::embedding_bag.padding_idx(Tensor weight, Tensor indices, Tensor offsets, bool "
     "scale_grad_by_freq, int mode, bool sparse, Tensor? per_sample_weights, bool "
     "include_last_offset, int? padding_idx) -> (Tensor, Tensor, Tensor, Tensor)",
     EmbeddingBag<false>},
    {"aten::_embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool "
     "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, "
     "bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)",
     EmbeddingBag<true>},
    {"aten::_embedding_bag_forward_only(Tensor weight, Tensor indices, Tensor offsets, bool "
     "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, "
     "bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)",
     EmbeddingBag<true>},
};

}  // namespace

absl::Span<const OpEntry> EmbeddingOps() { return kOps; }

}  // namespace t2n
