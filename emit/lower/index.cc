#include "emit/lower/families.h"
#include "t2n/blocks/block_buffer.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;

namespace {

// The elements of `data` by a flat list of indices; by one constant index as a slice.
Expr GatherFlat(Lowering& l, const Node& node, const Expr& data, const Expr& indices) {
  const std::optional<Tensor>& constant = node.inputs[1]->constant;
  const int64_t axis = node.attrs.Int("axis");
  if (constant && constant->numel() == 1) {
    int64_t at = (*ReadInts(*constant))[0];
    return l.Temp(node, "flat", OneSlice(data, axis, at, at + 1));
  }
  Dim count = NumElements(node.inputs[1]->shape());
  Expr flat = l.Temp(node, "indices", Call("reshape", {indices}, {{"shape", DimArray({count})}}));
  return l.Temp(node, "flat", Call("tract_core_gather", {data, flat}, {{"axis", nnef::Int(axis)}}));
}

// By indices of rank 1, which become the other axes behind.
void GatherByVector(Lowering& l, const Node& node, const Expr& data, const Expr& indices) {
  l.Set(node, Call("reshape", {GatherFlat(l, node, data, indices)},
                   {{"shape", DimArray(node.inputs[1]->shape())},
                    {"axis_start", nnef::Int(node.attrs.Int("axis"))},
                    {"axis_count", nnef::Int(1)}}));
}

Expr GatherCall(Lowering& l, const Node& node, const Expr& data, const Expr& indices) {
  Expr call = Call(l.target().strict ? "gather" : "tract_core_gather", {data, indices},
                   {{"axis", nnef::Int(node.attrs.Int("axis"))}});
  const Value& table = *node.inputs[0];
  // Blocks do not tell which type they stand for.
  if (table.constant && BlocksOf(*table.constant)) {
    call.items.push_back({"datum_type", nnef::Str(DTypeName(table.dtype()))});
  }
  return call;
}

}  // namespace

absl::Status LowerGather(Lowering& l, const Node& node) {
  Expr data = l.In(node, 0), indices = l.In(node, 1);
  const bool vector = node.inputs[1]->rank() == 1 && node.inputs[1]->shape()[0] != Dim(1);
  if (!l.target().gathers_by_any_rank() && !vector) {
    GatherByVector(l, node, data, indices);
  } else {
    l.Set(node, GatherCall(l, node, data, indices));
  }
  return absl::OkStatus();
}

absl::Status LowerGatherElements(Lowering& l, const Node& node) {
  l.Set(node, Call("tract_core_gather_elements", {l.In(node, 0), l.In(node, 1)},
                   {{"axis", nnef::Int(node.attrs.Int("axis"))}}));
  return absl::OkStatus();
}

absl::Status LowerGatherNd(Lowering& l, const Node& node) {
  l.Set(node, Call("tract_core_gather_nd", {l.In(node, 0), l.In(node, 1)},
                   {{"batch_dims", nnef::Int(0)}}));
  return absl::OkStatus();
}

absl::Status LowerScatter(Lowering& l, const Node& node) {
  const std::string& mode = node.attrs.Str("mode");
  if (mode != "set" && !l.target().has_scatter_reductions()) {
    return l.Refuse(node, "it scatters by replacing only");
  }
  Expr reduction = nnef::Str(mode == "set" ? "none" : mode);
  std::vector<Expr> operands = {l.In(node, 0), l.In(node, 1), l.In(node, 2)};
  if (node.op == Op::kScatterElements) {
    l.Set(node, Call("tract_core_scatter_elements", std::move(operands),
                     {{"axis", nnef::Int(node.attrs.Int("axis"))}, {"reduction", reduction}}));
  } else {
    l.Set(node, Call("tract_core_scatter_nd", std::move(operands), {{"reduction", reduction}}));
  }
  return absl::OkStatus();
}

}  // namespace t2n
