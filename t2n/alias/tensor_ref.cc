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

// Where `x` lies seen through a view primitive of that result; nullopt if it is not known.
std::optional<Strided> ThroughView(Strided x, Op op, const Attrs& attrs, const Shape& shape) {
  if (op == Op::kReshape) {
    std::optional<ViewAnswer> view = ViewStrides(x, shape);
    if (!view || !view->is_view) return std::nullopt;
    return Strided{shape, std::move(view->strides), x.offset};
  }
  const Shape old = x.strides;
  if (op == Op::kTranspose) {
    const auto& perm = attrs.Ints("perm");
    for (size_t i = 0; i < perm.size(); ++i) x.strides[i] = old[perm[i]];
  } else if (op == Op::kSlice) {
    const int64_t axis = attrs.Int("axis");
    x.offset += attrs.Size("begin") * old[axis];
    x.strides[axis] = old[axis] * attrs.Int("step");
  } else if (op == Op::kBroadcast) {
    for (size_t i = 0; i < shape.size(); ++i) {
      if (x.sizes[i] != shape[i]) x.strides[i] = 0;
    }
  } else {
    return std::nullopt;
  }
  x.sizes = shape;
  return x;
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

void Storage::ForgetTied() {
  std::vector<Storage*> pending = {this};
  std::vector<std::shared_ptr<Storage>> found;
  while (!pending.empty()) {
    Storage* storage = pending.back();
    pending.pop_back();
    for (const auto& [tied, why] : storage->ties) {
      auto other = tied.lock();
      if (!other || other.get() == this || !other->stale.empty()) continue;
      other->stale = why;
      pending.push_back(other.get());
      found.push_back(std::move(other));
    }
  }
}

MemoryOrder MemoryOrder::Of(std::optional<Shape> strides, const Shape& sizes) {
  if (!strides) return Unknown();
  if (*strides == RowStrides(sizes)) return {};
  return {true, *std::move(strides), 0};
}

MemoryOrder OrderLike(const Strided& example, const Shape& sizes) {
  if (example.strides.size() != sizes.size()) return MemoryOrder::Unknown();
  if (example.sizes == sizes) return MemoryOrder::Of(example.strides, sizes);
  if (LiesInRows(example)) return {};
  const std::optional<std::vector<int64_t>> axes = AxesInMemory(example);
  if (!axes) return MemoryOrder::Unknown();
  return MemoryOrder::Of(DenseStrides(sizes, *axes), sizes);
}

std::shared_ptr<TensorRef> TensorRef::New(Val value, MemoryOrder order) {
  auto ref = std::make_shared<TensorRef>();
  ref->storage_ = std::make_shared<Storage>();
  ref->storage_->base = value;
  ref->storage_->order = std::move(order);
  return ref;
}

Val TensorRef::Read() {
  if (!stale().empty() && storage_->base) return storage_->base.builder()->Fail(stale());
  if (cached_version_ == storage_->version) return cached_;
  Val v = storage_->base;
  for (const ViewStep& step : chain_) v = step.Apply(v);
  cached_ = v;
  cached_version_ = storage_->version;
  return v;
}

std::shared_ptr<TensorRef> TensorRef::ViewOf(const Val& result) {
  const Value* origin = Read().get();
  std::vector<ViewStep> steps;
  const Value* v = result.get();
  while (v && v != origin) {
    if (!v->node) return nullptr;
    const Node& n = *v->node;
    if (!IsViewOp(n.op) && n.op != Op::kGather) return nullptr;
    Val indices = n.op == Op::kGather ? Val(result.builder(), n.inputs[1]) : Val();
    steps.push_back({n.op, n.attrs, indices, v->shape()});
    v = n.inputs[0];
  }
  if (!v) return nullptr;
  auto ref = std::make_shared<TensorRef>();
  ref->storage_ = storage_;
  ref->chain_ = chain_;
  ref->chain_.insert(ref->chain_.end(), steps.rbegin(), steps.rend());
  ref->said_ = said_;
  ref->said_steps_ = said_steps_;
  ref->cached_ = result;
  ref->cached_version_ = storage_->version;
  return ref;
}

std::shared_ptr<TensorRef> TensorRef::Derive(const Val& result) {
  std::shared_ptr<TensorRef> view = ViewOf(result);
  return view ? view : New(result);
}

bool TensorRef::SameView(const TensorRef& other) const {
  return storage_ == other.storage_ &&
         std::equal(chain_.begin(), chain_.end(), other.chain_.begin(), other.chain_.end(),
                    [](const ViewStep& a, const ViewStep& b) {
                      return a.op == b.op && a.attrs == b.attrs && a.indices == b.indices;
                    });
}

std::optional<Strided> TensorRef::Memory() const {
  std::optional<Strided> memory;
  if (said_) {
    memory = *said_;
  } else if (storage_->base && storage_->order.known) {
    const MemoryOrder& order = storage_->order;
    memory = t2n::InRows(storage_->base.shape());
    if (!order.strides.empty()) memory->strides = order.strides;
    memory->offset = order.offset;
  }
  for (size_t i = said_steps_; memory && i < chain_.size(); ++i) {
    const ViewStep& step = chain_[i];
    memory = ThroughView(*std::move(memory), step.op, step.attrs, step.shape);
  }
  return memory;
}

bool TensorRef::InRows() const {
  const bool simple = !said_ && storage_->order.in_rows() &&
                      std::all_of(chain_.begin(), chain_.end(),
                                  [](const ViewStep& step) { return step.op == Op::kReshape; });
  if (simple) return true;
  const std::optional<Strided> memory = Memory();
  return memory && LiesInRows(*memory);
}

MemoryOrder TensorRef::Order() const {
  if (InRows()) return {};
  std::optional<Strided> memory = Memory();
  if (!memory) return MemoryOrder::Unknown();
  return MemoryOrder::Of(std::move(memory->strides), memory->sizes);
}

MemoryOrder CommonOrder(const TensorRef* a, const TensorRef* b) {
  if (!a || !b) return a ? a->Order() : b ? b->Order() : MemoryOrder();
  MemoryOrder order = a->Order();
  return order == b->Order() ? order : MemoryOrder::Unknown();
}

void TensorRef::SetMemory(Strided memory) {
  said_ = std::make_shared<const Strided>(std::move(memory));
  said_steps_ = chain_.size();
}

std::shared_ptr<TensorRef> TensorRef::Whole() const {
  auto ref = std::make_shared<TensorRef>();
  ref->storage_ = storage_;
  if (storage_->order.in_rows()) return ref;
  const std::optional<Strided> memory = ref->Memory();
  std::optional<std::vector<int64_t>> axes =
      memory ? AxesInMemory(*memory) : std::optional<std::vector<int64_t>>();
  if (!axes) return nullptr;
  return ref->ViewOf(storage_->base.builder()->Transpose(storage_->base, *std::move(axes)));
}

void TensorRef::Tie(const TensorRef& a, const TensorRef& b, absl::string_view why) {
  if (a.storage_ == b.storage_) return;
  a.storage_->ties.emplace_back(b.storage_, why);
  b.storage_->ties.emplace_back(a.storage_, why);
}

bool TensorRef::MayOverlapWithin() const {
  for (size_t i = 0; i + 1 < chain_.size(); ++i) {
    if (chain_[i].op == Op::kGather && chain_[i].indices.rank() > 1) return true;
  }
  return false;
}

Val TensorRef::WriteByPosition(const Val& value) const {
  const Val& base = storage_->base;
  Builder& b = *base.builder();
  Val at = b.Reshape(b.Iota(base.numel()), base.shape());
  for (const ViewStep& step : chain_) at = step.Apply(at);
  if (!at || !at.is_constant()) return b.Fail("writing into a part of windows of open size");
  absl::StatusOr<std::vector<int64_t>> places = ReadInts(*at->constant);
  if (!places.ok()) return b.Fail(places.status());
  std::sort(places->begin(), places->end());
  if (std::adjacent_find(places->begin(), places->end()) != places->end()) {
    return b.Fail("writing into a view of which several elements are one in memory");
  }
  const Val flat = b.Reshape(base, {base.numel()});
  const Val indices = b.Reshape(at, {at.numel(), 1});
  return b.Reshape(b.ScatterNd(flat, indices, b.Reshape(value, {value.numel()})), base.shape());
}

absl::Status TensorRef::Write(const Val& value) {
  Val current = Read();
  if (!current || !value) return absl::InternalError("a tensor without a value");
  if (!storage_->read_only.empty()) {
    return absl::UnimplementedError(absl::StrCat("writing into a tensor ", storage_->read_only));
  }
  if (value == current) return absl::OkStatus();
  Builder& b = *value.builder();
  std::vector<Val> before = {storage_->base};
  for (size_t i = 0; i + 1 < chain_.size(); ++i) {
    before.push_back(chain_[i].Apply(before.back()));
  }
  Val v = value;
  if (MayOverlapWithin()) {
    v = WriteByPosition(value);
  } else {
    for (size_t i = chain_.size(); i-- > 0;) v = Inverse(chain_[i], before[i], v);
  }
  if (!b.ok()) return b.status();
  storage_->Set(v);
  storage_->ForgetTied();
  cached_ = value;
  cached_version_ = storage_->version;
  return absl::OkStatus();
}

}  // namespace t2n
