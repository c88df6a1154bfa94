#include "emit/lower/nans.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "t2n/builder/custom.h"
#include "t2n/ir/op_table.h"
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

// Whether a result may be NaN.
enum class Nan {
  kNever,       // or is not followed, see FindNans
  kPassed,      // if an operand is
  kMade,        // of numbers, too
  kOfNegative,  // of numbers below zero
  kOfZero       // of a divisor that is zero
};

constexpr OpTable<Nan> kNans(
    {{Nan::kPassed, {OpKind::kCast, OpKind::kPredicate, OpKind::kComparison}},
     {Nan::kNever,
      {OpKind::kSelect, OpKind::kAxisWise, OpKind::kGather, OpKind::kScatter, OpKind::kProduct,
       OpKind::kResize, OpKind::kComplex, OpKind::kQuantized, OpKind::kBody}}},
    {{Nan::kMade,
      {Op::kInput, Op::kLog, Op::kPow, Op::kRem, Op::kAsin, Op::kAcos, Op::kAcosh, Op::kAtanh}},
     {Nan::kOfNegative, {Op::kSqrt, Op::kRsqrt}},
     {Nan::kOfZero, {Op::kDiv}},
     {Nan::kPassed,
      {Op::kNeg,       Op::kAbs,       Op::kSign,    Op::kFloor,     Op::kCeil,    Op::kRound,
       Op::kTrunc,     Op::kExp,       Op::kRecip,   Op::kSquare,    Op::kSin,     Op::kCos,
       Op::kTan,       Op::kAtan,      Op::kSinh,    Op::kCosh,      Op::kTanh,    Op::kAsinh,
       Op::kErf,       Op::kNot,       Op::kSigmoid, Op::kBitNot,    Op::kAdd,     Op::kSub,
       Op::kMul,       Op::kMin,       Op::kMax,     Op::kAnd,       Op::kOr,      Op::kXor,
       Op::kBitAnd,    Op::kBitOr,     Op::kBitXor,  Op::kShl,       Op::kShr,     Op::kReshape,
       Op::kSlice,     Op::kPad,       Op::kReverse, Op::kReduceSum, Op::kAvgPool, Op::kTranspose,
       Op::kBroadcast, Op::kReduceMean}},
     {Nan::kNever,
      {Op::kConstant, Op::kDims, Op::kIota, Op::kReduceProd, Op::kReduceMax, Op::kReduceMin,
       Op::kReduceAny, Op::kReduceAll, Op::kConcat, Op::kConv, Op::kConvTranspose, Op::kMaxPool}}});
static_assert(IsWhole<kNans.Fault()>());

bool Makes(const Node& node) {
  switch (kNans[node.op]) {
    case Nan::kNever:
    case Nan::kPassed:
      return false;
    case Nan::kMade:
      return true;
    case Nan::kOfNegative:
      return !IsKeptAbove(*node.inputs[0]);
    case Nan::kOfZero:
      return !IsKeptAbove(*node.inputs[1]);
  }
  return true;
}

bool Passes(const Node& node) { return kNans[node.op] != Nan::kNever; }

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
      for (const Value* v : node->inputs) {
        if (v->is_constant() && IsNanEverywhere(*v)) nans.insert(v);
      }
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

bool IsNanEverywhere(const Value& value) {
  const std::optional<Tensor> element = UniformElement(value);
  if (!element || !IsFloat(element->dtype)) return false;
  const absl::StatusOr<std::vector<double>> read = ReadDoubles(*element);
  return read.ok() && std::isnan(read->front());
}

Nans FindNans(const Graph& graph) {
  Finder finder;
  finder.Visit(graph, true);
  return std::move(finder.nans);
}

}  // namespace t2n
