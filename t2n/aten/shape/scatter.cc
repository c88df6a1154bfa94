// Writing elements by index.
#include <cmath>
#include <functional>
#include <limits>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/shape/index_plan.h"
#include "t2n/aten/shape/ops.h"
#include "t2n/builder/selection.h"

namespace t2n {
namespace {

// `updates` [N, rest...] into rows `at` [N] of x [n, rest...].
Val ScatterRows(Builder& b, const Val& x, const Val& at, const Val& updates,
                absl::string_view mode) {
  if (!at || at.numel() == Dim(0)) return x;
  return b.ScatterNd(x, b.Unsqueeze(at, at.rank()), updates, mode);
}

// x[mask] = values, where the values were chosen by the same mask.
Val PutSelected(OpCall& c, const Val& x, const Val& mask, const Val& values, bool accumulate) {
  Selection selected = SelectTrue(c.b, Flat(c.b, mask));
  Shape rows = {mask.numel()}, updates = {selected.count};
  rows.insert(rows.end(), x.shape().begin() + mask.rank(), x.shape().end());
  updates.insert(updates.end(), rows.begin() + 1, rows.end());
  Val out = ScatterRows(c.b, c.b.Reshape(x, rows), selected.positions,
                        c.b.BroadcastTo(values, updates), accumulate ? "add" : "set");
  return c.b.Reshape(out, x.shape());
}

// x[mask] = values for a mask over the first axes whose value is not known: the k-th true element
// takes the k-th value.
Val MaskPut(OpCall& c, const Val& x, const Val& mask, Val values, bool accumulate) {
  int64_t behind = x.rank() - mask.rank();
  if (behind < 0) return c.Refuse("a mask of more axes than the tensor");
  Shape spread = mask.shape(), rest(x.shape().begin() + mask.rank(), x.shape().end());
  spread.resize(x.rank(), Dim(1));
  if (values.rank() > behind && HasSelectionCount(values.dim(-1 - behind))) {
    return PutSelected(c, x, mask, values, accumulate);
  }
  if (values.rank() > behind && values.dim(-1 - behind) != Dim(1)) {
    Shape rows = rest;
    rows.insert(rows.begin(), values.dim(-1 - behind));
    Val count = c.b.Cumulative(Flat(c.b, c.b.Cast(mask, DType::kI64)), 0, "sum");
    Val at = c.b.Min(c.b.Max(count - 1, 0), c.b.DimScalar(rows[0] - 1));
    values = c.b.Reshape(c.b.Gather(c.b.BroadcastTo(values, rows), 0, at), x.shape());
  } else if (values.rank() > behind) {
    values = c.b.Squeeze(values, values.rank() - 1 - behind);
  }
  return c.b.Select(c.b.Reshape(mask, spread), accumulate ? x + values : values, x);
}

Val IndexPut(OpCall& c, const Val& x, std::vector<Val> indices, Val values, bool accumulate) {
  values = c.b.Cast(values, x.dtype());
  if (indices.size() == 1 && indices[0] && indices[0].dtype() == DType::kBool &&
      !indices[0].is_constant()) {
    return MaskPut(c, x, indices[0], values, accumulate);
  }
  std::optional<IndexPlan> plan = PlanIndex(c, x, std::move(indices));
  if (!plan || plan->axes.empty()) return plan ? c.Refuse("without an index") : Val();
  // What indexing would return, in the order of the gathered tensor.
  Shape gathered = plan->at.shape(), result;
  gathered.insert(gathered.end(), plan->flat_shape.begin() + 1, plan->flat_shape.end());
  for (int64_t p : plan->result_perm) result.push_back(gathered[p]);
  std::vector<int64_t> back(plan->result_perm.size());
  for (size_t i = 0; i < back.size(); ++i) back[plan->result_perm[i]] = static_cast<int64_t>(i);
  Val updates = c.b.Transpose(c.b.BroadcastTo(values, result), back);
  Val rows = c.b.Reshape(c.b.Transpose(x, plan->perm), plan->flat_shape);
  Val out = ScatterRows(c.b, rows, plan->at, updates, accumulate ? "add" : "set");
  std::vector<int64_t> inverse(plan->perm.size());
  for (size_t i = 0; i < inverse.size(); ++i) inverse[plan->perm[i]] = static_cast<int64_t>(i);
  return c.b.Transpose(c.b.Reshape(out, plan->front_shape), inverse);
}

Arg IndexPutOp(OpCall& c) {
  c.ignore({"unsafe"});
  return IndexPut(c, c.tensor("self"), c.optional_tensors("indices"), c.tensor("values"),
                  c.boolean("accumulate"));
}

Arg UnsafeMaskedIndexPut(OpCall& c) {
  Val x = c.tensor("self"), mask = c.tensor("mask"), values = c.tensor("values");
  std::vector<Val> indices = c.optional_tensors("indices");
  for (size_t i = 0; i < indices.size(); ++i) {
    if (!indices[i]) continue;
    Val at = AsIndices(c.b, indices[i]);
    indices[i] = c.b.Min(c.b.Max(at, 0), c.b.DimScalar(x.dim(i) - 1));
  }
  values = c.b.Select(mask, values, c.b.ScalarLike(values, 0));
  return IndexPut(c, x, indices, values, true);
}

Arg Put(OpCall& c) {
  Val x = c.tensor("self"), source = Flat(c.b, c.tensor("source"));
  Val at = WrapIndices(c, Flat(c.b, c.tensor("index")), x.numel());
  bool accumulate = c.boolean("accumulate");
  return c.b.Reshape(ScatterRows(c.b, Flat(c.b, x), at, source, accumulate ? "add" : "set"),
                     x.shape());
}

// How a scatter combines: the primitive's mode, and what a fresh element starts from.
struct Reduction {
  std::string mode;
  double identity = 0;
  bool mean = false;
};
std::optional<Reduction> ReductionOf(OpCall& c, DType dtype) {
  std::string name = c.str("reduce");
  // Beyond every element: infinity, or the integers' last one.
  double inf = std::numeric_limits<double>::infinity();
  double low = -inf, high = inf;
  if (!IsFloat(dtype)) {
    int bits = static_cast<int>(ItemSize(dtype)) * 8 - (IsSigned(dtype) ? 1 : 0);
    high = dtype == DType::kBool ? 1 : std::ldexp(1.0, bits) - (bits < 53 ? 1 : 1024);
    low = IsSigned(dtype) ? -std::ldexp(1.0, bits) : 0;
  }
  if (name == "sum" || name == "add") return Reduction{"add", 0, false};
  if (name == "mean") return Reduction{"add", 0, true};
  if (name == "prod" || name == "multiply") return Reduction{"mul", 1, false};
  if (name == "amax") return Reduction{"max", low, false};
  if (name == "amin") return Reduction{"min", high, false};
  c.RefuseArg("reduce");
  return std::nullopt;
}

// x / count as torch's mean divides integers: rounding down.
Val DivideCount(Builder& b, const Val& sum, const Val& count) {
  if (IsFloat(sum.dtype())) return sum / count;
  Val q = sum / count;
  Val below = b.And(b.Lt(sum, 0), b.Ne(b.Rem(sum, count), 0));
  return b.Select(below, q - 1, q);
}

using ScatterFn = std::function<Val(const Val& data, const Val& updates, absl::string_view mode)>;

// A scatter that reduces; without `include_self` elements that are written start afresh.
Val Reduced(OpCall& c, const Val& x, const Val& updates, bool include_self,
            const ScatterFn& scatter) {
  std::optional<Reduction> r = ReductionOf(c, x.dtype());
  if (!r) return Val();
  Val zeros = c.b.Full(x.shape(), x.dtype(), 0);
  Val ones = c.b.Full(updates.shape(), x.dtype(), 1);
  Val base = x;
  if (!include_self) {
    Val touched = c.b.Ne(scatter(zeros, ones, "set"), 0);
    base = c.b.Select(touched, c.b.ScalarLike(x, r->identity), x);
  }
  Val out = scatter(base, updates, r->mode);
  if (!r->mean) return out;
  Val start = include_self ? c.b.Full(x.shape(), x.dtype(), 1) : zeros;
  return DivideCount(c.b, out, c.b.Max(scatter(start, ones, "add"), 1));
}

// Operands of torch.scatter: rank 0 counts as rank 1; source is cut to the index's shape.
struct ScatterOperands {
  Val x, at, updates;
  int64_t axis = 0;
};
ScatterOperands ReadScatter(OpCall& c, const Arg& source) {
  Val x = AtLeast1d(c.b, c.tensor("self"));
  ScatterOperands s{x, AsIndices(c.b, AtLeast1d(c.b, c.tensor("index"))), Val(),
                    c.axis("dim", x.rank())};
  if (s.at.numel() == Dim(0)) return s;
  if (s.at.rank() != x.rank()) c.Refuse("index and self differ in rank");
  s.updates = AsTensor(c.b, source, x.dtype());
  if (!source.is_tensor()) {
    s.updates = c.b.BroadcastTo(s.updates, s.at.shape());
    return s;
  }
  s.updates = AtLeast1d(c.b, s.updates);
  if (s.updates.rank() != s.at.rank()) c.Refuse("index and src differ in rank");
  for (int64_t i = 0; i < s.at.rank(); ++i) s.updates = c.b.Slice(s.updates, i, 0, s.at.dim(i));
  return s;
}

Arg ScatterMode(OpCall& c, const Arg& source, absl::string_view mode) {
  ScatterOperands s = ReadScatter(c, source);
  if (!s.updates) return c.tensor("self");
  return c.b.Reshape(c.b.ScatterElements(s.x, s.axis, s.at, s.updates, mode),
                     c.tensor("self").shape());
}
Arg ScatterSrc(OpCall& c) { return ScatterMode(c, c.arg("src"), "set"); }
Arg ScatterValue(OpCall& c) { return ScatterMode(c, c.arg("value"), "set"); }
Arg ScatterAdd(OpCall& c) { return ScatterMode(c, c.arg("src"), "add"); }

Arg ScatterReducing(OpCall& c, const Arg& source, bool include_self) {
  ScatterOperands s = ReadScatter(c, source);
  if (!s.updates) return c.arg("reduce"), c.tensor("self");
  Val out = Reduced(c, s.x, s.updates, include_self,
                    [&](const Val& data, const Val& updates, absl::string_view mode) {
                      return c.b.ScatterElements(data, s.axis, s.at, updates, mode);
                    });
  return c.b.Reshape(out, c.tensor("self").shape());
}
Arg ScatterReduce(OpCall& c) { return ScatterReducing(c, c.arg("src"), c.boolean("include_self")); }
Arg ScatterSrcReduce(OpCall& c) { return ScatterReducing(c, c.arg("src"), true); }
Arg ScatterValueReduce(OpCall& c) { return ScatterReducing(c, c.arg("value"), true); }

// Rows of an axis: that axis in front, the index of rank 1, and the way back.
struct Rows {
  Val x, at, source;
  int64_t axis;
  Val Back(OpCall& c, const Val& rows) const {
    Val out = c.b.Transpose(rows, MovePerm(rows.rank(), {0}, {axis}));
    return c.b.Reshape(out, c.tensor("self").shape());
  }
};
Rows ReadRows(OpCall& c) {
  Val x = AtLeast1d(c.b, c.tensor("self"));
  int64_t axis = c.axis("dim", x.rank());
  std::vector<int64_t> front = MovePerm(x.rank(), {axis}, {0});
  Rows r{c.b.Transpose(x, front), AsIndices(c.b, Flat(c.b, c.tensor("index"))), Val(), axis};
  if (c.has("source")) {
    Val source = c.b.Cast(AtLeast1d(c.b, c.tensor("source")), x.dtype());
    if (source.rank() == x.rank()) source = c.b.Transpose(source, front);
    Shape shape = r.x.shape();
    shape[0] = r.at.numel();
    r.source = c.b.Reshape(source, std::move(shape));
  }
  return r;
}

Arg IndexAdd(OpCall& c) {
  Rows r = ReadRows(c);
  const Arg& alpha = c.arg("alpha");
  Val updates = r.source;
  if (alpha.AsDouble() != 1) updates = updates * AsTensor(c.b, alpha, r.x.dtype());
  return r.Back(c, ScatterRows(c.b, r.x, r.at, updates, "add"));
}

Arg IndexCopy(OpCall& c) {
  Rows r = ReadRows(c);
  return r.Back(c, ScatterRows(c.b, r.x, r.at, r.source, "set"));
}

Arg IndexReduce(OpCall& c) {
  Rows r = ReadRows(c);
  return r.Back(c, Reduced(c, r.x, r.source, c.boolean("include_self"),
                           [&](const Val& data, const Val& updates, absl::string_view mode) {
                             return ScatterRows(c.b, data, r.at, updates, mode);
                           }));
}

Arg IndexFill(OpCall& c) {
  Rows r = ReadRows(c);
  Val at = WrapIndices(c, r.at, r.x.dim(0));
  Val hit = c.b.Eq(IotaAlong(c.b, r.x.dim(0), 0, 2), c.b.Unsqueeze(at, 0));
  if (r.x.rank() == 0) return c.Refuse("of a tensor without axes");
  Shape rows(r.x.rank(), Dim(1));
  rows[0] = r.x.dim(0);
  hit = c.b.Reshape(c.b.Reduce(Op::kReduceAny, hit, {1}, false), std::move(rows));
  return r.Back(c, c.b.Select(hit, AsTensor(c.b, c.arg("value"), r.x.dtype()), r.x));
}

constexpr OpEntry kOps[] = {
    {"aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> "
     "Tensor",
     IndexPutOp, &kAsFirst},
    {"aten::_unsafe_index_put(Tensor self, Tensor?[] indices, Tensor values, bool "
     "accumulate=False) -> Tensor",
     IndexPutOp},
    {"aten::_index_put_impl(Tensor self, Tensor?[] indices, Tensor values, bool "
     "accumulate=False, bool unsafe=False) -> Tensor",
     IndexPutOp},
    {"aten::_unsafe_masked_index_put_accumulate(Tensor self, Tensor mask, Tensor?[] indices, "
     "Tensor values) -> Tensor",
     UnsafeMaskedIndexPut},
    {"aten::put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor", Put,
     &kAsFirst},
    {"aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", ScatterSrc,
     &kInRows},
    {"aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
     ScatterValue, &kInRows},
    {"aten::scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> "
     "Tensor",
     ScatterSrcReduce},
    {"aten::scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str "
     "reduce) -> Tensor",
     ScatterValueReduce},
    {"aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", ScatterAdd,
     &kInRows},
    {"aten::scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, "
     "bool include_self=True) -> Tensor",
     ScatterReduce, &kInRows},
    {"aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> "
     "Tensor",
     IndexAdd, &kInRows},
    {"aten::index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor", IndexCopy,
     &kInRows},
    {"aten::index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool "
     "include_self=True) -> Tensor",
     IndexReduce},
    {"aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
     IndexFill, &kAsFirst},
    {"aten::index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor",
     IndexFill, &kAsFirst},
};

}  // namespace

absl::Span<const OpEntry> ScatterOps() { return kOps; }

}  // namespace t2n
