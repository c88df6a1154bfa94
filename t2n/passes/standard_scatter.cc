// Scatters: gathers where the indices are known, else comparisons of all positions.
#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/passes/standardizer.h"

namespace t2n {
namespace {

// Rounds of a scatter: as many as updates meet at one element.
constexpr size_t kMaxRounds = 16;
// Elements of the result times updates that may meet them: beyond this it is no use.
constexpr int64_t kMaxCompared = 1 << 22;

// By element of the data, in which order updates (numbered from `first` on) meet it.
std::map<int64_t, std::vector<int64_t>> Meetings(const Node& node,
                                                 const std::vector<int64_t>& indices,
                                                 const std::vector<int64_t>& sizes,
                                                 const std::vector<int64_t>& counts,
                                                 int64_t first) {
  const Value& index = *node.inputs[1];
  std::vector<int64_t> strides = ContiguousStrides(sizes);
  bool elements = node.op == Op::kScatterElements;
  int64_t axis = elements ? node.attrs.Int("axis") : 0;
  int64_t depth = elements ? 0 : index.shape().back().constant().value_or(0);
  int64_t rest = 1;  // elements of an update behind the index's axes
  for (size_t i = index.rank() - 1; !elements && i < counts.size(); ++i) rest *= counts[i];
  std::map<int64_t, std::vector<int64_t>> met;
  ForEachIndex(counts, [&](int64_t k, const std::vector<int64_t>& at) {
    int64_t offset = elements ? 0 : k % rest;
    for (size_t i = 0; elements && i < at.size(); ++i) {
      offset += (static_cast<int64_t>(i) == axis ? indices[k] : at[i]) * strides[i];
    }
    for (int64_t i = 0; i < depth; ++i) offset += indices[k / rest * depth + i] * strides[i];
    met[offset].push_back(first + k);
  });
  return met;
}

}  // namespace

// A scatter of rows: data [batch, rows, width], updates [batch, count, width], and for each update
// the row it goes to, a scalar [batch, count].
struct RowScatter {
  Val data, updates, targets;

  int64_t batch() const { return data.dim(0).value(); }
  int64_t rows() const { return data.dim(1).value(); }
  int64_t count() const { return updates.dim(1).value(); }
  int64_t width() const { return data.dim(2).value(); }
};

namespace {

// f32 0, 1, ..., along the first of `rank` axes.
Val Numbered(Builder& b, int64_t size, int64_t rank, int64_t first = 0) {
  if (size > kMostListed) return b.Fail(TooManyPositions(size));
  std::vector<double> values(size);
  std::iota(values.begin(), values.end(), first);
  Shape shape(rank, 1);
  shape[0] = size;
  return b.Reshape(b.Doubles(DType::kF32, values), shape);
}

// Which updates go to which row: bool [batch, rows, count].
Val Hits(Builder& b, const RowScatter& s) {
  return b.Eq(b.Unsqueeze(s.targets, 1), Numbered(b, s.rows(), 2));
}

// `x` with `value` behind it up to `sizes`.
Val GrownTo(Builder& b, Val x, const Shape& sizes, double value) {
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    Shape rest = x.shape();
    rest[axis] = sizes[axis] - rest[axis];
    if (rest[axis] == Dim(0)) continue;
    x = b.Concat({x, b.Full(rest, x.dtype(), value)}, static_cast<int64_t>(axis));
  }
  return x;
}

// Rows of one element: the axis is the last one, and updates are as many as the data's along all
// others; those that there are not go to no row.
RowScatter RowsOfElements(Builder& b, int64_t axis, const Val& data, const Val& targets,
                          const Val& updates) {
  Val x = b.SwapAxes(data, axis, -1 + data.rank());
  Shape sizes = x.shape(), all = sizes;
  Val at = b.SwapAxes(targets, axis, targets.rank() - 1);
  Val u = b.SwapAxes(updates, axis, updates.rank() - 1);
  all.back() = at.dim(-1);
  Dim rows = sizes.back(), count = all.back();
  Dim batch = NumElements(absl::MakeConstSpan(sizes).first(sizes.size() - 1));
  return {b.Reshape(x, {batch, rows, 1}), b.Reshape(GrownTo(b, u, all, 0), {batch, count, 1}),
          b.Reshape(GrownTo(b, at, all, -1), {batch, count})};
}

// One batch of whole rows, told by as many indices as the last axis of `targets` has.
RowScatter RowsOfBlocks(Builder& b, const Val& data, const Val& targets, const Val& updates) {
  int64_t last = targets.rank() - 1, depth = targets.dim(last).value();
  Dim rows = NumElements(absl::MakeConstSpan(data.shape()).first(depth));
  Dim count = NumElements(absl::MakeConstSpan(targets.shape()).first(last));
  Val at;
  double stride = static_cast<double>(rows.value());
  for (int64_t i = 0; i < depth; ++i) {
    stride /= static_cast<double>(data.dim(i).value());
    Val column = b.SelectIndex(targets, last, i) * stride;
    at = at ? at + column : column;
  }
  Dim width = NumElements(absl::MakeConstSpan(data.shape()).subspan(depth));
  return {b.Reshape(data, {1, rows, width}), b.Reshape(updates, {1, count, width}),
          b.Reshape(at, {1, count})};
}

}  // namespace

