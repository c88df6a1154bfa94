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

// Without an axis of size 1: an index of it was selected. The others keep their strides, also where
// reshape() would make new ones, for axes of size 1.
Strided WithoutAxis(Strided x, int64_t axis) {
  x.sizes.erase(x.sizes.begin() + axis);
  x.strides.erase(x.strides.begin() + axis);
  return x;
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

TensorRef::ViewStep::ViewStep(Op op, Attrs attrs, Val indices, Shape shape,
                              std::shared_ptr<ViewStep> before)
    : op(op),
      attrs(std::move(attrs)),
      indices(std::move(indices)),
      shape(std::move(shape)),
      before(std::move(before)),
      count(this->before ? this->before->count + 1 : 1),
      of_repeated(this->before && (this->before->of_repeated || this->before->MayRepeat())),
      reshapes(op == Op::kReshape && (!this->before || this->before->reshapes)) {}

// One by one: a chain may be longer than the stack is deep.
TensorRef::ViewStep::~ViewStep() {
  while (before && before.use_count() == 1) before = std::move(before->before);
}

TensorRef::ViewSteps TensorRef::Steps() const {
  ViewSteps steps;
  for (ViewStep* step = last_.get(); step; step = step->before.get()) steps.push_back(step);
  std::reverse(steps.begin(), steps.end());
  return steps;
}

Val TensorRef::ViewStep::Apply(const Val& x) const {
  if (!x) return x;
  return indices ? x.builder()->Make(op, attrs, {x, indices}) : x.builder()->Make(op, attrs, {x});
}

Val TensorRef::Inverse(const ViewStep& step, const Val& x, const Val& v) {
  if (!x || !v) return Val();
  Builder& b = *x.builder();
  const Attrs& attrs = step.attrs;
  if (step.op == Op::kGather) return GatherScatter(b, attrs, x, step.indices, v);
  if (step.op == Op::kReshape) return b.Reshape(v, x.shape());
  if (step.op == Op::kSlice) return SliceScatter(b, attrs, x, v);
  if (step.op == Op::kTranspose) {
    const auto& perm = attrs.Ints("perm");
    std::vector<int64_t> inverse(perm.size());
    for (size_t i = 0; i < perm.size(); ++i) inverse[perm[i]] = static_cast<int64_t>(i);
    return b.Transpose(v, inverse);
  }
  return b.Fail("writing into an expanded tensor (several elements are one in memory)");
}

void Storage::ForgetTied() {
  if (!ties) return;
  for (const std::weak_ptr<Storage>& tied : ties->storages) {
    const std::shared_ptr<Storage> other = tied.lock();
    if (other && other.get() != this && other->stale.empty()) other->stale = other->why_tied;
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
  if (!stale().empty() && storage_->base) {
    ValueType type = storage_->base->type;
    if (last_) type.shape = last_->shape;
    return storage_->base.builder()->FailAs(std::move(type), stale());
  }
  if (!last_) return storage_->base;
  // From the last step whose result is known for this version of the storage.
  ViewSteps open;
  ViewStep* step = last_.get();
  for (; step && step->version != storage_->version; step = step->before.get()) {
    open.push_back(step);
  }
  Val v = step ? step->value : storage_->base;
  for (auto it = open.rbegin(); it != open.rend(); ++it) {
    v = (*it)->value = (*it)->Apply(v);
    (*it)->version = storage_->version;
  }
  return v;
}

std::shared_ptr<TensorRef> TensorRef::ViewOf(const Val& result, const Val& stand_in) {
  const Value* origin = stand_in ? stand_in.get() : Read().get();
  std::vector<const Value*> made;
  const Value* v = result.get();
  while (v && v != origin) {
    if (!v->node) return nullptr;
    const Node& n = *v->node;
    if (!IsViewOp(n.op) && n.op != Op::kGather) return nullptr;
    made.push_back(v);
    v = n.inputs[0];
  }
  if (!v) return nullptr;
  auto ref = std::make_shared<TensorRef>();
  ref->storage_ = storage_;
  ref->last_ = last_;
  for (auto it = made.rbegin(); it != made.rend(); ++it) {
    const Node& n = *(*it)->node;
    Val indices = n.op == Op::kGather ? Val(result.builder(), n.inputs[1]) : Val();
    ref->last_ =
        std::make_shared<ViewStep>(n.op, n.attrs, std::move(indices), (*it)->shape(), ref->last_);
    if (stand_in) continue;
    ref->last_->value = Val(result.builder(), n.outputs[0].get());
    ref->last_->version = storage_->version;
  }
  return ref;
}

std::shared_ptr<TensorRef> TensorRef::Derive(const Val& result, const Val& stand_in) {
  std::shared_ptr<TensorRef> view = ViewOf(result, stand_in);
  return view ? view : New(result);
}

bool TensorRef::SameView(const TensorRef& other) const {
  if (storage_ != other.storage_ || CountSteps() != other.CountSteps()) return false;
  const ViewStep *a = last_.get(), *b = other.last_.get();
  for (; a != b; a = a->before.get(), b = b->before.get()) {
    const bool same = a->op == b->op && a->attrs == b->attrs && a->indices == b->indices;
    if (!same) return false;
  }
  return true;
}

std::optional<Strided> Storage::Memory() const {
  if (!base || !order.known) return std::nullopt;
  Strided memory = InRows(base.shape());
  if (!order.strides.empty()) memory.strides = order.strides;
  memory.offset = order.offset;
  return memory;
}

std::optional<Strided> TensorRef::Memory() const {
  // From the last step of which it is known.
  ViewSteps open;
  ViewStep* step = last_.get();
  for (; step && !step->lies; step = step->before.get()) open.push_back(step);
  std::optional<Strided> memory = step ? step->memory : storage_->Memory();
  for (auto it = open.rbegin(); it != open.rend(); ++it) {
    const ViewStep* before = (*it)->before.get();
    const bool sliced = (*it)->op == Op::kReshape && before && before->op == Op::kSlice;
    const int64_t axis = sliced ? before->attrs.Int("axis") : 0;
    if (memory && sliced && memory->sizes[axis] == Dim(1) &&
        WithoutAxis(*memory, axis).sizes == (*it)->shape) {
      memory = WithoutAxis(*std::move(memory), axis);
    } else if (memory) {
      memory = ThroughView(*std::move(memory), (*it)->op, (*it)->attrs, (*it)->shape);
    }
    (*it)->memory = memory;
    (*it)->lies = true;
  }
  return memory;
}

bool TensorRef::InRows() const {
  if (storage_->order.in_rows() && (!last_ || last_->reshapes)) return true;
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
  if (!last_) return;
  last_->memory = std::move(memory);
  last_->lies = true;
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
  for (const auto& storage : {a.storage_, b.storage_}) {
    if (storage->ties) continue;
    storage->ties = std::make_shared<Storage::Ties>();
    storage->ties->storages = {storage};
    storage->why_tied = std::string(why);
  }
  std::shared_ptr<Storage::Ties> large = a.storage_->ties, small = b.storage_->ties;
  if (large == small) return;
  if (large->storages.size() < small->storages.size()) std::swap(large, small);
  for (const std::weak_ptr<Storage>& tied : small->storages) {
    const std::shared_ptr<Storage> storage = tied.lock();
    if (!storage) continue;
    storage->ties = large;
    large->storages.push_back(tied);
  }
}

bool TensorRef::MayOverlapWithin() const { return last_ && last_->of_repeated; }

Val TensorRef::WriteByPosition(const Val& value) const {
  const Val& base = storage_->base;
  Builder& b = *base.builder();
  Val at = b.Reshape(b.Iota(base.numel()), base.shape());
  for (const ViewStep* step : Steps()) at = step->Apply(at);
  if (!at || !at.is_constant())
    return b.Fail("writing into a part of windows, or of an expanded tensor, of open size");
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
  Val v = value;
  if (MayOverlapWithin()) {
    v = WriteByPosition(value);
  } else {
    for (ViewStep* step = last_.get(); step; step = step->before.get()) {
      v = Inverse(*step, step->before ? step->before->value : storage_->base, v);
    }
  }
  if (!b.ok()) return b.status();
  if (!v) {
    return absl::UnimplementedError(
        "writing through such a view in a loop whose count is open; collect the rows in a list and "
        "stack them, or give the size a number");
  }
  storage_->Set(v);
  storage_->ForgetTied();
  if (last_) last_->value = value, last_->version = storage_->version;
  return absl::OkStatus();
}

}  // namespace t2n
