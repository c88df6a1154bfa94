#include "t2n/aten/core/quantized_means.h"

#include <algorithm>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/quantization.h"

namespace t2n {
namespace {

Shape WithoutOnes(Shape shape) {
  shape.erase(std::remove(shape.begin(), shape.end(), Dim(1)), shape.end());
  return shape;
}

// Whether torch's memory holds the elements with channels last: so quantized convolutions leave
// them, and operators on each element, pools, joins and the like keep it.
bool IsChannelsLast(const Value& v, int depth = 64) {
  const Node& n = *v.node;
  if (n.op == Op::kConv || n.op == Op::kConvTranspose) return true;
  if (n.op == Op::kSlice || n.op == Op::kTranspose || depth == 0) return false;
  if (n.op == Op::kReshape && WithoutOnes(v.shape()) != WithoutOnes(n.inputs[0]->shape())) {
    return false;
  }
  for (const Value* in : n.inputs) {
    if (!in->constant) return IsChannelsLast(*in, depth - 1);
  }
  return false;
}

bool IsRowMajor(const Val& x) { return IsDense(x) && !IsChannelsLast(*x.get()); }

// The axes that aten::mean reduces.
std::vector<int64_t> MeanAxes(OpCall& call, const Val& x) {
  return call.schema().IndexOf("dim") < 0 ? IntRange(0, x.rank()) : call.axes("dim", x.rank());
}

// qnnpack's kernels sum the steps of a window; `count` of them.
MeanRounding OfPlanes(const Val& x, const Dim& count) {
  MeanRounding rounding{false, false};
  std::optional<int64_t> n = count.constant();
  if (!n || *n < 1) return rounding;
  float scale = static_cast<float>(x->type.quant->scale[0]);
  rounding.count = static_cast<double>(*n);
  rounding.factor = scale / (scale * static_cast<float>(*n));
  return rounding;
}

// How many elements each of an adaptive pool's windows has; nullopt if they differ in size.
std::optional<Dim> EvenWindow(OpCall& call, const Val& x) {
  const Arg& given = call.arg("output_size");
  ArgList out = given.is_list() || given.is_tuple() ? given.items() : ArgList{given, given};
  Dim count = 1;
  for (size_t i = 0; i < 2; ++i) {
    if (out.size() != 2 || !out[i].is_int()) return std::nullopt;
    Dim size = x.dim(i + 2), parts = out[i].integer();
    if (parts == Dim(1)) {
      count = count * size;
      continue;
    }
    std::optional<int64_t> n = size.constant(), k = parts.constant();
    if (!n || !k || *k < 1 || *n % *k != 0) return std::nullopt;
    count = count * Dim(*n / *k);
  }
  return count;
}

void Replace(OpCall& call, absl::string_view name, Arg value) {
  int i = call.schema().IndexOf(name);
  if (i >= 0) call.args()[i] = std::move(value);
}

// Whether the call is of a pool, adaptive or not, and not of aten::mean.
bool IsPool(const OpCall& call) {
  return call.schema().IndexOf("kernel_size") >= 0 || call.schema().IndexOf("output_size") >= 0;
}

// What qnnpack does with planes of quint8; nullopt for what it leaves to the other kernels.
std::optional<MeanRounding> ByQnnpack(OpCall& call, const Val& x) {
  if (x.rank() != 4 || x.dtype() != DType::kQU8) return std::nullopt;
  if (!IsPool(call)) {
    std::vector<int64_t> axes = MeanAxes(call, x);
    std::sort(axes.begin(), axes.end());
    if (axes != IntRange(2, 4)) return std::nullopt;
  } else if (call.schema().IndexOf("output_size") >= 0) {
    std::optional<Dim> count = EvenWindow(call, x);
    return count ? std::optional<MeanRounding>(OfPlanes(x, *count)) : std::nullopt;
  } else {
    Replace(call, "count_include_pad", true);
    Replace(call, "divisor_override", Arg());
    std::vector<int64_t> window = call.ints("kernel_size", 2, 1);
    return OfPlanes(x, Dim(window[0]) * window[1]);
  }
  return OfPlanes(x, x.dim(2) * x.dim(3));
}

}  // namespace

MeanRounding RoundingOfMean(OpCall& call, const Val& x) {
  if (IsQnnpack(call.env().quantized_engine)) {
    if (auto rounding = ByQnnpack(call, x)) {
      rounding->away = call.env().quantized_engine == QuantizedEngine::kFixedPointQnnpack;
      return *rounding;
    }
  }
  if (IsPool(call)) return {false, !IsChannelsLast(*x.get())};
  std::vector<int64_t> axes = MeanAxes(call, x);
  std::sort(axes.begin(), axes.end());
  bool innermost = axes == IntRange(x.rank() - static_cast<int64_t>(axes.size()), x.rank());
  return {!innermost || !IsRowMajor(x) || !call.arg("dtype").is_none(), true};
}

Val BeforeRounding(const Val& mean, const MeanRounding& rounding) {
  if (!mean || rounding.count == 0) return mean;
  Builder& b = *mean.builder();
  Val sum = b.Round(mean * rounding.count);
  if (!rounding.away) return sum * rounding.factor;
  return b.Cast(RoundAway(b, b.Cast(sum, DType::kF64) * rounding.factor), DType::kF32);
}

}  // namespace t2n
