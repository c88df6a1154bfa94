#include "t2n/passes/uniform_operands.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "t2n/ir/type_rules.h"
#include "t2n/ir/uniform.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

bool MayBeUniform(const Value& operand) {
  return BeforeBroadcast(operand).constant && NumElements(operand.shape()) != Dim(1);
}

// The one element of an operand that has more than one and is a constant; its axes have size 1.
std::optional<Tensor> OneElement(const Value& operand) {
  if (!MayBeUniform(operand)) return std::nullopt;
  std::optional<Tensor> one = UniformElement(operand);
  if (one) one->sizes.assign(operand.rank(), 1), one->strides.assign(operand.rank(), 1);
  return one;
}

void Widen(Shape* shape, const Shape& by) {
  for (size_t i = 0; i < by.size(); ++i) {
    (*shape)[i] = BroadcastSize((*shape)[i], by[i]).value_or((*shape)[i]);
  }
}

// The operands that are to be narrowed, each as its one element; none if the sizes of the others
// make the result's by themselves, whoever repeats them.
std::vector<std::optional<Tensor>> ToNarrow(const Node& node) {
  const Shape& output = node.output()->shape();
  std::vector<std::optional<Tensor>> ones(node.inputs.size());
  Shape of_others(output.size(), Dim(1));
  for (const Value* v : node.inputs) {
    if (!MayBeUniform(*v)) Widen(&of_others, BeforeBroadcast(*v).shape());
  }
  if (of_others == output) return {};
  for (size_t i = 0; i < ones.size(); ++i) ones[i] = OneElement(*node.inputs[i]);
  auto is_one = [](const std::optional<Tensor>& t) { return t.has_value(); };
  const bool some = std::any_of(ones.begin(), ones.end(), is_one);
  const bool all = std::all_of(ones.begin(), ones.end(), is_one);
  return some && !all ? ones : std::vector<std::optional<Tensor>>();
}

bool Narrows(const Node& node) {
  return IsElementwise(node.op) && node.inputs.size() > 1 && !node.output()->dims &&
         !ToNarrow(node).empty();
}

class Rebuilder : public GraphRewriter {
 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    if (!Narrows(node)) return Copy(node, inputs);
    std::vector<std::optional<Tensor>> ones = ToNarrow(node);
    Vals narrow = inputs;
    for (size_t i = 0; i < ones.size(); ++i) {
      if (ones[i]) narrow[i] = b().Constant(*std::move(ones[i]));
    }
    return {b().BroadcastTo(b().Make(node.op, node.attrs, narrow), node.output()->shape())};
  }
};

}  // namespace

bool HasUniformOperands(const Graph& graph) { return AnyNode(graph, Narrows); }

absl::Status NarrowUniformOperands(const Graph& graph, Graph* out) {
  return Rebuilder().Rewrite(graph, out);
}

}  // namespace t2n
