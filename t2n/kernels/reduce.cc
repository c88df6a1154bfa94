#include "t2n/kernels/reduce.h"

#include <limits>
#include <numeric>
#include <type_traits>

namespace t2n::kernels {
namespace {

using Results = absl::StatusOr<std::vector<Tensor>>;

// Floats are accumulated in double.
template <typename T>
using Accumulator = std::conditional_t<std::is_same_v<T, float>, double, T>;

// Whether x takes the place of the extreme found so far: a NaN stays and beats every number.
template <bool maximum, typename T>
bool Better(T x, T best) {
  return best == best && (x != x || (maximum ? x > best : x < best));
}

Sizes KeptSizes(const Tensor& t, absl::Span<const int64_t> axes) {
  Sizes sizes = t.sizes;
  for (int64_t axis : axes) sizes[axis] = 1;
  return sizes;
}

int64_t Count(absl::Span<const int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<int64_t>());
}

// Every row folded by `join` from `empty`, divided by `divisor`.
template <typename T, typename A, typename Join>
absl::StatusOr<Tensor> FoldRows(const Tensor& t, absl::Span<const int64_t> axes, DType dtype,
                                A empty, A divisor, Join join) {
  T2N_RETURN_IF_ERROR(CheckedCount(t.sizes, 1).status());
  Sizes sizes = KeptSizes(t, axes);
  std::vector<A> out;
  if (t.numel() == 0) out.assign(Count(sizes), divisor == A(1) ? empty : empty / divisor);
  A state = empty;
  T2N_RETURN_IF_ERROR(ForEachRow<T>(
      t, axes, [&](T x, int64_t) { state = join(state, static_cast<A>(x)); },
      [&] {
        out.push_back(divisor == A(1) ? state : state / divisor);
        state = empty;
      }));
  return Store(dtype, std::move(sizes), out.data());
}

template <typename T>
absl::StatusOr<Tensor> SumOf(const Tensor& t, absl::Span<const int64_t> axes, DType dtype,
                             int64_t divisor) {
  using A = Accumulator<T>;
  return FoldRows<T>(t, axes, dtype, A(0), A(divisor), Plus<A>);
}

template <typename T>
absl::StatusOr<Tensor> ProductOf(const Tensor& t, absl::Span<const int64_t> axes) {
  using A = Accumulator<T>;
  return FoldRows<T>(t, axes, t.dtype, A(1), A(1), Times<A>);
}

template <bool maximum, typename T>
absl::StatusOr<Tensor> ExtremeOf(const Tensor& t, absl::Span<const int64_t> axes) {
  using Limits = std::numeric_limits<T>;
  constexpr bool kInf = Limits::has_infinity;
  T least = kInf ? -Limits::infinity() : Limits::min();
  T most = kInf ? Limits::infinity() : Limits::max();
  return FoldRows<T>(t, axes, t.dtype, maximum ? least : most, T(1),
                     [](T best, T x) { return Better<maximum>(x, best) ? x : best; });
}

template <bool maximum, typename T>
absl::StatusOr<Tensor> PositionOf(const Tensor& t, int64_t axis) {
  std::vector<int64_t> out;
  T best{};
  int64_t best_at = 0;
  T2N_RETURN_IF_ERROR(ForEachRow<T>(
      t, {axis},
      [&](T x, int64_t at) {
        if (at == 0 || Better<maximum>(x, best)) best = x, best_at = at;
      },
      [&] { out.push_back(best_at); }));
  return Store(DType::kI64, KeptSizes(t, {axis}), out.data());
}

template <typename T, typename Join>
absl::StatusOr<Tensor> Running(const Tensor& t, int64_t axis, Join join) {
  using A = Accumulator<T>;
  T2N_RETURN_IF_ERROR(CheckedCount(t.sizes, sizeof(A)).status());
  std::vector<A> out;
  out.reserve(t.numel());
  A state{};
  T2N_RETURN_IF_ERROR(ForEachRow<T>(
      t, {axis},
      [&](T x, int64_t at) {
        state = at == 0 ? static_cast<A>(x) : join(state, static_cast<A>(x));
        out.push_back(state);
      },
      [] {}));
  Sizes perm = AxesLast(t.rank(), {axis});
  T2N_ASSIGN_OR_RETURN(Tensor rows, Store(t.dtype, Permuted(t, perm).sizes, out.data()));
  return Permuted(rows, InversePerm(perm));
}

Results One(absl::StatusOr<Tensor> t) {
  T2N_RETURN_IF_ERROR(t.status());
  return std::vector<Tensor>{*std::move(t)};
}

// Order is not defined on complex and quantized numbers, nor here on u64 (see ComputeOf).
bool Ordered(DType dtype) {
  return !IsComplex(dtype) && !IsQuantized(dtype) && dtype != DType::kU64;
}

Results ReduceSum(const KernelCall& call) {
  return One(SumAxes(call.inputs[0], call.attrs.Ints("axes"), call.inputs[0].dtype));
}

Results ReduceMean(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  if (!IsFloat(t.dtype) && !IsComplex(t.dtype)) return NotDefined(call.op, t.dtype);
  const auto& axes = call.attrs.Ints("axes");
  T2N_RETURN_IF_ERROR(CheckedCount(t.sizes, 1).status());
  int64_t length = 1;
  for (int64_t axis : axes) length *= t.sizes[axis];
  return One(
      Dispatch(t.dtype, [&](auto v) { return SumOf<decltype(v)>(t, axes, t.dtype, length); }));
}

Results ReduceProd(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  return One(Dispatch(t.dtype,
                      [&](auto v) { return ProductOf<decltype(v)>(t, call.attrs.Ints("axes")); }));
}

template <bool maximum>
Results ReduceExtreme(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  const auto& axes = call.attrs.Ints("axes");
  if (!Ordered(t.dtype)) return NotDefined(call.op, t.dtype);
  if (t.numel() == 0 && Count(KeptSizes(t, axes)) > 0) return Invalid(call.op, "of no elements");
  return One(DispatchReal(call.op, t.dtype,
                          [&](auto v) { return ExtremeOf<maximum, decltype(v)>(t, axes); }));
}

// Any and All are the maximum and minimum of false and true.
template <bool any>
Results ReduceBool(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  if (t.dtype != DType::kBool) return NotDefined(call.op, t.dtype);
  return One(FoldRows<int64_t>(t, call.attrs.Ints("axes"), t.dtype, int64_t{any ? 0 : 1},
                               int64_t{1},
                               [](int64_t a, int64_t x) { return any ? a | x : a & x; }));
}

template <bool maximum>
Results ArgExtreme(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  int64_t axis = call.attrs.Int("axis");
  if (!Ordered(t.dtype)) return NotDefined(call.op, t.dtype);
  if (t.sizes[axis] == 0) return Invalid(call.op, "of no elements");
  return One(DispatchReal(call.op, t.dtype,
                          [&](auto v) { return PositionOf<maximum, decltype(v)>(t, axis); }));
}

Results Cumulative(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  int64_t axis = call.attrs.Int("axis");
  const std::string& mode = call.attrs.Str("mode");
  auto arithmetic = [&](auto v) {
    using T = decltype(v);
    using A = Accumulator<T>;
    return Running<T>(t, axis, mode == "sum" ? Plus<A> : Times<A>);
  };
  auto extreme = [&](auto v) {
    using A = Accumulator<decltype(v)>;
    bool maximum = mode == "max";
    return Running<decltype(v)>(t, axis, [maximum](A best, A x) {
      return (maximum ? Better<true>(x, best) : Better<false>(x, best)) ? x : best;
    });
  };
  if (mode == "sum" || mode == "prod") return One(Dispatch(t.dtype, arithmetic));
  if (mode != "max" && mode != "min") return Invalid(call.op, "unknown mode");
  if (!Ordered(t.dtype)) return NotDefined(call.op, t.dtype);
  return One(DispatchReal(call.op, t.dtype, extreme));
}

constexpr KernelEntry kTable[] = {
    {Op::kReduceSum, ReduceSum},
    {Op::kReduceMean, ReduceMean},
    {Op::kReduceProd, ReduceProd},
    {Op::kReduceMax, ReduceExtreme<true>},
    {Op::kReduceMin, ReduceExtreme<false>},
    {Op::kReduceAny, ReduceBool<true>},
    {Op::kReduceAll, ReduceBool<false>},
    {Op::kArgMax, ArgExtreme<true>},
    {Op::kArgMin, ArgExtreme<false>},
    {Op::kCumulative, Cumulative},
};

}  // namespace

absl::StatusOr<Tensor> SumAxes(const Tensor& t, absl::Span<const int64_t> axes, DType dtype) {
  return Dispatch(t.dtype, [&](auto v) { return SumOf<decltype(v)>(t, axes, dtype, 1); });
}

Tensor Permuted(const Tensor& t, absl::Span<const int64_t> perm) {
  Tensor view = t;
  for (size_t i = 0; i < perm.size(); ++i) {
    view.sizes[i] = t.sizes[perm[i]];
    view.strides[i] = t.strides[perm[i]];
  }
  return view;
}

Sizes AxesLast(int64_t rank, absl::Span<const int64_t> axes) {
  Sizes perm;
  for (int64_t i = 0; i < rank; ++i) {
    if (!std::binary_search(axes.begin(), axes.end(), i)) perm.push_back(i);
  }
  perm.insert(perm.end(), axes.begin(), axes.end());
  return perm;
}

Sizes InversePerm(absl::Span<const int64_t> perm) {
  Sizes inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) inverse[perm[i]] = i;
  return inverse;
}

absl::Span<const KernelEntry> ReduceKernels() { return kTable; }

}  // namespace t2n::kernels
