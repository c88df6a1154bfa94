// Gathering and scattering by index tensors, and TopK.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/kernels/reduce.h"

namespace t2n::kernels {
namespace {

using Results = absl::StatusOr<std::vector<Tensor>>;

int64_t Product(const Sizes& sizes, int64_t begin, int64_t end) {
  return std::accumulate(sizes.begin() + begin, sizes.begin() + end, int64_t{1},
                         std::multiplies<int64_t>());
}

absl::Status CheckIndex(Op op, int64_t index, int64_t size) {
  if (index >= 0 && index < size) return absl::OkStatus();
  return Invalid(op, absl::StrCat("index ", index, " of an axis of size ", size));
}

Results Gather(const KernelCall& call) {
  const int64_t axis = call.attrs.Int("axis");
  T2N_ASSIGN_OR_RETURN(Tensor data, Dense(call.inputs[0]));
  T2N_ASSIGN_OR_RETURN(auto indices, Elements<int64_t>::Read(call.inputs[1]));
  const int64_t n = data.sizes[axis], outer = Product(data.sizes, 0, axis);
  const int64_t inner = Product(data.sizes, axis + 1, data.rank()) * ItemSize(data.dtype);
  for (int64_t k = 0; k < indices.size(); ++k) {
    T2N_RETURN_IF_ERROR(CheckIndex(call.op, indices[k], n));
  }
  uint8_t* out;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(data.dtype, OutputSizes(call), &out));
  T2N_ASSIGN_OR_RETURN(const uint8_t* p, Origin(data));
  for (int64_t i = 0; i < outer && inner > 0; ++i, p += n * inner) {
    for (int64_t k = 0; k < indices.size(); ++k, out += inner) {
      std::memcpy(out, p + indices[k] * inner, inner);
    }
  }
  return std::vector<Tensor>{std::move(result)};
}

// For each element of `indices`, in row-major order: the offset (by `strides`) of the element of a
// tensor of `sizes` that has the same place, but `axis` as the index says.
absl::StatusOr<Sizes> ElementOffsets(Op op, const Tensor& indices, int64_t axis, const Sizes& sizes,
                                     const Sizes& strides) {
  if (indices.sizes.size() != sizes.size()) return Invalid(op, "indices of another rank");
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (static_cast<int64_t>(i) != axis && indices.sizes[i] > sizes[i] && indices.numel() > 0) {
      return Invalid(op, "more indices than elements");
    }
  }
  T2N_ASSIGN_OR_RETURN(auto index, Elements<int64_t>::Read(indices));
  Sizes offsets(index.size()), place(sizes.size());
  for (int64_t k = 0; k < index.size(); ++k) {
    T2N_RETURN_IF_ERROR(CheckIndex(op, index[k], sizes[axis]));
    offsets[k] = (index[k] - place[axis]) * strides[axis];
    for (size_t i = 0; i < sizes.size(); ++i) offsets[k] += place[i] * strides[i];
    for (int64_t i = indices.rank() - 1; i >= 0 && ++place[i] == indices.sizes[i]; --i) {
      place[i] = 0;
    }
  }
  return offsets;
}

// For each row of `indices` [..., k]: the offset of the slice that it names in a dense tensor.
absl::StatusOr<Sizes> SliceOffsets(Op op, const Tensor& indices, const Sizes& sizes) {
  if (indices.rank() == 0) return Invalid(op, "indices of rank 0");
  const int64_t depth = indices.sizes.back();
  T2N_ASSIGN_OR_RETURN(auto index, Elements<int64_t>::Read(indices));
  Sizes strides = ContiguousStrides(sizes);
  Sizes offsets(Product(indices.sizes, 0, indices.rank() - 1));
  for (size_t k = 0; k < offsets.size(); ++k) {
    for (int64_t i = 0; i < depth; ++i) {
      int64_t at = index[k * depth + i];
      T2N_RETURN_IF_ERROR(CheckIndex(op, at, sizes[i]));
      offsets[k] += at * strides[i];
    }
  }
  return offsets;
}

