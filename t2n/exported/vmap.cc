#include "t2n/exported/vmap.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"

namespace t2n::exported {
namespace {

std::optional<int64_t> Number(const IValue& value) {
  const Dim* d = value.If<Dim>();
  return d ? d->constant() : std::nullopt;
}

absl::Status Malformed() {
  return absl::InvalidArgumentError("a mark of torch.vmap has not its arguments");
}

}  // namespace

size_t EndOfVmap(absl::Span<const Node> nodes, size_t begin) {
  int depth = 0;
  for (size_t i = begin; i < nodes.size(); ++i) {
    if (nodes[i].target == kVmapBegin) ++depth;
    if (nodes[i].target == kVmapEnd && --depth == 0) return i;
  }
  return nodes.size();
}

// (size, randomness): a scan over the rows.
absl::Status Evaluator::RunVmap(const Node& begin, absl::Span<const Node> nodes, Scope& scope) {
  if (begin.inputs.empty()) return Malformed();
  T2N_ASSIGN_OR_RETURN(const IValue size, ValueOf(begin.inputs[0].value, scope));
  const Dim* length = size.If<Dim>();
  if (length == nullptr) return Malformed();
  Vmap vmap;
  vmap.loop.counter = LoopCounter(loops_++, 0);
  vmap.loop.length = *length;
  vmap.loop.first_id = b_.Scalar(DType::kI64, int64_t{0})->id;
  vmaps_.push_back(&vmap);
  const absl::Status status = RunNodes(nodes, scope);
  vmaps_.pop_back();
  T2N_RETURN_IF_ERROR(status);
  if (vmap.results.empty()) return absl::OkStatus();
  std::vector<Val> stacked;
  if (vmap.loop.length == Dim(0)) {
    for (const Val& row : vmap.loop.produced) stacked.push_back(b_.Slice(row, 0, 0, 0));
  } else {
    T2N_ASSIGN_OR_RETURN(stacked, MakeScan(vmap.loop, &b_));
  }
  for (size_t i = 0; i < vmap.results.size(); ++i) {
    const auto& [node, axis] = vmap.results[i];
    const Val rows = b_.Transpose(stacked[i], MovePerm(stacked[i].rank(), {0}, {axis}));
    T2N_RETURN_IF_ERROR(Store(*node, {IValue(TensorRef::New(rows))}, &scope));
  }
  return absl::OkStatus();
}

absl::StatusOr<Evaluator::Vmap*> Evaluator::VmapOf(const IValue& level) {
  const std::optional<int64_t> number = Number(level);
  if (!number || *number < 1 || *number > static_cast<int64_t>(vmaps_.size())) return Malformed();
  return vmaps_[*number - 1];
}

// (tensor, axis, level): one row of it.
absl::Status Evaluator::AddBatch(const Node& node, Scope* scope) {
  if (node.inputs.size() != 3) return Malformed();
  T2N_ASSIGN_OR_RETURN(const IValue of, ValueOf(node.inputs[0].value, *scope));
  T2N_ASSIGN_OR_RETURN(const IValue axis, ValueOf(node.inputs[1].value, *scope));
  T2N_ASSIGN_OR_RETURN(const IValue level, ValueOf(node.inputs[2].value, *scope));
  T2N_ASSIGN_OR_RETURN(Vmap* const vmap, VmapOf(level));
  if (!of.tensor() || !Number(axis)) return Malformed();
  const Val all = of.tensor()->Read();
  const auto at = NormalizeAxis(*Number(axis), all.rank());
  if (!at || all.rank() == 0) return Malformed();
  const Val rows = b_.Transpose(all, MovePerm(all.rank(), {*at}, {0}));
  const bool none = vmap->loop.length == Dim(0);
  const Val row = none ? b_.Full({rows.shape().begin() + 1, rows.shape().end()}, rows.dtype(), 0)
                       : b_.SelectIndex(rows, 0, vmap->loop.counter);
  return Store(node, {IValue(TensorRef::New(row))}, scope);
}

// (tensor, level, size, axis): the rows along a new axis, once all are known.
absl::Status Evaluator::RemoveBatch(const Node& node, Scope& scope) {
  if (node.inputs.size() != 4) return Malformed();
  T2N_ASSIGN_OR_RETURN(const IValue of, ValueOf(node.inputs[0].value, scope));
  T2N_ASSIGN_OR_RETURN(const IValue level, ValueOf(node.inputs[1].value, scope));
  T2N_ASSIGN_OR_RETURN(const IValue axis, ValueOf(node.inputs[3].value, scope));
  T2N_ASSIGN_OR_RETURN(Vmap* const vmap, VmapOf(level));
  if (!of.tensor() || !Number(axis)) return Malformed();
  const Val row = of.tensor()->Read();
  const auto at = NormalizeAxis(*Number(axis), row.rank() + 1);
  if (!at) return Malformed();
  vmap->results.push_back({&node, *at});
  vmap->loop.produced.push_back(b_.Unsqueeze(row, 0));
  return b_.status();
}

}  // namespace t2n::exported
