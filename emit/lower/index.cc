#include "emit/lower/families.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;

absl::Status LowerGather(Lowering& l, const Node& node) {
  Expr data = l.In(node, 0), indices = l.In(node, 1);
  switch (node.op) {
    case Op::kGather:
      l.Set(node, Call(l.target().strict ? "gather" : "tract_core_gather", {data, indices},
                       {{"axis", nnef::Int(node.attrs.Int("axis"))}}));
      break;
    case Op::kGatherElements:
      l.Set(node, Call("tract_core_gather_elements", {data, indices},
                       {{"axis", nnef::Int(node.attrs.Int("axis"))}}));
      break;
    default:
      l.Set(node, Call("tract_core_gather_nd", {data, indices}, {{"batch_dims", nnef::Int(0)}}));
  }
  return absl::OkStatus();
}

absl::Status LowerScatter(Lowering& l, const Node& node) {
  if (l.target().strict) return l.Refuse(node, "NNEF 1.0.5 has no scatter");
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
