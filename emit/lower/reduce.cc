#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "emit/lower/families.h"
#include "t2n/base/status.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

namespace {

Expr Reduced(const char* op, Expr x, const std::vector<int64_t>& axes) {
  return Call(op, {std::move(x)}, {{"axes", Ints(axes)}});
}

// A sum or mean. Of known axes first: over known and open ones together, three norms in a row keep
// tract (0.23.9) from coming to an end.
Expr Summed(Lowering& l, const Node& node, const char* op, Expr x) {
  std::vector<int64_t> known, open;
  for (int64_t axis : node.attrs.Ints("axes")) {
    (node.inputs[0]->shape()[axis].is_const() ? known : open).push_back(axis);
  }
  if (open.empty() || known.empty()) return Reduced(op, std::move(x), node.attrs.Ints("axes"));
  return Reduced(op, l.Temp(node, "known", Reduced(op, std::move(x), known)), open);
}

// Whether tract reads the size as it is meant in every case.
bool IsPlain(const Dim& size) {
  if (size.IsPolynomial()) return true;
  const std::optional<FloorLine> line = AsFloorLine(size);
  return line && line->slope > 0 && line->of.IsPolynomial() && line->of.range().min >= 0;
}

// mean_reduce divides by a number of elements which tract takes, where it is open, for a mask: then
// the regions that matter, one of another, are sizes that grow with every mean. Here a sum is
// divided by a number that tract knows nothing of. nullopt where a size may be misread.
std::optional<Expr> MeanOverOpenAxes(Lowering& l, const Node& node, Expr x, DType dtype) {
  std::vector<int64_t> known, open;
  for (const int64_t axis : node.attrs.Ints("axes")) {
    const Dim& size = node.inputs[0]->shape()[axis];
    (size.is_const() ? known : open).push_back(axis);
    if (!IsPlain(size)) return std::nullopt;
  }
  if (open.empty() || !l.target().reasons_on_sizes()) return std::nullopt;
  if (!known.empty()) x = l.Temp(node, "known", Reduced("mean_reduce", std::move(x), known));
  std::optional<Expr> count;
  Expr sum = Reduced("sum_reduce", std::move(x), open);
  for (const int64_t axis : open) {
    Expr size = l.Temp(node, "size", l.Cast(DimExpr(node.inputs[0]->shape()[axis]), DType::kI64));
    size = l.Temp(node, "size", Call("abs", {size}));
    size = l.Temp(node, "size", l.Cast(size, dtype));
    if (dtype == DType::kF16 && count) {  // their product may be more than f16 has
      sum = Call("div", {l.Temp(node, "sum", std::move(sum)), *count});
      count = size;
    } else {
      count = count ? l.Temp(node, "count", Call("mul", {*count, size})) : size;
    }
  }
  return Call("div", {l.Temp(node, "sum", std::move(sum)), *count});
}

}  // namespace

absl::Status LowerSumOrMean(Lowering& l, const Node& node) {
  Expr x = l.In(node, 0);
  const DType dtype = node.inputs[0]->dtype();
  const char* op = node.op == Op::kReduceSum ? "sum_reduce" : "mean_reduce";
  if (IsInteger(dtype) && !l.target().strict) {
    // tract adds integers up in 32 bits; doubles are exact up to 2^53.
    Expr wide = l.Temp(node, "f64", l.Cast(x, DType::kF64));
    l.Set(node, l.Cast(l.Temp(node, "sum", Summed(l, node, op, wide)), dtype));
    return absl::OkStatus();
  }
  std::optional<Expr> mean;
  if (node.op == Op::kReduceMean) mean = MeanOverOpenAxes(l, node, x, dtype);
  l.Set(node, mean ? *std::move(mean) : Summed(l, node, op, x));
  return absl::OkStatus();
}

absl::Status LowerProd(Lowering& l, const Node& node) {
  l.Set(node, Reduced("tract_core_product_reduce", l.In(node, 0), node.attrs.Ints("axes")));
  return absl::OkStatus();
}

