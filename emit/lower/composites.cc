#include "emit/lower/composites.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "emit/lower/attention.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;

namespace {

bool IsF32OrF16(const Node& node) {
  DType dtype = node.output()->dtype();
  return dtype == DType::kF32 || dtype == DType::kF16;
}

// tract (0.23.9) takes a softmax's elements one by one, an exp of libm each, where they do not lie
// together: three to fifteen times the time of its parts.
bool LiesTogether(const Value& x, int64_t axis) {
  const auto one = [](const Dim& d) { return d == Dim(1); };
  return std::all_of(x.shape().begin() + axis + 1, x.shape().end(), one);
}

std::optional<Expr> Softmax(Lowering& l, const Node& node) {
  const bool parts = l.target().is_tract() && node.output()->dtype() == DType::kF32;
  if (parts && !LiesTogether(*node.inputs[0], node.attrs.Int("axis"))) return std::nullopt;
  return Call("softmax", {l.In(node, 0)}, {{"axes", nnef::Ints({node.attrs.Int("axis")})}});
}

// Of f32 its parts are faster: the operator takes ten to forty times as long over 100 elements or
// more.
std::optional<Expr> LogSoftmax(Lowering& l, const Node& node) {
  if (!l.target().has_activations() || node.output()->dtype() == DType::kF32) return std::nullopt;
  return Call("tract_core_log_softmax", {l.In(node, 0)},
              {{"axes", nnef::Ints({node.attrs.Int("axis")})}});
}

std::optional<Expr> Silu(Lowering& l, const Node& node) {
  if (l.target().strict) return Call("silu", {l.In(node, 0)});
  if (!l.target().has_activations() || !IsF32OrF16(node)) return std::nullopt;
  return Call("tract_core_silu", {l.In(node, 0)});
}

std::optional<Expr> HardSwish(Lowering& l, const Node& node) {
  if (l.target().strict || !IsF32OrF16(node)) return std::nullopt;
  return Call("tract_core_hard_swish", {l.In(node, 0)});
}

std::optional<Expr> GeluTanh(Lowering& l, const Node& node) {
  if (!l.target().has_activations() || !IsF32OrF16(node)) return std::nullopt;
  return Call("tract_core_gelu_approx", {l.In(node, 0)}, {{"fast_impl", nnef::Bool(false)}});
}

std::optional<Expr> LeakyRelu(Lowering& l, const Node& node) {
  if (!l.target().strict && !IsF32OrF16(node)) return std::nullopt;
  return Call("leaky_relu", {l.In(node, 0)}, {{"alpha", nnef::Float(node.attrs.Float("alpha"))}});
}

std::optional<Expr> RmsNorm(Lowering& l, const Node& node) {
  const std::vector<int64_t>& axes = node.attrs.Ints("axes");
  if (!l.target().has_activations() || !IsF32OrF16(node) || axes.size() != 1) return std::nullopt;
  return Call("tract_core_rms_norm", {l.In(node, 0)},
              {{"axis", nnef::Int(axes[0])}, {"eps", nnef::Float(node.attrs.Float("eps"))}});
}

// What a recurrent layer does with its gates; the last input is a state.
std::optional<Expr> Epilogue(Lowering& l, const Node& node, const char* name) {
  Dim hidden = node.inputs.back()->shape().back();
  if (!l.target().has_epilogues() || !IsF32OrF16(node) || !hidden.is_const()) return std::nullopt;
  std::vector<Expr> operands;
  for (size_t i = 0; i < node.inputs.size(); ++i) operands.push_back(l.In(node, i));
  return Call(name, std::move(operands), {{"hidden", nnef::Int(hidden.value())}});
}

std::optional<Expr> LstmEpilogue(Lowering& l, const Node& node) {
  return Epilogue(l, node, "tract_core_lstm_epilogue");
}

std::optional<Expr> GruEpilogue(Lowering& l, const Node& node) {
  return Epilogue(l, node, "tract_core_gru_epilogue");
}

// On pairs (see LowerToRealTypes); tract does not divide by the length either.
std::optional<Expr> Fft(Lowering& l, const Node& node) {
  if (l.target().strict) return std::nullopt;
  bool pairs = l.target().fft_takes_pairs();
  Expr x = l.In(node, 0);
  if (!pairs) x = l.Temp(node, "complex", Call("tract_core_inner_dim_to_complex", {x}));
  Expr y = Call("tract_core_fft", {x},
                {{"axis", nnef::Int(node.attrs.Int("axis"))},
                 {"inverse", nnef::Bool(node.attrs.Bool("inverse"))}});
  if (pairs) return y;
  return Call("tract_core_complex_to_inner_dim", {l.Temp(node, "transformed", std::move(y))});
}

using NativeFn = std::optional<Expr> (*)(Lowering&, const Node&);

struct Row {
  const char* composite;
  NativeFn native;
};

constexpr Row kTable[] = {
    {"softmax", Softmax},
    {"log_softmax", LogSoftmax},
    {"silu", Silu},
    {"hard_swish", HardSwish},
    {"gelu_tanh", GeluTanh},
    {"leaky_relu", LeakyRelu},
    {"rms_norm", RmsNorm},
    {"lstm_epilogue", LstmEpilogue},
    {"gru_epilogue", GruEpilogue},
    {"fft", Fft},
    {"sdpa", FusedAttention},
};

}  // namespace

std::optional<Expr> NativeComposite(Lowering& l, const Node& node) {
  for (const Row& row : kTable) {
    if (node.attrs.Str("name") == row.composite) return row.native(l, node);
  }
  return std::nullopt;
}

}  // namespace t2n
