// Quantization spelled out on ordinary tensors, as torch.export's quantizers write it
// (torch/ao/quantization/fx/_decomposed.py): integers are u8, i8, i16 or i32, and their parameters
// are numbers or tensors.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <optional>
#include <utility>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/quantized/ops.h"

namespace t2n {
namespace {

// A number, or a tensor of one element, that broadcasts against anything.
Val One(OpCall& c, absl::string_view name, DType dtype) {
  const Arg& a = c.arg(name);
  if (a.is_number()) return c.b.Scalar(dtype, c.number(name));
  Val v = c.tensor(name);
  return v ? c.b.Cast(c.b.Reshape(v, {}), dtype) : v;
}

Val Clamped(OpCall& c, const Val& x) {
  Val low = One(c, "quant_min", x.dtype()), high = One(c, "quant_max", x.dtype());
  return c.b.Min(c.b.Max(x, low), high);
}

Val ToIntegers(OpCall& c, const Val& x) {
  DType dtype = c.dtype("dtype", DType::kI8);
  if (!IsInteger(dtype)) return c.RefuseArg("dtype", "is no integer type");
  return c.b.Cast(Clamped(c, x), dtype);
}

void IgnoreRange(OpCall& c) { c.ignore({"quant_min", "quant_max", "dtype"}); }

// The inverse of a scale that is a number is taken in double precision.
Arg QuantizePerTensor(OpCall& c) {
  Builder& b = c.b;
  Val x = b.Cast(c.tensor("input"), DType::kF32);
  Val inverse = b.Cast(b.Recip(One(c, "scale", DType::kF64)), DType::kF32);
  return ToIntegers(c, b.Add(b.Round(b.Mul(x, inverse)), One(c, "zero_point", DType::kF32)));
}

Arg DequantizePerTensor(OpCall& c) {
  Builder& b = c.b;
  IgnoreRange(c);
  DType dtype = c.dtype("out_dtype", DType::kF32);
  Val x = b.Cast(c.tensor("input"), dtype);
  return b.Mul(b.Sub(x, One(c, "zero_point", dtype)), One(c, "scale", dtype));
}

// Scales (of their own type) and zero points along an axis.
struct Channels {
  Val scale, zero_point;
};
Channels ChannelsOf(OpCall& c, const Val& x) {
  int64_t axis = c.axis("axis", x.rank());
  Channels p{AlongAxis(c.b, c.tensor("scales"), axis, x.rank()), Val()};
  if (Val zeros = c.tensor("zero_points")) {
    p.zero_point = c.b.Cast(AlongAxis(c.b, zeros, axis, x.rank()), p.scale.dtype());
  }
  return p;
}

Arg QuantizePerChannel(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input");
  Channels p = ChannelsOf(c, x);
  x = b.Cast(b.Cast(x, DType::kF32), p.scale.dtype());
  return ToIntegers(c, b.Add(b.Round(b.Mul(x, b.Recip(p.scale))), p.zero_point));
}

Arg DequantizePerChannel(OpCall& c) {
  Builder& b = c.b;
  IgnoreRange(c);
  Val x = c.tensor("input");
  Channels p = ChannelsOf(c, x);
  x = b.Cast(x, p.scale.dtype());
  if (p.zero_point) x = b.Sub(x, p.zero_point);
  return b.Cast(b.Mul(x, p.scale), c.dtype("out_dtype", DType::kF32));
}

Arg FakeQuantPerChannel(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input");
  Channels p = ChannelsOf(c, x);
  Val scale = b.Cast(p.scale, DType::kF32), zero = b.Cast(p.zero_point, DType::kF32);
  Val q = b.Add(b.Round(b.Mul(b.Cast(x, DType::kF32), b.Recip(scale))), zero);
  return b.Cast(b.Mul(b.Sub(Clamped(c, q), zero), scale), x.dtype());
}

// Scales and zero points [..., 1] of the rows.
Arg QuantizePerToken(OpCall& c) {
  Builder& b = c.b;
  Val scales = c.tensor("scales");
  if (!scales) return scales;
  DType dtype = scales.dtype();
  Val y = b.Mul(b.Cast(c.tensor("input"), dtype), b.Recip(scales));
  return ToIntegers(c, b.Round(b.Add(y, b.Cast(c.tensor("zero_points"), dtype))));
}

Arg DequantizePerToken(OpCall& c) {
  Builder& b = c.b;
  IgnoreRange(c);
  Val scales = c.tensor("scales");
  if (!scales) return scales;
  DType dtype = scales.dtype();
  Val x = b.Sub(b.Cast(c.tensor("input"), dtype), b.Cast(c.tensor("zero_points"), dtype));
  return b.Cast(b.Mul(x, scales), c.dtype("output_dtype", DType::kF32));
}

// `scales` and `zero_points` [rows, groups] of the parts of a row, reshaped to broadcast.
struct Groups {
  Val x, scale, zero_point;  // x [rows, groups, group_size]
};
std::optional<Groups> GroupsOf(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input"), scales = c.tensor("scales"), zeros = c.tensor("zero_points");
  int64_t size = c.integer("group_size");
  if (x.rank() != 2 || scales.rank() != 2 || size < 1) {
    c.Refuse("of anything but a matrix and groups of its rows");
    return std::nullopt;
  }
  Groups g;
  g.x = b.Reshape(x, {x.dim(0), scales.dim(1), Dim(size)});
  g.scale = b.Unsqueeze(scales, 2);
  g.zero_point = zeros ? b.Unsqueeze(b.Cast(zeros, scales.dtype()), 2) : b.ScalarLike(scales, 0);
  g.x = b.Cast(g.x, scales.dtype());
  return g;
}

Arg QuantizePerGroup(OpCall& c) {
  Builder& b = c.b;
  auto g = GroupsOf(c);
  if (!g) return Val();
  Val y = b.Add(b.Mul(g->x, b.Recip(g->scale)), g->zero_point);
  return b.Reshape(ToIntegers(c, b.Round(y)), c.tensor("input").shape());
}

// torchao's tensors in blocks of `block_size` (torchao/quantization/quant_primitives.py).
struct Blocks {
  Shape split;   // the axes of a tensor, and where blocks are a part of an axis, theirs behind it
  Shape shared;  // of a number for each block, to broadcast against it
  std::vector<int64_t> axes;  // of `split` that are within blocks
};
std::optional<Blocks> BlocksOf(OpCall& c, const Val& x) {
  const std::vector<int64_t> size = c.ints("block_size");
  Blocks blocks;
  const bool fits = static_cast<int64_t>(size.size()) == x.rank() &&
                    std::all_of(size.begin(), size.end(), [](int64_t n) { return n > 0; });
  for (int64_t i = 0; fits && i < x.rank(); ++i) {
    const bool part = x.dim(i) != Dim(size[i]) && size[i] > 1;
    if (part) {
      blocks.split.push_back(FloorDiv(x.dim(i), size[i]));
      blocks.shared.push_back(blocks.split.back());
    }
    if (size[i] > 1) blocks.axes.push_back(blocks.split.size());
    blocks.split.push_back(part ? Dim(size[i]) : x.dim(i));
    blocks.shared.push_back(size[i] > 1 ? Dim(1) : x.dim(i));
  }
  if (fits) return blocks;
  c.RefuseArg("block_size");
  return std::nullopt;
}

// quant_min, quant_max; the bounds of 8 bits if they are not given.
std::pair<double, double> Range8(OpCall& c, absl::string_view dtype) {
  const bool is_unsigned = c.dtype(dtype, DType::kI8) == DType::kU8;
  return {c.has("quant_min") ? c.number("quant_min")
          : is_unsigned      ? 0.0
                             : -128.0,
          c.has("quant_max") ? c.number("quant_max")
          : is_unsigned      ? 255.0
                             : 127.0};
}

Arg DequantizeAffine(OpCall& c) {
  Builder& b = c.b;
  c.ignore({"quant_min", "quant_max", "input_dtype"});
  const Val x = c.tensor("input");
  const auto blocks = BlocksOf(c, x);
  if (!blocks) return Val();
  const DType dtype = c.dtype("output_dtype", DType::kF32);
  Val y = b.Cast(b.Reshape(x, blocks->split), dtype);
  const Val zero = c.tensor("zero_point"), scale = b.Reshape(c.tensor("scale"), blocks->shared);
  if (zero) y = b.Sub(y, b.Cast(b.Reshape(zero, blocks->shared), dtype));
  const DType wide = PromoteTypes(dtype, scale.dtype());
  y = b.Cast(b.Mul(b.Cast(y, wide), b.Cast(scale, wide)), dtype);
  return b.Reshape(y, x.shape());
}

Arg QuantizeAffine(OpCall& c) {
  Builder& b = c.b;
  const Val x = c.tensor("input"), zero = c.tensor("zero_point");
  const auto blocks = BlocksOf(c, x);
  if (!blocks || !zero) return c.RefuseArg("zero_point", "is missing");
  const auto [low, high] = Range8(c, "output_dtype");
  const Val scale = b.Reshape(c.tensor("scale"), blocks->shared);
  const DType wide = PromoteTypes(x.dtype(), scale.dtype());
  const Val inverse = b.Recip(scale);
  Val y = b.Round(b.Mul(b.Cast(b.Reshape(x, blocks->split), wide), b.Cast(inverse, wide)));
  y = b.Add(y, b.Cast(b.Reshape(zero, blocks->shared), wide));
  y = b.Min(b.Max(y, low), high);
  return b.Reshape(b.Cast(y, c.dtype("output_dtype", DType::kI8)), x.shape());
}

// (scales, zero points) of blocks by their least and largest elements.
Arg ChooseAffine(OpCall& c) {
  constexpr double kLeastHalf = 0x1p-14, kLeastFloat = 0x1p-126;  // that are normal
  Builder& b = c.b;
  const Val x = c.tensor("input");
  const auto blocks = BlocksOf(c, x);
  if (!blocks || blocks->axes.empty()) return c.RefuseArg("block_size", "is one element");
  const std::string mapping = c.str("mapping_type");
  const auto [low, high] = Range8(c, "target_dtype");
  const double least = x.dtype() == DType::kF16 ? kLeastHalf : kLeastFloat;
  const double eps = c.has("eps") ? c.number("eps") : least;
  const bool keep = c.boolean("keepdim");
  const Val split = b.Reshape(x, blocks->split);
  const Val below = b.Min(b.Reduce(Op::kReduceMin, split, blocks->axes, keep), 0);
  const Val above = b.Max(b.Reduce(Op::kReduceMax, split, blocks->axes, keep), 0);
  Val scale, zero;
  if (mapping == "ASYMMETRIC") {
    scale = b.Max(b.Sub(above, below) / (high - low), eps);
    zero = b.Min(b.Max(low - b.Round(b.Div(below, scale)), low), high);
    zero = b.Cast(zero, c.dtype("zero_point_dtype", DType::kI32));
  } else if (mapping == "SYMMETRIC" || mapping == "SYMMETRIC_NO_CLIPPING_ERR") {
    scale = mapping == "SYMMETRIC" ? b.Max(b.Neg(below), above) / ((high - low) / 2)
                                   : b.Max(below / low, above / high);
    scale = b.Max(scale, eps);
    zero = b.Full(scale.shape(), x.dtype(), std::trunc((high + low + 1) / 2));
    zero = b.Cast(zero, c.dtype("zero_point_dtype", x.dtype()));
  } else {
    return c.RefuseArg("mapping_type");
  }
  scale = b.Cast(scale, c.dtype("scale_dtype", x.dtype()));
  if (!keep) return Arg::Tuple({scale, zero});
  Shape counts;
  const std::vector<int64_t> size = c.ints("block_size");
  for (int64_t i = 0; i < x.rank(); ++i) counts.push_back(FloorDiv(x.dim(i), size[i]));
  return Arg::Tuple({b.Reshape(scale, counts), b.Reshape(zero, counts)});
}

Arg DequantizePerGroup(OpCall& c) {
  Builder& b = c.b;
  IgnoreRange(c);
  auto g = GroupsOf(c);
  if (!g) return Val();
  Val y = b.Mul(b.Sub(g->x, g->zero_point), g->scale);
  return b.Reshape(b.Cast(y, c.dtype("output_dtype", DType::kF32)), c.tensor("input").shape());
}

Val Extreme(Builder& b, Op op, const Val& x, std::vector<int64_t> axes, bool keep) {
  Val v = b.Reduce(op, b.Cast(x, DType::kF32), std::move(axes), keep);
  return op == Op::kReduceMin ? b.Min(v, 0) : b.Max(v, 0);
}

// torch.ao.quantization.utils.determine_qparams.
template <bool symmetric>
Arg ChooseParams(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input");
  double low = c.number("quant_min"), high = c.number("quant_max");
  double eps = static_cast<float>(c.number("eps"));
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < x.rank(); ++i) axes.push_back(i);
  Val least = Extreme(b, Op::kReduceMin, x, axes, false);
  Val most = Extreme(b, Op::kReduceMax, x, axes, false);
  Val scale, zero;
  if (symmetric) {
    bool is_unsigned = c.dtype("dtype", DType::kI8) == DType::kU8;
    scale = b.Max(b.Max(b.Neg(least), most) / ((high - low) / 2), eps);
    zero = b.Scalar(DType::kF32, is_unsigned ? 128.0 : 0.0);
  } else {
    c.ignore({"dtype"});
    scale = b.Max(b.Sub(most, least) / (high - low), eps);
    zero = b.Max(b.Min(low - b.Round(b.Div(least, scale)), high), low);
  }
  Val one = b.Reshape(b.Cast(scale, DType::kF64), {Dim(1)});
  return Arg::Tuple({one, b.Reshape(b.Cast(zero, DType::kI64), {Dim(1)})});
}

Arg ChooseParamsPerToken(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input", 1);
  if (c.dtype("dtype", DType::kI8) != DType::kI8) return c.RefuseArg("dtype", "is not int8");
  Val most = b.Reduce(Op::kReduceMax, b.Abs(x), {x.rank() - 1}, true);
  if (most.dtype() == DType::kF16) most = b.Cast(most, DType::kF32);
  Val scales = b.Max(most, 1e-5) / 127;
  return Arg::Tuple({scales, b.Full(scales.shape(), scales.dtype(), 0)});
}

Arg ChooseParamsPerTokenAsymmetric(OpCall& c) {
  constexpr double kLow = -128, kHigh = 127;
  Builder& b = c.b;
  c.ignore({"dtype"});
  Val x = c.tensor("input", 1);
  Val least = Extreme(b, Op::kReduceMin, x, {x.rank() - 1}, true);
  Val most = Extreme(b, Op::kReduceMax, x, {x.rank() - 1}, true);
  Val scale = b.Max(b.Sub(most, least) / (kHigh - kLow), FLT_EPSILON);
  Val below = b.Div(least, scale), above = b.Div(most, scale);
  Val by_least = b.Gt(b.Add(below + kLow, above + kHigh), 0);
  Val zero = b.Select(by_least, kLow - below, kHigh - above);
  zero = b.Round(b.Max(b.Min(zero, kHigh), kLow));
  return Arg::Tuple({b.Cast(scale, DType::kF64), b.Cast(zero, DType::kI64)});
}

Arg ConvertElementType(OpCall& c) {
  Val x = c.tensor("input");
  return c.b.Cast(x, c.dtype("dtype", x.dtype()));
}

#define T2N_DECOMPOSED(name) "quantized_decomposed::" name
#define T2N_PER_TENSOR(overload, parameter, bound)                                         \
  {T2N_DECOMPOSED("quantize_per_tensor" overload "(Tensor input, " parameter ", " bound    \
                  " quant_min, " bound " quant_max, ScalarType dtype) -> Tensor"),         \
   QuantizePerTensor},                                                                     \
  {                                                                                        \
    T2N_DECOMPOSED("dequantize_per_tensor" overload "(Tensor input, " parameter ", " bound \
                   " quant_min, " bound                                                    \
                   " quant_max, ScalarType dtype, *, "                                     \
                   "ScalarType? out_dtype=None) -> Tensor"),                               \
        DequantizePerTensor                                                                \
  }

constexpr OpEntry kOps[] = {
    {"torchao::dequantize_affine(Tensor input, SymInt[] block_size, Tensor scale, Tensor? "
     "zero_point, ScalarType input_dtype, Scalar? quant_min=None, Scalar? quant_max=None, "
     "ScalarType? output_dtype=None) -> Tensor",
     DequantizeAffine},
    {"torchao::quantize_affine(Tensor input, SymInt[] block_size, Tensor scale, Tensor? "
     "zero_point, ScalarType output_dtype, Scalar? quant_min=None, Scalar? quant_max=None) -> "
     "Tensor",
     QuantizeAffine},
    {"torchao::choose_qparams_affine(Tensor input, str mapping_type, SymInt[] block_size, "
     "ScalarType target_dtype, Scalar? quant_min=None, Scalar? quant_max=None, float? eps=None, "
     "ScalarType? scale_dtype=None, ScalarType? zero_point_dtype=None, bool keepdim=False) -> "
     "(Tensor, Tensor)",
     ChooseAffine},
    T2N_PER_TENSOR("", "float scale, int zero_point", "int"),
    T2N_PER_TENSOR(".tensor", "Tensor scale, Tensor zero_point", "int"),
    T2N_PER_TENSOR(".tensor2", "Tensor scale, Tensor zero_point", "Tensor"),
    {T2N_DECOMPOSED("quantize_per_channel(Tensor input, Tensor scales, Tensor zero_points, int "
                    "axis, int quant_min, int quant_max, ScalarType dtype) -> Tensor"),
     QuantizePerChannel},
    {T2N_DECOMPOSED("dequantize_per_channel(Tensor input, Tensor scales, Tensor? zero_points, int "
                    "axis, int quant_min, int quant_max, ScalarType dtype, *, ScalarType? "
                    "out_dtype=None) -> Tensor"),
     DequantizePerChannel},
    {T2N_DECOMPOSED("fake_quant_per_channel(Tensor input, Tensor scales, Tensor zero_points, int "
                    "axis, int quant_min, int quant_max) -> Tensor"),
     FakeQuantPerChannel},
    {T2N_DECOMPOSED("quantize_per_token(Tensor input, Tensor scales, Tensor zero_points, int "
                    "quant_min, int quant_max, ScalarType dtype) -> Tensor"),
     QuantizePerToken},
    {T2N_DECOMPOSED("dequantize_per_token(Tensor input, Tensor scales, Tensor zero_points, int "
                    "quant_min, int quant_max, ScalarType dtype, ScalarType output_dtype) -> "
                    "Tensor"),
     DequantizePerToken},
    {T2N_DECOMPOSED("quantize_per_channel_group(Tensor input, Tensor scales, Tensor zero_points, "
                    "int quant_min, int quant_max, ScalarType dtype, int group_size) -> Tensor"),
     QuantizePerGroup},
    {T2N_DECOMPOSED("dequantize_per_channel_group(Tensor input, Tensor scales, Tensor? "
                    "zero_points, int quant_min, int quant_max, ScalarType dtype, int "
                    "group_size, ScalarType output_dtype) -> Tensor"),
     DequantizePerGroup},
    {T2N_DECOMPOSED("choose_qparams.tensor(Tensor input, int quant_min, int quant_max, float eps, "
                    "ScalarType dtype) -> (Tensor, Tensor)"),
     ChooseParams<false>},
    {T2N_DECOMPOSED("choose_qparams_symmetric.tensor(Tensor input, int quant_min, int quant_max, "
                    "float eps, ScalarType dtype) -> (Tensor, Tensor)"),
     ChooseParams<true>},
    {T2N_DECOMPOSED("choose_qparams_per_token(Tensor input, ScalarType dtype) -> (Tensor, Tensor)"),
     ChooseParamsPerToken},
    {T2N_DECOMPOSED("choose_qparams_per_token_asymmetric(Tensor input, ScalarType dtype) -> "
                    "(Tensor, Tensor)"),
     ChooseParamsPerTokenAsymmetric},
    {T2N_DECOMPOSED("_choose_qparams_per_token_asymmetric_impl(Tensor input, ScalarType dtype) -> "
                    "(Tensor, Tensor)"),
     ChooseParamsPerTokenAsymmetric},
    {T2N_DECOMPOSED("convert_element_type.no_fuse(Tensor input, ScalarType dtype) -> Tensor"),
     ConvertElementType},
};

}  // namespace

absl::Span<const OpEntry> QuantizedDecomposedOps() { return kOps; }

}  // namespace t2n