absl::Status LowerAnyOrAll(Lowering& l, const Node& node) {
  l.Alias(node.output(),
          l.AnyOrAll(node, node.op == Op::kReduceAny, l.In(node, 0), node.attrs.Ints("axes")));
  return absl::OkStatus();
}

// tract's max and min skip NaN, and begin with the lowest (highest) finite number: of infinities
// alone they do not give infinity. A sum gives both.
absl::Status LowerExtreme(Lowering& l, const Node& node) {
  Expr x = l.In(node, 0);
  const std::vector<int64_t>& axes = node.attrs.Ints("axes");
  bool max = node.op == Op::kReduceMax;
  const char* op = max ? "max_reduce" : "min_reduce";
  DType dtype = node.inputs[0]->dtype();
  if (!IsFloat(dtype) || l.target().strict) {
    l.Set(node, Reduced(op, x, axes));
    return absl::OkStatus();
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Expr is_nan = l.IsNan(node, x, dtype);
  Expr any_nan = l.AnyOrAll(node, true, is_nan, axes);
  Expr infinity = l.Number(max ? -kInfinity : kInfinity);
  Expr is_infinite = l.Temp(node, "is_infinite", Call("eq", {x, infinity}));
  Expr all_infinite = l.AnyOrAll(node, false, is_infinite, axes);
  Expr special = l.Temp(node, "special", Call("or", {any_nan, all_infinite}));
  Expr sum = l.Temp(node, "sum", Reduced("sum_reduce", x, axes));
  Expr extreme = l.Temp(node, "finite", Reduced(op, x, axes));
  l.Set(node, Call("select", {special, sum, extreme}));
  return absl::OkStatus();
}

// A NaN counts as the extreme; tract skips it.
absl::Status LowerArgReduce(Lowering& l, const Node& node) {
  const char* op = node.op == Op::kArgMax ? "argmax_reduce" : "argmin_reduce";
  Expr x = l.In(node, 0);
  std::vector<int64_t> axes = {node.attrs.Int("axis")};
  DType dtype = node.inputs[0]->dtype();
  if (dtype == DType::kBool && !l.target().strict) {
    x = l.Temp(node, "u8", l.Cast(x, DType::kU8));
  }
  if (!IsFloat(dtype) || l.target().strict) {
    l.Set(node, Reduced(op, x, axes));
    return absl::OkStatus();
  }
  Expr is_nan = l.IsNan(node, x, dtype);
  Expr any_nan = l.AnyOrAll(node, true, is_nan, axes);
  Expr flags = l.Temp(node, "flags", l.Cast(is_nan, DType::kU8));
  Expr first_nan = l.Temp(node, "first_nan", Reduced("argmax_reduce", flags, axes));
  Expr extreme = l.Temp(node, "skipping", Reduced(op, x, axes));
  l.Set(node, Call("select", {any_nan, first_nan, extreme}));
  return absl::OkStatus();
}

namespace {

// tract takes an open k only from values: the end of a range that has it as length.
Expr OpenCount(Lowering& l, const Node& node, const Dim& k) {
  Expr range =
      l.Temp(node, "range", Call("tract_core_range", {nnef::Int(1), DimExpr(k + 1), nnef::Int(1)}));
  Expr numbers = l.Temp(node, "numbers", l.Cast(range, DType::kI64));
  Expr last = l.Temp(node, "last", Call("max_reduce", {numbers}, {{"axes", Ints({0})}}));
  return l.Temp(node, "k", Call("max", {last, nnef::Int(0)}));
}

// By a matrix whose rows run along the axis.
void TopKOfRows(Lowering& l, const Node& node, const Expr& x, Expr key) {
  const Shape& shape = node.inputs[0]->shape();
  int64_t axis = node.attrs.Int("axis"), last = shape.size() - 1;
  std::vector<int64_t> perm(shape.size());
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[axis], perm[last]);
  auto swapped = [&](Expr e) {
    return axis == last ? e
                        : l.Temp(node, "swapped", Call("transpose", {e}, {{"axes", Ints(perm)}}));
  };
  Shape rows = node.output()->shape();
  std::swap(rows[axis], rows[last]);
  Dim count = NumElements(absl::MakeConstSpan(rows).first(last));
  Expr matrix = l.Temp(
      node, "rows",
      Call("reshape", {swapped(std::move(key))}, {{"shape", DimArray({count, shape[axis]})}}));
  auto [values, indices] = l.TempPair(node, "sorted", "order",
                                      Call("tract_core_topk", {matrix},
                                           {{"k", DimExpr(node.attrs.Size("k"))},
                                            {"axis", nnef::Int(1)},
                                            {"largest", nnef::Bool(node.attrs.Bool("largest"))}}));
  Expr shaped = l.Temp(node, "order", Call("reshape", {indices}, {{"shape", DimArray(rows)}}));
  l.Alias(node.output(1), swapped(shaped));
  l.SetOutput(*node.output(0), Call("tract_core_gather_elements", {x, l.Ref(node.output(1))},
                                    {{"axis", nnef::Int(axis)}}));
}

// tract's order has no place for NaN: it sorts infinities in their stead.
Expr SortKey(Lowering& l, const Node& node, const Expr& x) {
  const DType dtype = node.inputs[0]->dtype();
  if (dtype == DType::kBool) return l.Temp(node, "u8", l.Cast(x, DType::kU8));
  if (!IsFloat(dtype)) return x;
  Expr is_nan = l.IsNan(node, x, dtype);
  Expr infinity = l.Number(std::numeric_limits<double>::infinity());
  if (dtype != DType::kF32) infinity = l.Temp(node, "infinity", l.Cast(infinity, dtype));
  return l.Temp(node, "key", Call("select", {is_nan, infinity, x}));
}

}  // namespace

