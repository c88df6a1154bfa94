// Lookups in tables quantized row by row
// (ATen/native/quantized/cpu/{qembeddingbag,qembeddingbag_unpack}.cpp).
#include <cstring>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/packed_params.h"
#include "t2n/aten/quantized/ops.h"

namespace t2n {
namespace {

// Rows of integers, several a byte if they have 4 or 2 bits, as f32; `columns` of them.
Val Unpacked(Builder& b, const Val& rows, int bits, int64_t columns) {
  Val bytes = b.Cast(rows, DType::kF32);
  if (bits == 8) return bytes;
  int64_t last = bytes.rank() - 1;
  const double base = 1 << bits;
  std::vector<Val> parts;  // of a byte, the lower ones first
  for (int i = bits; i < 8; i += bits) {
    Val rest = b.Floor(bytes * (1 / base));
    parts.push_back(b.Sub(bytes, rest * base));
    bytes = rest;
  }
  parts.push_back(bytes);
  Shape shape = bytes.shape();
  shape[last] = shape[last] * static_cast<int64_t>(parts.size());
  Val all = b.Reshape(b.Stack(parts, last + 1), shape);
  return b.Slice(all, last, 0, columns);
}

// The rows at `indices` (of any rank) as real numbers.
Val Lookup(Builder& b, const EmbeddingParams& p, const Val& indices) {
  Val at = AsIndices(b, indices);
  Val q = Unpacked(b, b.Gather(p.weight->rows, 0, at), p.weight->bits, p.weight->columns);
  return b.Add(b.Mul(q, b.Gather(p.scale, 0, at)), b.Gather(p.offset, 0, at));
}

bool RefusePruned(OpCall& c) {
  if (c.boolean("pruned_weights")) {
    c.RefuseArg("pruned_weights");
    return true;
  }
  return false;
}

// The parameters, of as many bits as the operator reads.
std::shared_ptr<const EmbeddingParams> TableOf(OpCall& c, int bits) {
  auto p = Params<EmbeddingParams>(c, "weight");
  if (!p || p->weight->bits == bits) return p;
  c.RefuseArg("weight", "has other bits than the operator reads: torch looks up garbage here");
  return nullptr;
}

template <int bits>
Arg QuantizedEmbedding(OpCall& c) {
  auto p = TableOf(c, bits);
  if (RefusePruned(c) || !p) return Val();
  return Lookup(c.b, *p, c.tensor("indices"));
}

// Sums of bags; torch's kernels know no other mode.
Val Bags(OpCall& c, const EmbeddingParams& p) {
  Builder& b = c.b;
  c.ignore({"scale_grad_by_freq"});
  if (c.integer("mode") != 0) return c.RefuseArg("mode", "is not 0 (sum)");
  Val indices = c.tensor("indices"), offsets = c.tensor("offsets");
  if (RefusePruned(c) || !indices) return Val();
  Val weights = c.tensor("per_sample_weights");
  Val rows = Lookup(b, p, indices);
  if (indices.rank() == 2) {  // a bag a row
    c.ignore({"offsets", "include_last_offset"});
    if (weights) rows = b.Mul(rows, b.Unsqueeze(weights, 2));
    return b.Reduce(Op::kReduceSum, rows, {1}, false);
  }
  if (indices.rank() != 1 || !offsets) return c.RefuseArg("offsets");
  Val member =
      b.Cast(BagMembers(b, indices.dim(0), offsets, c.boolean("include_last_offset")), DType::kF32);
  if (weights) member = b.Mul(member, weights);
  return b.Einsum("bn,nd->bd", {member, rows});
}

template <int bits>
Arg QuantizedEmbeddingBag(OpCall& c) {
  auto p = TableOf(c, bits);
  return p ? Bags(c, *p) : Val();
}

// A matrix of bytes whose rows end in their scale and offset: floats, or halves for 4 bits.
std::shared_ptr<const EmbeddingParams> FusedRows(OpCall& c, int bits) {
  Builder& b = c.b;
  Val packed = c.tensor("weight");
  bool known = packed && packed.is_constant() && packed.rank() == 2;
  if (!known || packed.dtype() != DType::kU8) {
    c.RefuseArg("weight", "must be a known matrix of packed bytes");
    return nullptr;
  }
  auto dense = MakeContiguous(*packed->constant);
  auto bytes = dense.ok() ? ContiguousData(*dense) : dense.status();
  int64_t n = dense.ok() ? dense->sizes[0] : 0, width = dense.ok() ? dense->sizes[1] : 0;
  int64_t columns = width - (bits == 8 ? 8 : 4);
  if (!bytes.ok() || columns < 1) {
    c.RefuseArg("weight");
    return nullptr;
  }
  std::vector<double> scale, offset;
  for (int64_t i = 0; i < n; ++i) {
    const uint8_t* end = *bytes + i * width + columns;
    if (bits == 8) {
      float pair[2];
      std::memcpy(pair, end, sizeof(pair));
      scale.push_back(pair[0]), offset.push_back(pair[1]);
    } else {
      uint16_t pair[2];
      std::memcpy(pair, end, sizeof(pair));
      scale.push_back(HalfToFloat(pair[0])), offset.push_back(HalfToFloat(pair[1]));
    }
  }
  auto weight = std::make_shared<RowwiseTensor>();
  std::string name = packed->name;
  weight->rows = b.Slice(packed, 1, 0, columns);
  if (weight->rows) weight->rows->name = name;
  weight->bits = bits;
  weight->columns = columns * (8 / bits);
  auto params = std::make_shared<EmbeddingParams>();
  params->scale = b.Unsqueeze(b.Doubles(DType::kF32, scale), 1);
  params->offset = b.Unsqueeze(b.Doubles(DType::kF32, offset), 1);
  params->weight = std::move(weight);
  return params;
}

template <int bits>
Arg FusedRowsBag(OpCall& c) {
  auto p = FusedRows(c, bits);
  return p ? Bags(c, *p) : Val();
}

template <int bits>
Arg FusedRowsUnpack(OpCall& c) {
  auto p = FusedRows(c, bits);
  if (!p) return Val();
  Val q = Unpacked(c.b, p->weight->rows, bits, p->weight->columns);
  return c.b.Add(c.b.Mul(q, p->scale), p->offset);
}

#define T2N_BAG_ARGUMENTS                                                                  \
  "Tensor indices, Tensor? offsets=None, bool scale_grad_by_freq=False, int mode=0, bool " \
  "pruned_weights=False, Tensor? per_sample_weights=None, Tensor? "                        \
  "compressed_indices_mapping=None, bool include_last_offset=False) -> Tensor"

constexpr OpEntry kOps[] = {
    {"quantized::embedding_byte(Any weight, Tensor indices, bool pruned_weights=False) -> Tensor",
     QuantizedEmbedding<8>},
    {"quantized::embedding_4bit(Any weight, Tensor indices, bool pruned_weights=False) -> Tensor",
     QuantizedEmbedding<4>},
    {"quantized::embedding_bag_byte(Any weight, " T2N_BAG_ARGUMENTS, QuantizedEmbeddingBag<8>},
    {"quantized::embedding_bag_4bit(Any weight, " T2N_BAG_ARGUMENTS, QuantizedEmbeddingBag<4>},
    {"quantized::embedding_bag_byte_rowwise_offsets(Tensor weight, " T2N_BAG_ARGUMENTS,
     FusedRowsBag<8>},
    {"quantized::embedding_bag_4bit_rowwise_offsets(Tensor weight, " T2N_BAG_ARGUMENTS,
     FusedRowsBag<4>},
    {"quantized::embedding_bag_2bit_rowwise_offsets(Tensor weight, " T2N_BAG_ARGUMENTS,
     FusedRowsBag<2>},
    {"quantized::embedding_bag_byte_unpack(Tensor weight) -> Tensor", FusedRowsUnpack<8>},
    {"quantized::embedding_bag_4bit_unpack(Tensor weight) -> Tensor", FusedRowsUnpack<4>},
    {"quantized::embedding_bag_2bit_unpack(Tensor weight) -> Tensor", FusedRowsUnpack<2>},
};

}  // namespace

absl::Span<const OpEntry> QuantizedEmbeddingOps() { return kOps; }

}  // namespace t2n
