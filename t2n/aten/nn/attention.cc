// Attention (ATen/native/transformers/attention.cpp) and the encoder layer built on it
// (transformer.cpp).
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/nested.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/layers.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// `count` letters for batch axes.
std::string Letters(int64_t count) {
  return std::string("abcdefghijkmnopq").substr(0, std::min<int64_t>(count, 16));
}

// A mask to be added to the scores: -inf where a bool mask is false.
Val AdditiveMask(Builder& b, const Val& mask, DType dtype) {
  if (!mask || mask.dtype() != DType::kBool) return mask ? b.Cast(mask, dtype) : mask;
  return b.Select(mask, b.Scalar(dtype, 0.0), b.Scalar(dtype, -kInfinity));
}

// 0 where query i may see key j, that is j <= i, otherwise -inf: [queries, keys].
Val CausalMask(Builder& b, const Dim& queries, const Dim& keys, DType dtype) {
  return AdditiveMask(b, b.Ge(b.Unsqueeze(b.Iota(queries), 1), b.Iota(keys)), dtype);
}

// softmax(q k^T * scale + mask): [..., queries, keys] in the dtype that is accumulated in.
Val AttentionWeights(Builder& b, const Val& q, const Val& k, const Val& mask, double scale,
                     bool is_causal) {
  bool half = q.dtype() == DType::kF16 || q.dtype() == DType::kBF16;
  std::string lead = Letters(q.rank() - 2);
  std::string key = lead.substr(std::clamp<int64_t>(q.rank() - k.rank(), 0, lead.size()));
  Val scores = b.Einsum(absl::StrCat(lead, "xz,", key, "yz->", lead, "xy"), {q * scale, k});
  if (half) scores = b.Cast(scores, DType::kF32);
  if (is_causal) scores = b.Add(scores, CausalMask(b, q.dim(-2), k.dim(-2), scores.dtype()));
  if (mask) scores = b.Add(scores, b.Cast(mask, scores.dtype()));
  return Softmax(b, scores, scores.rank() - 1);
}

// Heads of k and v repeated to as many as q has (grouped queries).
Val RepeatHeads(Builder& b, const Val& x, const Val& q) {
  int64_t axis = x.rank() - 3;
  if (axis < 0 || q.rank() != x.rank()) return b.Fail("grouped heads need operands of one rank");
  Dim times = FloorDiv(q.dim(-3), x.dim(-3));
  if (times == Dim(1)) return x;
  Shape wide = x.shape(), flat = x.shape();
  wide.insert(wide.begin() + axis + 1, times);
  flat[axis] *= times;
  return b.Reshape(b.BroadcastTo(b.Unsqueeze(x, axis + 1), wide), flat);
}

// Rows that a mask hides entirely give zeros (torch's _safe_softmax), not NaN.
Val ZeroHiddenRows(Builder& b, const Val& y, const Val& mask) {
  Val seen = b.Reduce(Op::kReduceAny, b.Gt(mask, -kInfinity), {mask.rank() - 1}, true);
  Val all = b.Reduce(Op::kReduceAll, seen, IntRange(0, seen.rank()), false);
  std::optional<std::vector<int64_t>> value = KnownInts(all);
  if (value && (*value)[0] == 1) return y;
  return b.Select(seen, y, b.ScalarLike(y, 0));
}

// Whether a mask is known to hide nothing of scores [..., L, S], and does not make more of them.
bool HidesNothing(Builder& b, const Val& mask, const Val& q, const Val& k) {
  if (!mask->is_constant() || mask.rank() > q.rank()) return false;
  Shape scores = q.shape();
  scores.back() = k.dim(-2);
  scores.erase(scores.begin(), scores.end() - mask.rank());
  for (int64_t i = 0; i < mask.rank(); ++i) {
    if (mask.dim(i) != Dim(1) && mask.dim(i) != scores[i]) return false;
  }
  const Val seen = mask.dtype() == DType::kBool ? mask : b.Eq(mask, 0);
  const Val all = b.Reduce(Op::kReduceAll, seen, IntRange(0, seen.rank()), false);
  const std::optional<std::vector<int64_t>> known = KnownInts(all);
  return known && (*known)[0] == 1;
}

