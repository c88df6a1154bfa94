// Tables of floats packed row by row: the integers of a row, then its scale and its least element
// (ATen/native/quantized/cpu/qembeddingbag_prepack.cpp; FBGEMM's QuantUtils.cc, "fused rowwise
// quantized").
#include <algorithm>
#include <cmath>
#include <cstring>

#include "t2n/aten/core/op_call.h"
#include "t2n/aten/quantized/ops.h"

namespace t2n {
namespace {

float Half(float f) { return HalfToFloat(FloatToHalf(f)); }

// What a row's integers stand for: least + integer * scale; halves if there are less than 8 bits.
struct RowParams {
  float least, scale, inverse;
};

RowParams ParamsOfRow(absl::Span<const float> row, int bits) {
  constexpr float kSmall = 1e-8f;
  auto [low, high] = std::minmax_element(row.begin(), row.end());
  if (bits == 8) {
    float range = *high - *low;
    return {*low, range / 255.0f, 255.0f / (range + kSmall)};
  }
  float least = Half(*low), range = *high - least;
  float scale = Half(range == 0 ? 1.0f : range / static_cast<float>((1 << bits) - 1));
  float inverse = 1.0f / scale;
  if (scale == 0 || std::isinf(inverse)) return {least, 1.0f, 1.0f};
  return {least, scale, inverse};
}

void PackRow(absl::Span<const float> row, int bits, uint8_t* out) {
  const RowParams p = ParamsOfRow(row, bits);
  const size_t per_byte = 8 / bits;
  const float last = static_cast<float>((1 << bits) - 1);
  for (size_t i = 0; i < row.size(); ++i) {
    float q = std::nearbyint((row[i] - p.least) * p.inverse);
    q = q > 0 ? std::min(q, last) : 0;  // also of what is no number
    out[i / per_byte] |= static_cast<uint8_t>(q) << (i % per_byte * bits);
  }
  out += row.size() / per_byte;
  if (bits == 8) {
    float pair[2] = {p.scale, p.least};
    std::memcpy(out, pair, sizeof(pair));
  } else {
    uint16_t pair[2] = {FloatToHalf(p.scale), FloatToHalf(p.least)};
    std::memcpy(out, pair, sizeof(pair));
  }
}

template <int bits>
Arg PackRows(OpCall& c) {
  Val weight = c.tensor("weight");
  if (bits != 8) {
    c.ignore({"nbins", "ratio"});  // of the search
    if (c.boolean("optimized_qparams")) return c.RefuseArg("optimized_qparams");
  }
  if (!weight || !weight.is_constant() || weight.rank() != 2) {
    return c.RefuseArg("weight", "must be a known matrix");
  }
  if (!IsFloat(weight.dtype())) return c.RefuseArg("weight", "is no matrix of floats");
  const Tensor& t = *weight->constant;
  const int64_t rows = t.sizes[0], columns = t.sizes[1], per_byte = 8 / bits;
  if (columns < 1 || columns % per_byte != 0)
    return c.RefuseArg("weight", "has a broken last byte");
  auto values = ReadDoubles(t);
  if (!values.ok()) return c.RefuseArg("weight", "cannot be read");
  const int64_t width = columns / per_byte + (bits == 8 ? 8 : 4);
  std::vector<uint8_t> bytes(rows * width);
  const std::vector<float> floats(values->begin(), values->end());
  for (int64_t i = 0; i < rows; ++i) {
    PackRow(absl::MakeSpan(floats).subspan(i * columns, columns), bits, bytes.data() + i * width);
  }
  return c.b.Constant(Tensor::Dense(DType::kU8, {rows, width}, std::move(bytes)));
}

#define T2N_PACK(name)                                                                         \
  "quantized::embedding_bag_" name                                                             \
  "_prepack(Tensor weight, bool optimized_qparams=False, int nbins=200, float ratio=0.16) -> " \
  "Tensor"

constexpr OpEntry kOps[] = {
    {"quantized::embedding_bag_byte_prepack(Tensor weight) -> Tensor", PackRows<8>},
    {T2N_PACK("4bit"), PackRows<4>},
    {T2N_PACK("2bit"), PackRows<2>},
};

}  // namespace

absl::Span<const OpEntry> QuantizedTableOps() { return kOps; }

}  // namespace t2n
