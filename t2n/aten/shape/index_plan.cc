#include "t2n/aten/shape/index_plan.h"

#include "t2n/aten/core/common.h"
#include "t2n/builder/selection.h"

namespace t2n {
namespace {

std::optional<std::vector<Val>> KnownNonzero(Builder& b, const Val& x) {
  if (!x.is_constant()) return std::nullopt;
  auto values = ReadDoubles(*x->constant);
  auto sizes = ConstantShape(x.shape());
  if (!values.ok() || !sizes) return std::nullopt;
  std::vector<std::vector<int64_t>> found(sizes->size());
  std::vector<int64_t> strides = ContiguousStrides(*sizes);
  for (size_t i = 0; i < values->size(); ++i) {
    if ((*values)[i] == 0) continue;
    for (size_t a = 0; a < sizes->size(); ++a) {
      found[a].push_back(static_cast<int64_t>(i) / strides[a] % (*sizes)[a]);
    }
  }
  std::vector<Val> out;
  for (const auto& axis : found) out.push_back(b.Ints(axis));
  return out;
}

}  // namespace

std::optional<std::vector<Val>> NonzeroPositions(OpCall& c, const Val& x) {
  std::optional<std::vector<Val>> known = KnownNonzero(c.b, x);
  if (known || !x) return known;
  if (x.numel() == Dim(0)) {
    c.RefuseSize();
    return std::nullopt;
  }
  Val at = SelectTrue(c.b, Flat(c.b, c.b.Cast(x, DType::kBool))).positions;
  std::vector<Val> out(x.rank());
  Dim stride = 1;
  for (int64_t i = x.rank() - 1; i >= 0; --i) {
    Val row = stride == Dim(1) ? at : c.b.Div(at, c.b.DimScalar(stride));
    out[i] = i == 0 ? row : c.b.Rem(row, c.b.DimScalar(x.dim(i)));
    stride *= x.dim(i);
  }
  return out;
}

namespace {

// Masks become the coordinates of their true elements.
bool ExpandMasks(OpCall& c, std::vector<Val>* indices) {
  std::vector<Val> out;
  for (const Val& index : *indices) {
    if (!index || (index.dtype() != DType::kBool && index.dtype() != DType::kU8)) {
      out.push_back(index);
      continue;
    }
    std::optional<std::vector<Val>> axes = NonzeroPositions(c, index);
    if (!axes || axes->empty()) {
      if (axes) c.RefuseSize();
      return false;
    }
    out.insert(out.end(), axes->begin(), axes->end());
  }
  *indices = std::move(out);
  return true;
}

}  // namespace

std::optional<IndexPlan> PlanIndex(OpCall& c, const Val& x, std::vector<Val> indices) {
  if (!x || !ExpandMasks(c, &indices)) return std::nullopt;
  int64_t rank = x.rank();
  if (static_cast<int64_t>(indices.size()) > rank) {
    c.Refuse("more indices than axes");
    return std::nullopt;
  }
  IndexPlan plan;
  std::vector<Shape> shapes;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (!indices[i]) continue;
    plan.axes.push_back(static_cast<int64_t>(i));
    shapes.push_back(indices[i].shape());
  }
  int64_t n = static_cast<int64_t>(plan.axes.size());
  if (n == 0) return plan;
  Shape shape = BroadcastShape(c, shapes);
  plan.perm = MovePerm(rank, plan.axes, IntRange(0, n));
  for (int64_t p : plan.perm) plan.front_shape.push_back(x.dim(p));
  for (int64_t axis : plan.axes) {
    Val at = WrapIndices(c, indices[axis], x.dim(axis));
    plan.at = plan.at ? plan.at * c.b.DimScalar(x.dim(axis)) + at : at;
  }
  plan.at = c.b.BroadcastTo(plan.at, shape);
  plan.flat_shape = {NumElements(absl::MakeSpan(plan.front_shape).first(n))};
  plan.flat_shape.insert(plan.flat_shape.end(), plan.front_shape.begin() + n,
                         plan.front_shape.end());
  int64_t k = static_cast<int64_t>(shape.size()), out_rank = k + rank - n;
  bool adjacent = plan.axes.back() - plan.axes.front() == n - 1;
  int64_t place = adjacent ? plan.axes.front() : 0;
  plan.result_perm = MovePerm(out_rank, IntRange(0, k), IntRange(place, place + k));
  return plan;
}

}  // namespace t2n
