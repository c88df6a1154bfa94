// Recurrent layers and cells (ATen/native/RNN.cpp).
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/packed_params.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/core/quantization.h"
#include "t2n/aten/nn/ops.h"
#include "t2n/aten/nn/packed.h"

namespace t2n {
namespace {

enum class Kind { kLstm, kGru, kTanh, kRelu };

int64_t GateCount(Kind kind) { return kind == Kind::kLstm ? 4 : (kind == Kind::kGru ? 3 : 1); }

// The weights of a product: real, or integers with their scales, for which the other operand is
// quantized by its own extremes.
struct Matrix {
  Val values;
  std::vector<double> scales;  // one, or one a row; empty: real
  bool reduce_range = false;
};

// One layer in one direction; the biases and the projection may be null.
struct Weights {
  Matrix input, hidden;
  Val input_bias, hidden_bias, projection;
};

Val Multiply(Builder& b, const Val& x, const Matrix& m, const Val& bias) {
  if (m.scales.empty()) return Linear(b, x, m.values, bias);
  DynamicSteps q = QuantizeDynamically(b, x, m.reduce_range);
  Val sums = Linear(b, q.steps, m.values, Val());
  return ToReal(b, {sums, 1, m.scales, x.rank() - 1, bias}, q.scale, false);
}

// torch's gates i, f, g, o and r, z, n in the order of the epilogues below: i, o, f, g and z, r, n.
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

// The input's part of the gates, for all steps at once. Where both biases are only added, they go
// in here together.
Val ProjectInput(Builder& b, const Val& x, const Weights& w, Kind kind) {
  Val bias = w.input_bias;
  if (kind != Kind::kGru && bias) bias = b.Add(bias, w.hidden_bias);
  return Multiply(b, x, w.input, bias);
}

// One step: projected input [B, G*H], state (h) or (h, c), and hidden weights -> new state.
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

// What a layer runs over: `time` is x's axis of steps; where `valid` (bool, size 1 behind time and
// batch; null: everywhere) is false, the state stays as it was.
struct Steps {
  Val x;
  int64_t time;
  Val valid;
};

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

// One layer in one direction: the outputs of all steps, then the last state.
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

// The flat list of parameters, layer by layer and direction by direction.
std::vector<Weights> ReadWeights(OpCall& c, Kind kind, size_t count, bool biases, bool projected) {
  std::vector<Val> params = c.tensors("params");
  size_t each = 2 + (biases ? 2 : 0) + (projected ? 1 : 0);
  std::vector<Weights> out(count);
  if (params.size() != each * count) {
    c.Refuse(absl::StrCat(params.size(), " parameters where ", each * count, " were expected"));
    return out;
  }
  for (size_t i = 0; i < count; ++i) {
    auto next = params.begin() + i * each;
    Weights& w = out[i];
    w.input.values = OrderGates(c.b, *next++, kind);
    w.hidden.values = OrderGates(c.b, *next++, kind);
    if (biases) w.input_bias = OrderGates(c.b, *next++, kind);
    if (biases) w.hidden_bias = OrderGates(c.b, *next++, kind);
    if (projected) w.projection = *next++;
  }
  return out;
}

// Packed weights, quantized or halves, with the gates in the epilogues' order.
Matrix ReadMatrix(Builder& b, const LinearParams& p, Kind kind, bool reduce_range) {
  Val w = OrderGates(b, p.weight, kind);
  if (!w || !w->type.quant) return {b.Cast(w, DType::kF32), {}};
  return {ToSteps(b, w), w->type.quant->scale, reduce_range};
}

Weights ReadPacked(Builder& b, const LinearParams& input, const LinearParams& hidden, Kind kind,
                   bool reduce_range) {
  return {ReadMatrix(b, input, kind, reduce_range), ReadMatrix(b, hidden, kind, reduce_range),
          OrderGates(b, input.bias, kind), OrderGates(b, hidden.bias, kind), Val()};
}

// torch 1.3 and 1.4 (torch.jit.quantized) have twelve tensors in a cell's place: w_ih, w_hh, b_ih,
// b_hh, four that fbgemm needs, scale_ih, scale_hh, zero_point_ih, zero_point_hh.
std::shared_ptr<const LinearParams> OldProduct(const Arg* cell, int hidden) {
  double number[2];
  for (int i : {0, 1}) {
    const Arg& a = cell[8 + 2 * i + hidden];
    if (!a.is_tensor() || !a.tensor() || !a.tensor().is_constant()) return nullptr;
    auto values = ReadDoubles(*a.tensor()->constant);
    if (!values.ok() || values->size() != 1) return nullptr;
    number[i] = (*values)[0];
  }
  if (!cell[hidden].is_tensor() || !cell[2 + hidden].is_tensor()) return nullptr;
  return IntegerLinear(cell[hidden].tensor(), number[0], number[1], cell[2 + hidden].tensor());
}

// The parameters of a dynamically quantized layer: one object a layer and direction.
std::vector<Weights> ReadCells(OpCall& c, Kind kind, size_t count) {
  c.ignore({"has_biases", "dtype", "use_dynamic"});  // the objects tell
  std::vector<Weights> out(count);
  const Arg& params = c.arg("params");
  bool list = params.is_list() || params.is_tuple();
  constexpr size_t kOldSize = 12;
  for (size_t i = 0; list && params.items().size() == kOldSize * count && i < count; ++i) {
    const Arg* cell = &params.items()[kOldSize * i];
    auto input = OldProduct(cell, 0), hidden = OldProduct(cell, 1);
    if (!input || !hidden) break;
    out[i] = ReadPacked(c.b, *input, *hidden, kind, false);
    if (i + 1 == count) return out;
  }
  if (!list || params.items().size() != count) {
    c.RefuseArg("params");
    return out;
  }
  for (size_t i = 0; i < count; ++i) {
    const Arg& item = params.items()[i];
    auto cell = item.kind() == Arg::Kind::kOpaque
                    ? std::dynamic_pointer_cast<const CellParams>(item.opaque())
                    : nullptr;
    if (!cell) {
      c.RefuseArg("params", "holds something else than packed cells");
      return out;
    }
    out[i] = ReadPacked(c.b, *cell->input, *cell->hidden, kind,
                        ReducesRange(c.env(), cell->reduce_range));
  }
  return out;
}

// All layers over `steps`: the last layer's outputs in steps.x's place, then the last states.
template <Kind kKind>
ArgList RunLayers(OpCall& c, Steps steps) {
  Builder& b = c.b;
  std::vector<Val> initial =
      kKind == Kind::kLstm ? c.tensors("hx") : std::vector<Val>{c.tensor("hx")};
  if (initial.size() != (kKind == Kind::kLstm ? 2 : 1)) return {c.RefuseArg("hx")};
  if (c.number("dropout") != 0 && c.boolean("train")) return {c.RefuseArg("dropout")};
  c.ignore({"train"});
  int64_t layers = c.integer("num_layers");
  size_t directions = c.boolean("bidirectional") ? 2 : 1;
  if (layers < 1 || layers > 1000) return {c.RefuseArg("num_layers")};
  bool projected = kKind == Kind::kLstm && initial[0].dim(2) != initial[1].dim(2);
  size_t count = layers * directions;
  bool quantized =
      c.schema().name == "aten::quantized_lstm" || c.schema().name == "aten::quantized_gru";
  std::vector<Weights> weights =
      quantized ? ReadCells(c, kKind, count)
                : ReadWeights(c, kKind, count, c.boolean("has_biases"), projected);
  std::vector<std::vector<Val>> last(initial.size());
  for (int64_t layer = 0; layer < layers; ++layer) {
    std::vector<Val> outputs;
    for (size_t d = 0; d < directions; ++d) {
      int64_t index = layer * directions + d;
      std::vector<Val> state;
      for (const Val& v : initial) state.push_back(b.SelectIndex(v, 0, index));
      std::vector<Val> out = RunLayer(b, kKind, steps, state, weights[index], d == 1);
      outputs.push_back(out[0]);
      for (size_t i = 0; i < last.size(); ++i) last[i].push_back(out[i + 1]);
    }
    steps.x = b.Concat(outputs, 2);
  }
  ArgList results = {steps.x};
  for (const std::vector<Val>& states : last) results.push_back(b.Stack(states, 0));
  return results;
}

template <Kind kKind>
Arg Layers(OpCall& c) {
  Val x = c.tensor("input");
  if (x.rank() != 3) return c.Refuse("rank of the input");
  return Arg::Tuple(RunLayers<kKind>(c, {x, c.boolean("batch_first") ? 1 : 0, Val()}));
}

template <Kind kKind>
Arg PackedLayers(OpCall& c) {
  std::optional<PackedSteps> packed = Unpack(c, c.tensor("data"), c.tensor("batch_sizes"));
  if (!packed) return Arg();
  ArgList results = RunLayers<kKind>(c, {packed->x, 0, packed->valid});
  results[0] = Repack(c.b, results[0].tensor(), *packed);
  return Arg::Tuple(std::move(results));
}

template <Kind kKind>
Arg Cell(OpCall& c) {
  Builder& b = c.b;
  std::vector<Val> state =
      kKind == Kind::kLstm ? c.tensors("hx") : std::vector<Val>{c.tensor("hx")};
  if (state.size() != (kKind == Kind::kLstm ? 2 : 1)) return c.RefuseArg("hx");
  Weights w{{OrderGates(b, c.tensor("w_ih"), kKind), {}},
            {OrderGates(b, c.tensor("w_hh"), kKind), {}},
            OrderGates(b, c.tensor("b_ih"), kKind),
            OrderGates(b, c.tensor("b_hh"), kKind),
            Val()};
  if (!w.input_bias != !w.hidden_bias) return c.Refuse("with only one bias");
  std::vector<Val> next = Step(b, kKind, ProjectInput(b, c.tensor("input"), w, kKind), state, w);
  return kKind == Kind::kLstm ? Arg::Tuple(next) : Arg(next[0]);
}

template <Kind kKind>
Arg DynamicCell(OpCall& c) {
  Builder& b = c.b;
  std::vector<Val> state =
      kKind == Kind::kLstm ? c.tensors("hx") : std::vector<Val>{c.tensor("hx")};
  if (state.size() != (kKind == Kind::kLstm ? 2 : 1)) return c.RefuseArg("hx");
  auto input = Params<LinearParams>(c, "w_ih"), hidden = Params<LinearParams>(c, "w_hh");
  c.ignore({"b_ih", "b_hh"});  // the packed parameters have them
  if (!input || !hidden) return Val();
  constexpr bool kReduceRange = true;  // what torch has these cells do
  Weights w = ReadPacked(b, *input, *hidden, kKind, kReduceRange);
  std::vector<Val> next = Step(b, kKind, ProjectInput(b, c.tensor("input"), w, kKind), state, w);
  return kKind == Kind::kLstm ? Arg::Tuple(next) : Arg(next[0]);
}

// One layer in one direction, as torch runs an LSTM on CPU; the fourth result is room to work in.
Arg MkldnnLayer(OpCall& c) {
  constexpr int64_t kLstmMode = 2;
  Builder& b = c.b;
  c.ignore({"hidden_size", "train"});
  const Val x = c.tensor("input");
  if (x.rank() != 3) return c.Refuse("rank of the input");
  if (c.integer("mode") != kLstmMode) return c.RefuseArg("mode");
  if (c.integer("num_layers") != 1) return c.RefuseArg("num_layers");
  if (c.boolean("bidirectional")) return c.RefuseArg("bidirectional");
  if (!c.ints("batch_sizes").empty()) return c.RefuseArg("batch_sizes");
  Weights w{{OrderGates(b, c.tensor("weight0"), Kind::kLstm), {}},
            {OrderGates(b, c.tensor("weight1"), Kind::kLstm), {}},
            Val(),
            Val(),
            Val()};
  if (c.boolean("has_biases")) {
    w.input_bias = OrderGates(b, c.tensor("weight2"), Kind::kLstm);
    w.hidden_bias = OrderGates(b, c.tensor("weight3"), Kind::kLstm);
  } else {
    c.ignore({"weight2", "weight3"});
  }
  const std::vector<Val> state = {b.SelectIndex(c.tensor("hx_"), 0, 0),
                                  b.SelectIndex(c.tensor("cx_"), 0, 0)};
  const int64_t time = c.boolean("batch_first") ? 1 : 0;
  std::vector<Val> out = RunLayer(b, Kind::kLstm, {x, time, Val()}, state, w, c.boolean("reverse"));
  const Val room = b.Full({Dim(0)}, DType::kU8, 0);
  return Arg::Tuple({out[0], b.Unsqueeze(out[1], 0), b.Unsqueeze(out[2], 0), room});
}

constexpr OpEntry kOps[] = {
    {"aten::mkldnn_rnn_layer(Tensor input, Tensor weight0, Tensor weight1, Tensor weight2, Tensor "
     "weight3, Tensor hx_, Tensor cx_, bool reverse, int[] batch_sizes, int mode, int "
     "hidden_size, int num_layers, bool has_biases, bool bidirectional, bool batch_first, bool "
     "train) -> (Tensor, Tensor, Tensor, Tensor)",
     MkldnnLayer},
    {"aten::lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int "
     "num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, "
     "Tensor, Tensor)",
     Layers<Kind::kLstm>},
    {"aten::gru.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, "
     "float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)",
     Layers<Kind::kGru>},
    {"aten::rnn_tanh.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int "
     "num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, "
     "Tensor)",
     Layers<Kind::kTanh>},
    {"aten::rnn_relu.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int "
     "num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, "
     "Tensor)",
     Layers<Kind::kRelu>},
    {"aten::lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, "
     "Tensor, Tensor)",
     PackedLayers<Kind::kLstm>},
    {"aten::gru.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, "
     "Tensor)",
     PackedLayers<Kind::kGru>},
    {"aten::rnn_tanh.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, "
     "Tensor)",
     PackedLayers<Kind::kTanh>},
    {"aten::rnn_relu.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, "
     "Tensor)",
     PackedLayers<Kind::kRelu>},
    {"aten::lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, "
     "Tensor? b_hh=None) -> (Tensor, Tensor)",
     Cell<Kind::kLstm>},
    {"aten::gru_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? "
     "b_hh=None) -> Tensor",
     Cell<Kind::kGru>},
    {"aten::rnn_tanh_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, "
     "Tensor? b_hh=None) -> Tensor",
     Cell<Kind::kTanh>},
    {"aten::rnn_relu_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, "
     "Tensor? b_hh=None) -> Tensor",
     Cell<Kind::kRelu>},
    {"aten::quantized_lstm.input(Tensor input, Tensor[] hx, Any[] params, bool has_biases, int "
     "num_layers, float dropout, bool train, bool bidirectional, bool batch_first, *, ScalarType? "
     "dtype=None, bool use_dynamic=False) -> (Tensor, Tensor, Tensor)",
     Layers<Kind::kLstm>},
    {"aten::quantized_gru.input(Tensor input, Tensor hx, Any[] params, bool has_biases, int "
     "num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, "
     "Tensor)",
     Layers<Kind::kGru>},
    {"aten::quantized_lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Any[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool bidirectional, *, ScalarType? "
     "dtype=None, bool use_dynamic=False) -> (Tensor, Tensor, Tensor)",
     PackedLayers<Kind::kLstm>},
    {"aten::quantized_gru.data(Tensor data, Tensor batch_sizes, Tensor hx, Any[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, "
     "Tensor)",
     PackedLayers<Kind::kGru>},
    {"quantized::quantized_lstm_cell_dynamic(Tensor input, Tensor[] hx, Any w_ih, Any w_hh, Tensor "
     "b_ih, Tensor b_hh) -> (Tensor, Tensor)",
     DynamicCell<Kind::kLstm>},
    {"quantized::quantized_gru_cell_dynamic(Tensor input, Tensor hx, Any w_ih, Any w_hh, Tensor "
     "b_ih, Tensor b_hh) -> Tensor",
     DynamicCell<Kind::kGru>},
    {"quantized::quantized_rnn_tanh_cell_dynamic(Tensor input, Tensor hx, Any w_ih, Any w_hh, "
     "Tensor b_ih, Tensor b_hh) -> Tensor",
     DynamicCell<Kind::kTanh>},
    {"quantized::quantized_rnn_relu_cell_dynamic(Tensor input, Tensor hx, Any w_ih, Any w_hh, "
     "Tensor b_ih, Tensor b_hh) -> Tensor",
     DynamicCell<Kind::kRelu>},
};

}  // namespace

absl::Span<const OpEntry> RecurrentOps() { return kOps; }

}  // namespace t2n
