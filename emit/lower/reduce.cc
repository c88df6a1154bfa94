#include "emit/lower/families.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

namespace {

Expr Reduced(const char* op, Expr x, const std::vector<int64_t>& axes) {
  return Call(op, {std::move(x)}, {{"axes", Ints(axes)}});
}

// tract's max and min skip NaN; a sum over a NaN is one.
void LowerExtreme(Lowering& l, const Node& node, const char* op, const Expr& x,
                  const std::vector<int64_t>& axes) {
  DType dtype = node.inputs[0]->dtype();
  if (!IsFloat(dtype) || l.target().strict) {
    l.Set(node, Reduced(op, x, axes));
    return;
  }
  Expr is_nan = l.Temp(node, "is_nan",
                       dtype == DType::kF64 ? Call("ne", {x, x}) : Call("tract_core_is_nan", {x}));
  Expr any_nan = l.Temp(node, "any_nan", Reduced("any_reduce", is_nan, axes));
  Expr sum = l.Temp(node, "sum", Reduced("sum_reduce", x, axes));
  Expr extreme = l.Temp(node, "skipping", Reduced(op, x, axes));
  l.Set(node, Call("select", {any_nan, sum, extreme}));
}

}  // namespace

absl::Status LowerReduce(Lowering& l, const Node& node) {
  Expr x = l.In(node, 0);
  const std::vector<int64_t>& axes = node.attrs.Ints("axes");
  DType dtype = node.inputs[0]->dtype();
  bool strict = l.target().strict;
  switch (node.op) {
    case Op::kReduceSum:
    case Op::kReduceMean: {
      const char* op = node.op == Op::kReduceSum ? "sum_reduce" : "mean_reduce";
      if (IsInteger(dtype) && !strict) {
        // tract adds integers up in 32 bits; doubles are exact up to 2^53.
        Expr wide = l.Temp(node, "f64", l.Cast(x, DType::kF64));
        l.Set(node, l.Cast(l.Temp(node, "sum", Reduced(op, wide, axes)), dtype));
      } else {
        l.Set(node, Reduced(op, x, axes));
      }
      return absl::OkStatus();
    }
    case Op::kReduceMax:
      LowerExtreme(l, node, "max_reduce", x, axes);
      return absl::OkStatus();
    case Op::kReduceMin:
      LowerExtreme(l, node, "min_reduce", x, axes);
      return absl::OkStatus();
    case Op::kReduceAny:
    case Op::kReduceAll:
      l.Set(node, Reduced(node.op == Op::kReduceAny ? "any_reduce" : "all_reduce", x, axes));
      return absl::OkStatus();
    default:
      if (strict) return l.Refuse(node, "NNEF has no product over an axis");
      l.Set(node, Reduced("tract_core_product_reduce", x, axes));
      return absl::OkStatus();
  }
}

absl::Status LowerArgReduce(Lowering& l, const Node& node) {
  const char* op = node.op == Op::kArgMax ? "argmax_reduce" : "argmin_reduce";
  l.Set(node, Reduced(op, l.In(node, 0), {node.attrs.Int("axis")}));
  return absl::OkStatus();
}

absl::Status LowerCumulative(Lowering& l, const Node& node) {
  return l.Refuse(node, "running reductions have no form here");
}

absl::Status LowerTopK(Lowering& l, const Node& node) {
  if (l.target().strict) return l.Refuse(node, "NNEF has no sorting");
  l.SetAll(node, Call("tract_core_topk", {l.In(node, 0)},
                      {{"k", DimExpr(node.attrs.Size("k"))},
                       {"axis", nnef::Int(node.attrs.Int("axis"))},
                       {"largest", nnef::Bool(node.attrs.Bool("largest"))}}));
  return absl::OkStatus();
}

}  // namespace t2n
