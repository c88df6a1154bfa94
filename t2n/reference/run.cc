#include "t2n/reference/run.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/kernels/kernel.h"

namespace t2n {
namespace {

using Symbols = std::map<std::string, int64_t>;

Binding Lookup(const Symbols& symbols) {
  return [&symbols](absl::string_view name) -> std::optional<int64_t> {
    auto it = symbols.find(std::string(name));
    return it == symbols.end() ? std::nullopt : std::optional<int64_t>(it->second);
  };
}

// Binds the one symbol of `dim` that has no value yet, if `dim` is a line in it that reaches
// `size` at an integer. True if it did.
bool Solve(const Dim& dim, int64_t size, Symbols* symbols) {
  std::string unknown;
  for (const std::string& name : dim.Symbols()) {
    if (symbols->count(name)) continue;
    if (!unknown.empty()) return false;
    unknown = name;
  }
  if (unknown.empty()) return false;
  auto at = [&](int64_t v) {
    (*symbols)[unknown] = v;
    return dim.Eval(Lookup(*symbols));
  };
  std::optional<int64_t> zero = at(0), one = at(1), two = at(2);
  symbols->erase(unknown);
  if (!zero || !one || !two) return false;
  const int64_t slope = *one - *zero;
  if (slope == 0 || *two - *one != slope || (size - *zero) % slope != 0) return false;
  const int64_t value = (size - *zero) / slope;
  if (at(value) == size) return true;
  symbols->erase(unknown);
  return false;
}

absl::Status CheckInput(const Value& v, const Tensor& t, const std::string& name) {
  if (t.dtype != v.dtype()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is ", DTypeName(t.dtype), ", the model takes ", TypeToString(v.type)));
  }
  if (t.rank() != v.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has ", t.rank(), " axes, the model takes ", TypeToString(v.type)));
  }
  return absl::OkStatus();
}

absl::Status CheckSizes(const Value& v, const Tensor& t, const std::string& name,
                        const Symbols& symbols) {
  for (int64_t axis = 0; axis < t.rank(); ++axis) {
    const Dim& dim = v.shape()[axis];
    const Range range = dim.range();
    const int64_t size = t.sizes[axis];
    std::optional<int64_t> expected = dim.Eval(Lookup(symbols));
    bool outside = (range.min && size < *range.min) || (range.max && size > *range.max);
    if (expected == size && !outside) continue;
    std::string bound;
    for (const std::string& s : dim.Symbols()) {
      auto it = symbols.find(s);
      if (it != symbols.end()) absl::StrAppend(&bound, ", ", s, "=", it->second);
    }
    return absl::InvalidArgumentError(absl::StrCat(name, " has size ", size, " along axis ", axis,
                                                   ", the model takes ", dim.ToString(), bound));
  }
  return absl::OkStatus();
}

std::string InputName(const Value& v, size_t i) {
  return v.name.empty() ? absl::StrCat("input ", i) : absl::StrCat("input ", i, " (", v.name, ")");
}

}  // namespace

absl::StatusOr<Symbols> BindSymbols(const Graph& graph, absl::Span<const Tensor> inputs) {
  const std::vector<Value*>& values = graph.inputs();
  if (values.size() != inputs.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(inputs.size(), " inputs given, the model takes ", values.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    T2N_RETURN_IF_ERROR(CheckInput(*values[i], inputs[i], InputName(*values[i], i)));
  }
  Symbols symbols;
  for (bool progress = true; progress;) {
    progress = false;
    for (size_t i = 0; i < inputs.size(); ++i) {
      for (int64_t axis = 0; axis < inputs[i].rank(); ++axis) {
        progress |= Solve(values[i]->shape()[axis], inputs[i].sizes[axis], &symbols);
      }
    }
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    T2N_RETURN_IF_ERROR(CheckSizes(*values[i], inputs[i], InputName(*values[i], i), symbols));
  }
  return symbols;
}

absl::StatusOr<std::vector<Tensor>> RunGraph(const Graph& graph, absl::Span<const Tensor> inputs) {
  T2N_ASSIGN_OR_RETURN(Symbols symbols, BindSymbols(graph, inputs));
  return RunBody(graph, inputs, Lookup(symbols));
}

absl::StatusOr<Tensor> CastTensor(const Tensor& tensor, DType dtype) {
  if (tensor.dtype == dtype) return tensor;
  const Shape shape(tensor.sizes.begin(), tensor.sizes.end());
  Graph graph;
  Value* x = graph.AddNode(Op::kInput, {}, {}, {{tensor.dtype, shape, nullptr}})->output();
  Value* y = graph.AddNode(Op::kCast, {{"dtype", dtype}}, {x}, {{dtype, shape, nullptr}})->output();
  graph.inputs() = {x};
  graph.outputs() = {y};
  T2N_ASSIGN_OR_RETURN(const std::vector<Tensor> converted, RunGraph(graph, {tensor}));
  return converted[0];
}

}  // namespace t2n
