// Quantized values are their integers; scales and zero points stand in the arithmetic around them.
#include <algorithm>
#include <optional>
#include <utility>

#include "emit/lower/families.h"
#include "t2n/base/status.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Float;

namespace {

// One number per tensor as a literal, one per channel as a tensor that broadcasts.
Expr Parameter(Lowering& l, const Value& x, const QuantParams& quant,
               const std::vector<double>& values, const char* name) {
  if (quant.axis < 0) return Float(values[0]);
  uint8_t* data;
  std::vector<int64_t> sizes(x.rank(), 1);
  sizes[quant.axis] = values.size();
  Tensor t = Tensor::Allocate(DType::kF32, std::move(sizes), &data);
  for (size_t i = 0; i < values.size(); ++i) {
    reinterpret_cast<float*>(data)[i] = static_cast<float>(values[i]);
  }
  return l.Constant(t, name);
}

std::vector<double> ZeroPoints(const QuantParams& quant) {
  return {quant.zero_point.begin(), quant.zero_point.end()};
}

template <typename T>
bool All(const std::vector<T>& values, T value) {
  return std::all_of(values.begin(), values.end(), [&](const T& v) { return v == value; });
}

// clamp(round_half_to_even(x * (1 / scale)) + zero_point), as f32.
Expr Rounded(Lowering& l, const Node& node) {
  const Value& x = *node.inputs[0];
  DType dtype = node.attrs.Type("dtype");
  QuantPtr quant = node.attrs.Quant("quant");
  std::vector<double> inverse;
  for (double scale : quant->scale) inverse.push_back(1.0f / static_cast<float>(scale));
  auto temp = [&](const char* suffix, Expr e) { return l.Temp(node, suffix, std::move(e)); };
  Expr y = l.In(node, 0);
  if (x.dtype() != DType::kF32) y = temp("f32", l.Cast(y, DType::kF32));
  if (!All(inverse, 1.0)) {
    y = temp("scaled", Call("mul", {y, Parameter(l, x, *quant, inverse, "inverse_scale")}));
  }
  y = temp("rounded", Call("tract_core_round_even", {y}));
  if (!All(quant->zero_point, int64_t{0})) {
    Expr zero_point = Parameter(l, x, *quant, ZeroPoints(*quant), "zero_point");
    y = temp("shifted", Call("add", {y, zero_point}));
  }
  if (dtype != DType::kQI32) {
    bool sign = dtype == DType::kQI8;
    y = temp("from_below", Call("max", {y, Float(sign ? -128 : 0)}));
    y = temp("from_above", Call("min", {y, Float(sign ? 127 : 255)}));
  }
  return y;
}

}  // namespace

absl::Status LowerQuantize(Lowering& l, const Node& node) {
  Expr rounded = Rounded(l, node);
  l.SetRounded(node.output(), rounded);
  if (l.IsStored(node.output())) {
    l.Set(node, l.Cast(std::move(rounded), StorageType(node.attrs.Type("dtype"))));
  }
  return absl::OkStatus();
}

namespace {

bool IsUnit(const QuantParams& quant) {
  return All(quant.scale, 1.0) && All(quant.zero_point, int64_t{0});
}

bool IsUniform(const QuantParams& quant) {
  return All(quant.scale, quant.scale[0]) && All(quant.zero_point, quant.zero_point[0]);
}

// A stored tensor as the numbers that its integers stand for. The standard has words for one scale
// and zero point; others are left to the arithmetic, with `*rest`.
Expr Stored(Lowering& l, const Value& x, QuantParams* rest) {
  Quantization in_file{1, 0};
  if (IsUniform(*rest)) {
    in_file = {rest->scale[0], rest->zero_point[0]};
    *rest = QuantParams{{1}, {0}, -1};
  }
  return l.Constant(*x.constant, x.name.empty() ? ValueName(x, l.model().naming) : x.name, in_file);
}

}  // namespace

// (q - zero_point) * scale
absl::Status LowerDequantize(Lowering& l, const Node& node) {
  const Value& x = *node.inputs[0];
  QuantParams quant = *x.type.quant;
  std::optional<Expr> stored;
  bool real = IsUniform(quant) && !IsUnit(quant);
  real &= quant.zero_point[0] >= 0 || l.target().quantizes_below_zero();
  if (x.constant && (l.target().strict || real)) {
    stored = Stored(l, x, &quant);
  }
  if (stored && l.target().is_tract()) {  // which keeps the type of the file
    l.Set(node, l.Cast(*std::move(stored), DType::kF32));
    return absl::OkStatus();
  }
  bool shifted = !All(quant.zero_point, int64_t{0}), scaled = !All(quant.scale, 1.0);
  if (stored && !shifted && !scaled) {
    l.Alias(node.output(), *std::move(stored));
    return absl::OkStatus();
  }
  std::optional<Expr> rounded = stored ? stored : l.Rounded(MadeBy(x).output());
  Expr y = rounded ? *rounded : l.Cast(l.In(node, 0), DType::kF32);
  if (!shifted && !scaled) {
    rounded ? l.Alias(node.output(), std::move(y)) : l.Set(node, std::move(y));
    return absl::OkStatus();
  }
  if (!rounded) y = l.Temp(node, "f32", std::move(y));
  if (shifted) {
    y = Call("sub", {y, Parameter(l, x, quant, ZeroPoints(quant), "zero_point")});
    if (scaled) y = l.Temp(node, "shifted", std::move(y));
  }
  if (scaled) y = Call("mul", {y, Parameter(l, x, quant, quant.scale, "scale")});
  l.Set(node, std::move(y));
  return absl::OkStatus();
}

// IntRepr and FromIntRepr: the same integers.
absl::Status LowerIntRepr(Lowering& l, const Node& node) {
  l.Alias(node.output(), l.In(node, 0));
  return absl::OkStatus();
}

}  // namespace t2n
