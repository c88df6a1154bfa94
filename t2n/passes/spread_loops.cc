#include "t2n/passes/spread_loops.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "t2n/builder/custom.h"
#include "t2n/ir/op_table.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

// How a primitive works on operands that have one more axis in front.
enum class Form {
  kNone,
  kElementwise,
  kAxis,    // {axis} or {axes} count it
  kShape,   // {shape} begins with it
  kPerm,    // {perm} leaves it in front
  kPad,     // {before, after} have nothing for it
  kEinsum,  // one more letter
  kGather,
  kComposite
};

constexpr OpTable<Form> kForms(
    {{Form::kElementwise,
      {OpKind::kUnary, OpKind::kPredicate, OpKind::kCast, OpKind::kBinary, OpKind::kComparison,
       OpKind::kSelect}},
     {Form::kAxis, {OpKind::kReduction, OpKind::kAxisWise}},
     {Form::kNone, {OpKind::kSource, OpKind::kWindow, OpKind::kResize, OpKind::kQuantized}}},
    {{Form::kElementwise, {Op::kMakeComplex, Op::kReal, Op::kImag}},
     {Form::kAxis,
      {Op::kSlice, Op::kReverse, Op::kConcat, Op::kFft, Op::kGatherElements, Op::kScatterElements}},
     {Form::kShape, {Op::kReshape, Op::kBroadcast}},
     {Form::kPerm, {Op::kTranspose}},
     {Form::kPad, {Op::kPad}},
     {Form::kEinsum, {Op::kEinsum}},
     {Form::kGather, {Op::kGather}},
     {Form::kComposite, {Op::kComposite}},
     {Form::kNone, {Op::kGatherNd, Op::kScatterNd, Op::kScan}}});
static_assert(IsWhole<kForms.Fault()>());

Form FormOf(const Node& node) { return IsCustom(node) ? Form::kNone : kForms[node.op]; }

// The attributes with all axes one further back.
Attrs Shifted(const Attrs& attrs) {
  Attrs shifted = attrs;
  if (attrs.Has("axis")) shifted.Set("axis", attrs.Int("axis") + 1);
  if (attrs.Has("axes")) {
    std::vector<int64_t> axes = attrs.Ints("axes");
    for (int64_t& axis : axes) ++axis;
    shifted.Set("axes", std::move(axes));
  }
  return shifted;
}

Attrs WithFront(const Attrs& attrs, absl::string_view name, const Dim& front) {
  Attrs changed = attrs;
  Shape sizes = attrs.Sizes(name);
  sizes.insert(sizes.begin(), front);
  changed.Set(name, std::move(sizes));
  return changed;
}

// Whether a composite means the same along one more axis, with its axes counted anew.
bool KeepsMeaning(const Node& composite) {
  constexpr absl::string_view kKnown[] = {"name", "axis", "axes", "eps", "inverse"};
  const auto& attrs = composite.attrs.all();
  return std::all_of(attrs.begin(), attrs.end(), [&](const auto& attr) {
    return std::find(std::begin(kKnown), std::end(kKnown), attr.first) != std::end(kKnown);
  });
}

// A value of the body: one for each step along a new axis in front, or the same at all.
struct Spread {
  Val value;
  bool steps = false;
};

// The body of one loop, run on all steps.
class AllSteps {
 public:
  AllSteps(Builder* b, Dim length) : b_(b), length_(std::move(length)) {}

  // Whether all nodes of the body have a form, if the inputs marked in `steps` are spread.
  static bool CanRun(const Graph& body, const std::vector<bool>& steps) {
    absl::flat_hash_map<const Value*, bool> spread;
    for (size_t i = 0; i < steps.size(); ++i) spread[body.inputs()[i]] = steps[i];
    for (const auto& node : body.nodes()) {
      if (node->op == Op::kInput) continue;
      std::vector<bool> inputs;
      for (const Value* v : node->inputs) inputs.push_back(!v->is_constant() && spread[v]);
      const bool any = std::find(inputs.begin(), inputs.end(), true) != inputs.end();
      for (const auto& output : node->outputs) spread[output.get()] = any;
      if (any && !HasForm(*node, inputs)) return false;
    }
    return true;
  }