// Slices of `slice` elements at `offsets` of `data`, one after another.
Results Pick(const KernelCall& call, const Tensor& data, const Sizes& offsets, int64_t slice) {
  const int64_t item = ItemSize(data.dtype);
  uint8_t* out;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(data.dtype, OutputSizes(call), &out));
  T2N_ASSIGN_OR_RETURN(const uint8_t* p, Origin(data));
  for (int64_t offset : offsets) {
    std::memcpy(out, p + offset * item, slice * item);
    out += slice * item;
  }
  return std::vector<Tensor>{std::move(result)};
}

Results GatherElements(const KernelCall& call) {
  const Tensor& data = call.inputs[0];
  T2N_ASSIGN_OR_RETURN(
      Sizes offsets,
      ElementOffsets(call.op, call.inputs[1], call.attrs.Int("axis"), data.sizes, data.strides));
  return Pick(call, data, offsets, 1);
}

Results GatherNd(const KernelCall& call) {
  T2N_ASSIGN_OR_RETURN(Tensor data, Dense(call.inputs[0]));
  T2N_ASSIGN_OR_RETURN(Sizes offsets, SliceOffsets(call.op, call.inputs[1], data.sizes));
  return Pick(call, data, offsets, Product(data.sizes, call.inputs[1].sizes.back(), data.rank()));
}

template <typename T>
T Combined(absl::string_view mode, T a, T x) {
  if (mode == "add") return Plus(a, x);
  if (mode == "mul") return Times(a, x);
  if constexpr (std::is_same_v<T, Complex>) {
    return a;
  } else {
    if (a != a) return a;
    return (mode == "min" ? a < x : a > x) ? a : x;
  }
}

template <typename T>
Results Combine(const KernelCall& call, const Tensor& updates, const Sizes& offsets,
                int64_t slice) {
  const Tensor& data = call.inputs[0];
  const std::string& mode = call.attrs.Str("mode");
  T2N_ASSIGN_OR_RETURN(auto old, Elements<T>::Read(data));
  T2N_ASSIGN_OR_RETURN(auto update, Elements<T>::Read(updates));
  std::vector<T> out(old.data(), old.data() + old.size());
  for (size_t k = 0; k < offsets.size(); ++k) {
    for (int64_t i = 0; i < slice; ++i) {
      T& at = out[offsets[k] + i];
      at = Combined(mode, at, update[k * slice + i]);
    }
  }
  T2N_ASSIGN_OR_RETURN(Tensor result, Store(data.dtype, data.sizes, out.data()));
  return std::vector<Tensor>{std::move(result)};
}

Results Replace(const KernelCall& call, const Tensor& updates, const Sizes& offsets,
                int64_t slice) {
  const int64_t item = ItemSize(updates.dtype);
  T2N_ASSIGN_OR_RETURN(Tensor old, Dense(call.inputs[0]));
  T2N_ASSIGN_OR_RETURN(const uint8_t* from, Origin(old));
  T2N_ASSIGN_OR_RETURN(Tensor dense, Dense(updates));
  T2N_ASSIGN_OR_RETURN(const uint8_t* p, Origin(dense));
  uint8_t* out;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(old.dtype, old.sizes, &out));
  std::memcpy(out, from, old.nbytes());
  for (int64_t offset : offsets) {
    std::memcpy(out + offset * item, p, slice * item);
    p += slice * item;
  }
  return std::vector<Tensor>{std::move(result)};
}

// Writes slices of `updates` at `offsets` of the (dense) data, in order.
Results Scatter(const KernelCall& call, const Tensor& updates, const Sizes& offsets,
                int64_t slice) {
  const std::string& mode = call.attrs.Str("mode");
  DType dtype = updates.dtype;
  if (mode == "set") return Replace(call, updates, offsets, slice);
  bool arithmetic = mode == "add" || mode == "mul", order = mode == "min" || mode == "max";
  if (!arithmetic && !order) return Invalid(call.op, absl::StrCat("unknown mode ", mode));
  if (IsQuantized(dtype) || (order && (IsComplex(dtype) || dtype == DType::kU64))) {
    return NotDefined(call.op, dtype);
  }
  return Dispatch(dtype,
                  [&](auto v) { return Combine<decltype(v)>(call, updates, offsets, slice); });
}

