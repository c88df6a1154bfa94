#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "emit/lower/composites.h"
#include "emit/lower/families.h"
#include "emit/lower/recurrent.h"
#include "t2n/base/status.h"
#include "t2n/builder/custom.h"
#include "t2n/ir/uniform.h"
#include "t2n/passes/loops.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Int;
using nnef::Str;

// What the target knows by name goes by name; a small body is written in place, others are
// fragments.
absl::Status LowerComposite(Lowering& l, const Node& node) {
  if (IsCustom(node)) return LowerCustom(l, node);
  if (std::optional<Expr> native = NativeComposite(l, node)) {
    l.SetAll(node, *std::move(native));
    return absl::OkStatus();
  }
  const Graph& body = *node.bodies[0];
  std::vector<Expr> arguments;
  for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) arguments.push_back(l.In(node, i));
  T2N_ASSIGN_OR_RETURN(FragmentUse use, l.Fragment(body, node.attrs.Str("name"), false));
  for (Expr& captured : use.captured) arguments.push_back(std::move(captured));
  l.SetAll(node, Call(use.name, std::move(arguments)));
  return absl::OkStatus();
}

namespace {

// tract follows constants, and what repeats one element along an open axis.
bool IsKnownToTract(const Value& value) {
  return value.is_constant() || UniformElement(value).has_value();
}

// tract takes a scanned tensor that is known for each of its slices, so what is scanned is tied to
// an input that is not known: this one. -1 if all are.
int UnknownInput(const Node& node) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!IsKnownToTract(*node.inputs[i])) return static_cast<int>(i);
  }
  return -1;
}

// One element of what is not known, with `rank` axes: of an input, or of the numbers of the turns,
// which are open where all inputs are known.
Expr OneElement(Lowering& l, const Node& node, int64_t rank) {
  const int input = UnknownInput(node);
  const int64_t own_rank = input < 0 ? 1 : node.inputs[input]->rank();
  Expr x =
      input >= 0
          ? l.In(node, input)
          : l.Temp(node, "turn_numbers",
                   Call("tract_core_range", {Int(0), DimExpr(node.attrs.Size("length")), Int(1)}));
  const std::vector<int64_t> begin(own_rank, 0), end(own_rank, 1);
  std::vector<int64_t> axes(own_rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (!axes.empty()) {
    x = l.Temp(
        node, "first",
        Call("slice", {x},
             {{"axes", nnef::Ints(axes)}, {"begin", nnef::Ints(begin)}, {"end", nnef::Ints(end)}}));
  }
  std::vector<int64_t> ones(rank, 1);
  return l.Temp(node, "one", Call("reshape", {x}, {{"shape", nnef::Ints(ones)}}));
}

// A condition of `rank` axes of size 1 that tract does not know.
Expr Unknown(Lowering& l, const Node& node, int64_t rank) {
  Expr one = OneElement(l, node, rank);
  return l.Temp(node, "unknown", Call("eq", {one, one}));
}

// What a loop that scans nothing has its number of turns from (others have one): `turns` elements;
// and what tells each the symbols, by an axis of that size.
Expr Turns(Lowering& l, const Node& node, const Dim& turns,
           const std::set<std::string>& symbols = {}) {
  Shape shape = {turns};
  for (const std::string& symbol : symbols) shape.push_back(Dim::Symbol(symbol));
  return l.Temp(
      node, "turns",
      Call("tract_core_broadcast", {Unknown(l, node, shape.size())}, {{"shape", DimArray(shape)}}));
}

Expr Scanned(Lowering& l, const Node& node, int i) {
  Expr x = l.In(node, i);
  if (!IsKnownToTract(*node.inputs[i])) return x;
  Expr condition = Unknown(l, node, node.inputs[i]->rank());
  return l.Temp(node, "scanned", Call("select", {condition, x, x}));
}

void AddSymbols(const Shape& sizes, std::set<std::string>* symbols) {
  for (const Dim& size : sizes) {
    for (std::string& symbol : size.Symbols()) symbols->insert(std::move(symbol));
  }
}

// Symbols that tract needs the values of when it runs the nodes: of sizes that are attributes or
// elements, and of products' results.
void AddSymbolsUsed(const Graph& body, std::set<std::string>* symbols) {
  for (const auto& node : body.nodes()) {
    for (const auto& [name, attr] : node->attrs.all()) {
      if (const Dim* size = std::get_if<Dim>(&attr)) AddSymbols({*size}, symbols);
      if (const Shape* sizes = std::get_if<Shape>(&attr)) AddSymbols(*sizes, symbols);
    }
    for (const Value* input : node->inputs) {
      if (input->dims && !input->is_constant()) AddSymbols(*input->dims, symbols);
    }
    if (node->op == Op::kEinsum) AddSymbols(node->output()->shape(), symbols);
    for (const auto& inner : node->bodies) AddSymbolsUsed(*inner, symbols);
  }
}

// Those of them that tract would not know: it finds symbols by the sizes of what the body is given,
// where these have one each.
std::set<std::string> SymbolsNotFound(const Graph& body) {
  std::set<std::string> missing;
  AddSymbolsUsed(body, &missing);
  for (const Value* input : body.inputs()) {
    for (const Dim& size : input->shape()) {
      if (const std::optional<Line> line = AsLine(size)) missing.erase(line->symbol);
    }
  }
  return missing;
}

// The last value of each state, and of each other result the values of all turns.
std::vector<Expr> Outputs(const Node& node, const FragmentUse& use, const Expr& step) {
  const std::vector<int64_t>& axes = node.attrs.Ints("output_axes");
  const int states = node.attrs.Int("states"), outputs = node.attrs.Int("scan_outputs");
  std::vector<Expr> output;
  for (int i = 0; i < states; ++i) {
    output.push_back(nnef::Tuple({Str(use.results[i]), Str("last"), Int(0), Int(1)}));
  }
  for (int i = 0; i < outputs; ++i) {
    output.push_back(nnef::Tuple({Str(use.results[states + i]), Str("full"), Int(axes[i]), step}));
  }
  return output;
}

// tract reads no loop over nothing.
bool LowerNoTurns(Lowering& l, const Node& node) {
  const int scans = node.attrs.Int("scan_inputs"), states = node.attrs.Int("states");
  if (node.attrs.Size("length") != Dim(0)) return false;
  for (size_t i = states; i < node.outputs.size(); ++i) {
    if (!Lowering::IsEmpty(*node.output(i))) return false;
  }
  for (int i = 0; i < states; ++i) l.Alias(node.output(i), l.In(node, scans + i));
  return true;
}

}  // namespace

