// Convolutions (ATen/native/Convolution.cpp).
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// Padding that keeps the size at stride 1; an odd total puts the larger part at the end.
void PadSame(const Val& weight, Window* w) {
  for (size_t i = 0; i < w->dilation.size(); ++i) {
    int64_t total = w->dilation[i] * (weight.dim(i + 2).constant().value_or(1) - 1);
    w->pad_before[i] = total / 2;
    w->pad_after[i] = total - total / 2;
  }
}

// The attributes of a convolution over `n` spatial axes.
Window ReadWindow(OpCall& c, const Val& weight, size_t n) {
  Window w;
  w.stride = c.ints("stride", n, 1);
  w.dilation = c.ints("dilation", n, 1);
  w.pad_before = w.pad_after = std::vector<int64_t>(n, 0);
  const Arg& padding = c.arg("padding");
  if (!padding.is_string()) {
    w.pad_before = w.pad_after = c.ints("padding", n, 0);
  } else if (padding.string() == "same") {
    PadSame(weight, &w);
  } else if (padding.string() != "valid") {
    c.RefuseArg("padding");
  }
  return w;
}

Arg Convolve(OpCall& c, absl::string_view input, bool transposed) {
  Builder& b = c.b;
  Val x = c.tensor(input), weight = c.tensor("weight"), bias = c.tensor("bias");
  int64_t n = weight.rank() - 2;
  if (n < 1 || x.rank() < n + 1 || IsFloat(x.dtype()) != IsFloat(weight.dtype())) {
    return c.Refuse(absl::StrCat("input ", TypeToString(x->type), " and weight ",
                                 TypeToString(weight->type), " do not fit"));
  }
  bool batched = x.rank() == n + 2;
  if (!batched) x = b.Unsqueeze(x, 0);
  Window w = ReadWindow(c, weight, n);
  int64_t groups = c.integer("groups");
  weight = b.Cast(weight, x.dtype());
  if (bias) bias = b.Cast(bias, x.dtype());
  Val y = transposed ? b.ConvTranspose(x, weight, bias, w, groups, c.ints("output_padding", n, 0))
                     : b.Conv(x, weight, bias, w, groups);
  return batched ? y : b.Squeeze(y, 0);
}

Arg Conv(OpCall& c) { return Convolve(c, "input", false); }
Arg ConvTransposed(OpCall& c) { return Convolve(c, "input", true); }

Arg Convolution(OpCall& c) {
  c.ignore({"benchmark", "deterministic", "cudnn_enabled", "allow_tf32"});
  bool transposed = c.boolean("transposed");
  if (!transposed) c.ignore({"output_padding"});
  return Convolve(c, "input", transposed);
}

Arg BackendConvolution(OpCall& c) {
  c.ignore({"benchmark", "deterministic", "allow_tf32"});
  return Convolve(c, c.schema().IndexOf("self") < 0 ? "input" : "self", false);
}

// x [T, N, C], weight [k, C, O]: time first, channels last.
Arg ConvTbc(OpCall& c) {
  Builder& b = c.b;
  int64_t pad = c.integer("pad");
  Val x = b.Transpose(c.tensor("self"), {1, 2, 0});
  Val w = b.Transpose(c.tensor("weight"), {2, 1, 0});
  Val y = b.Conv(x, w, c.tensor("bias"), Window{{}, {1}, {1}, {pad}, {pad}}, 1);
  return b.Transpose(y, {2, 0, 1});
}

constexpr OpEntry kOps[] = {
    {"aten::_convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] "
     "padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups, bool "
     "benchmark, bool deterministic, bool cudnn_enabled, bool allow_tf32) -> Tensor",
     Convolution},
    {"aten::_convolution.deprecated(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, "
     "SymInt[] padding, SymInt[] dilation, bool transposed, int[] output_padding, SymInt groups, "
     "bool benchmark, bool deterministic, bool cudnn_enabled) -> Tensor",
     Convolution},
    {"aten::convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] "
     "padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups) -> "
     "Tensor",
     Convolution},
    {"aten::_convolution_mode(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, str "
     "padding, SymInt[] dilation, SymInt groups) -> Tensor",
     Conv},
    {"aten::convolution_overrideable(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, "
     "SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt "
     "groups) -> Tensor",
     Convolution},
    {"aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] "
     "padding=[0], SymInt[1] dilation=[1], SymInt groups=1) -> Tensor",
     Conv},
    {"aten::conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], "
     "str padding=\"valid\", SymInt[1] dilation=[1], SymInt groups=1) -> Tensor",
     Conv},
    {"aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], "
     "SymInt[2] padding=[0, 0], SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor",
     Conv},
    {"aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, "
     "1], str padding=\"valid\", SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor",
     Conv},
    {"aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], "
     "SymInt[3] padding=[0, 0, 0], SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor",
     Conv},
    {"aten::conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, "
     "1], str padding=\"valid\", SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor",
     Conv},
    {"aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], "
     "SymInt[1] padding=[0], SymInt[1] output_padding=[0], SymInt groups=1, SymInt[1] "
     "dilation=[1]) -> Tensor",
     ConvTransposed},
    {"aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] "
     "stride=[1, 1], SymInt[2] padding=[0, 0], SymInt[2] output_padding=[0, 0], SymInt groups=1, "
     "SymInt[2] dilation=[1, 1]) -> Tensor",
     ConvTransposed},
    {"aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] "
     "stride=[1, 1, 1], SymInt[3] padding=[0, 0, 0], SymInt[3] output_padding=[0, 0, 0], SymInt "
     "groups=1, SymInt[3] dilation=[1, 1, 1]) -> Tensor",
     ConvTransposed},
    {"aten::conv_tbc(Tensor self, Tensor weight, Tensor bias, int pad=0) -> Tensor", ConvTbc},
    {"aten::cudnn_convolution(Tensor self, Tensor weight, SymInt[] padding, SymInt[] stride, "
     "SymInt[] dilation, SymInt groups, bool benchmark, bool deterministic, bool allow_tf32) -> "
     "Tensor",
     BackendConvolution},
    {"aten::mkldnn_convolution(Tensor self, Tensor weight, Tensor? bias, SymInt[] padding, "
     "SymInt[] stride, SymInt[] dilation, SymInt groups) -> Tensor",
     BackendConvolution},
};

}  // namespace

absl::Span<const OpEntry> ConvolutionOps() { return kOps; }

}  // namespace t2n