Results ScatterElements(const KernelCall& call) {
  const Tensor &data = call.inputs[0], &indices = call.inputs[1];
  T2N_ASSIGN_OR_RETURN(Sizes offsets, ElementOffsets(call.op, indices, call.attrs.Int("axis"),
                                                     data.sizes, ContiguousStrides(data.sizes)));
  // As torch.scatter: what lies beyond the indices is not used.
  Tensor updates = call.inputs[2];
  for (size_t i = 0; i < updates.sizes.size(); ++i) {
    if (updates.sizes.size() != indices.sizes.size() || indices.sizes[i] > updates.sizes[i]) {
      return Invalid(call.op, "fewer updates than indices");
    }
  }
  updates.sizes = indices.sizes;
  return Scatter(call, updates, offsets, 1);
}

Results ScatterNd(const KernelCall& call) {
  const Sizes &sizes = call.inputs[0].sizes, &indices = call.inputs[1].sizes;
  if (indices.empty() || indices.back() > call.inputs[0].rank()) {
    return Invalid(call.op, "index depth");
  }
  Sizes expected(indices.begin(), indices.end() - 1);
  expected.insert(expected.end(), sizes.begin() + indices.back(), sizes.end());
  if (call.inputs[2].sizes != expected) return Invalid(call.op, "updates of the wrong shape");
  T2N_ASSIGN_OR_RETURN(Sizes offsets, SliceOffsets(call.op, call.inputs[1], sizes));
  return Scatter(call, call.inputs[2], offsets, Product(sizes, indices.back(), sizes.size()));
}

// Whether x comes before y in the order asked for; NaN is the largest number.
template <typename T>
bool Before(bool largest, T x, T y) {
  if (!largest) std::swap(x, y);
  return y == y && (x != x || x > y);
}

template <typename T>
Results TopKOf(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  const int64_t axis = call.attrs.Int("axis"), k = call.attrs.Size("k").value();
  const bool largest = call.attrs.Bool("largest");
  Sizes perm = AxesLast(t.rank(), {axis}), sizes = Permuted(t, perm).sizes;
  std::vector<T> row(t.sizes[axis]), values;
  Sizes order(row.size()), indices;
  auto before = [&](int64_t a, int64_t b) {
    return Before(largest, row[a], row[b]) || (!Before(largest, row[b], row[a]) && a < b);
  };
  T2N_RETURN_IF_ERROR(ForEachRow<T>(
      t, {axis}, [&](T x, int64_t at) { row[at] = x; },
      [&] {
        std::iota(order.begin(), order.end(), 0);
        std::partial_sort(order.begin(), order.begin() + k, order.end(), before);
        for (int64_t i = 0; i < k; ++i) values.push_back(row[order[i]]);
        indices.insert(indices.end(), order.begin(), order.begin() + k);
      }));
  sizes.back() = k;
  T2N_ASSIGN_OR_RETURN(Tensor v, Store(t.dtype, sizes, values.data()));
  T2N_ASSIGN_OR_RETURN(Tensor i, Store(DType::kI64, sizes, indices.data()));
  Sizes back = InversePerm(perm);
  return std::vector<Tensor>{Permuted(v, back), Permuted(i, back)};
}

Results TopK(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  const int64_t k = call.attrs.Size("k").value();
  if (IsComplex(t.dtype) || t.dtype == DType::kU64) return NotDefined(call.op, t.dtype);
  if (k < 0 || k > t.sizes[call.attrs.Int("axis")]) {
    return Invalid(call.op, absl::StrCat("k is ", k, " of ", t.sizes[call.attrs.Int("axis")]));
  }
  return DispatchReal(call.op, t.dtype, [&](auto v) { return TopKOf<decltype(v)>(call); });
}

constexpr KernelEntry kTable[] = {
    {Op::kGather, Gather},       {Op::kGatherElements, GatherElements},
    {Op::kGatherNd, GatherNd},   {Op::kScatterElements, ScatterElements},
    {Op::kScatterNd, ScatterNd}, {Op::kTopK, TopK},
};

}  // namespace

absl::Span<const KernelEntry> IndexKernels() { return kTable; }

}  // namespace t2n::kernels