// See tract's nnef/src/ops/core/scan.rs: each parameter of the body is bound in `scan`, `full` or
// `state` by its name, each result in `state` or `output`.
absl::Status LowerScan(Lowering& l, const Node& node) {
  if (LowerNoTurns(l, node)) return absl::OkStatus();
  if (l.target().strict) {
    return l.Refuse(node, absl::StrCat("NNEF has no loops; up to ", kMaxUnrolledSteps,
                                       " steps are written one after the other, but this loop has ",
                                       node.attrs.Size("length").ToString()));
  }
  if (LowerGruSequence(l, node)) return absl::OkStatus();
  const Attrs& attrs = node.attrs;
  const std::vector<int64_t>& scan_axes = attrs.Ints("scan_axes");
  int scans = attrs.Int("scan_inputs"), states = attrs.Int("states");
  Expr step = Int(attrs.Bool("reverse") ? -1 : 1);
  const bool turns = scans == 0 && !node.inputs.empty();
  std::set<std::string> symbols;
  if (!node.inputs.empty()) symbols = SymbolsNotFound(*node.bodies[0]);
  // Two, as tract moves what is sliced of a scanned tensor out of the loop.
  std::vector<int64_t> turn_axes;
  if (turns) turn_axes.push_back(1);
  if (!symbols.empty()) turn_axes.push_back(1 + symbols.size());
  T2N_ASSIGN_OR_RETURN(FragmentUse use, l.Fragment(*node.bodies[0], "scan_body", true, turn_axes));

  std::vector<Expr> scan, full, state;
  for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) {
    Expr name = Str(use.parameters[i]), value = i < scans ? Scanned(l, node, i) : l.In(node, i);
    if (i < scans) {
      scan.push_back(nnef::Tuple({name, value, Int(scan_axes[i]), step}));
    } else if (i < scans + states) {
      state.push_back(nnef::Tuple({name, value, Str(use.results[i - scans])}));
    } else {
      full.push_back(nnef::Tuple({name, value}));
    }
  }
  size_t captured = use.parameters.size() - use.captured.size();
  for (size_t i = 0; i < use.captured.size(); ++i) {
    full.push_back(nnef::Tuple({Str(use.parameters[captured + i]), use.captured[i]}));
  }
  size_t told = captured - turn_axes.size();
  if (turns) {
    scan.push_back(nnef::Tuple(
        {Str(use.parameters[told++]), Turns(l, node, attrs.Size("length")), Int(0), step}));
  }
  if (!symbols.empty()) {
    full.push_back(nnef::Tuple({Str(use.parameters[told]), Turns(l, node, 1, symbols)}));
  }
  std::vector<std::pair<std::string, Expr>> arguments = {
      {"body", Str(use.name)},
      {"scan", nnef::Array(std::move(scan))},
      {"full", nnef::Array(std::move(full))},
      {"state", nnef::Array(std::move(state))},
      {"output", nnef::Array(Outputs(node, use, step))}};
  // Or a loop in a loop would go on from where the last turn left it.
  if (l.in_body()) arguments.push_back({"reset_every_turn", Int(1)});
  l.SetAll(node, Call("tract_core_scan", {}, std::move(arguments)));
  return absl::OkStatus();
}

}  // namespace t2n