// softmax(q k^T * scale + mask) v; q [..., L, E], k [..., S, E], v [..., S, F]; the mask (bool:
// true is seen; or added) or null. A composite `sdpa` {scale, is_causal} of (q, k, v) or (q, k, v,
// mask to be added).
Val Attention(Builder& b, const Val& q, const Val& k, const Val& v, const Val& mask, double scale,
              bool is_causal) {
  std::vector<Val> inputs = {q, k, v};
  if (mask && !HidesNothing(b, mask, q, k)) {
    inputs.push_back(AdditiveMask(b, mask, q.dtype()));
  }
  return b.Composite("sdpa", {{"scale", scale}, {"is_causal", is_causal}}, inputs,
                     [&](Builder& b, absl::Span<const Val> in) {
                       Val w = AttentionWeights(b, in[0], in[1], in.size() > 3 ? in[3] : Val(),
                                                scale, is_causal);
                       return b.MatMul(b.Cast(w, in[2].dtype()), in[2]);
                     });
}

double ScaleOf(OpCall& c, const Val& q) {
  if (c.has("scale")) return c.number("scale");
  std::optional<int64_t> width = q.dim(-1).constant();
  if (!width || *width < 1) c.Refuse("the size of the heads must be known");
  return 1 / std::sqrt(static_cast<double>(width.value_or(1)));
}

struct SdpaArgs {
  Val q, k, v, mask;
  double scale;
  bool is_causal;
};

SdpaArgs ReadSdpa(OpCall& c) {
  SdpaArgs a{
      c.tensor("query", 2),  c.tensor("key", 2), c.tensor("value", 2), c.tensor("attn_mask"), 1,
      c.boolean("is_causal")};
  a.scale = ScaleOf(c, a.q);
  if (c.number("dropout_p") != 0) c.RefuseArg("dropout_p", "draws random numbers");
  if (c.boolean("enable_gqa")) {
    a.k = RepeatHeads(c.b, a.k, a.q);
    a.v = RepeatHeads(c.b, a.v, a.q);
  }
  return a;
}

Arg Sdpa(OpCall& c) {
  SdpaArgs a = ReadSdpa(c);
  if (a.q.rank() < 2 || a.q.rank() > 16) return c.Refuse("rank of the query");
  Val y = Attention(c.b, a.q, a.k, a.v, a.mask, a.scale, a.is_causal);
  return a.mask ? ZeroHiddenRows(c.b, y, AdditiveMask(c.b, a.mask, y.dtype())) : y;
}

// (output, logsumexp of the scores [batch, heads, queries]).
Arg FlashSdpa(OpCall& c) {
  Builder& b = c.b;
  SdpaArgs a = ReadSdpa(c);
  Val y = Attention(b, a.q, a.k, a.v, a.mask, a.scale, a.is_causal);
  Val scores = b.MatMul(a.q * a.scale, b.SwapAxes(a.k, a.k.rank() - 1, a.k.rank() - 2));
  if (a.mask) scores = b.Add(scores, AdditiveMask(b, a.mask, scores.dtype()));
  if (a.is_causal) {
    scores = b.Add(scores, CausalMask(b, a.q.dim(-2), a.k.dim(-2), scores.dtype()));
  }
  int64_t keys = scores.rank() - 1;
  Val top = b.Reduce(Op::kReduceMax, scores, {keys}, true);
  Val sum = b.Reduce(Op::kReduceSum, b.Exp(b.Sub(scores, top)), {keys}, true);
  Val lse = b.Squeeze(b.Add(b.Log(sum), top), keys);
  if (a.mask) y = ZeroHiddenRows(b, y, AdditiveMask(b, a.mask, y.dtype()));
  return Arg::Tuple({y, lse});
}

struct Heads {
  int64_t width = 0, count = 1;
  Val qkv_weight, qkv_bias, out_weight, out_bias;
  Val mask;  // true hides
  int64_t mask_type = 0;
};