absl::Status LowerTopK(Lowering& l, const Node& node) {
  if (!l.target().has_topk()) return l.Refuse(node, "no sorting there");
  if (node.inputs[0]->dtype() != DType::kF32 && !l.target().topk_of_any_type()) {
    return l.Refuse(node, "sorting of other types than f32");
  }
  Expr x = l.In(node, 0), axis = nnef::Int(node.attrs.Int("axis"));
  const Expr key = SortKey(l, node, x);
  const Dim& k = node.attrs.Size("k");
  if (!k.is_const() && !l.target().has_symbolic_values()) {
    return l.Refuse(node, "sorting of a symbolic count");
  }
  if (node.inputs[0]->rank() > 2 && !l.target().topk_of_any_rank()) {
    TopKOfRows(l, node, x, key);
    return absl::OkStatus();
  }
  Expr count = k.is_const() ? DimExpr(k) : OpenCount(l, node, k);
  Expr sorted =
      Call("tract_core_topk", {key},
           {{"k", count}, {"axis", axis}, {"largest", nnef::Bool(node.attrs.Bool("largest"))}});
  if (k.is_const() && key.text == x.text) {
    l.SetAll(node, std::move(sorted));
    return absl::OkStatus();
  }
  if (k.is_const()) {
    Expr indices = l.SetSecond(node, "sorted", std::move(sorted));
    l.SetOutput(*node.output(0),
                Call("tract_core_gather_elements", {x, indices}, {{"axis", axis}}));
    return absl::OkStatus();
  }
  // tract does not know how many there are after an open count: slices say it, or a range as index.
  auto [values, indices] = l.TempPair(node, "sorted", "order", std::move(sorted));
  auto counted = [&](const Expr& e) {
    if (l.target().proves_slices_of_counts()) {
      return Call("slice", {e},
                  {{"axes", nnef::Array({axis})}, {"begin", Ints({0})}, {"end", DimArray({k})}});
    }
    Expr range =
        l.Temp(node, "range", Call("tract_core_range", {nnef::Int(0), DimExpr(k), nnef::Int(1)}));
    return Call("tract_core_gather", {e, range}, {{"axis", axis}});
  };
  if (key.text != x.text) {
    values =
        l.Temp(node, "values", Call("tract_core_gather_elements", {x, indices}, {{"axis", axis}}));
  }
  l.SetOutput(*node.output(0), counted(values));
  l.SetOutput(*node.output(1), counted(indices));
  return absl::OkStatus();
}

}  // namespace t2n
