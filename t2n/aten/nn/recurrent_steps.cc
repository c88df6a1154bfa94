#include "t2n/aten/nn/recurrent_steps.h"

#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/quantization.h"

namespace t2n::recurrent {
namespace {

int64_t GateCount(Kind kind) { return kind == Kind::kLstm ? 4 : (kind == Kind::kGru ? 3 : 1); }

Val Multiply(Builder& b, const Val& x, const Matrix& m, const Val& bias) {
  if (m.scales.empty()) return Linear(b, x, m.values, bias);
  DynamicSteps q = QuantizeDynamically(b, x, m.reduce_range);
  Val sums = Linear(b, q.steps, m.values, Val());
  return ToReal(b, {sums, 1, m.scales, x.rank() - 1, bias}, q.scale, false);
}

Val Gate(Builder& b, const Val& x, const Dim& size, int64_t i) {
  return b.Slice(x, x.rank() - 1, size * i, size * (i + 1));
}

// (gates before activation [B, 4H], c [B, H]) -> (h, c).
std::vector<Val> LstmEpilogue(Builder& b, const Val& gates, const Val& cell) {
  return b.CompositeAll("lstm_epilogue", {}, {gates, cell},
                        [](Builder& b, absl::Span<const Val> in) {
                          Dim n = in[1].dim(-1);
                          Val i = b.Sigmoid(Gate(b, in[0], n, 0));
                          Val o = b.Sigmoid(Gate(b, in[0], n, 1));
                          Val f = b.Sigmoid(Gate(b, in[0], n, 2));
                          Val g = b.Tanh(Gate(b, in[0], n, 3));
                          Val c = b.Add(b.Mul(f, in[1]), b.Mul(i, g));
                          return std::vector<Val>{b.Mul(o, b.Tanh(c)), c};
                        });
}

// (the input's and the hidden state's parts of the gates [B, 3H], h [B, H]) -> h.
Val GruEpilogue(Builder& b, const Val& x, const Val& r, const Val& h) {
  return b.Composite("gru_epilogue", {}, {x, r, h}, [](Builder& b, absl::Span<const Val> in) {
    Dim n = in[2].dim(-1);
    Val update = b.Sigmoid(b.Add(Gate(b, in[0], n, 0), Gate(b, in[1], n, 0)));
    Val reset = b.Sigmoid(b.Add(Gate(b, in[0], n, 1), Gate(b, in[1], n, 1)));
    Val next = b.Tanh(b.Add(Gate(b, in[0], n, 2), b.Mul(reset, Gate(b, in[1], n, 2))));
    return b.Add(next, b.Mul(update, b.Sub(in[2], next)));
  });
}

// `x` as far as a product with `m` is to see it: where padding is, there are no extremes.
Val WithoutPadding(Builder& b, const Val& x, const Val& valid, const Matrix& m) {
  return valid && !m.scales.empty() ? b.Select(valid, x, b.ScalarLike(x, 0)) : x;
}

std::vector<Val> RunOneStep(Builder& b, Kind kind, const Val& projected, int64_t time,
                            const std::vector<Val>& state, const Weights& w) {
  std::vector<Val> out = Step(b, kind, b.Squeeze(projected, time), state, w);
  out.insert(out.begin(), b.Unsqueeze(out[0], time));
  return out;
}

}  // namespace

Val OrderGates(Builder& b, const Val& w, Kind kind) {
  if (!w || GateCount(kind) == 1) return w;
  Dim size = FloorDiv(w.dim(0), GateCount(kind));
  std::vector<Val> parts;
  for (int64_t gate :
       kind == Kind::kLstm ? std::vector<int64_t>{0, 3, 1, 2} : std::vector<int64_t>{1, 0, 2}) {
    parts.push_back(b.Slice(w, 0, size * gate, size * (gate + 1)));
  }
  return b.Concat(parts, 0);
}

Val ProjectInput(Builder& b, const Val& x, const Weights& w, Kind kind) {
  Val bias = w.input_bias;
  if (kind != Kind::kGru && bias) bias = b.Add(bias, w.hidden_bias);
  return Multiply(b, x, w.input, bias);
}

std::vector<Val> Step(Builder& b, Kind kind, const Val& x, absl::Span<const Val> state,
                      const Weights& w) {
  Val recurrent = Multiply(b, state[0], w.hidden, kind == Kind::kGru ? w.hidden_bias : Val());
  if (kind == Kind::kGru) return {GruEpilogue(b, x, recurrent, state[0])};
  Val gates = b.Add(x, recurrent);
  if (kind == Kind::kTanh) return {b.Tanh(gates)};
  if (kind == Kind::kRelu) return {b.Max(gates, 0.0)};
  std::vector<Val> next = LstmEpilogue(b, gates, state[1]);
  if (w.projection) next[0] = Linear(b, next[0], w.projection, Val());
  return next;
}

std::vector<Val> RunLayer(Builder& b, Kind kind, const Steps& steps, const std::vector<Val>& state,
                          const Weights& w, bool reverse) {
  if (!b.ok()) return std::vector<Val>(3);
  const int64_t time = steps.time;
  Val projected = ProjectInput(b, WithoutPadding(b, steps.x, steps.valid, w.input), w, kind);
  if (steps.x.dim(time) == Dim(1) && !steps.valid) {
    return RunOneStep(b, kind, projected, time, state, w);
  }
  Builder::ScanSpec spec;
  spec.length = steps.x.dim(time);
  spec.scanned = {projected};
  if (steps.valid) spec.scanned.push_back(steps.valid);
  spec.scan_axes.assign(spec.scanned.size(), time);
  spec.states = state;
  spec.full = {w.hidden.values};
  if (kind == Kind::kGru && w.hidden_bias) spec.full.push_back(w.hidden_bias);
  if (w.projection) spec.full.push_back(w.projection);
  spec.output_axes = {time};
  spec.reverse = reverse;
  std::vector<Val> out = b.Scan(spec, [&](Builder& b, absl::Span<const Val> in) {
    Weights inner;
    absl::Span<const Val> before = in.subspan(spec.scanned.size(), state.size());
    size_t i = spec.scanned.size() + state.size();
    inner.hidden = {in[i++], w.hidden.scales, w.hidden.reduce_range};
    if (kind == Kind::kGru && w.hidden_bias) inner.hidden_bias = in[i++];
    if (w.projection) inner.projection = in[i++];
    Val valid = steps.valid ? b.Squeeze(in[1], time) : Val();
    std::vector<Val> seen(before.begin(), before.end());
    seen[0] = WithoutPadding(b, seen[0], valid, inner.hidden);
    std::vector<Val> next = Step(b, kind, b.Squeeze(in[0], time), seen, inner);
    for (size_t k = 0; valid && k < next.size(); ++k) next[k] = b.Select(valid, next[k], before[k]);
    next.push_back(b.Unsqueeze(next[0], time));
    return next;
  });
  out.insert(out.begin(), out.back());
  out.pop_back();
  return out;
}

}  // namespace t2n::recurrent
