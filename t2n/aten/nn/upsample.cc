// Interpolation (ATen/native/UpSample.h). Positions are computed with tensors, in f32 as torch
// does; on known sizes they fold into constants.
#include <cmath>
#include <utility>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

struct Axis {
  Dim in, out;
  std::optional<double> scale;  // the given factor, used instead of out / in
  bool align_corners = false;

  bool IsIdentity() const { return in == out && (align_corners || !scale || *scale == 1); }
  bool IsStatic() const { return in.is_const() && out.is_const(); }
};

// The fraction that `scale` is, or that it is nearest to of all floats: then torch's product with a
// size, which is rounded, is never below a whole number that the fraction gives, for sizes up to
// 2^24. nullopt if there is none.
std::optional<std::pair<int64_t, int64_t>> FractionOf(double scale) {
  constexpr int64_t kMost = 1 << 24, kMaxDenominator = 1 << 16;
  if (!(scale > 0 && scale < 1e4)) return std::nullopt;
  for (int64_t den = 1; den <= kMaxDenominator; ++den) {
    const double num = std::round(scale * static_cast<double>(den));
    if (num / static_cast<double>(den) != scale) continue;
    const int64_t n = static_cast<int64_t>(num);
    // Products with a power of two's fractions are exact, and one is rounded as its double is.
    const bool exact = (den & (den - 1)) == 0;
    for (int64_t k = kMost / den / 2; k * den <= kMost && !exact; ++k) {
      if (std::floor(static_cast<double>(k * den) * scale) != static_cast<double>(k * n)) {
        return std::nullopt;
      }
    }
    return std::make_pair(n, den);
  }
  return std::nullopt;
}

// floor(size * scale), exactly.
Dim Scaled(OpCall& c, const Dim& size, double scale) {
  if (size.is_const()) {
    return static_cast<int64_t>(std::floor(static_cast<double>(size.value()) * scale));
  }
  if (const auto fraction = FractionOf(scale)) {
    return FloorDiv(size * fraction->first, fraction->second);
  }
  c.Refuse("a size that is not known cannot be scaled by this factor; give the input fixed sizes");
  return size;
}

// The spatial axes of a call of the plain or the `vec` overload.
std::vector<Axis> ReadAxes(OpCall& c, const Val& x, int64_t n) {
  std::vector<Axis> axes(n);
  if (x.rank() != n + 2) {
    c.Refuse("rank of the input");
    return axes;
  }
  bool has_size = c.has("output_size");
  Shape size = has_size ? c.dims("output_size") : Shape();
  std::vector<double> scales = c.floats("scale_factors");
  if (has_size ? size.size() != axes.size() : scales.size() != axes.size()) {
    c.Refuse("either output_size or scale_factors must have one entry an axis");
    return axes;
  }
  static constexpr const char* kScales[] = {"scales_d", "scales_h", "scales_w"};
  bool align_corners = c.schema().IndexOf("align_corners") >= 0 && c.boolean("align_corners");
  for (int64_t i = 0; i < n; ++i) {
    const char* name = n == 1 ? "scales" : kScales[3 - n + i];
    axes[i].in = x.dim(i + 2);
    if (c.has(name)) axes[i].scale = c.number(name);
    if (!has_size) axes[i].scale = scales[i];
    axes[i].out = has_size ? size[i] : Scaled(c, axes[i].in, scales[i]);
    axes[i].align_corners = align_corners;
    if (axes[i].scale && !(*axes[i].scale > 0)) axes[i].scale.reset();
  }
  return axes;
}

Val AsFloat(Builder& b, const Dim& d) { return b.Cast(b.DimScalar(d), DType::kF32); }

// Input elements an output element.
Val StepOf(Builder& b, const Axis& a) {
  if (a.align_corners) {
    return b.Div(AsFloat(b, a.in - 1), b.Max(AsFloat(b, a.out - 1), 1.0));
  }
  if (a.scale) return b.Scalar(DType::kF32, 1 / *a.scale);
  return b.Div(AsFloat(b, a.in), AsFloat(b, a.out));
}