  std::vector<Spread> Run(const Graph& body, const std::vector<Spread>& inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) values_[body.inputs()[i]] = inputs[i];
    for (const auto& node : body.nodes()) {
      const bool known = std::all_of(node->outputs.begin(), node->outputs.end(),
                                     [](const auto& v) { return v->is_constant(); });
      if (node->op == Op::kInput || known) continue;
      RunNode(*node);
      if (!b_->ok()) break;
    }
    std::vector<Spread> outputs;
    for (const Value* v : body.outputs()) outputs.push_back(Get(v));
    return outputs;
  }

  // With the axis of steps, whether the value has it or not.
  Val AtAllSteps(const Spread& value) {
    if (value.steps) return value.value;
    Shape shape = value.value.shape();
    shape.insert(shape.begin(), length_);
    return b_->BroadcastTo(b_->Unsqueeze(value.value, 0), std::move(shape));
  }

 private:
  static bool HasForm(const Node& node, const std::vector<bool>& steps) {
    switch (FormOf(node)) {
      case Form::kNone:
        return false;
      case Form::kGather:
        return steps[0] != steps[1] && (steps[0] || node.attrs.Int("axis") == 0);
      case Form::kEinsum:
        return FreeLetter(node) != 0;
      case Form::kComposite:
        return CanRun(*node.bodies[0], steps);
      case Form::kElementwise:
      case Form::kAxis:
      case Form::kShape:
      case Form::kPerm:
      case Form::kPad:
        break;
    }
    return true;
  }

  static char FreeLetter(const Node& einsum) {
    const std::string& equation = einsum.attrs.Str("equation");
    for (char c = 'a'; c <= 'z'; ++c) {
      if (equation.find(c) == std::string::npos) return c;
    }
    return 0;
  }

  Spread Get(const Value* v) {
    if (v->constant) {
      const Val known = b_->Constant(*v->constant, v->type.quant);
      if (known) known->name = v->name;
      return {known, false};
    }
    return values_[v];
  }

  void RunNode(const Node& node) {
    std::vector<Spread> inputs;
    for (const Value* v : node.inputs) inputs.push_back(Get(v));
    const bool any =
        std::any_of(inputs.begin(), inputs.end(), [](const Spread& s) { return s.steps; });
    std::vector<Val> results;
    if (node.op == Op::kComposite) {
      results = RunComposite(node, inputs, any);
    } else if (any) {
      results = RunForm(node, inputs);
    } else {
      std::vector<Val> plain;
      for (const Spread& s : inputs) plain.push_back(s.value);
      results = b_->MakeAll(node.op, node.attrs, plain);
    }
    for (size_t i = 0; b_->ok() && i < node.outputs.size(); ++i) {
      Value* result = results[i].get();
      if (result->name.empty()) result->name = node.output(i)->name;
      values_[node.output(i)] = {results[i], any};
    }
  }

  std::vector<Val> RunForm(const Node& node, const std::vector<Spread>& inputs) {
    std::vector<Val> operands;
    const Form form = FormOf(node);
    for (const Spread& s : inputs) {
      if (form == Form::kElementwise) {
        operands.push_back(s.steps ? s.value : b_->Unsqueeze(s.value, 0));
      } else {
        operands.push_back(form == Form::kEinsum || form == Form::kGather ? s.value
                                                                          : AtAllSteps(s));
      }
    }
    switch (form) {
      case Form::kAxis:
        return b_->MakeAll(node.op, Shifted(node.attrs), operands);
      case Form::kShape:
        return b_->MakeAll(node.op, WithFront(node.attrs, "shape", length_), operands);
      case Form::kPad:
        return b_->MakeAll(node.op, WithFront(WithFront(node.attrs, "before", 0), "after", 0),
                           operands);
      case Form::kPerm: {
        std::vector<int64_t> perm = {0};
        for (int64_t axis : node.attrs.Ints("perm")) perm.push_back(axis + 1);
        return {b_->Transpose(operands[0], std::move(perm))};
      }
      case Form::kEinsum:
        return b_->MakeAll(node.op, {{"equation", Equation(node, inputs)}}, operands);
      case Form::kGather:
        return b_->MakeAll(node.op, inputs[0].steps ? Shifted(node.attrs) : node.attrs, operands);
      case Form::kElementwise:
      case Form::kComposite:
      case Form::kNone:
        break;
    }
    return b_->MakeAll(node.op, node.attrs, operands);
  }

  static std::string Equation(const Node& node, const std::vector<Spread>& inputs) {
    const std::string letter(1, FreeLetter(node));
    const std::vector<std::string> sides = absl::StrSplit(node.attrs.Str("equation"), "->");
    const std::vector<std::string> terms = absl::StrSplit(sides[0], ',');
    std::string equation;
    for (size_t i = 0; i < terms.size(); ++i) {
      absl::StrAppend(&equation, i ? "," : "", inputs[i].steps ? letter : "", terms[i]);
    }
    return absl::StrCat(equation, "->", letter, sides[1]);
  }

  // Under its name if it means the same, otherwise what its body does.
  std::vector<Val> RunComposite(const Node& node, const std::vector<Spread>& inputs, bool any) {
    if (any && !KeepsMeaning(node)) return Values(Run(*node.bodies[0], inputs));
    std::vector<Val> operands;
    for (const Spread& s : inputs) operands.push_back(s.value);
    return b_->CompositeAll(node.attrs.Str("name"), any ? Shifted(node.attrs) : node.attrs,
                            operands, [&](Builder& inner, absl::Span<const Val> params) {
                              std::vector<Spread> own;
                              for (size_t i = 0; i < params.size(); ++i) {
                                own.push_back({params[i], inputs[i].steps});
                              }
                              Builder* outer = std::exchange(b_, &inner);
                              const std::vector<Spread> results = Run(*node.bodies[0], own);
                              const std::vector<Val> values = Values(results, any);
                              b_ = outer;
                              return values;
                            });
  }

  std::vector<Val> Values(const std::vector<Spread>& spread, bool at_all_steps = true) {
    std::vector<Val> values;
    for (const Spread& s : spread) values.push_back(at_all_steps ? AtAllSteps(s) : s.value);
    return values;
  }

  Builder* b_;
  Dim length_;
  absl::flat_hash_map<const Value*, Spread> values_;
};

