// Sampling at given positions (ATen/native/GridSampler.cpp) and the grids for it.
#include <cmath>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

enum class Mode { kBilinear, kNearest, kBicubic };
enum class Padding { kZeros, kBorder, kReflection };
constexpr const char* kModes[] = {"bilinear", "nearest", "bicubic"};
constexpr const char* kPaddings[] = {"zeros", "border", "reflection"};

struct Sampler {
  Builder& b;
  Val x;                      // [N, C, spatial...]
  std::vector<Val> position;  // by spatial axis, [N, P]: in elements of the input
  Padding padding;
  bool align_corners;

  Val Size(int64_t axis) const { return b.Cast(b.DimScalar(x.dim(axis + 2)), x.dtype()); }
};

// Reflects positions at both ends: at the centres of the outer elements, or at their edges.
Val Reflect(const Sampler& s, const Val& at, int64_t axis) {
  Builder& b = s.b;
  Val low = b.ScalarLike(at, s.align_corners ? 0.0 : -0.5);
  Val span = s.align_corners ? s.Size(axis) - 1.0 : s.Size(axis);
  Val offset = b.Abs(b.Sub(at, low));
  Val flips = b.Floor(b.Div(offset, span));
  Val extra = b.Sub(offset, b.Mul(flips, span));
  Val odd = b.Eq(b.Rem(flips, 2.0), 1.0);
  Val out = b.Add(b.Select(odd, b.Sub(span, extra), extra), low);
  // One element aligned at its centre reflects onto itself.
  return b.Select(b.Eq(span, 0.0), b.ScalarLike(out, 0), out);
}

Val Clamp(const Sampler& s, const Val& at, int64_t axis) {
  return s.b.Min(s.b.Max(at, 0.0), s.Size(axis) - 1.0);
}

Val PadPosition(const Sampler& s, const Val& at, int64_t axis) {
  if (s.padding == Padding::kZeros) return at;
  return Clamp(s, s.padding == Padding::kReflection ? Reflect(s, at, axis) : at, axis);
}

// The elements at integral positions ([N, P] an axis), 0 outside: [N, C, P].
Val Fetch(const Sampler& s, const std::vector<Val>& at) {
  Builder& b = s.b;
  Val flat, inside;
  Dim stride = 1;
  for (size_t i = at.size(); i-- > 0;) {
    Val clamped = Clamp(s, at[i], i);
    Val in_range = b.Eq(clamped, at[i]);
    inside = inside ? b.And(inside, in_range) : in_range;
    Val part = b.Mul(b.Cast(clamped, DType::kI64), b.DimScalar(stride));
    flat = flat ? b.Add(flat, part) : part;
    stride *= s.x.dim(i + 2);
  }
  Shape shape = {s.x.dim(0), s.x.dim(1), flat.dim(1)};
  Val index = b.BroadcastTo(b.Unsqueeze(flat, 1), shape);
  Val y = b.GatherElements(b.Reshape(s.x, {s.x.dim(0), s.x.dim(1), stride}), 2, index);
  return b.Select(b.Unsqueeze(inside, 1), y, b.ScalarLike(y, 0));
}

Val SampleNearest(const Sampler& s) {
  std::vector<Val> at;
  for (size_t i = 0; i < s.position.size(); ++i) {
    at.push_back(s.b.Round(PadPosition(s, s.position[i], i)));
  }
  return Fetch(s, at);
}

// The 2^n neighbours, weighted by their nearness.
Val SampleLinear(const Sampler& s) {
  Builder& b = s.b;
  size_t n = s.position.size();
  std::vector<Val> low, part;
  for (size_t i = 0; i < n; ++i) {
    Val at = PadPosition(s, s.position[i], i);
    low.push_back(b.Floor(at));
    part.push_back(b.Sub(at, low.back()));
  }
  Val y;
  for (int corner = 0; corner < (1 << n); ++corner) {
    std::vector<Val> at;
    Val weight;
    for (size_t i = 0; i < n; ++i) {
      bool high = (corner >> i) & 1;
      at.push_back(high ? low[i] + 1.0 : low[i]);
      Val w = high ? part[i] : 1.0 - part[i];
      weight = weight ? b.Mul(weight, w) : w;
    }
    Val term = b.Mul(Fetch(s, at), b.Unsqueeze(weight, 1));
    y = y ? b.Add(y, term) : term;
  }
  return y;
}

// Weights of the four neighbours around a fraction `t` (Keys, -0.75).
std::vector<Val> CubicWeights(const Val& t) {
  constexpr double k = -0.75;
  auto inner = [](const Val& x) { return ((k + 2) * x - (k + 3)) * x * x + 1.0; };
  auto outer = [](const Val& x) { return ((k * x - 5 * k) * x + 8 * k) * x - 4 * k; };
  return {outer(t + 1.0), inner(t), inner(1.0 - t), outer(2.0 - t)};
}

// Padding applies to each of the 4 x 4 neighbours.
Val SampleCubic(const Sampler& s) {
  Builder& b = s.b;
  Val low[2];
  std::vector<Val> weights[2];
  for (int i = 0; i < 2; ++i) {
    low[i] = b.Floor(s.position[i]);
    weights[i] = CubicWeights(b.Sub(s.position[i], low[i]));
  }
  Val y;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      std::vector<Val> at = {PadPosition(s, low[0] + (row - 1.0), 0),
                             PadPosition(s, low[1] + (column - 1.0), 1)};
      Val weight = b.Unsqueeze(b.Mul(weights[0][row], weights[1][column]), 1);
      Val term = b.Mul(Fetch(s, at), weight);
      y = y ? b.Add(y, term) : term;
    }
  }
  return y;
}

