// Short-time Fourier transforms (ATen/native/SpectralOps.cpp) and window functions
// (ATen/native/TensorFactories.cpp).
//
// A transform of windowed frames is linear in the signal, so it is a convolution with the window's
// cosines and sines; its inverse is the transposed convolution.
#include <cmath>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/signal/ops.h"
#include "t2n/aten/signal/spectral.h"

namespace t2n {
namespace {

constexpr double kPi = 3.14159265358979323846;

struct Frames {
  int64_t size = 0, hop = 0;
  Val window;  // [size], of the signal's type
};

// The largest table of cosines and sines is 2 * 4096 * 4097 * 4 bytes.
constexpr int64_t kMaxFrame = 4096;

Frames ReadFrames(OpCall& c, DType real) {
  Builder& b = c.b;
  Frames f;
  f.size = c.integer("n_fft");
  if (f.size < 1 || f.size > kMaxFrame) c.RefuseArg("n_fft");
  f.hop = c.has("hop_length") ? c.integer("hop_length") : f.size / 4;
  int64_t length = c.has("win_length") ? c.integer("win_length") : f.size;
  if (f.hop < 1) c.RefuseArg("hop_length");
  if (length < 1 || length > f.size) c.RefuseArg("win_length");
  if (!b.ok()) return f;
  Val window = c.has("window") ? c.tensor("window") : b.Full({Dim(length)}, real, 1);
  if (IsComplex(window.dtype())) c.RefuseArg("window");
  int64_t before = (f.size - length) / 2;
  f.window = b.Pad(b.Cast(window, real), {Dim(before)}, {Dim(f.size - length - before)});
  return f;
}

// cos and -sin of the angles 2 pi k t / size, one after the other: [2 * count, size]. The angles
// are reduced in integers first.
Val Waves(Builder& b, int64_t size, int64_t count, DType real) {
  std::vector<double> values;
  values.reserve(2 * count * size);
  for (int part = 0; part < 2; ++part) {
    for (int64_t k = 0; k < count; ++k) {
      for (int64_t t = 0; t < size; ++t) {
        double angle = 2 * kPi * static_cast<double>(k * t % size) / static_cast<double>(size);
        values.push_back(part == 0 ? std::cos(angle) : -std::sin(angle));
      }
    }
  }
  return b.Reshape(b.Doubles(real, values), {Dim(2 * count), Dim(size)});
}

Window StrideWindow(int64_t hop) { return Window{{}, {hop}, {1}, {0}, {0}}; }

// [..., frequencies, frames, 2] or complex without the last axis.
Arg FinishStft(OpCall& c, const Val& parts, int64_t count, bool batched, bool return_complex) {
  Builder& b = c.b;
  Val re = b.Slice(parts, 1, 0, count), im = b.Slice(parts, 1, count, 2 * count);
  if (!batched) re = b.Squeeze(re, 0), im = b.Squeeze(im, 0);
  return return_complex ? b.MakeComplex(re, im) : b.Stack({re, im}, re.rank());
}

Arg Stft(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("self");
  const DType real = x.dtype();
  if ((real != DType::kF32 && real != DType::kF64) || x.rank() < 1 || x.rank() > 2) {
    return c.Refuse("of a signal that is not f32 or f64, [L] or [N, L]: cast it first");
  }
  bool batched = x.rank() == 2;
  if (!batched) x = b.Unsqueeze(x, 0);
  Frames f = ReadFrames(c, real);
  bool center = c.schema().IndexOf("center") >= 0 && c.boolean("center");
  bool onesided = !c.has("onesided") || c.boolean("onesided");
  bool return_complex = c.has("return_complex") && c.boolean("return_complex");
  if (c.has("align_to_window") && c.boolean("align_to_window")) c.RefuseArg("align_to_window");
  if (!b.ok()) return Val();
  if (center) {
    std::string mode = c.str("pad_mode");
    if (mode != "reflect" && mode != "constant" && mode != "replicate" && mode != "circular") {
      return c.RefuseArg("pad_mode");
    }
    Shape pad = {Dim(0), Dim(f.size / 2)};
    x = b.Pad(x, pad, pad, mode);
  } else {
    c.ignore({"pad_mode"});
  }
  int64_t count = onesided ? f.size / 2 + 1 : f.size;
  Val basis = b.Mul(Waves(b, f.size, count, real), f.window);
  if (c.boolean("normalized")) basis = basis * (1 / std::sqrt(static_cast<double>(f.size)));
  Val parts = b.Conv(b.Unsqueeze(x, 1), b.Unsqueeze(basis, 1), Val(), StrideWindow(f.hop), 1);
  return FinishStft(c, parts, count, batched, return_complex);
}

// Frequencies' weights in a real signal's inverse transform: all but 0 and size / 2 count twice.
Val HalfWeights(Builder& b, int64_t size, double scale, DType real) {
  int64_t count = size / 2 + 1;
  std::vector<double> values;
  for (int64_t i = 0; i < 2 * count; ++i) {
    int64_t k = i % count;
    values.push_back((k == 0 || 2 * k == size ? 1 : 2) * scale);
  }
  return b.Unsqueeze(b.Doubles(real, values), 1);
}

// Cuts the overlapped signal [N, total] to what was asked for.
Val CutSignal(OpCall& c, const Val& y, const Frames& f, bool center) {
  Builder& b = c.b;
  Dim total = y.dim(1), begin = center ? f.size / 2 : 0;
  Dim end = center ? total - f.size / 2 : total;
  if (!c.has("length")) return b.Slice(y, 1, begin, end);
  Dim length = c.dim("length");
  return ResizeAxis(b, b.Slice(y, 1, begin, Min(begin + length, total)), 1, length);
}

Arg Istft(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("self");
  if (x && !IsComplex(x.dtype())) {  // [..., 2] as older archives have it
    if (x.rank() < 3 || x.dim(-1) != Dim(2)) return c.Refuse("of a real tensor");
    x = b.MakeComplex(b.SelectIndex(x, x.rank() - 1, 0), b.SelectIndex(x, x.rank() - 1, 1));
  }
  if (!IsComplex(x.dtype())) return c.Refuse("of a spectrum that is not complex: cast it first");
  const DType real = RealType(x.dtype());
  bool batched = x.rank() == 3;
  if (!batched) x = b.Unsqueeze(x, 0);
  Frames f = ReadFrames(c, real);
  const bool whole = x.rank() == 3 && x.dim(1) == Dim(f.size);
  const bool onesided = c.has("onesided") ? c.boolean("onesided") : !whole;
  // Of a whole spectrum a real signal takes the first half, too.
  if (!onesided && whole) x = b.Slice(x, 1, 0, f.size / 2 + 1);
  if (!onesided && !whole) return c.RefuseArg("onesided");
  if (c.boolean("return_complex")) return c.RefuseArg("return_complex");
  bool center = c.boolean("center");
  double scale = 1 / static_cast<double>(f.size);
  if (c.boolean("normalized")) scale = std::sqrt(scale);
  if (!b.ok() || x.rank() != 3 || x.dim(1) != Dim(f.size / 2 + 1)) {
    return c.Refuse("n_fft does not fit the spectrum");
  }
  Val basis = b.Mul(Waves(b, f.size, f.size / 2 + 1, real), f.window);
  basis = b.Unsqueeze(b.Mul(basis, HalfWeights(b, f.size, scale, real)), 1);
  Val parts = b.Concat({b.Real(x), b.Imag(x)}, 1);
  Window w = StrideWindow(f.hop);
  Val y = b.ConvTranspose(parts, basis, Val(), w, 1, {0});
  Val ones = b.Full({Dim(1), Dim(1), x.dim(2)}, real, 1);
  Val squares = b.Reshape(b.Square(f.window), {Dim(1), Dim(1), Dim(f.size)});
  Val envelope = b.ConvTranspose(ones, squares, Val(), w, 1, {0});
  y = CutSignal(c, b.Squeeze(y, 1), f, center);
  envelope = CutSignal(c, b.Squeeze(envelope, 1), f, center);
  // Behind the last frame both are zero.
  envelope = b.Select(b.Eq(envelope, 0.0), b.ScalarLike(envelope, 1), envelope);
  y = b.Div(y, envelope);
  return batched ? y : b.Squeeze(y, 0);
}

// Window functions of n points over a period of n (periodic) or n - 1.
Arg WindowOf(OpCall& c, double (*fn)(double x, double alpha, double beta), double alpha,
             double beta) {
  c.ignore({"layout", "device", "pin_memory"});
  int64_t n = c.integer("window_length");
  bool periodic = c.schema().IndexOf("periodic") < 0 || c.boolean("periodic");
  if (n < 0 || n > (1 << 24)) return c.RefuseArg("window_length");
  std::vector<double> values;
  double period = static_cast<double>(periodic ? n : n - 1);
  for (int64_t i = 0; i < n; ++i) {
    values.push_back(n == 1 ? 1 : fn(static_cast<double>(i) / period, alpha, beta));
  }
  return c.b.Doubles(c.dtype("dtype", DType::kF32), values);
}

double CosineWindow(double x, double alpha, double beta) {
  return alpha - beta * std::cos(2 * kPi * x);
}

Arg Hann(OpCall& c) { return WindowOf(c, CosineWindow, 0.5, 0.5); }

Arg Hamming(OpCall& c) {
  double alpha = c.has("alpha") ? c.number("alpha") : 0.54;
  return WindowOf(c, CosineWindow, alpha, c.has("beta") ? c.number("beta") : 0.46);
}

Arg Blackman(OpCall& c) {
  auto fn = [](double x, double, double) {
    return 0.42 - 0.5 * std::cos(2 * kPi * x) + 0.08 * std::cos(4 * kPi * x);
  };
  return WindowOf(c, fn, 0, 0);
}

Arg Bartlett(OpCall& c) {
  auto fn = [](double x, double, double) { return 1 - std::abs(2 * x - 1); };
  return WindowOf(c, fn, 0, 0);
}

// The modified Bessel function I0 by its power series.
double BesselI0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 500 && term > sum * 1e-17; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

Arg Kaiser(OpCall& c) {
  auto fn = [](double x, double beta, double) {
    double r = 2 * x - 1;
    return BesselI0(beta * std::sqrt(std::max(1 - r * r, 0.0))) / BesselI0(beta);
  };
  return WindowOf(c, fn, c.has("beta") ? c.number("beta") : 12, 0);
}

constexpr OpEntry kOps[] = {
    {"aten::stft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? "
     "window=None, bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? "
     "align_to_window=None) -> Tensor",
     Stft},
    {"aten::stft.center(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, "
     "Tensor? window=None, bool center=True, str pad_mode=\"reflect\", bool normalized=False, "
     "bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor",
     Stft},
    {"aten::istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? "
     "window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, "
     "bool return_complex=False) -> Tensor",
     Istft},
    {"aten::hann_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? "
     "device=None, bool? pin_memory=None) -> Tensor",
     Hann},
    {"aten::hann_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     Hann},
    {"aten::hamming_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     Hamming},
    {"aten::hamming_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     Hamming},
    {"aten::hamming_window.periodic_alpha(int window_length, bool periodic, float alpha, *, "
     "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> "
     "Tensor",
     Hamming},
    {"aten::hamming_window.periodic_alpha_beta(int window_length, bool periodic, float alpha, "
     "float beta, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
     "pin_memory=None) -> Tensor",
     Hamming},
    {"aten::blackman_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     Blackman},
    {"aten::blackman_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     Blackman},
    {"aten::bartlett_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     Bartlett},
    {"aten::bartlett_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     Bartlett},
    {"aten::kaiser_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     Kaiser},
    {"aten::kaiser_window.beta(int window_length, bool periodic, float beta, *, ScalarType? "
     "dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     Kaiser},
    {"aten::kaiser_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     Kaiser},
};

}  // namespace

absl::Span<const OpEntry> StftOps() { return kOps; }

}  // namespace t2n
