#include "emit/lower/attention.h"

#include <algorithm>
#include <vector>

#include "t2n/ir/tensor.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;

namespace {

// tract computes so many keys at once. Where the first ones of a query are all hidden (-inf), its
// sums are NaN from there on.
constexpr int64_t kTile = 32;
// What is added to all scores of a tile below this makes tract leave the tile out.
constexpr double kHidden = -65503;
// tract 0.23.9, one thread, time against a softmax between products: 12 keys 0.6, 20 0.6, 49 0.6,
// 48 0.8 to 1.0 (a softmax is slower where rows are no multiple of 32), 64 1.0 to 1.2, 128 1.9; of
// one query 0.8 to 2.6.
constexpr int64_t kFewKeys = 63, kSeveralQueries = 2;

struct Sizes {
  int64_t queries, keys;
};

// [batch, queries, width] or [batch, heads, queries, width] of known sizes, the same for all three
// operands where the operator wants that.
std::optional<Sizes> SizesOf(const Node& node) {
  const Shape &q = node.inputs[0]->shape(), &k = node.inputs[1]->shape();
  const size_t rank = q.size();
  if (rank < 3 || rank > 4) return std::nullopt;
  for (size_t i = 0; i < 3; ++i) {
    const Value& x = *node.inputs[i];
    if (x.shape().size() != rank || x.dtype() != DType::kF32) return std::nullopt;
    const bool alike = std::equal(q.begin(), q.end() - 2, x.shape().begin());
    if (!alike || x.shape().back() != q.back()) return std::nullopt;
  }
  const Dim &queries = q[rank - 2], &keys = k[rank - 2];
  const bool heads = rank == 3 || q[1].is_const();
  if (!heads || !queries.is_const() || !keys.is_const() || !q.back().is_const()) {
    return std::nullopt;
  }
  return Sizes{queries.value(), keys.value()};
}

// Whether each query sees one of the keys of the first tile, and nothing that is added to a score
// is as large as what hides one.
bool ShowsFirstKeys(const Tensor& mask, const Sizes& sizes) {
  const auto numbers = ReadDoubles(mask);
  if (!numbers.ok()) return false;
  const int64_t first = std::min(sizes.keys, kTile);
  for (size_t row = 0; row < numbers->size(); row += sizes.keys) {
    bool seen = false;
    for (int64_t i = 0; i < sizes.keys; ++i) {
      const double number = (*numbers)[row + i];
      if (!(number < -kHidden)) return false;
      seen = seen || (i < first && number > kHidden / 2);
    }
    if (!seen) return false;
  }
  return true;
}

// A mask that is known and has an axis for each query and key.
bool IsReadable(const Value& mask, const Node& node, const Sizes& sizes) {
  const Shape &shape = mask.shape(), &q = node.inputs[0]->shape();
  if (!mask.constant || mask.dtype() != DType::kF32) return false;
  if (shape.size() < 2 || shape.size() > q.size()) return false;
  if (shape.back() != Dim(sizes.keys) || shape[shape.size() - 2] != Dim(sizes.queries)) {
    return false;
  }
  for (size_t i = 0; i + 2 < shape.size(); ++i) {
    const size_t axis = i + q.size() - shape.size();
    if (shape[i] != Dim(1) && shape[i] != q[axis]) return false;
  }
  return ShowsFirstKeys(*mask.constant, sizes);
}

}  // namespace

std::optional<Expr> FusedAttention(Lowering& l, const Node& node) {
  if (!l.target().has_fused_attention() || !l.HasRegistry("tract_transformers")) {
    return std::nullopt;
  }
  const std::optional<Sizes> sizes = SizesOf(node);
  if (!sizes || sizes->queries < kSeveralQueries || sizes->keys < 1 || sizes->keys > kFewKeys) {
    return std::nullopt;
  }
  const bool causal = node.attrs.Bool("is_causal"), masked = node.inputs.size() > 3;
  // tract's last query sees all keys, torch's first one only the first.
  if (causal && (masked || sizes->queries != sizes->keys)) return std::nullopt;
  if (masked && !IsReadable(*node.inputs[3], node, *sizes)) return std::nullopt;
  std::vector<Expr> operands;
  for (size_t i = 0; i < node.inputs.size(); ++i) operands.push_back(l.In(node, i));
  return Call("tract_transformers_sdpa", std::move(operands),
              {{"scale", nnef::Float(node.attrs.Float("scale"))},
               {"datum_type", nnef::Str("f32")},
               {"acc_datum_type", nnef::Str("f32")},
               {"is_causal", nnef::Bool(causal)}});
}

}  // namespace t2n
