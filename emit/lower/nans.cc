#include "emit/lower/nans.h"

#include <algorithm>
#include <optional>

#include "t2n/builder/custom.h"
#include "t2n/ir/uniform.h"

namespace t2n {
namespace {

// Whether `x` is at least, or is added to, a positive constant: a variance with its epsilon.
bool IsKeptAbove(const Value& x) {
  if (x.constant) return true;
  if (x.node->op != Op::kAdd && x.node->op != Op::kMax) return false;
  for (const Value* operand : x.node->inputs) {
    const std::optional<Tensor> element = UniformElement(*operand);
    absl::StatusOr<std::vector<double>> read =
        element ? ReadDoubles(*element) : absl::NotFoundError("no constant");
    if (read.ok() && read->front() > 0) return true;
  }
  return false;
}

bool Makes(const Node& node) {
  switch (node.op) {
    case Op::kInput:
    case Op::kLog:
    case Op::kPow:
    case Op::kRem:
    case Op::kAsin:
    case Op::kAcos:
    case Op::kAcosh:
    case Op::kAtanh:
      return true;
    case Op::kSqrt:
    case Op::kRsqrt:
      return !IsKeptAbove(*node.inputs[0]);
    case Op::kDiv:
      return !IsKeptAbove(*node.inputs[1]);
    default:
      return false;
  }
}

bool Passes(const Node& node) {
  switch (node.op) {
    case Op::kReshape:
    case Op::kTranspose:
    case Op::kBroadcast:
    case Op::kSlice:
    case Op::kReverse:
    case Op::kPad:
    case Op::kReduceSum:
    case Op::kReduceMean:
    case Op::kAvgPool:
      return true;
    default:
      return IsElementwise(node.op) && node.op != Op::kSelect;
  }
}

class Finder {
 public:
  // `outermost`: its inputs may be NaN; those of a body are what it is given.
  void Visit(const Graph& graph, bool outermost) {
    for (const auto& node : graph.nodes()) {
      if (node->op == Op::kInput ? outermost : Makes(*node)) nans.insert(node->output());
      if (IsCustom(*node)) {
        for (const auto& output : node->outputs) nans.insert(output.get());
        continue;
      }
      if (node->op == Op::kComposite) VisitBody(*node);
      if (!Passes(*node)) continue;
      if (std::any_of(node->inputs.begin(), node->inputs.end(),
                      [&](const Value* v) { return nans.contains(v); })) {
        nans.insert(node->output());
      }
    }
  }

  Nans nans;

 private:
  void VisitBody(const Node& node) {
    const Graph& body = *node.bodies[0];
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (nans.contains(node.inputs[i])) nans.insert(body.inputs()[i]);
    }
    Visit(body, false);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (nans.contains(body.outputs()[i])) nans.insert(node.output(i));
    }
  }
};

}  // namespace

Nans FindNans(const Graph& graph) {
  Finder finder;
  finder.Visit(graph, true);
  return std::move(finder.nans);
}

}  // namespace t2n