Heads ReadHeads(OpCall& c, absl::string_view count, absl::string_view mask_type) {
  Heads h{
      c.integer("embed_dim"),  c.integer(count),      c.tensor("qkv_weight"), c.tensor("qkv_bias"),
      c.tensor("proj_weight"), c.tensor("proj_bias"), c.tensor("mask"),       0};
  if (h.count < 1 || h.width % h.count != 0) {
    c.Refuse("embed_dim is no multiple of the heads");
    h.count = 1;
  }
  if (c.has(mask_type)) h.mask_type = c.integer(mask_type);
  return h;
}

// Projection number `i` (query, key, value) of x [N, L, D] as heads [N, H, L, D / H].
Val ProjectHeads(Builder& b, const Val& x, const Heads& h, int64_t i) {
  Val w = b.Slice(h.qkv_weight, 0, i * h.width, (i + 1) * h.width);
  Val bias = h.qkv_bias ? b.Slice(h.qkv_bias, 0, i * h.width, (i + 1) * h.width) : Val();
  Val y = Linear(b, x, w, bias);
  return b.Transpose(b.Reshape(y, {x.dim(0), x.dim(1), h.count, h.width / h.count}), {0, 2, 1, 3});
}

// masks of type 0 are [L, S], 1 [N, S] (padding keys), 2 [N, H, L, S]; true (not 0) hides.
Val MaskOfType(Builder& b, const Heads& h) {
  if (!h.mask) return Val();
  Val visible = b.Not(b.Cast(h.mask, DType::kBool));
  return h.mask_type == 1 ? b.Unsqueeze(b.Unsqueeze(visible, 1), 1) : visible;
}

Val MultiHead(Builder& b, const Heads& h, const Val& query, const Val& key, const Val& value,
              Val* weights) {
  Val q = ProjectHeads(b, query, h, 0), k = ProjectHeads(b, key, h, 1);
  Val v = ProjectHeads(b, value, h, 2);
  Val mask = MaskOfType(b, h);
  double scale = 1 / std::sqrt(static_cast<double>(h.width) / static_cast<double>(h.count));
  Val y;
  if (weights) {
    Val additive = AdditiveMask(b, mask, q.dtype());
    *weights = b.Cast(AttentionWeights(b, q, k, additive, scale, false), q.dtype());
    y = b.MatMul(*weights, v);
  } else {
    y = Attention(b, q, k, v, mask, scale, false);
  }
  y = b.Reshape(b.Transpose(y, {0, 2, 1, 3}), {query.dim(0), query.dim(1), h.width});
  return Linear(b, y, h.out_weight, h.out_bias);
}

Arg NativeMultiHeadAttention(OpCall& c) {
  Val query = c.tensor("query");
  if (query.rank() != 3) return c.Refuse("rank of the query");
  Heads h = ReadHeads(c, "num_head", "mask_type");
  Val weights;
  bool need_weights = c.boolean("need_weights"), average = c.boolean("average_attn_weights");
  Val y = MultiHead(c.b, h, query, c.tensor("key"), c.tensor("value"),
                    need_weights ? &weights : nullptr);
  if (need_weights && average) weights = c.b.Reduce(Op::kReduceMean, weights, {1}, false);
  return Arg::Tuple(ArgList{y, need_weights ? Arg(weights) : Arg()});
}

Val EncoderLayerOf(OpCall& c, const Val& src, const Heads& h) {
  Builder& b = c.b;
  double eps = c.number("eps");
  auto norm1 = [&](const Val& x) {
    return LayerNorm(b, x, 1, c.tensor("norm_weight_1"), c.tensor("norm_bias_1"), eps);
  };
  auto norm2 = [&](const Val& x) {
    return LayerNorm(b, x, 1, c.tensor("norm_weight_2"), c.tensor("norm_bias_2"), eps);
  };
  auto attend = [&](const Val& x) { return MultiHead(b, h, x, x, x, nullptr); };
  bool gelu = c.boolean("use_gelu");
  auto feed_forward = [&](const Val& x) {
    Val y = Linear(b, x, c.tensor("ffn_weight_1"), c.tensor("ffn_bias_1"));
    y = c.Call(gelu ? "aten::gelu" : "aten::relu", {y});
    return Linear(b, y, c.tensor("ffn_weight_2"), c.tensor("ffn_bias_2"));
  };
  if (c.boolean("norm_first")) {
    Val x = b.Add(src, attend(norm1(src)));
    return b.Add(x, feed_forward(norm2(x)));
  }
  Val x = norm1(b.Add(src, attend(src)));
  return norm2(b.Add(x, feed_forward(x)));
}

