// Recurrent layers and cells (ATen/native/RNN.cpp).
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/packed_params.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/core/quantization.h"
#include "t2n/aten/nn/ops.h"
#include "t2n/aten/nn/packed.h"
#include "t2n/aten/nn/recurrent_steps.h"

namespace t2n {
namespace {

using recurrent::Kind, recurrent::Matrix, recurrent::OrderGates, recurrent::ProjectInput;
using recurrent::RunLayer, recurrent::Step, recurrent::Steps, recurrent::Weights;

// How an operator is given the weights of a layer.
enum class Given { kTensors, kPackedCells };

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
template <Kind kKind, Given kGiven>
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
  std::vector<Weights> weights =
      kGiven == Given::kPackedCells
          ? ReadCells(c, kKind, count)
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

template <Kind kKind, Given kGiven = Given::kTensors>
Arg Layers(OpCall& c) {
  Val x = c.tensor("input");
  if (x.rank() != 3) return c.Refuse("rank of the input");
  return Arg::Tuple(RunLayers<kKind, kGiven>(c, {x, c.boolean("batch_first") ? 1 : 0, Val()}));
}

template <Kind kKind, Given kGiven = Given::kTensors>
Arg PackedLayers(OpCall& c) {
  std::optional<PackedSteps> packed = Unpack(c, c.tensor("data"), c.tensor("batch_sizes"));
  if (!packed) return Arg();
  ArgList results = RunLayers<kKind, kGiven>(c, {packed->x, 0, packed->valid});
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
     Layers<Kind::kLstm, Given::kPackedCells>},
    {"aten::quantized_gru.input(Tensor input, Tensor hx, Any[] params, bool has_biases, int "
     "num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, "
     "Tensor)",
     Layers<Kind::kGru, Given::kPackedCells>},
    {"aten::quantized_lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Any[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool bidirectional, *, ScalarType? "
     "dtype=None, bool use_dynamic=False) -> (Tensor, Tensor, Tensor)",
     PackedLayers<Kind::kLstm, Given::kPackedCells>},
    {"aten::quantized_gru.data(Tensor data, Tensor batch_sizes, Tensor hx, Any[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, "
     "Tensor)",
     PackedLayers<Kind::kGru, Given::kPackedCells>},
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
