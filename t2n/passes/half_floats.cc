#include "t2n/passes/half_floats.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "t2n/builder/custom.h"
#include "t2n/ir/op_table.h"
#include "t2n/ir/uniform.h"
#include "t2n/passes/converted_tensors.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

constexpr double kLargest = 65504;             // of f16
constexpr double kSmallest = 1.0 / (1 << 14);  // that has all its digits

enum class Precision : uint8_t {
  kHalf,      // always
  kOperands,  // as its operands: f16 if one of them is
  kFull,      // never
};

constexpr OpTable<Precision> kPrecisions(
    {{Precision::kHalf, {OpKind::kProduct}},
     {Precision::kOperands,
      {OpKind::kPredicate, OpKind::kComparison, OpKind::kSelect, OpKind::kLayout, OpKind::kGather}},
     {Precision::kFull,
      {OpKind::kSource, OpKind::kUnary, OpKind::kBinary, OpKind::kReduction, OpKind::kAxisWise,
       OpKind::kScatter, OpKind::kResize, OpKind::kComplex, OpKind::kQuantized, OpKind::kBody}}},
    {{Precision::kHalf, {Op::kConv, Op::kConvTranspose}},
     {Precision::kOperands,
      {Op::kCast, Op::kNeg, Op::kAbs, Op::kTanh, Op::kSigmoid, Op::kAdd, Op::kSub, Op::kMul,
       Op::kDiv, Op::kMin, Op::kMax, Op::kReduceMax, Op::kReduceMin, Op::kMaxPool}},
     {Precision::kFull, {Op::kAvgPool}}});
static_assert(IsWhole<kPrecisions.Fault()>());

// Bodies that compute in halves well; others are sums, or loops.
bool IsHalfBody(const Node& node) {
  if (node.op != Op::kComposite || IsCustom(node)) return false;
  const std::string& name = node.attrs.Str("name");
  constexpr absl::string_view kNames[] = {"sdpa", "relu", "relu6", "silu", "gelu", "hardswish"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool IsFloat(const Value& value) { return value.dtype() == DType::kF32; }

// Whether a constant operand has a number that f16 has not: one of a mask beyond its range, a lone
// one below what it resolves. Large weights are not asked: a number beyond is an error as they are
// written.
bool IsUnfit(const Value& value) {
  constexpr int64_t kAsked = 1 << 16;
  if (!IsFloat(value) || !value.constant) return false;
  const std::optional<Tensor> one =
      value.constant->is_expanded() ? UniformElement(*value.constant) : std::nullopt;
  const Tensor& asked = one ? *one : *value.constant;
  if (asked.numel() > kAsked) return false;
  const auto read = ReadDoubles(asked);
  if (!read.ok()) return false;
  return std::any_of(read->begin(), read->end(), [&](double number) {
    const double size = std::abs(number);
    const bool lost = read->size() == 1 && size != 0 && size < kSmallest;
    return std::isfinite(size) && (size > kLargest || lost);
  });
}

class Rebuilder : public GraphRewriter {
 public:
  Rebuilder(const Graph& graph, absl::FunctionRef<bool(absl::string_view)> exempt)
      : graph_(graph), exempt_(exempt) {}

 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    if (node.graph != &graph_) return InBody(node, inputs);
    const auto is_float = [](const auto* v) { return IsFloat(*v); };
    if (std::none_of(node.inputs.begin(), node.inputs.end(), is_float)) return Copy(node, inputs);
    return Copy(node, As(IsHalf(node, inputs) ? DType::kF16 : DType::kF32, node, inputs));
  }
  Val RewriteOutput(const Value& value, const Val& rewritten) override {
    return IsFloat(value) ? b().Cast(rewritten, DType::kF32) : rewritten;
  }

  Precision PrecisionOf(const Node& node) const {
    if (node.place && exempt_(node.place->module_path)) return Precision::kFull;
    for (const Value* v : node.inputs) {
      if (IsUnfit(*v)) return Precision::kFull;
    }
    if (node.op == Op::kPad && std::abs(node.attrs.Float("value")) > kLargest) {
      return std::isinf(node.attrs.Float("value")) ? Precision::kOperands : Precision::kFull;
    }
    return IsHalfBody(node) ? Precision::kOperands : kPrecisions[node.op];
  }

  bool IsHalf(const Node& node, const Vals& inputs) const {
    const Precision precision = PrecisionOf(node);
    if (precision != Precision::kOperands) return precision == Precision::kHalf;
    const auto is_half = [](const Val& x) { return x.dtype() == DType::kF16; };
    if (std::any_of(inputs.begin(), inputs.end(), is_half)) return true;
    // Rows of a table are weights.
    return node.op == Op::kGather && node.inputs[0]->constant;
  }

  // The operands of f32 in this type.
  Vals As(DType dtype, const Node& node, Vals inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!IsFloat(*node.inputs[i]) || inputs[i].dtype() == dtype) continue;
      if (!node.inputs[i]->constant) {
        inputs[i] = b().Cast(inputs[i], dtype);
        continue;
      }
      Val half = b().Constant(halves_.Get(*node.inputs[i]->constant, dtype));
      if (half) half->name = node.inputs[i]->name;
      inputs[i] = half;
    }
    return inputs;
  }

  // Bodies take the types of what they are given: a half makes its neighbours halves.
  Vals InBody(const Node& node, const Vals& inputs) {
    const auto is_half = [](const Val& x) { return x.dtype() == DType::kF16; };
    if (std::none_of(inputs.begin(), inputs.end(), is_half)) return Copy(node, inputs);
    return Copy(node, As(DType::kF16, node, inputs));
  }

  const Graph& graph_;
  absl::FunctionRef<bool(absl::string_view)> exempt_;
  ConvertedTensors halves_;
};

}  // namespace

absl::Status ComputeInHalf(const Graph& graph, absl::FunctionRef<bool(absl::string_view)> exempt,
                           Graph* out) {
  return Rebuilder(graph, exempt).Rewrite(graph, out);
}

}  // namespace t2n
