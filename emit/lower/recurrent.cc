#include "emit/lower/recurrent.h"

#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "t2n/ir/tensor.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Int;
using nnef::Ints;

namespace {

// The parts of the loop's node that its cell reads.
struct GruCell {
  int weight;               // which input has the state's weights, [3 * hidden, hidden]
  std::optional<int> bias;  // and its bias, [3 * hidden]
  int64_t hidden;
};

const Node* MakerOf(const Value* v, Op op) { return v->node->op == op ? v->node : nullptr; }

// Which input of the body `v` is, or has the elements of; -1 if it is none.
int InputOf(const Graph& body, const Value* v) {
  while (v->node->op == Op::kReshape) v = v->node->inputs[0];
  for (size_t i = 0; i < body.inputs().size(); ++i) {
    if (body.inputs()[i] == v) return static_cast<int>(i);
  }
  return -1;
}

// Fills in the weight of the product of the state with it.
bool ReadProduct(const Graph& body, const Value* product, GruCell* cell) {
  const Node* einsum = MakerOf(product, Op::kEinsum);
  if (!einsum || einsum->attrs.Str("equation") != "az,yz->ay") return false;
  if (einsum->inputs[0] != body.inputs()[1]) return false;
  cell->weight = InputOf(body, einsum->inputs[1]);
  return cell->weight >= 2 && body.inputs()[cell->weight] == einsum->inputs[1];
}

// The cell, if the body is one of a GRU and nothing more: (x, h, ...) -> (h', h' as a step).
std::optional<GruCell> CellOf(const Graph& body) {
  const Value *state = body.outputs()[0], *step = body.outputs()[1];
  const Node* epilogue = MakerOf(state, Op::kComposite);
  if (!epilogue || epilogue->attrs.Str("name") != "gru_epilogue") return std::nullopt;
  const Node* stepped = MakerOf(step, Op::kReshape);
  if (!stepped || stepped->inputs[0] != state) return std::nullopt;
  if (InputOf(body, epilogue->inputs[0]) != 0 || epilogue->inputs[2] != body.inputs()[1]) {
    return std::nullopt;
  }
  const Dim& hidden = state->shape().back();
  if (!hidden.is_const()) return std::nullopt;
  GruCell cell{-1, std::nullopt, hidden.value()};
  const Value* gates = epilogue->inputs[1];
  if (const Node* sum = MakerOf(gates, Op::kAdd)) {
    gates = sum->inputs[0];
    cell.bias = InputOf(body, sum->inputs[1]);
    if (*cell.bias < 2) return std::nullopt;
  }
  return ReadProduct(body, gates, &cell) ? std::make_optional(cell) : std::nullopt;
}

bool IsKnownF32(const Value& v, int64_t count) {
  return v.constant && v.dtype() == DType::kF32 && v.constant->numel() == count;
}

// Both biases in a row. The input's part has its own already.
std::optional<Tensor> BothBiases(const Tensor& bias) {
  const auto numbers = ReadDoubles(bias);
  if (!numbers.ok()) return std::nullopt;
  uint8_t* data = nullptr;
  const int64_t count = bias.numel();
  Tensor both = Tensor::Allocate(DType::kF32, {2 * count}, &data);
  std::memset(data, 0, both.nbytes());
  for (int64_t i = 0; i < count; ++i) {
    const float number = static_cast<float>((*numbers)[i]);
    std::memcpy(data + (count + i) * sizeof(float), &number, sizeof(float));
  }
  return both;
}

std::optional<GruCell> GruCellOf(const Lowering& l, const Node& node) {
  const Attrs& attrs = node.attrs;
  const bool one =
      attrs.Int("scan_inputs") == 1 && attrs.Int("states") == 1 && attrs.Int("scan_outputs") == 1;
  if (!l.target().has_sequences() || l.in_body() || !one) return std::nullopt;
  const Value& x = *node.inputs[0];
  const int64_t axis = attrs.Ints("scan_axes")[0];
  if (!attrs.Size("length").is_const() || x.constant || x.dtype() != DType::kF32) {
    return std::nullopt;
  }
  if (x.rank() != 3 || axis > 1 || attrs.Ints("output_axes")[0] != axis) return std::nullopt;
  const std::optional<GruCell> cell = CellOf(*node.bodies[0]);
  if (!cell || !IsKnownF32(*node.inputs[cell->weight], 3 * cell->hidden * cell->hidden)) {
    return std::nullopt;
  }
  if (cell->bias && !IsKnownF32(*node.inputs[*cell->bias], 3 * cell->hidden)) return std::nullopt;
  return cell;
}

// [steps, batch, ...] as [batch, steps, ...], or back.
Expr Turned(Expr x) { return Call("transpose", {std::move(x)}, {{"axes", Ints({1, 0, 2})}}); }

}  // namespace

bool LowerGruSequence(Lowering& l, const Node& node) {
  const std::optional<GruCell> cell = GruCellOf(l, node);
  if (!cell) return false;
  std::optional<Tensor> biases;
  if (cell->bias) {
    biases = BothBiases(*node.inputs[*cell->bias]->constant);
    if (!biases) return false;
  }
  const bool steps_first = node.attrs.Ints("scan_axes")[0] == 0;
  Expr x = l.In(node, 0);
  if (steps_first) x = l.Temp(node, "turned", Turned(std::move(x)));
  std::vector<std::pair<std::string, Expr>> named = {
      {"x", std::move(x)}, {"r", l.In(node, cell->weight)}, {"initial_h", l.In(node, 1)}};
  if (biases) named.push_back({"b", l.Constant(*biases, "biases")});
  const std::pair<const char*, int64_t> numbers[] = {{"hidden", cell->hidden},
                                                     {"chunk", node.attrs.Bool("reverse") ? -1 : 1},
                                                     {"has_bias", biases ? 1 : 0},
                                                     {"reset_every_turn", 1},
                                                     {"projected", 1}};
  for (const auto& [name, number] : numbers) named.push_back({name, Int(number)});
  auto [steps, last] =
      l.TempPair(node, "steps", "last", Call("tract_core_gru_seq", {}, std::move(named)));
  l.SetOutput(*node.output(0), Call("squeeze", {std::move(last)}, {{"axes", Ints({1})}}));
  if (steps_first) {
    l.SetOutput(*node.output(1), Turned(std::move(steps)));
  } else {
    l.Alias(node.output(1), std::move(steps));
  }
  return true;
}

}  // namespace t2n