// Each row of the result is one of the data or of the updates.
Val Standardizer::LastUpdates(const RowScatter& s) {
  int64_t batch = s.batch(), rows = s.rows(), count = s.count(), total = batch * rows;
  Val numbers = b().BroadcastTo(Numbered(b(), count, 1, 1), {batch, rows, count});
  Val last = b().Reduce(Op::kReduceMax,
                        b().Select(Hits(b(), s), numbers, b().ScalarLike(numbers, 0)), {2}, false);
  Val own = b().Reshape(Numbered(b(), total, 1), {batch, rows});
  Val before =
      Numbered(b(), batch, 2) * static_cast<double>(count) + static_cast<double>(total - 1);
  Val from = b().Select(b().Gt(last, 0), b().Add(last, before), own);
  Val both = b().Concat(
      {b().Reshape(s.data, {total, s.width()}), b().Reshape(s.updates, {batch * count, s.width()})},
      0);
  return GatherFlat(both, b().Reshape(from, {total}));
}

// Updates that do not go to a row are left out by a number that changes nothing: for extremes the
// row itself.
Val Standardizer::Combined(const RowScatter& s, const std::string& mode) {
  Op op = Combining(mode);
  Shape all = {s.batch(), s.rows(), s.count(), s.width()};
  Val data = b().Unsqueeze(s.data, 2);
  Val none = op == Op::kAdd   ? b().ScalarLike(data, 0)
             : op == Op::kMul ? b().ScalarLike(data, 1)
                              : data;
  Val met = b().Select(b().Unsqueeze(Hits(b(), s), 3), b().Unsqueeze(s.updates, 1),
                       b().BroadcastTo(none, all));
  Val reduced;
  if (op == Op::kAdd) {
    reduced = b().Reduce(Op::kReduceSum, met, {2}, true);
  } else if (op == Op::kMul) {
    reduced = Product({2}, met);
  } else {
    const Attrs axes({{"axes", std::vector<int64_t>{2}}});
    reduced = Extreme(op == Op::kMin ? Op::kReduceMin : Op::kReduceMax, axes, met);
  }
  return b().Binary(op, s.data, b().Squeeze(reduced, 2));
}

Val Standardizer::ScatterComputed(const Node& node, const std::vector<Val>& in) {
  const std::string& mode = node.attrs.Str("mode");
  const Val &data = in[0], &updates = in[2];
  bool integers = mode != "set" && !IsFloat(data.dtype());
  Val x = integers ? Scalar(data) : data, u = integers ? Scalar(updates) : updates;
  Val at = Rounded(in[1]);
  if (!x || !u || !at) return Val();
  RowScatter s = node.op == Op::kScatterElements
                     ? RowsOfElements(b(), node.attrs.Int("axis"), x, at, u)
                     : RowsOfBlocks(b(), x, at, u);
  if (!b().ok()) return Val();
  int64_t width = mode == "set" ? 1 : s.width();
  int64_t compared = s.batch() * s.rows() * width * s.count();
  if (compared > kMaxCompared || s.batch() * (s.rows() + s.count()) > 1 << 24) {
    return b().Fail(
        absl::StrCat("NNEF 1.0.5 has no scatter; where the indices are computed, up to ",
                     kMaxCompared, " pairs of elements are compared, not ", compared));
  }
  Val result = mode == "set" ? LastUpdates(s) : Combined(s, mode);
  Shape shape = data.shape();
  if (node.op == Op::kScatterElements) {
    int64_t axis = node.attrs.Int("axis");
    std::swap(shape[axis], shape.back());
    result = b().SwapAxes(b().Reshape(result, shape), axis, data.rank() - 1);
  } else {
    result = b().Reshape(result, shape);
  }
  return integers ? Integer(result, data.dtype()) : result;
}

// With known indices each element of the result is known to be one of the data or of the updates:
// all are gathered from both, joined, in as many rounds as updates meet at one element.
Val Standardizer::Scatter(const Node& node, const std::vector<Val>& in) {
  const Val &data = in[0], &index = in[1], &updates = in[2];
  const std::string& mode = node.attrs.Str("mode");
  auto sizes = ConstantShape(data.shape()), counts = ConstantShape(updates.shape());
  bool integers = mode != "set" && !IsFloat(data.dtype());
  if (!sizes || !counts || (integers && data.dtype() == DType::kBool)) {
    return b().Fail("NNEF 1.0.5 has no scatter");
  }
  if (!index.is_constant()) return ScatterComputed(node, in);
  absl::StatusOr<std::vector<int64_t>> indices = ReadInts(*index->constant);
  if (!indices.ok()) return b().Fail(indices.status());
  int64_t total = data.numel().value();
  if (total > kMostListed) return b().Fail(TooManyPositions(total));
  auto met = Meetings(node, *indices, *sizes, *counts, total);
  size_t rounds = 1;
  for (auto& [element, sources] : met) {
    if (mode == "set") sources.erase(sources.begin(), sources.end() - 1);
    rounds = std::max(rounds, sources.size());
  }
  if (rounds > kMaxRounds) return ScatterComputed(node, in);
  Val result = b().Reshape(integers ? Scalar(data) : data, {data.numel()});
  Val flat_updates = b().Reshape(integers ? Scalar(updates) : updates, {updates.numel()});
  Val both = b().Concat({result, flat_updates}, 0);
  for (size_t round = 0; round < rounds; ++round) {
    std::vector<int64_t> from(total), taken(total, 0);
    std::iota(from.begin(), from.end(), 0);
    for (const auto& [element, sources] : met) {
      if (sources.size() <= round) continue;
      from[element] = sources[round];
      taken[element] = 1;
    }
    Val gathered = Gather(both, 0, std::move(from));
    Val mask = b().Cast(b().Ints(taken), DType::kBool);
    result = mode == "set"
                 ? gathered
                 : b().Select(mask, b().Binary(Combining(mode), result, gathered), result);
  }
  result = b().Reshape(result, data.shape());
  return integers ? Integer(result, data.dtype()) : result;
}

}  // namespace t2n
