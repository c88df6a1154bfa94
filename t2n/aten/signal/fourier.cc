// torch.fft (ATen/native/SpectralOps.cpp).
#include <algorithm>
#include <cmath>
#include <numeric>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/signal/ops.h"
#include "t2n/aten/signal/spectral.h"

namespace t2n {

Val AsComplex(Builder& b, const Val& x) {
  if (!x || IsComplex(x.dtype())) return x;
  return b.MakeComplex(ToFloat(b, x), 0.0);
}

Val ResizeAxis(Builder& b, const Val& x, int64_t axis, const Dim& n) {
  if (x.rank() <= axis) return b.FailAs(x ? x->type : ValueType(), "no such axis");
  const Dim kept = Min(x.dim(axis), n);
  Shape before(x.rank(), Dim(0)), after = before;
  after[axis] = n - kept;
  return b.Pad(b.Slice(x, axis, 0, kept), before, after);
}

Val HalfToFullSpectrum(Builder& b, const Val& half, int64_t axis, const Dim& n) {
  if (!half) return half;
  Dim mirrored = FloorDiv(n - 1, 2);
  Val tail = b.Reverse(Conjugate(b, b.Slice(half, axis, 1, mirrored + 1)), {axis});
  return b.Concat({half, tail}, axis);
}

namespace {

// What a transform is multiplied by: 1, 1 / sqrt(n) or 1 / n (torch's fft_norm_mode).
enum class Scaling { kNone, kRoot, kFull };

// The meaning of `norm` for a forward or an inverse transform.
Scaling ReadNorm(OpCall& c, bool forward) {
  std::string norm = c.has("norm") ? c.str("norm") : "backward";
  if (norm == "ortho") return Scaling::kRoot;
  if (norm != "backward" && norm != "forward") c.RefuseArg("norm");
  return (norm == "forward") == forward ? Scaling::kFull : Scaling::kNone;
}

Scaling ReadNormalization(OpCall& c) {
  int64_t mode = c.integer("normalization");
  if (mode < 0 || mode > 2) c.RefuseArg("normalization");
  return static_cast<Scaling>(std::clamp<int64_t>(mode, 0, 2));
}

// Multiplies a real or complex x by a real factor f32 of rank 0.
Val ScaleBy(Builder& b, const Val& x, const Val& factor) {
  if (!IsComplex(x.dtype())) return b.Mul(x, b.Cast(factor, x.dtype()));
  Val f = b.Cast(factor, RealType(x.dtype()));
  return b.MakeComplex(b.Mul(b.Real(x), f), b.Mul(b.Imag(x), f));
}

// Unscaled transforms along `axes`, then the scaling for `n` elements in all. `scaled` tells that
// x was divided by n already, as the inverse primitive does.
Val ApplyScaling(Builder& b, const Val& x, const Dim& n, Scaling scaling, bool scaled) {
  bool is_full = scaling == Scaling::kFull;
  if (!x || (scaling != Scaling::kRoot && is_full == scaled)) return x;
  Val size = b.Cast(b.DimScalar(n), DType::kF64);
  if (scaling == Scaling::kRoot) return ScaleBy(b, x, scaled ? b.Sqrt(size) : b.Rsqrt(size));
  return ScaleBy(b, x, scaled ? size : b.Recip(size));
}

Dim SizeAlong(const Val& x, const std::vector<int64_t>& axes) {
  Dim n = 1;
  for (int64_t axis : axes) n *= x.dim(axis);
  return n;
}

// Complex to complex.
Val Transform(Builder& b, Val x, const std::vector<int64_t>& axes, bool forward, Scaling scaling) {
  Dim n = SizeAlong(x, axes);
  for (int64_t axis : axes) x = b.Fft(x, axis, !forward);
  return ApplyScaling(b, x, n, scaling, !forward);
}

// Real to the first half (n / 2 + 1) of the spectrum along the last of `axes`.
Val TransformReal(Builder& b, const Val& x, const std::vector<int64_t>& axes, Scaling scaling) {
  Dim n = SizeAlong(x, axes);
  int64_t last = axes.back();
  Val y = b.Fft(AsComplex(b, x), last, false);
  y = b.Slice(y, last, 0, FloorDiv(x.dim(last), 2) + 1);
  for (size_t i = 0; i + 1 < axes.size(); ++i) y = b.Fft(y, axes[i], false);
  return ApplyScaling(b, y, n, scaling, false);
}

// The inverse: half a spectrum along the last of `axes` to `n` real elements.
Val TransformToReal(Builder& b, Val x, const std::vector<int64_t>& axes, const Dim& n,
                    Scaling scaling) {
  int64_t last = axes.back();
  for (size_t i = 0; i + 1 < axes.size(); ++i) x = b.Fft(x, axes[i], true);
  x = ResizeAxis(b, x, last, FloorDiv(n, 2) + 1);
  Val y = b.Real(b.Fft(HalfToFullSpectrum(b, x, last, n), last, true));
  return y ? ApplyScaling(b, y, SizeAlong(y, axes), scaling, true) : y;
}

// Axes and sizes as the n-dimensional and 1-dimensional functions take them.
struct Axes {
  std::vector<int64_t> axes;
  std::vector<std::optional<Dim>> sizes;  // one an axis, where given
};

Axes ReadAxes(OpCall& c, const Val& x) {
  Axes a;
  if (c.schema().IndexOf("n") >= 0) {
    a.axes = {c.axis("dim", x.rank())};
    a.sizes.resize(1);
    if (c.has("n")) a.sizes[0] = c.dim("n");
    return a;
  }
  Shape s = c.has("s") ? c.dims("s") : Shape();
  if (c.has("dim")) {
    for (int64_t axis : c.ints("dim")) {
      auto normal = NormalizeAxis(axis, x.rank());
      if (!normal) c.RefuseArg("dim");
      a.axes.push_back(normal.value_or(0));
    }
  } else {
    int64_t count = c.has("s") ? static_cast<int64_t>(s.size()) : x.rank();
    a.axes = IntRange(std::max<int64_t>(x.rank() - count, 0), x.rank());
  }
  a.sizes.resize(a.axes.size());
  if (c.has("s") && s.size() != a.axes.size()) c.RefuseArg("s");
  for (size_t i = 0; i < a.sizes.size() && i < s.size(); ++i) {
    if (s[i] != Dim(-1)) a.sizes[i] = s[i];
  }
  std::vector<int64_t> sorted = a.axes;
  std::sort(sorted.begin(), sorted.end());
  if (a.axes.empty() || x.rank() == 0 ||
      std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    c.Refuse("no axes, or repeated ones");
  }
  return a;
}

Val Resized(Builder& b, Val x, const Axes& a, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (a.sizes[i]) x = ResizeAxis(b, x, a.axes[i], *a.sizes[i]);
  }
  return x;
}

template <bool kForward>
Arg Fft(OpCall& c) {
  Val x = AsComplex(c.b, c.tensor("self"));
  Axes a = ReadAxes(c, x);
  if (!c.b.ok()) return Val();
  return Transform(c.b, Resized(c.b, x, a, a.axes.size()), a.axes, kForward, ReadNorm(c, kForward));
}

// rfft; of ihfft it is the conjugate, with the inverse's norm.
template <bool kHermitian>
Arg RealFft(OpCall& c) {
  Builder& b = c.b;
  Val x = ToFloat(b, c.tensor("self"));
  if (IsComplex(x.dtype())) return c.Refuse("of a complex tensor");
  Axes a = ReadAxes(c, x);
  if (!b.ok()) return Val();
  Val y = TransformReal(b, Resized(b, x, a, a.axes.size()), a.axes, ReadNorm(c, !kHermitian));
  return kHermitian ? Conjugate(b, y) : y;
}

// irfft; hfft is that of the conjugate, with the forward norm.
template <bool kHermitian>
Arg InverseRealFft(OpCall& c) {
  Builder& b = c.b;
  Val x = AsComplex(b, c.tensor("self"));
  Axes a = ReadAxes(c, x);
  if (!b.ok()) return Val();
  Dim n = a.sizes.back() ? *a.sizes.back() : (x.dim(a.axes.back()) - 1) * 2;
  if (kHermitian) x = Conjugate(b, x);
  x = Resized(b, x, a, a.axes.size() - 1);
  return TransformToReal(b, x, a.axes, n, ReadNorm(c, kHermitian));
}

std::vector<int64_t> GivenAxes(OpCall& c, const Val& x) {
  std::vector<int64_t> axes;
  for (int64_t axis : c.ints("dim")) {
    auto normal = NormalizeAxis(axis, x.rank());
    if (!normal || x.rank() == 0) c.RefuseArg("dim");
    axes.push_back(normal.value_or(0));
  }
  if (axes.empty()) c.RefuseArg("dim");
  return axes;
}

Arg FftC2c(OpCall& c) {
  Val x = c.tensor("self");
  std::vector<int64_t> axes = GivenAxes(c, x);
  Scaling scaling = ReadNormalization(c);
  bool forward = c.boolean("forward");
  return c.b.ok() ? Transform(c.b, x, axes, forward, scaling) : Val();
}

Arg FftR2c(OpCall& c) {
  Val x = c.tensor("self");
  std::vector<int64_t> axes = GivenAxes(c, x);
  Scaling scaling = ReadNormalization(c);
  bool onesided = c.boolean("onesided");
  if (!c.b.ok()) return Val();
  return onesided ? TransformReal(c.b, x, axes, scaling)
                  : Transform(c.b, AsComplex(c.b, x), axes, true, scaling);
}

Arg FftC2r(OpCall& c) {
  Val x = c.tensor("self");
  std::vector<int64_t> axes = GivenAxes(c, x);
  Scaling scaling = ReadNormalization(c);
  Dim n = c.dim("last_dim_size");
  return c.b.ok() ? TransformToReal(c.b, x, axes, n, scaling) : Val();
}

// Rotates each axis by half its size, so that zero comes to the middle (or back).
template <bool kInverse>
Arg FftShift(OpCall& c) {
  Val x = c.tensor("self");
  for (int64_t axis : c.axes("dim", x.rank(), false)) {
    Dim n = x.dim(axis);
    Dim cut = kInverse ? FloorDiv(n, 2) : CeilDiv(n, 2);
    x = c.b.Concat({c.b.Slice(x, axis, cut, n), c.b.Slice(x, axis, 0, cut)}, axis);
  }
  return x;
}

template <bool kReal>
Arg FftFreq(OpCall& c) {
  c.ignore({"layout", "device", "pin_memory"});
  int64_t n = c.integer("n");
  double step = static_cast<double>(n) * c.number("d");
  if (n < 1 || n > (1 << 24)) return c.RefuseArg("n");
  std::vector<double> values;
  for (int64_t i = 0; i < (kReal ? n / 2 + 1 : n); ++i) {
    int64_t k = !kReal && i >= (n + 1) / 2 ? i - n : i;
    values.push_back(static_cast<double>(k) / step);
  }
  return c.b.Doubles(c.dtype("dtype", DType::kF32), values);
}

constexpr OpEntry kOps[] = {
    {"aten::fft_fft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Fft<true>},
    {"aten::fft_ifft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor",
     Fft<false>},
    {"aten::fft_fft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> "
     "Tensor",
     Fft<true>},
    {"aten::fft_ifft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> "
     "Tensor",
     Fft<false>},
    {"aten::fft_fftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor",
     Fft<true>},
    {"aten::fft_ifftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor",
     Fft<false>},
    {"aten::fft_rfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor",
     RealFft<false>},
    {"aten::fft_rfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> "
     "Tensor",
     RealFft<false>},
    {"aten::fft_rfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor",
     RealFft<false>},
    {"aten::fft_ihfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor",
     RealFft<true>},
    {"aten::fft_ihfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> "
     "Tensor",
     RealFft<true>},
    {"aten::fft_ihfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor",
     RealFft<true>},
    {"aten::fft_irfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor",
     InverseRealFft<false>},
    {"aten::fft_irfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> "
     "Tensor",
     InverseRealFft<false>},
    {"aten::fft_irfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor",
     InverseRealFft<false>},
    {"aten::fft_hfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor",
     InverseRealFft<true>},
    {"aten::fft_hfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> "
     "Tensor",
     InverseRealFft<true>},
    {"aten::fft_hfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor",
     InverseRealFft<true>},
    {"aten::_fft_c2c(Tensor self, SymInt[] dim, int normalization, bool forward) -> Tensor",
     FftC2c},
    {"aten::_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor", FftR2c},
    {"aten::_fft_c2r(Tensor self, int[] dim, int normalization, SymInt last_dim_size) -> Tensor",
     FftC2r},
    {"aten::fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor", FftShift<false>},
    {"aten::fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor", FftShift<true>},
    {"aten::fft_fftfreq(int n, float d=1., *, ScalarType? dtype=None, Layout? layout=None, Device? "
     "device=None, bool? pin_memory=None) -> Tensor",
     FftFreq<false>},
    {"aten::fft_rfftfreq(int n, float d=1., *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     FftFreq<true>},
};

}  // namespace

absl::Span<const OpEntry> FourierOps() { return kOps; }

}  // namespace t2n
