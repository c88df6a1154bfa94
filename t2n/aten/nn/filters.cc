// torchaudio's recursive filters (torchaudio/csrc/lfilter.cpp).
#include <vector>

#include "t2n/aten/core/layers.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// One step: y = x - sum of a[k] y[-k], over the last outputs `past`, latest first.
std::vector<Val> Step(Builder& b, const Val& x, const Val& past, const Val& a) {
  Val y = b.Sub(x, b.Reduce(Op::kReduceSum, b.Mul(past, a), {2}, true));
  Dim kept = past.dim(2) - 1;
  return {b.Concat({y, b.Slice(past, 2, 0, kept)}, 2), y};
}

// waveform [N, C, T], coefficients [C, order + 1] from the latest sample on:
// a[0] y[t] = sum of b[k] x[t - k] - sum of a[k] y[t - k], k >= 1; zeros before the begin.
Arg LFilter(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("waveform"), a = c.tensor("a_coeffs"), forward = c.tensor("b_coeffs");
  if (x.rank() != 3 || a.rank() != 2 || forward.rank() != 2 || !a.dim(1).is_const() ||
      !a.dim(0).is_const() || a.dim(1) == Dim(0) || a.shape() != forward.shape() ||
      x.dim(1) != a.dim(0) || a.dtype() != x.dtype() || forward.dtype() != x.dtype()) {
    return c.Refuse("ranks, dtypes or sizes of the operands");
  }
  int64_t order = a.dim(1).value() - 1;
  Val first = b.Slice(a, 1, 0, 1);
  Val taps = b.Unsqueeze(b.Reverse(b.Div(forward, first), {1}), 1);
  Val padded = b.Pad(x, {0, 0, order}, {0, 0, 0});
  Window window{{}, {1}, {1}, {0}, {0}};
  Val driven = b.Conv(padded, taps, Val(), window, a.dim(0).value());
  if (order == 0) return driven;
  Builder::ScanSpec spec;
  spec.length = x.dim(2);
  spec.scanned = {driven};
  spec.scan_axes = spec.output_axes = {2};
  spec.states = {b.Full({x.dim(0), x.dim(1), Dim(order)}, x.dtype(), 0)};
  spec.full = {b.Unsqueeze(b.Slice(b.Div(a, first), 1, 1, order + 1), 0)};
  return b.Scan(
      spec, [](Builder& b, absl::Span<const Val> in) { return Step(b, in[0], in[1], in[2]); })[1];
}

constexpr OpEntry kOps[] = {
    {"torchaudio::_lfilter(Tensor waveform, Tensor a_coeffs, Tensor b_coeffs) -> Tensor", LFilter},
};

}  // namespace

absl::Span<const OpEntry> FilterOps() { return kOps; }

}  // namespace t2n
