#include "t2n/alias/tensor_ref.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "t2n/ir/loop_counter.h"

namespace t2n {
namespace {

// `x` with the elements that Gather{attrs} takes replaced by `v`.
Val GatherScatter(Builder& b, const Attrs& attrs, const Val& x, const Val& indices, const Val& v) {
  int64_t axis = attrs.Int("axis"), k = indices.rank();
  std::vector<int64_t> to_front(x.rank()), updates(v.rank()), back(x.rank());
  std::iota(to_front.begin(), to_front.end(), 0);
  std::rotate(to_front.begin(), to_front.begin() + axis, to_front.begin() + axis + 1);
  std::iota(updates.begin(), updates.end(), 0);
  std::rotate(updates.begin(), updates.begin() + axis, updates.begin() + axis + k);
  for (size_t i = 0; i < back.size(); ++i) back[to_front[i]] = static_cast<int64_t>(i);
  return b.Transpose(
      b.ScatterNd(b.Transpose(x, to_front), b.Unsqueeze(indices, k), b.Transpose(v, updates)),
      back);
}

// `x` with the elements that Slice{attrs} takes replaced by `v`.
Val SliceScatter(Builder& b, const Attrs& attrs, const Val& x, const Val& v) {
  int64_t axis = attrs.Int("axis"), step = attrs.Int("step");
  Dim begin = attrs.Size("begin"), end = attrs.Size("end"), size = x.dim(axis);
  if (IsLoopDim(begin)) {
    if (end != begin + 1) return b.Fail("writing several rows at an open loop's counter");
    return GatherScatter(b, attrs, x, b.Reshape(b.DimScalar(begin), {1}), v);
  }
  if (step == 1) {
    std::vector<Val> parts;
    if (begin != Dim(0)) parts.push_back(b.Slice(x, axis, 0, begin));
    parts.push_back(v);
    if (end != size) parts.push_back(b.Slice(x, axis, end, size));
    return b.Concat(parts, axis);
  }
  if (!begin.is_const() || !end.is_const() || !size.is_const()) {
    Val rows = b.Iota(CeilDiv(end - begin, step)) * static_cast<double>(step);
    return GatherScatter(b, attrs, x, rows + b.DimScalar(begin), v);
  }
  // Row i of the result is row `source[i]` of x followed by v.
  std::vector<int64_t> source(size.value());
  std::iota(source.begin(), source.end(), 0);
  int64_t next = size.value();
  for (int64_t i = begin.value(); i < end.value(); i += step) source[i] = next++;
  return b.Gather(b.Concat({x, v}, axis), axis, b.Ints(source));
}

Shape DenseStrides(const Shape& shape) {
  Shape strides(shape.size(), Dim(1));
  for (size_t i = shape.size(); i > 1; --i) strides[i - 2] = strides[i - 1] * shape[i - 1];
  return strides;
}

// Strides of a strided tensor seen with other sizes, if no element has to move (at::detail::
// computeStride): every run of axes that lie densely in one another is cut anew.
std::optional<Shape> ViewStrides(const Shape& from, const Shape& strides, const Shape& to) {
  Shape out(to.size(), Dim(1));
  int64_t next = static_cast<int64_t>(to.size()) - 1;
  Dim run = 1, innermost = from.empty() ? Dim(1) : strides.back();
  for (int64_t i = static_cast<int64_t>(from.size()) - 1; i >= 0; --i) {
    run *= from[i];
    if (i > 0 && (from[i - 1] == Dim(1) || strides[i - 1] == run * innermost)) continue;
    Dim taken = 1;
    while (next >= 0 && (Less(taken, run) == true || to[next] == Dim(1))) {
      out[next] = taken * innermost;
      taken *= to[next--];
    }
    if (taken != run) return std::nullopt;
    if (i > 0) run = 1, innermost = strides[i - 1];
  }
  return next < 0 ? std::make_optional(out) : std::nullopt;
}

}  // namespace

Val TensorRef::ViewStep::Apply(const Val& x) const {
  if (!x) return x;
  return indices ? x.builder()->Make(op, attrs, {x, indices}) : x.builder()->Make(op, attrs, {x});
}

Val TensorRef::Inverse(const ViewStep& step, const Val& x, const Val& v) {
  if (!x || !v) return Val();
  Builder& b = *x.builder();
  const Attrs& attrs = step.attrs;
  switch (step.op) {
    case Op::kGather:
      return GatherScatter(b, attrs, x, step.indices, v);
    case Op::kReshape:
      return b.Reshape(v, x.shape());
    case Op::kTranspose: {
      const auto& perm = attrs.Ints("perm");
      std::vector<int64_t> inverse(perm.size());
      for (size_t i = 0; i < perm.size(); ++i) inverse[perm[i]] = static_cast<int64_t>(i);
      return b.Transpose(v, inverse);
    }
    case Op::kSlice:
      return SliceScatter(b, attrs, x, v);
    default:
      return b.Fail("writing into an expanded tensor (several elements are one in memory)");
  }
}

std::shared_ptr<TensorRef> TensorRef::New(Val value) {
  auto ref = std::make_shared<TensorRef>();
  ref->storage_ = std::make_shared<Storage>();
  ref->storage_->base = value;
  return ref;
}

Val TensorRef::Read() {
  if (cached_version_ == storage_->version) return cached_;
  Val v = storage_->base;
  for (const ViewStep& step : chain_) v = step.Apply(v);
  cached_ = v;
  cached_version_ = storage_->version;
  return v;
}

std::shared_ptr<TensorRef> TensorRef::Derive(const Val& result) {
  const Value* origin = Read().get();
  std::vector<ViewStep> steps;
  const Value* v = result.get();
  while (v && v != origin) {
    const Node& n = *v->node;
    if (!IsViewOp(n.op) && n.op != Op::kGather) return New(result);
    Val indices = n.op == Op::kGather ? Val(result.builder(), n.inputs[1]) : Val();
    steps.push_back({n.op, n.attrs, indices});
    v = v->node->inputs[0];
  }
  if (!v) return New(result);
  auto ref = std::make_shared<TensorRef>();
  ref->storage_ = storage_;
  ref->chain_ = chain_;
  ref->chain_.insert(ref->chain_.end(), steps.rbegin(), steps.rend());
  ref->cached_ = result;
  ref->cached_version_ = storage_->version;
  return ref;
}

bool TensorRef::SameView(const TensorRef& other) const {
  return storage_ == other.storage_ &&
         std::equal(chain_.begin(), chain_.end(), other.chain_.begin(), other.chain_.end(),
                    [](const ViewStep& a, const ViewStep& b) {
                      return a.op == b.op && a.attrs == b.attrs && a.indices == b.indices;
                    });
}

bool TensorRef::IsContiguous() const {
  for (const ViewStep& step : chain_) {
    if (step.op == Op::kReshape) continue;
    if (step.op == Op::kSlice && step.attrs.Int("axis") == 0 && step.attrs.Int("step") == 1) {
      continue;
    }
    return false;
  }
  return true;
}

std::optional<TensorRef::Layout> TensorRef::MemoryLayout() const {
  if (!storage_->base) return std::nullopt;
  Val v = storage_->base;
  Layout layout{DenseStrides(v.shape()), 0};
  for (const ViewStep& step : chain_) {
    Shape from = v.shape(), old = layout.strides;
    v = step.Apply(v);
    if (!v || !ConstantShape(from) || !ConstantShape(v.shape()) || v.numel() == Dim(0)) {
      return std::nullopt;
    }
    if (step.op == Op::kReshape) {
      std::optional<Shape> strides = ViewStrides(from, old, v.shape());
      if (!strides) return std::nullopt;
      layout.strides = *std::move(strides);
    } else if (step.op == Op::kTranspose) {
      const auto& perm = step.attrs.Ints("perm");
      for (size_t i = 0; i < perm.size(); ++i) layout.strides[i] = old[perm[i]];
    } else if (step.op == Op::kSlice) {
      const int64_t axis = step.attrs.Int("axis");
      layout.offset += step.attrs.Size("begin") * old[axis];
      layout.strides[axis] = old[axis] * step.attrs.Int("step");
    } else {
      return std::nullopt;
    }
  }
  return layout;
}

bool TensorRef::IsViewAs(const Shape& shape) const {
  std::optional<Layout> layout = MemoryLayout();
  Val v = storage_->base;
  for (const ViewStep& step : chain_) v = step.Apply(v);
  return layout && v && ViewStrides(v.shape(), layout->strides, shape).has_value();
}

std::shared_ptr<TensorRef> TensorRef::Whole() const {
  auto ref = std::make_shared<TensorRef>();
  ref->storage_ = storage_;
  return ref;
}

absl::Status TensorRef::Write(const Val& value) {
  Val current = Read();
  if (!current || !value) return absl::InternalError("a tensor without a value");
  if (!storage_->read_only.empty()) {
    return absl::UnimplementedError(absl::StrCat("writing into a tensor ", storage_->read_only));
  }
  Builder& b = *value.builder();
  std::vector<Val> before = {storage_->base};
  for (size_t i = 0; i + 1 < chain_.size(); ++i) {
    before.push_back(chain_[i].Apply(before.back()));
  }
  Val v = value;
  for (size_t i = chain_.size(); i-- > 0;) {
    v = Inverse(chain_[i], before[i], v);
  }
  if (!b.ok()) return b.status();
  storage_->Set(v);
  cached_ = value;
  cached_version_ = storage_->version;
  return absl::OkStatus();
}

}  // namespace t2n
