#include "t2n/passes/loops.h"

#include <algorithm>
#include <limits>

#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

bool CanUnroll(const Dim& length) {
  return length.is_const() && length.value() <= kMaxUnrolledSteps;
}

// What changes no value under the running reduction `mode`.
Val Neutral(Builder& b, absl::string_view mode, DType dtype) {
  if (mode == "sum") return b.Scalar(dtype, int64_t{0});
  if (mode == "prod") return b.Scalar(dtype, int64_t{1});
  const bool lowest = mode == "max";
  if (IsFloat(dtype)) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return b.Scalar(dtype, lowest ? -kInfinity : kInfinity);
  }
  const bool is_signed = IsSigned(dtype);
  const int64_t bits = dtype == DType::kBool ? 1 : 8 * ItemSize(dtype) - is_signed;
  const int64_t highest = std::numeric_limits<int64_t>::max() >> (63 - bits);
  return b.Scalar(dtype, lowest ? (is_signed ? -highest - 1 : 0) : highest);
}

Op OpOf(absl::string_view mode) {
  if (mode == "sum") return Op::kAdd;
  if (mode == "prod") return Op::kMul;
  return mode == "max" ? Op::kMax : Op::kMin;
}

class LoopRewriter : public GraphRewriter {
 public:
  explicit LoopRewriter(bool unroll) : unroll_(unroll) {}

 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    if (node.op == Op::kCumulative && !unroll_) return {Cumulative(node, inputs[0])};
    bool steps = unroll_ && node.op == Op::kScan && CanUnroll(node.attrs.Size("length"));
    return steps ? Unroll(node, inputs) : Copy(node, inputs);
  }

  Val Cumulative(const Node& node, const Val& x) {
    const int64_t axis = node.attrs.Int("axis");
    const std::string& mode = node.attrs.Str("mode");
    if (x.dim(axis) == Dim(1)) return x;
    Shape shape = x.shape();
    shape[axis] = 1;
    Builder::ScanSpec spec;
    spec.length = x.dim(axis);
    spec.scanned = {x};
    spec.scan_axes = spec.output_axes = {axis};
    spec.states = {b().Full(shape, Neutral(b(), mode, x.dtype()))};
    return b().Scan(spec, [&](Builder& body, absl::Span<const Val> in) {
      Val next = body.Binary(OpOf(mode), in[1], in[0]);
      return Vals{next, next};
    })[1];
  }

  Vals Unroll(const Node& node, const Vals& inputs) {
    const Attrs& attrs = node.attrs;
    const auto &scan_axes = attrs.Ints("scan_axes"), &output_axes = attrs.Ints("output_axes");
    const int64_t length = attrs.Size("length").value(), states = attrs.Int("states");
    Vals in = inputs;
    std::vector<Vals> outputs(output_axes.size());
    for (int64_t k = 0; b().ok() && k < length; ++k) {
      const int64_t at = attrs.Bool("reverse") ? length - 1 - k : k;
      for (size_t i = 0; i < scan_axes.size(); ++i) {
        in[i] = b().Slice(inputs[i], scan_axes[i], at, at + 1);
      }
      Vals results = b().CompositeAll("step", {}, in, Body(node));
      if (!b().ok()) return results;
      std::copy(results.begin(), results.begin() + states, in.begin() + scan_axes.size());
      for (size_t i = 0; i < outputs.size(); ++i) outputs[i].push_back(results[states + i]);
    }
    auto first = in.begin() + scan_axes.size();
    Vals last(first, first + states);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (attrs.Bool("reverse")) std::reverse(outputs[i].begin(), outputs[i].end());
      const ValueType& type = node.output(states + i)->type;
      last.push_back(length == 0 ? b().Full(type.shape, type.dtype, 0)
                                 : b().Concat(outputs[i], output_axes[i]));
    }
    return last;
  }

  bool unroll_;
};

}  // namespace

bool HasLoops(const Graph& graph, bool unroll) {
  const Op loop = unroll ? Op::kScan : Op::kCumulative;
  return AnyNode(graph, [&](const Node& node) { return node.op == loop; });
}

absl::Status LowerLoops(const Graph& graph, bool unroll, Graph* out) {
  return LoopRewriter(unroll).Rewrite(graph, out);
}

}  // namespace t2n