Arg EncoderLayer(OpCall& c) {
  Val src = c.tensor("src");
  if (src.rank() != 3) return c.Refuse("rank of src");
  return EncoderLayerOf(c, src, ReadHeads(c, "num_heads", "mask_type"));
}

Arg NestedEncoderLayer(OpCall& c) {
  const auto src = Nested(c, "src");
  Heads h = ReadHeads(c, "num_heads", "mask_type");
  if (!src) return Arg();
  if (h.mask) return c.RefuseArg("mask", "beside a nested tensor");
  h.mask = c.b.Not(src->visible);
  h.mask_type = 1;
  return WithElements(*src, EncoderLayerOf(c, src->padded, h));
}

constexpr OpEntry kOps[] = {
    {"aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? "
     "attn_mask=None, float dropout_p=0., bool is_causal=False, *, float? scale=None, bool "
     "enable_gqa=False) -> Tensor",
     Sdpa},
    {"aten::_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor key, Tensor value, "
     "float dropout_p=0., bool is_causal=False, *, Tensor? attn_mask=None, float? scale=None) -> "
     "(Tensor output, Tensor logsumexp)",
     FlashSdpa},
    {"aten::_native_multi_head_attention(Tensor query, Tensor key, Tensor value, int embed_dim, "
     "int num_head, Tensor qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, "
     "Tensor? mask=None, bool need_weights=True, bool average_attn_weights=True, int? "
     "mask_type=None) -> (Tensor, Tensor)",
     NativeMultiHeadAttention},
    {"aten::_transformer_encoder_layer_fwd(Tensor src, int embed_dim, int num_heads, Tensor "
     "qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, bool use_gelu, bool "
     "norm_first, float eps, Tensor norm_weight_1, Tensor norm_bias_1, Tensor norm_weight_2, "
     "Tensor norm_bias_2, Tensor ffn_weight_1, Tensor ffn_bias_1, Tensor ffn_weight_2, Tensor "
     "ffn_bias_2, Tensor? mask=None, int? mask_type=None) -> Tensor",
     EncoderLayer},
    {"aten::_transformer_encoder_layer_fwd.nested(NestedTensor src, int embed_dim, int num_heads, "
     "Tensor qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, bool use_gelu, "
     "bool "
     "norm_first, float eps, Tensor norm_weight_1, Tensor norm_bias_1, Tensor norm_weight_2, "
     "Tensor norm_bias_2, Tensor ffn_weight_1, Tensor ffn_bias_1, Tensor ffn_weight_2, Tensor "
     "ffn_bias_2, Tensor? mask=None, int? mask_type=None) -> NestedTensor",
     NestedEncoderLayer},
    {"aten::_nested_tensor_from_mask_left_aligned(Tensor t, Tensor mask) -> bool", IsLeftAligned},
    {"aten::_nested_tensor_from_mask(Tensor t, Tensor mask, bool mask_check=True) -> NestedTensor",
     NestedFromMask},
    {"aten::to_padded_tensor(NestedTensor self, float padding, SymInt[]? output_size=None) -> "
     "Tensor",
     NestedToPadded},
    {"aten::nested_to_padded_tensor(NestedTensor self, float padding, int[]? output_size=None) -> "
     "Tensor",
     NestedToPadded},
};

}  // namespace

absl::Span<const OpEntry> AttentionOps() { return kOps; }

}  // namespace t2n