std::vector<bool> SpreadInputs(const Node& scan) {
  std::vector<bool> steps(scan.inputs.size(), false);
  std::fill_n(steps.begin(), scan.attrs.Int("scan_inputs"), true);
  return steps;
}

bool CanSpread(const Node& node) {
  return node.op == Op::kScan && node.attrs.Int("states") == 0 &&
         node.attrs.Int("scan_inputs") > 0 && AllSteps::CanRun(*node.bodies[0], SpreadInputs(node));
}

class LoopSpreader : public GraphRewriter {
  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    if (!CanSpread(node)) return Copy(node, inputs);
    const auto &scan_axes = node.attrs.Ints("scan_axes"),
               &output_axes = node.attrs.Ints("output_axes");
    std::vector<Spread> spread;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (i >= scan_axes.size()) {
        spread.push_back({inputs[i], false});
        continue;
      }
      const Val front = b().Transpose(inputs[i], Moved(inputs[i].rank(), scan_axes[i], 0));
      spread.push_back({b().Unsqueeze(front, scan_axes[i] + 1), true});
    }
    AllSteps steps(&b(), node.attrs.Size("length"));
    Vals results;
    for (const Spread& s : steps.Run(*node.bodies[0], spread)) {
      if (!b().ok()) return Vals(node.outputs.size());
      const int64_t axis = output_axes[results.size()];
      const Val rows = b().Squeeze(steps.AtAllSteps(s), axis + 1);
      results.push_back(b().Transpose(rows, Moved(rows.rank(), 0, axis)));
    }
    return results;
  }

  // The permutation that moves one axis.
  static std::vector<int64_t> Moved(int64_t rank, int64_t from, int64_t to) {
    std::vector<int64_t> perm;
    for (int64_t i = 0; i < rank; ++i) {
      if (i != from) perm.push_back(i);
    }
    perm.insert(perm.begin() + to, from);
    return perm;
  }
};

}  // namespace

bool HasLoopsToSpread(const Graph& graph) { return AnyNode(graph, CanSpread); }

absl::Status SpreadLoops(const Graph& graph, Graph* out) {
  return LoopSpreader().Rewrite(graph, out);
}

}  // namespace t2n
