#include "emit/lower/products.h"

#include <map>
#include <utility>

namespace t2n {
namespace {

bool Has(const std::string& axes, char axis) { return axes.find(axis) != std::string::npos; }

// What `v` was before a broadcast, if that keeps the axes that are summed over.
const Value* BeforeBroadcast(const Value* v, const std::string& axes, const std::string& kept) {
  if (v->is_constant() || v->dims || v->node->op != Op::kBroadcast) return v;
  const Value* source = v->node->inputs[0];
  for (size_t i = 0; i < axes.size(); ++i) {
    if (source->shape()[i] != v->shape()[i] && !Has(kept, axes[i])) return v;
  }
  return source;
}

// The axes of operand `i` that have size 1 where the other operand is larger.
std::vector<int64_t> Narrow(const ProductForm& form, size_t i) {
  const std::string &mine = form.terms.inputs[i], &others = form.terms.inputs[1 - i];
  std::vector<int64_t> axes;
  for (size_t axis = 0; axis < mine.size(); ++axis) {
    size_t at = others.find(mine[axis]);
    bool narrow = at != std::string::npos && Has(form.terms.output, mine[axis]) &&
                  form.operands[i]->shape()[axis] == Dim(1) &&
                  form.operands[1 - i]->shape()[at] != Dim(1);
    if (narrow) axes.push_back(static_cast<int64_t>(axis));
  }
  return axes;
}

// The shape of the product: `output`, with 1 where no operand has the size.
Shape ResultShape(const ProductForm& form, Shape output) {
  for (size_t axis = 0; axis < output.size(); ++axis) {
    bool covered = false;
    for (size_t i = 0; i < form.operands.size(); ++i) {
      size_t at = form.terms.inputs[i].find(form.terms.output[axis]);
      covered |= at != std::string::npos && form.operands[i]->shape()[at] == output[axis];
    }
    if (!covered) output[axis] = 1;
  }
  return output;
}

// Whether tract moves a reshape of an operand behind the node. A nearest Resize ends in one.
bool LetsReshapesPass(const Node& node) {
  return IsElementwise(node.op) || node.op == Op::kTranspose || node.op == Op::kEinsum ||
         node.op == Op::kConv;
}

void AddBehindReshapes(const Graph& graph, BehindReshapes* behind) {
  for (const auto& node : graph.nodes()) {
    bool is = node->op == Op::kReshape || node->op == Op::kResize;
    const bool passes = LetsReshapesPass(*node) || node->op == Op::kComposite;
    for (const Value* input : node->inputs) {
      is |= passes && !input->is_constant() && behind->contains(input);
    }
    for (const auto& body : node->bodies) {
      for (size_t i = 0; i < body->inputs().size(); ++i) {
        if (behind->contains(node->inputs[i])) behind->insert(body->inputs()[i]);
      }
      AddBehindReshapes(*body, behind);
      for (const Value* output : body->outputs()) is |= behind->contains(output);
    }
    for (const auto& output : node->outputs) {
      if (is) behind->insert(output.get());
    }
  }
}

}  // namespace

BehindReshapes FindBehindReshapes(const Graph& graph) {
  BehindReshapes behind;
  AddBehindReshapes(graph, &behind);
  return behind;
}

ProductForm GivenForm(const Node& einsum) {
  ProductForm form;
  form.operands.assign(einsum.inputs.begin(), einsum.inputs.end());
  form.dropped.resize(form.operands.size());
  form.terms = ParseEinsum(einsum.attrs.Str("equation"));
  return form;
}

ProductForm FormOfProduct(const Target& target, const BehindReshapes& behind, const Node& einsum) {
  ProductForm form = GivenForm(einsum);
  const Shape& output = einsum.output()->shape();
  bool spreads = ConstantShape(output) || target.broadcasts_to_symbols();
  if (target.strict || !target.has_einsum() || !spreads || form.operands.size() != 2) return form;
  for (size_t i = 0; i < 2; ++i) {
    form.operands[i] = BeforeBroadcast(form.operands[i], form.terms.inputs[i], form.terms.output);
  }
  form.result = ResultShape(form, output);
  form.spread = form.result != output;
  form.behind_reshape = behind.contains(form.operands[0]) || behind.contains(form.operands[1]);
  if (!form.behind_reshape) return form;
  form.dropped = {Narrow(form, 0), Narrow(form, 1)};
  for (size_t i = 0; i < 2; ++i) {
    for (size_t k = form.dropped[i].size(); k-- > 0;) {
      form.terms.inputs[i].erase(form.dropped[i][k], 1);
    }
  }
  return form;
}

}  // namespace t2n