// Where each output element lies in the input: f32 [out].
Val Positions(Builder& b, const Axis& a) {
  Val at = b.Iota(a.out, DType::kF32);
  if (a.align_corners) return b.Mul(at, StepOf(b, a));
  return b.Mul(at + 0.5, StepOf(b, a)) - 0.5;
}

// What an output element is made of: indices i64 [out] and weights f32 [out].
struct Tap {
  Val index, weight;
};

Val ClampIndex(Builder& b, const Val& position, const Dim& size) {
  Val i = b.Max(b.Cast(position, DType::kI64), 0.0);
  return b.Min(i, b.DimScalar(size - 1));
}

std::vector<Tap> LinearTaps(Builder& b, const Axis& a) {
  Val at = b.Max(Positions(b, a), 0.0);
  Val low = b.Min(b.Floor(at), AsFloat(b, a.in - 1));
  Val part = b.Min(b.Sub(at, low), 1.0);
  return {{ClampIndex(b, low, a.in), 1.0 - part}, {ClampIndex(b, low + 1.0, a.in), part}};
}

// Keys' cubic convolution kernel for |x| <= 1 and for 1 < |x| < 2, of parameter `k`.
Val CubicInner(const Val& x, double k) { return ((k + 2) * x - (k + 3)) * x * x + 1.0; }
Val CubicOuter(const Val& x, double k) { return ((k * x - 5 * k) * x + 8 * k) * x - 4 * k; }

std::vector<Tap> CubicTaps(Builder& b, const Axis& a) {
  constexpr double kParameter = -0.75;
  Val at = Positions(b, a);
  Val low = b.Floor(at);
  Val t = b.Sub(at, low), u = 1.0 - t;
  return {{ClampIndex(b, low - 1.0, a.in), CubicOuter(t + 1.0, kParameter)},
          {ClampIndex(b, low, a.in), CubicInner(t, kParameter)},
          {ClampIndex(b, low + 1.0, a.in), CubicInner(u, kParameter)},
          {ClampIndex(b, low + 2.0, a.in), CubicOuter(u + 1.0, kParameter)}};
}

// The taps as a matrix [out, in].
Val TapMatrix(Builder& b, const std::vector<Tap>& taps, const Dim& in) {
  Val at = b.Iota(in), matrix;
  for (const Tap& tap : taps) {
    Val part = b.Select(b.Eq(b.Unsqueeze(tap.index, 1), at), b.Unsqueeze(tap.weight, 1),
                        b.Scalar(DType::kF32, 0.0));
    matrix = matrix ? b.Add(matrix, part) : part;
  }
  return matrix;
}

Val ApplyTaps(Builder& b, const Val& x, int64_t axis, const std::vector<Tap>& taps, const Axis& a) {
  if (!b.ok()) return Val();
  if (a.IsStatic()) return MultiplyAxis(b, x, axis, TapMatrix(b, taps, a.in));
  Val y;
  for (const Tap& tap : taps) {
    Val part = b.Mul(b.Gather(x, axis, tap.index), AlongAxis(b, tap.weight, axis, x.rank()));
    y = y ? b.Add(y, part) : part;
  }
  return y;
}

template <int kAxes, std::vector<Tap> (*kTaps)(Builder&, const Axis&)>
Arg Interpolate(OpCall& c) {
  Builder& b = c.b;
  Val input = c.tensor(c.schema().args[0].name);
  if (!IsFloat(input.dtype())) return c.Refuse("of integers");
  Val x = b.Cast(input, DType::kF32);
  std::vector<Axis> axes = ReadAxes(c, x, kAxes);
  for (size_t i = 0; i < axes.size() && b.ok(); ++i) {
    if (!axes[i].IsIdentity()) x = ApplyTaps(b, x, i + 2, kTaps(b, axes[i]), axes[i]);
  }
  return b.Cast(x, input.dtype());
}

// Antialiasing filters of radius kSize / 2 (ATen/native/cpu/UpSampleKernel.cpp, after Pillow).
Val Triangle(Builder& b, const Val& x) { return b.Max(1.0 - b.Abs(x), 0.0); }

