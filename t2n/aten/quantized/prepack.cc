// Packing and unpacking the parameters of quantized layers
// (ATen/native/quantized/cpu/*prepack.cpp).
#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/packed_params.h"
#include "t2n/aten/quantized/ops.h"

namespace t2n {
namespace {

// Whether a tensor is an item of a saved state: those are named by number.
bool IsSaved(const Val& v) {
  size_t dot = v ? v->name.rfind('.') : std::string::npos;
  return dot != std::string::npos &&
         v->name.find_first_not_of("0123456789", dot + 1) == std::string::npos;
}

// What a module's parameters are called.
void NameAfterModule(const Val& v, absl::string_view part) {
  if (!IsSaved(v)) return;
  size_t dot = v->name.rfind('.');
  v->name = absl::StrCat(v->name.substr(0, dot + 1), part);
}

Arg LinearPrepack(OpCall& c) {
  auto params = std::make_shared<LinearParams>();
  params->weight = c.tensor("W");
  params->bias = c.tensor("B");
  if (!params->weight || !params->weight->type.quant) return c.RefuseArg("W", "is not quantized");
  if (IsSaved(params->weight)) params->packers = PackersOf(*params);
  NameAfterModule(params->weight, "weight");
  NameAfterModule(params->bias, "bias");
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

// Weights past the range of halves are cut off there.
Arg LinearPrepackFp16(OpCall& c) {
  constexpr double kMax = 65504;
  auto params = std::make_shared<LinearParams>();
  Val w = c.tensor("W");
  if (!w) return c.RefuseArg("W");
  std::string name = w->name;
  w = c.b.Cast(c.b.Max(c.b.Min(w, kMax), -kMax), DType::kF16);
  if (w) w->name = name;
  params->weight = w;
  params->bias = c.tensor("B");
  NameAfterModule(params->weight, "weight");
  NameAfterModule(params->bias, "bias");
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

// `axes`: of the images.
template <int axes, bool transposed>
Arg ConvPrepack(OpCall& c) {
  constexpr bool one = axes == 1;
  auto params = std::make_shared<ConvParams>();
  params->weight = c.tensor("weight");
  params->bias = c.tensor("bias");
  if (!params->weight || !params->weight->type.quant) {
    return c.RefuseArg("weight", "is not quantized");
  }
  if (params->weight.rank() != axes + 2) return c.RefuseArg("weight", "is of the wrong rank");
  params->transposed = transposed;
  if (IsSaved(params->weight)) params->packers = PackersOf(*params);
  NameAfterModule(params->weight, "weight");
  NameAfterModule(params->bias, "bias");
  if (one) {
    std::string name = params->weight->name;
    params->weight = c.b.Unsqueeze(params->weight, 2);
    if (params->weight) params->weight->name = name;
  }
  size_t spatial = std::max<int64_t>(params->weight.rank() - 2, 1);
  // One-dimensional layers: the last entry given counts, before it stands `otherwise`.
  auto read = [&](absl::string_view name, int64_t otherwise) {
    if (!one) return c.ints(name, spatial, otherwise);
    std::vector<int64_t> given = c.ints(name);
    return std::vector<int64_t>{otherwise, given.empty()       ? otherwise
                                           : given.size() == 1 ? given[0]
                                                               : given[1]};
  };
  params->stride = read("stride", 1);
  params->padding = read("padding", 0);
  params->dilation = read("dilation", 1);
  params->output_padding = params->transposed ? read("output_padding", 0)
                                              : std::vector<int64_t>(params->stride.size(), 0);
  params->groups = c.integer("groups");
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

Arg EmbeddingPrepack(OpCall& c) {
  auto weight = Params<RowwiseTensor>(c, "weight");
  if (!weight) return Arg();
  return Arg(std::shared_ptr<const Opaque>(PackEmbedding(std::move(weight))));
}

Arg CellPrepack(OpCall& c) {
  auto params = std::make_shared<CellParams>();
  params->input = Params<LinearParams>(c, "w_ih");
  params->hidden = Params<LinearParams>(c, "w_hh");
  c.ignore({"bias_ih", "bias_hh"});  // the linear layers have them
  params->reduce_range = c.boolean("reduce_range");
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

Arg OrNone(const Val& v) { return v ? Arg(v) : Arg(); }

// Weight and bias of any layer, as they were packed; `one`: of a convolution along one axis.
template <bool one = false>
Arg Unpack(OpCall& c) {
  absl::string_view name = c.schema().args[0].name;
  const Arg& a = c.arg(name);
  const Opaque* opaque = a.kind() == Arg::Kind::kOpaque ? a.opaque().get() : nullptr;
  if (auto* p = dynamic_cast<const LinearParams*>(opaque)) {
    Val weight = p->weight;
    if (weight.dtype() == DType::kF16) weight = c.b.Cast(weight, DType::kF32);
    return Arg::Tuple(ArgList{weight, OrNone(p->bias)});
  }
  if (auto* p = dynamic_cast<const ConvParams*>(opaque)) {
    return Arg::Tuple(ArgList{one ? c.b.Squeeze(p->weight, 2) : p->weight, OrNone(p->bias)});
  }
  if (auto* p = dynamic_cast<const EmbeddingParams*>(opaque)) {
    return Arg(std::shared_ptr<const Opaque>(p->weight));
  }
  return c.RefuseArg(name, "is no packed parameters");
}

template <auto ConvParams::*member>
Arg ConvAttribute(OpCall& c) {
  auto p = Params<ConvParams>(c, c.schema().args[0].name);
  if (!p) return Arg();
  const auto& value = (*p).*member;
  if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::vector<int64_t>>) {
    return Arg::List(ArgList(value.begin(), value.end()));
  } else {
    return Arg(static_cast<int64_t>(value));
  }
}

Arg Bias(OpCall& c) {
  const Arg& a = c.arg("self");
  const Opaque* opaque = a.kind() == Arg::Kind::kOpaque ? a.opaque().get() : nullptr;
  if (auto* p = dynamic_cast<const LinearParams*>(opaque)) return OrNone(p->bias);
  if (auto* p = dynamic_cast<const ConvParams*>(opaque)) return OrNone(p->bias);
  return c.RefuseArg("self", "has no bias");
}

#define T2N_CONV_PREPACK(axes)                                                             \
  {"quantized::conv" #axes                                                                 \
   "d_prepack(Tensor weight, Tensor? bias, int[] stride, int[] padding, "                  \
   "int[] dilation, int groups) -> Any",                                                   \
   ConvPrepack<axes, false>},                                                              \
      {"quantized::conv_transpose" #axes                                                   \
       "d_prepack(Tensor weight, Tensor? bias, int[] stride, "                             \
       "int[] padding, int[] output_padding, int[] dilation, int groups) -> Any",          \
       ConvPrepack<axes, true>},                                                           \
      {"quantized::conv" #axes "d_unpack(Any packed_weights) -> (Tensor, Tensor?)",        \
       Unpack<axes == 1>},                                                                 \
  {                                                                                        \
    "quantized::conv_transpose" #axes "d_unpack(Any packed_weights) -> (Tensor, Tensor?)", \
        Unpack<axes == 1>                                                                  \
  }

#define T2N_CONV_ATTRIBUTES(name)                                                                  \
  {"quantized::" name "_stride(Any packed_weights) -> int[]", ConvAttribute<&ConvParams::stride>}, \
      {"quantized::" name "_padding(Any packed_weights) -> int[]",                                 \
       ConvAttribute<&ConvParams::padding>},                                                       \
      {"quantized::" name "_dilation(Any packed_weights) -> int[]",                                \
       ConvAttribute<&ConvParams::dilation>},                                                      \
      {"quantized::" name "_output_padding(Any packed_weights) -> int[]",                          \
       ConvAttribute<&ConvParams::output_padding>},                                                \
      {"quantized::" name "_groups(Any packed_weights) -> int",                                    \
       ConvAttribute<&ConvParams::groups>},                                                        \
  {                                                                                                \
    "quantized::" name "_transpose(Any packed_weights) -> int",                                    \
        ConvAttribute<&ConvParams::transposed>                                                     \
  }

constexpr OpEntry kOps[] = {
    T2N_CONV_PREPACK(1),
    T2N_CONV_PREPACK(2),
    T2N_CONV_PREPACK(3),
    {"quantized::conv_prepack(Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] "
     "dilation, int groups) -> Any",
     ConvPrepack<2, false>},
    {"quantized::conv_unpack(Any packed_weights) -> (Tensor, Tensor?)", Unpack<>},
    T2N_CONV_ATTRIBUTES("conv2d"),
    T2N_CONV_ATTRIBUTES("conv3d"),
    T2N_CONV_ATTRIBUTES("conv_transpose2d"),
    T2N_CONV_ATTRIBUTES("conv_transpose3d"),
    {"quantized::linear_prepack(Tensor W, Tensor? B=None) -> Any", LinearPrepack},
    {"quantized::linear_prepack_legacy(Tensor W, Tensor? B=None) -> Any", LinearPrepack},
    {"quantized::linear_prepack_fp16(Tensor W, Tensor? B=None) -> Any", LinearPrepackFp16},
    {"quantized::linear_prepack_fp16_legacy(Tensor W, Tensor? B=None) -> Any", LinearPrepackFp16},
    {"quantized::linear_unpack(Any W_prepack) -> (Tensor, Tensor?)", Unpack<>},
    {"quantized::linear_unpack_fp16(Any W_prepack) -> (Tensor, Tensor?)", Unpack<>},
    {"quantized::embedding_bag_prepack(Any weight) -> Any", EmbeddingPrepack},
    {"quantized::embedding_bag_unpack(Any W_prepack) -> Any", Unpack<>},
    {"quantized::make_quantized_cell_params_dynamic(Any w_ih, Any w_hh, Tensor bias_ih, Tensor "
     "bias_hh, bool reduce_range=False) -> Any",
     CellPrepack},
    {"quantized::make_quantized_cell_params_fp16(Any w_ih, Any w_hh) -> Any", CellPrepack},
    // Methods of the classes themselves.
    {"packed::unpack(Any self) -> Any", Unpack<>},
    {"packed::bias(Any self) -> Tensor?", Bias},
    {"packed::stride(Any self) -> int[]", ConvAttribute<&ConvParams::stride>},
    {"packed::padding(Any self) -> int[]", ConvAttribute<&ConvParams::padding>},
    {"packed::dilation(Any self) -> int[]", ConvAttribute<&ConvParams::dilation>},
    {"packed::output_padding(Any self) -> int[]", ConvAttribute<&ConvParams::output_padding>},
    {"packed::groups(Any self) -> int", ConvAttribute<&ConvParams::groups>},
    {"packed::transpose(Any self) -> bool", ConvAttribute<&ConvParams::transposed>},
};

}  // namespace

absl::Span<const OpEntry> PackedParamsOps() { return kOps; }

}  // namespace t2n
