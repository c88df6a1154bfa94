#include "t2n/aten/core/packed_params.h"

#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

absl::Status Malformed(absl::string_view class_name) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the archive holds a ", class_name, " whose state is in no layout that torch has written"));
}

bool IsSequence(const Arg& a) { return a.is_list() || a.is_tuple(); }

Val TensorOrNull(const Arg& a) { return a.is_tensor() ? a.tensor() : Val(); }

// (weight, bias); torch 1.4 and before had them as the arguments of the prepack operators.
absl::StatusOr<Arg> LinearState(absl::string_view name, const ArgList& state) {
  if (state.size() != 2 || !state[0].is_tensor()) return Malformed(name);
  auto params = std::make_shared<LinearParams>();
  params->weight = state[0].tensor();
  params->bias = TensorOrNull(state[1]);
  if (!IsQuantized(params->weight.dtype())) params->weight = Halved(params->weight);
  params->packers = PackersOf(*params);
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

// A convolution's numbers in the order of version 3, from versions 1 (a tensor each), 2 (one
// tensor) or 3 (integers).
struct ConvState {
  std::vector<int64_t> config;
  Val weight, bias;
};

std::optional<ConvState> ConvStateVersion1(const ArgList& state) {
  if (state.size() != 6 || !state[0].is_tensor()) return std::nullopt;
  ConvState s{{}, state[0].tensor(), TensorOrNull(state[1])};
  int64_t spatial = s.weight.rank() - 2;
  s.config.push_back(spatial);
  for (int part = 2; part < 5; ++part) {  // stride, padding, dilation
    if (!IsSequence(state[part])) return std::nullopt;
    for (const Arg& item : state[part].items()) {
      auto values = item.is_tensor() ? KnownInts(item.tensor()) : std::nullopt;
      if (!values || values->empty()) return std::nullopt;
      s.config.push_back((*values)[0]);
    }
  }
  s.config.insert(s.config.end(), spatial, 0);  // output padding
  auto groups = state[5].is_tensor() ? KnownInts(state[5].tensor()) : std::nullopt;
  if (!groups || groups->empty()) return std::nullopt;
  s.config.push_back((*groups)[0]);
  s.config.push_back(0);  // not transposed
  return s;
}

std::optional<ConvState> ConvStateVersion2(const ArgList& state) {
  if (state[0].string() != "2" || !IsSequence(state[1]) || !IsSequence(state[2])) {
    return std::nullopt;
  }
  const ArgList &given = state[1].items(), &optional = state[2].items();
  if (given.size() != 2 || !given[0].is_tensor() || !given[1].is_tensor() || optional.size() != 1) {
    return std::nullopt;
  }
  auto config = KnownInts(given[0].tensor());
  if (!config) return std::nullopt;
  return ConvState{*config, given[1].tensor(), TensorOrNull(optional[0])};
}

std::optional<ConvState> ConvStateVersion3(const ArgList& state) {
  if (!IsSequence(state[1]) || !IsSequence(state[2]) || state[2].items().size() != 3) {
    return std::nullopt;
  }
  ConvState s;
  for (const Arg& item : state[1].items()) {
    if (!item.is_int() || !item.integer().is_const()) return std::nullopt;
    s.config.push_back(item.integer().value());
  }
  s.weight = TensorOrNull(state[2].items()[1]);
  s.bias = TensorOrNull(state[2].items()[2]);
  return s;
}

absl::StatusOr<Arg> ConvStateOf(absl::string_view name, const ArgList& state) {
  std::optional<ConvState> s;
  if (state.size() == 3) {
    s = state[0].is_string() ? ConvStateVersion2(state)
        : state[0].is_int()  ? ConvStateVersion3(state)
                             : std::nullopt;
  } else {
    s = ConvStateVersion1(state);
  }
  bool quantized = s && s->weight && s->weight->type.quant;
  if (!quantized || s->config.empty()) return Malformed(name);
  size_t n = s->config[0];
  bool flags_known = s->config.back() == 0 || s->config.back() == 1;
  if (n < 1 || n > 3 || s->config.size() != 4 * n + 3 || !flags_known) return Malformed(name);
  if (s->weight.rank() != static_cast<int64_t>(n) + 2) return Malformed(name);
  auto params = std::make_shared<ConvParams>();
  auto next = s->config.begin() + 1;
  for (auto* part :
       {&params->stride, &params->padding, &params->dilation, &params->output_padding}) {
    part->assign(next, next + n);
    next += n;
  }
  params->groups = *next++;
  params->transposed = *next != 0;
  params->weight = s->weight;
  params->bias = s->bias;
  params->packers = PackersOf(*params);
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

// (version, [weight], [], [bits])
absl::StatusOr<Arg> EmbeddingState(absl::string_view name, const ArgList& state) {
  bool fits = state.size() == 4 && IsSequence(state[1]) && state[1].items().size() == 1;
  if (!fits || state[1].items()[0].kind() != Arg::Kind::kOpaque) return Malformed(name);
  auto weight = std::dynamic_pointer_cast<const RowwiseTensor>(state[1].items()[0].opaque());
  if (!weight) return Malformed(name);
  return Arg(std::shared_ptr<const Opaque>(PackEmbedding(std::move(weight))));
}

// ("quantized", [w_ih, w_hh, b_ih, b_hh, ...], [scale_ih, scale_hh], [zero_point_ih,
// zero_point_hh], []) with integer weights, by torch.jit.quantized.
absl::StatusOr<Arg> LegacyCellState(absl::string_view name, const ArgList& state) {
  for (int i = 1; i < 4; ++i) {
    if (!IsSequence(state[i])) return Malformed(name);
  }
  const ArgList &tensors = state[1].items(), &scales = state[2].items(), &zeros = state[3].items();
  if (tensors.size() < 4 || scales.size() != 2 || zeros.size() != 2) return Malformed(name);
  std::shared_ptr<const LinearParams> layers[2];
  for (int i = 0; i < 2; ++i) {
    Val w = TensorOrNull(tensors[i]), bias = TensorOrNull(tensors[i + 2]);
    layers[i] = IntegerLinear(w, scales[i].AsDouble(), zeros[i].AsDouble(), bias);
    if (!layers[i]) return Malformed(name);
  }
  auto params = std::make_shared<CellParams>();
  params->input = layers[0];
  params->hidden = layers[1];
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

// ("quantized_dynamic" or "quantized_fp16", biases, [], [reduce_range], [input, hidden]); the
// biases are those of the linear layers.
absl::StatusOr<Arg> CellState(absl::string_view name, const ArgList& state) {
  if (state.size() != 5 || !state[0].is_string()) return Malformed(name);
  const std::string& kind = state[0].string();
  if (kind == "quantized") return LegacyCellState(name, state);
  bool fits = IsSequence(state[3]) && IsSequence(state[4]) && state[4].items().size() == 2;
  if (!fits || (kind != "quantized_dynamic" && kind != "quantized_fp16")) return Malformed(name);
  std::shared_ptr<const LinearParams> layers[2];
  for (int i = 0; i < 2; ++i) {
    const Arg& item = state[4].items()[i];
    if (item.kind() != Arg::Kind::kOpaque) return Malformed(name);
    layers[i] = std::dynamic_pointer_cast<const LinearParams>(item.opaque());
    if (!layers[i]) return Malformed(name);
  }
  auto params = std::make_shared<CellParams>();
  params->input = layers[0];
  params->hidden = layers[1];
  if (!state[3].items().empty()) params->reduce_range = state[3].items()[0].AsDouble() != 0;
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

// Whether the elements lie densely with axis `first` (0 or 1) outermost and the other one
// innermost.
bool HasOrder(const Tensor& t, int64_t first) {
  std::vector<int64_t> order = {first};
  for (int64_t axis = 2; axis < t.rank(); ++axis) order.push_back(axis);
  order.push_back(1 - first);
  int64_t stride = 1;
  for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
    if (t.strides[*axis] != stride) return false;
    stride *= t.sizes[*axis];
  }
  return true;
}

}  // namespace

absl::StatusOr<Arg> FromPackedState(absl::string_view class_name, const Arg& state) {
  using Reader = absl::StatusOr<Arg> (*)(absl::string_view, const ArgList&);
  constexpr std::pair<absl::string_view, Reader> kClasses[] = {
      {"quantized.LinearPackedParamsBase", LinearState},
      {"quantized.Conv2dPackedParamsBase", ConvStateOf},
      {"quantized.Conv3dPackedParamsBase", ConvStateOf},
      {"quantized.EmbeddingPackedParamsBase", EmbeddingState},
      {"rnn.CellParamsBase", CellState},
  };
  for (const auto& [name, read] : kClasses) {
    if (name != class_name) continue;
    return IsSequence(state) ? read(class_name, state.items()) : Malformed(class_name);
  }
  return absl::UnimplementedError(
      absl::StrCat("instances of torch.classes.", class_name, " are not supported"));
}

std::shared_ptr<const LinearParams> IntegerLinear(const Val& weight, double scale,
                                                  double zero_point, const Val& bias) {
  if (!weight || weight.dtype() != DType::kI8 || !(std::abs(zero_point) <= 255)) return nullptr;
  auto params = std::make_shared<LinearParams>();
  QuantParams quant{{scale}, {static_cast<int64_t>(zero_point)}, -1};
  params->weight = weight.builder()->FromIntRepr(
      weight, DType::kQI8, std::make_shared<const QuantParams>(std::move(quant)));
  if (params->weight) params->weight->name = weight->name;
  params->bias = bias;
  return params;
}

Packers PackersOf(const LinearParams& saved) {
  Packers by;
  by.qnnpack = static_cast<bool>(saved.bias);
  return by;
}

// fbgemm hands out output channels first and input channels last; oneDNN what it was given; qnnpack
// channels last if there are two spatial axes and the order matters to it, else what it was given.
Packers PackersOf(const ConvParams& saved) {
  Packers by;
  by.qnnpack = static_cast<bool>(saved.bias);
  const Val& w = saved.weight;
  if (!w || !w.is_constant() || w.rank() < 3 || w->constant->numel() == 0) return by;
  const Tensor& t = *w->constant;
  const bool given = t.strides == ContiguousStrides(t.sizes), one_row = t.sizes[2] == 1;
  const bool planes = t.rank() == 4 && t.sizes[1] > 1 && t.sizes[2] * t.sizes[3] > 1;
  by.fbgemm = HasOrder(t, saved.transposed ? 1 : 0);
  by.onednn = given;
  by.qnnpack = by.qnnpack && ((planes && HasOrder(t, 0)) || ((!planes || one_row) && given));
  return by;
}

std::shared_ptr<const EmbeddingParams> PackEmbedding(std::shared_ptr<const RowwiseTensor> weight) {
  Builder& b = *weight->scale.builder();
  auto params = std::make_shared<EmbeddingParams>();
  Val scale = weight->scale, offset = b.Neg(b.Mul(weight->zero_point, scale));
  if (weight->bits == 4) {  // torch keeps them as halves
    scale = b.Cast(b.Cast(scale, DType::kF16), DType::kF32);
    offset = b.Cast(b.Cast(offset, DType::kF16), DType::kF32);
  }
  params->scale = b.Unsqueeze(scale, 1);
  params->offset = b.Unsqueeze(offset, 1);
  params->weight = std::move(weight);
  return params;
}

Val Halved(const Val& weight) {
  if (!weight || !weight.is_constant() || weight.dtype() != DType::kF32) return weight;
  auto values = ReadDoubles(*weight->constant);
  if (!values.ok()) return weight;
  for (double v : *values) {
    float f = static_cast<float>(v);
    if (HalfToFloat(FloatToHalf(f)) != f) return weight;
  }
  Val half = weight.builder()->Cast(weight, DType::kF16);
  if (half) half->name = weight->name;
  return half;
}

}  // namespace t2n