Val Cubic(Builder& b, const Val& x) {
  constexpr double kParameter = -0.5;
  Val ax = b.Abs(x);
  Val outer = b.Select(b.Lt(ax, 2.0), CubicOuter(ax, kParameter), b.ScalarLike(x, 0));
  return b.Select(b.Lt(ax, 1.0), CubicInner(ax, kParameter), outer);
}

template <int kSize, Val (*kFilter)(Builder&, const Val&)>
Val AntialiasMatrix(Builder& b, const Axis& a) {
  Val step = StepOf(b, a);
  Val stretch = b.Max(step, 1.0);
  Val support = stretch * (kSize / 2.0);
  Val center = b.Unsqueeze(b.Mul(b.Iota(a.out, DType::kF32) + 0.5, step), 1);
  Val begin = b.Trunc(b.Max(b.Sub(center, support) + 0.5, 0.0));
  Val end = b.Trunc(b.Add(center, support) + 0.5);
  Val at = b.Iota(a.in, DType::kF32);
  Val weights = kFilter(b, b.Div(b.Sub(at + 0.5, center), stretch));
  weights = b.Select(b.And(b.Ge(at, begin), b.Lt(at, end)), weights, b.Scalar(DType::kF32, 0.0));
  return b.Div(weights, b.Reduce(Op::kReduceSum, weights, {1}, true));
}

template <int kAxes, int kSize, Val (*kFilter)(Builder&, const Val&)>
Arg Antialias(OpCall& c) {
  Builder& b = c.b;
  Val input = c.tensor(c.schema().args[0].name);
  if (!IsFloat(input.dtype())) return c.Refuse("of integers");
  Val x = b.Cast(input, DType::kF32);
  std::vector<Axis> axes = ReadAxes(c, x, kAxes);
  for (size_t i = axes.size(); i-- > 0 && b.ok();) {
    if (axes[i].IsIdentity()) continue;
    x = MultiplyAxis(b, x, i + 2, AntialiasMatrix<kSize, kFilter>(b, axes[i]));
  }
  return b.Cast(x, input.dtype());
}

// How often each element is repeated, if all are equally often.
std::optional<int64_t> RepeatFactor(const Axis& a, bool exact) {
  if (a.scale && *a.scale != std::floor(*a.scale)) return std::nullopt;
  for (int64_t r = 1; r <= 64; ++r) {
    if (a.out != a.in * r || (a.scale && *a.scale != static_cast<double>(r))) continue;
    // In f32, a multiple of r times 1 / r may come out just below the integer.
    float step = 1.0f / static_cast<float>(r);
    for (int64_t i = 0; i < 4096 && !exact; ++i) {
      if (std::floor(static_cast<float>(i * r) * step) != static_cast<float>(i)) {
        return std::nullopt;
      }
    }
    return r;
  }
  return std::nullopt;
}

Val Repeat(Builder& b, const Val& x, const std::vector<int64_t>& factors) {
  Shape split = {x.dim(0), x.dim(1)}, wide = split, flat = split;
  for (size_t i = 0; i < factors.size(); ++i) {
    const Dim size = x.dim(i + 2);
    split.insert(split.end(), {size, Dim(1)});
    wide.insert(wide.end(), {size, Dim(factors[i])});
    flat.push_back(size * factors[i]);
  }
  return b.Reshape(b.BroadcastTo(b.Reshape(x, split), wide), flat);
}

Val NearestAxis(Builder& b, const Val& x, int64_t axis, const Axis& a, bool exact) {
  if (a.IsIdentity()) return x;
  int64_t step = a.IsStatic() ? a.in.value() / a.out.value() : 0;
  if (step > 0 && a.in == a.out * step && (!a.scale || *a.scale * step == 1)) {
    return b.Slice(x, axis, exact ? step / 2 : 0, a.in, step);
  }
  Val at = b.Iota(a.out, DType::kF32);
  Val index = b.Floor(b.Mul(exact ? at + 0.5 : at, StepOf(b, a)));
  return b.Gather(x, axis, ClampIndex(b, index, a.in));
}

