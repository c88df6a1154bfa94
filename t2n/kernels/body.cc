#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/kernels/kernel.h"

namespace t2n {
namespace {

absl::Status At(const Node& node, const absl::Status& status) {
  std::string place = node.place ? absl::StrCat(" at ", node.place->ToString()) : "";
  return absl::Status(status.code(), absl::StrCat(status.message(), "; %", node.output()->id, " ",
                                                  OpName(node.op), place));
}

// The elements of a value without running its node, if they are known.
absl::StatusOr<std::optional<Tensor>> Known(const Value& v, const Binding& bind) {
  if (v.constant) return v.constant;
  if (!v.dims) return std::nullopt;
  std::vector<int64_t> elements, sizes;
  for (const auto& [from, to] : {std::pair(&*v.dims, &elements), std::pair(&v.shape(), &sizes)}) {
    for (const Dim& d : *from) {
      std::optional<int64_t> value = d.Eval(bind);
      if (!value) return absl::UnimplementedError(absl::StrCat("no value for ", d.ToString()));
      to->push_back(*value);
    }
  }
  Tensor t = Tensor::Ints(elements);
  t.sizes = sizes;
  t.strides = ContiguousStrides(t.sizes);
  if (t.numel() != static_cast<int64_t>(elements.size())) {
    return absl::InternalError("size expressions of another number than the shape says");
  }
  if (v.dtype() == DType::kI64) return t;
  Attrs attrs = {{"dtype", v.dtype()}};
  T2N_ASSIGN_OR_RETURN(auto cast, FindKernel(Op::kCast)({Op::kCast, attrs, {t}, {v.type}}));
  return cast[0];
}

// One run of a graph: the values that are still needed, and how often.
class Run {
 public:
  Run(const Graph& graph, const Binding& bind) : graph_(graph), bind_(bind) { CountUses(); }

  absl::StatusOr<std::vector<Tensor>> Execute(absl::Span<const Tensor> inputs);

 private:
  static bool NeedsRun(const Value* v) { return !v->constant && !v->dims; }
  void CountUses();
  absl::Status Execute(const Node& node);
  absl::StatusOr<Tensor> Take(const Value* v);

  const Graph& graph_;
  const Binding& bind_;
  absl::flat_hash_map<const Value*, int> uses_;
  absl::flat_hash_map<const Value*, Tensor> values_;
};

void Run::CountUses() {
  for (const Value* v : graph_.outputs()) uses_[v]++;
  for (auto it = graph_.nodes().rbegin(); it != graph_.nodes().rend(); ++it) {
    const auto& outputs = (*it)->outputs;
    bool live = std::any_of(outputs.begin(), outputs.end(), [&](const auto& v) {
      return NeedsRun(v.get()) && uses_.contains(v.get());
    });
    if (!live) continue;
    for (const Value* v : (*it)->inputs) uses_[v]++;
  }
}

absl::StatusOr<Tensor> Run::Take(const Value* v) {
  T2N_ASSIGN_OR_RETURN(std::optional<Tensor> known, Known(*v, bind_));
  if (known) return *std::move(known);
  auto it = values_.find(v);
  if (it == values_.end()) {
    return absl::InternalError(absl::StrCat("%", v->id, " is used before it is computed"));
  }
  Tensor t = it->second;
  if (--uses_[v] == 0) values_.erase(it);
  return t;
}

absl::Status Run::Execute(const Node& node) {
  std::vector<Tensor> inputs;
  for (const Value* v : node.inputs) {
    T2N_ASSIGN_OR_RETURN(Tensor t, Take(v));
    inputs.push_back(std::move(t));
  }
  T2N_ASSIGN_OR_RETURN(std::vector<Tensor> results, RunNode(node, inputs, bind_));
  for (size_t i = 0; i < results.size(); ++i) {
    const Value* v = node.output(i);
    if (results[i].dtype != v->dtype()) {
      return absl::InternalError(absl::StrCat("result ", i, " is ", DTypeName(results[i].dtype),
                                              " where the graph says ", DTypeName(v->dtype())));
    }
    if (uses_.contains(v)) values_[v] = std::move(results[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Tensor>> Run::Execute(absl::Span<const Tensor> inputs) {
  if (inputs.size() != graph_.inputs().size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(graph_.inputs().size(), " inputs expected, ", inputs.size(), " given"));
  }
  for (size_t i = 0; i < inputs.size(); ++i) values_[graph_.inputs()[i]] = inputs[i];
  for (const auto& node : graph_.nodes()) {
    bool live = node->op != Op::kInput &&
                std::any_of(node->outputs.begin(), node->outputs.end(), [&](const auto& v) {
                  return NeedsRun(v.get()) && uses_.contains(v.get());
                });
    if (!live) continue;
    if (absl::Status status = Execute(*node); !status.ok()) return At(*node, status);
  }
  std::vector<Tensor> outputs;
  for (const Value* v : graph_.outputs()) {
    T2N_ASSIGN_OR_RETURN(Tensor t, Take(v));
    outputs.push_back(std::move(t));
  }
  return outputs;
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> RunBody(const Graph& graph, absl::Span<const Tensor> inputs,
                                            const Binding& bind) {
  return Run(graph, bind).Execute(inputs);
}

}  // namespace t2n
