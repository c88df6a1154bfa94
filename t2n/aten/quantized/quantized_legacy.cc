// Linear layers and cells of torch.jit.quantized (torch 1.0 to 2.0): int8 weights with one scale,
// the other operand quantized at run time (ATen/native/{QuantizedLinear,RNN}.cpp). What fbgemm
// packs or sums up of the weights is not needed beside them.
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/packed_params.h"
#include "t2n/aten/quantized/ops.h"

namespace t2n {
namespace {

Arg Boxed(std::shared_ptr<const LinearParams> params) {
  return Arg(std::shared_ptr<const Opaque>(std::move(params)));
}

// The product with a weight of integers and its bias; arguments are named `weight`, `weight_scale`,
// ... or, in cells, `w_ih`, `scale_ih`, ...
Val Product(OpCall& c, const Val& x, absl::string_view weight, absl::string_view scale,
            absl::string_view zero_point, absl::string_view bias) {
  auto params =
      IntegerLinear(c.tensor(weight), c.number(scale), c.number(zero_point), c.tensor(bias));
  if (!params) return c.RefuseArg(weight, "is no matrix of int8");
  return c.Call("quantized::linear_dynamic", {x, Boxed(std::move(params)), false});
}

Arg LinearInt8(OpCall& c) {
  c.ignore({"packed", "col_offsets"});
  return Product(c, c.tensor("input"), "weight", "weight_scale", "weight_zero_point", "bias");
}

// Modules write the integers themselves; this is what they pass on as `packed`.
Arg PackInt8(OpCall& c) { return c.tensor("input"); }

Arg PackHalves(OpCall& c) {
  auto params = std::make_shared<LinearParams>();
  Val w = c.tensor("input");
  if (!w || w.rank() != 2) return c.RefuseArg("input", "is no matrix");
  params->weight = Halved(w);
  if (params->weight.dtype() != DType::kF16) params->weight = c.b.Cast(w, DType::kF16);
  return Boxed(std::move(params));
}

Arg LinearHalves(OpCall& c) {
  const Arg& packed = c.arg("packed_weight");
  if (packed.kind() != Arg::Kind::kOpaque) {
    return c.RefuseArg("packed_weight",
                       "is not in the archive (the module's _unpack makes it): quantize with "
                       "torch.ao.quantization.quantize_dynamic instead");
  }
  auto p = Params<LinearParams>(c, "packed_weight");
  if (!p) return Val();
  auto whole = std::make_shared<LinearParams>(*p);
  whole->bias = c.tensor("bias");
  return c.Call("quantized::linear_dynamic_fp16", {c.tensor("input"), Boxed(std::move(whole))});
}

// One of `count` gates side by side along the last axis.
Val Gate(Builder& b, const Val& gates, int64_t count, int64_t i) {
  Dim size = FloorDiv(gates.dim(-1), Dim(count));
  return b.Slice(gates, gates.rank() - 1, size * i, size * (i + 1));
}

struct Gates {
  Val input, hidden;
};
Gates GatesOf(OpCall& c, const Val& hidden) {
  c.ignore({"packed_ih", "packed_hh", "col_offsets_ih", "col_offsets_hh"});
  return {Product(c, c.tensor("input"), "w_ih", "scale_ih", "zero_point_ih", "b_ih"),
          Product(c, hidden, "w_hh", "scale_hh", "zero_point_hh", "b_hh")};
}

Arg LstmCell(OpCall& c) {
  Builder& b = c.b;
  std::vector<Val> hx = c.tensors("hx");
  if (hx.size() != 2) return c.RefuseArg("hx");
  Gates g = GatesOf(c, hx[0]);
  Val all = b.Add(g.input, g.hidden);
  Val kept = b.Mul(b.Sigmoid(Gate(b, all, 4, 1)), hx[1]);
  Val cell = b.Add(kept, b.Mul(b.Sigmoid(Gate(b, all, 4, 0)), b.Tanh(Gate(b, all, 4, 2))));
  return Arg::Tuple({b.Mul(b.Sigmoid(Gate(b, all, 4, 3)), b.Tanh(cell)), cell});
}

Arg GruCell(OpCall& c) {
  Builder& b = c.b;
  Val hx = c.tensor("hx");
  Gates g = GatesOf(c, hx);
  auto sum = [&](int64_t i) { return b.Add(Gate(b, g.input, 3, i), Gate(b, g.hidden, 3, i)); };
  Val reset = b.Sigmoid(sum(0)), update = b.Sigmoid(sum(1));
  Val next = b.Tanh(b.Add(Gate(b, g.input, 3, 2), b.Mul(reset, Gate(b, g.hidden, 3, 2))));
  return b.Add(next, b.Mul(update, b.Sub(hx, next)));
}

template <bool relu>
Arg RnnCell(OpCall& c) {
  Gates g = GatesOf(c, c.tensor("hx"));
  Val y = c.b.Add(g.input, g.hidden);
  return relu ? c.b.Max(y, 0) : c.b.Tanh(y);
}

#define T2N_CELL_ARGUMENTS                                                                  \
  " hx, Tensor w_ih, Tensor w_hh, Tensor b_ih, Tensor b_hh, Any packed_ih, Any packed_hh, " \
  "Any col_offsets_ih, Any col_offsets_hh, Scalar scale_ih, Scalar scale_hh, Scalar "       \
  "zero_point_ih, Scalar zero_point_hh) -> "
#define T2N_INT8_ARGUMENTS                                                                  \
  "(Tensor input, Tensor weight, Any packed, Any col_offsets, Scalar weight_scale, Scalar " \
  "weight_zero_point, Tensor bias) -> Tensor"

constexpr OpEntry kOps[] = {
    {"aten::fbgemm_linear_int8_weight" T2N_INT8_ARGUMENTS, LinearInt8},
    {"aten::fbgemm_linear_int8_weight_fp32_activation" T2N_INT8_ARGUMENTS, LinearInt8},
    {"aten::fbgemm_pack_quantized_matrix(Tensor input) -> Tensor", PackInt8},
    {"aten::fbgemm_pack_gemm_matrix_fp16(Tensor input) -> Any", PackHalves},
    {"aten::fbgemm_linear_fp16_weight(Tensor input, Any packed_weight, Tensor bias) -> Tensor",
     LinearHalves},
    {"aten::fbgemm_linear_fp16_weight_fp32_activation(Tensor input, Any packed_weight, Tensor? "
     "bias) -> Tensor",
     LinearHalves},
    {"aten::quantized_lstm_cell(Tensor input, Tensor[]" T2N_CELL_ARGUMENTS "(Tensor, Tensor)",
     LstmCell},
    {"aten::quantized_gru_cell(Tensor input, Tensor" T2N_CELL_ARGUMENTS "Tensor", GruCell},
    {"aten::quantized_rnn_relu_cell(Tensor input, Tensor" T2N_CELL_ARGUMENTS "Tensor",
     RnnCell<true>},
    {"aten::quantized_rnn_tanh_cell(Tensor input, Tensor" T2N_CELL_ARGUMENTS "Tensor",
     RnnCell<false>},
};

}  // namespace

absl::Span<const OpEntry> QuantizedLegacyOps() { return kOps; }

}  // namespace t2n