template <int kAxes, bool kExact>
Arg Nearest(OpCall& c) {
  Val x = c.tensor(c.schema().args[0].name);
  std::vector<Axis> axes = ReadAxes(c, x, kAxes);
  if (!c.b.ok()) return Val();
  std::vector<int64_t> factors;
  for (const Axis& a : axes) {
    if (a.out.is_const() && a.out.value() < 1) return c.Refuse("an output size below 1");
    if (auto r = RepeatFactor(a, kExact)) factors.push_back(*r);
  }
  if (factors.size() == axes.size()) return Repeat(c.b, x, factors);
  for (size_t i = 0; i < axes.size(); ++i) x = NearestAxis(c.b, x, i + 2, axes[i], kExact);
  return x;
}

constexpr OpEntry kOps[] = {
    {"aten::upsample_nearest1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor",
     Nearest<1, false>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_nearest1d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
     "Tensor",
     Nearest<1, false>, nullptr, OnQuantized::kSteps},
    {"aten::_upsample_nearest_exact1d(Tensor self, SymInt[1] output_size, float? scales=None) -> "
     "Tensor",
     Nearest<1, true>, nullptr, OnQuantized::kSteps},
    {"aten::_upsample_nearest_exact1d.vec(Tensor input, SymInt[]? output_size, float[]? "
     "scale_factors) -> Tensor",
     Nearest<1, true>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_nearest2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? "
     "scales_w=None) -> Tensor",
     Nearest<2, false>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_nearest2d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
     "Tensor",
     Nearest<2, false>, nullptr, OnQuantized::kSteps},
    {"aten::_upsample_nearest_exact2d(Tensor self, SymInt[2] output_size, float? scales_h=None, "
     "float? scales_w=None) -> Tensor",
     Nearest<2, true>, nullptr, OnQuantized::kSteps},
    {"aten::_upsample_nearest_exact2d.vec(Tensor input, SymInt[]? output_size, float[]? "
     "scale_factors) -> Tensor",
     Nearest<2, true>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_nearest3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     Nearest<3, false>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_nearest3d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
     "Tensor",
     Nearest<3, false>, nullptr, OnQuantized::kSteps},
    {"aten::_upsample_nearest_exact3d(Tensor self, SymInt[3] output_size, float? scales_d=None, "
     "float? scales_h=None, float? scales_w=None) -> Tensor",
     Nearest<3, true>, nullptr, OnQuantized::kSteps},
    {"aten::_upsample_nearest_exact3d.vec(Tensor input, SymInt[]? output_size, float[]? "
     "scale_factors) -> Tensor",
     Nearest<3, true>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_linear1d(Tensor self, SymInt[1] output_size, bool align_corners, float? "
     "scales=None) -> Tensor",
     Interpolate<1, LinearTaps>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_linear1d.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) -> Tensor",
     Interpolate<1, LinearTaps>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_bilinear2d(Tensor self, SymInt[2] output_size, bool align_corners, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     Interpolate<2, LinearTaps>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_bilinear2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) -> Tensor",
     Interpolate<2, LinearTaps>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_trilinear3d(Tensor self, SymInt[3] output_size, bool align_corners, float? "
     "scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor",
     Interpolate<3, LinearTaps>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_trilinear3d.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) -> Tensor",
     Interpolate<3, LinearTaps>, nullptr, OnQuantized::kSteps},
    {"aten::upsample_bicubic2d(Tensor self, SymInt[2] output_size, bool align_corners, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     Interpolate<2, CubicTaps>},
    {"aten::upsample_bicubic2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) -> Tensor",
     Interpolate<2, CubicTaps>},
    {"aten::_upsample_bilinear2d_aa(Tensor self, SymInt[2] output_size, bool align_corners, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     Antialias<2, 2, Triangle>},
    {"aten::_upsample_bilinear2d_aa.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) -> Tensor",
     Antialias<2, 2, Triangle>},
    {"aten::_upsample_bicubic2d_aa(Tensor self, SymInt[2] output_size, bool align_corners, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     Antialias<2, 4, Cubic>},
    {"aten::_upsample_bicubic2d_aa.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) -> Tensor",
     Antialias<2, 4, Cubic>},
};

}  // namespace

absl::Span<const OpEntry> UpsampleOps() { return kOps; }

}  // namespace t2n