// grid [N, out..., n] holds positions in [-1, 1], the last spatial axis first.
Val GridSample(Builder& b, const Val& x, const Val& grid, Mode mode, Padding padding,
               bool align_corners) {
  int64_t n = x.rank() - 2;
  Shape shape(grid.shape().begin(), grid.shape().end() - 1);
  Dim points = NumElements(absl::MakeSpan(shape).subspan(1));
  Val flat = b.Reshape(grid, {grid.dim(0), points, Dim(n)});
  Sampler s{b, x, {}, padding, align_corners};
  for (int64_t i = 0; i < n; ++i) {
    Val at = b.SelectIndex(flat, 2, n - 1 - i) + 1.0;
    s.position.push_back(align_corners ? b.Mul(at * 0.5, s.Size(i) - 1.0)
                                       : (b.Mul(at, s.Size(i)) - 1.0) * 0.5);
  }
  Val y = mode == Mode::kBilinear ? SampleLinear(s)
                                  : (mode == Mode::kNearest ? SampleNearest(s) : SampleCubic(s));
  shape.insert(shape.begin() + 1, x.dim(1));
  return b.Reshape(y, shape);
}

Arg GridSampler(OpCall& c) {
  Val x = c.tensor("input"), grid = c.tensor("grid");
  int64_t mode = c.integer("interpolation_mode"), padding = c.integer("padding_mode");
  bool align_corners = c.boolean("align_corners");
  if (mode < 0 || mode > 2 || (mode == 2 && x.rank() != 4)) {
    return c.RefuseArg("interpolation_mode");
  }
  if (padding < 0 || padding > 2) return c.RefuseArg("padding_mode");
  if (x.rank() < 3 || grid.rank() != x.rank() || !IsFloat(x.dtype()) || grid.dtype() != x.dtype()) {
    return c.Refuse("ranks or dtypes of the operands");
  }
  Val y =
      c.b.Composite("grid_sample",
                    {{"mode", std::string(kModes[mode])},
                     {"padding_mode", std::string(kPaddings[padding])},
                     {"align_corners", align_corners}},
                    {Widen(c.b, x), Widen(c.b, grid)}, [&](Builder& b, absl::Span<const Val> in) {
                      return GridSample(b, in[0], in[1], static_cast<Mode>(mode),
                                        static_cast<Padding>(padding), align_corners);
                    });
  return c.b.Cast(y, x.dtype());
}

// Positions of the elements of an axis in [-1, 1]: centres of the outer elements, or their edges.
Val BasePositions(Builder& b, const Dim& size, bool align_corners, DType dtype) {
  Val n = b.Cast(b.DimScalar(size), dtype), at = b.Iota(size, dtype);
  if (!align_corners) return b.Div(at * 2.0 + 1.0, n) - 1.0;
  return size == Dim(1) ? b.ScalarLike(at, 0) * at : b.Div(at * 2.0, n - 1.0) - 1.0;
}

// theta [N, n, n + 1], size [N, C, spatial...] -> [N, spatial..., n].
Arg AffineGrid(OpCall& c) {
  Builder& b = c.b;
  Val theta = c.tensor("theta");
  Shape size = c.dims("size");
  bool align_corners = c.boolean("align_corners");
  int64_t n = size.size() - 2;
  if (size.size() < 4 || theta.rank() != 3) return c.Refuse("rank of theta or number of sizes");
  Shape spatial(size.begin() + 2, size.end());
  std::vector<Val> base;
  for (int64_t i = n - 1; i >= 0; --i) {
    Val at = BasePositions(b, spatial[i], align_corners, theta.dtype());
    base.push_back(b.BroadcastTo(AlongAxis(b, at, i, n), spatial));
  }
  base.push_back(b.Full(spatial, theta.dtype(), 1));
  Val points = b.Reshape(b.Stack(base, n), {NumElements(spatial), Dim(n + 1)});
  Shape out = {size[0]};
  out.insert(out.end(), spatial.begin(), spatial.end());
  out.push_back(n);
  return b.Reshape(b.Einsum("pk,nik->npi", {points, theta}), out);
}

constexpr OpEntry kOps[] = {
    {"aten::grid_sampler(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool "
     "align_corners) -> Tensor",
     GridSampler, &kInRows},
    {"aten::grid_sampler_2d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, "
     "bool align_corners) -> Tensor",
     GridSampler, &kInRows},
    {"aten::_grid_sampler_2d_cpu_fallback(Tensor input, Tensor grid, int interpolation_mode, int "
     "padding_mode, bool align_corners) -> Tensor",
     GridSampler},
    {"aten::grid_sampler_3d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, "
     "bool align_corners) -> Tensor",
     GridSampler},
    {"aten::affine_grid_generator(Tensor theta, SymInt[] size, bool align_corners) -> Tensor",
     AffineGrid},
};

}  // namespace

absl::Span<const OpEntry> GridSampleOps() { return kOps; }

}  // namespace t2n
