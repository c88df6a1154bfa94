#include "t2n/kernels/elements.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::kernels {
namespace {

// Zeroed memory that is only touched when used; a failure to get it is no exception.
class HeapBuffer : public Buffer {
 public:
  explicit HeapBuffer(size_t size)
      : size_(size), data_(static_cast<uint8_t*>(std::calloc(size ? size : 1, 1))) {}
  ~HeapBuffer() override { std::free(data_); }
  size_t size() const override { return size_; }
  absl::StatusOr<absl::Span<const uint8_t>> Bytes() const override {
    return absl::MakeConstSpan(data_, size_);
  }
  uint8_t* data() { return data_; }

 private:
  size_t size_;
  uint8_t* data_;
};

// Stored forms that C++ has no type for.
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};
struct Bool {
  uint8_t byte;
};

template <typename S>
auto Decode(S v) {
  if constexpr (std::is_same_v<S, Half>) {
    return HalfToFloat(v.bits);
  } else if constexpr (std::is_same_v<S, BFloat16>) {
    return BFloat16ToFloat(v.bits);
  } else if constexpr (std::is_same_v<S, Bool>) {
    return static_cast<uint8_t>(v.byte != 0);
  } else {
    return v;
  }
}

template <typename V>
constexpr bool kIsComplex = std::is_same_v<V, std::complex<float>> || std::is_same_v<V, Complex>;

// x86's cvttsd2si.
template <typename I>
I TruncateTo(double v) {
  constexpr double kLimit = sizeof(I) == 8 ? 9223372036854775808.0 : 2147483648.0;
  return v >= -kLimit && v < kLimit ? static_cast<I>(v) : std::numeric_limits<I>::min();
}

template <typename To, typename From>
To Convert(From v) {
  if constexpr (kIsComplex<To>) {
    using Real = typename To::value_type;
    if constexpr (kIsComplex<From>) {
      return To(static_cast<Real>(v.real()), static_cast<Real>(v.imag()));
    } else {
      return To(static_cast<Real>(v), 0);
    }
  } else if constexpr (std::is_same_v<To, Bool>) {
    return Bool{static_cast<uint8_t>(v != From(0))};
  } else if constexpr (kIsComplex<From>) {
    return Convert<To>(v.real());
  } else if constexpr (std::is_same_v<To, Half>) {
    return Half{FloatToHalf(static_cast<float>(v))};
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return BFloat16{FloatToBFloat16(static_cast<float>(v))};
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    if constexpr (std::is_same_v<To, uint64_t>) {
      if (v >= From(9223372036854775808.0) && v < From(18446744073709551616.0)) {
        return static_cast<uint64_t>(v);
      }
    }
    constexpr bool kWide = sizeof(To) == 8 || std::is_same_v<To, uint32_t>;
    using Through = std::conditional_t<kWide, int64_t, int32_t>;
    return static_cast<To>(TruncateTo<Through>(v));
  } else {
    return static_cast<To>(v);
  }
}

template <typename S, typename T>
void LoadElements(const uint8_t* p, int64_t stride, int64_t n, void* out) {
  T* to = static_cast<T*>(out);
  for (int64_t i = 0; i < n; ++i, p += stride) {
    S s;
    std::memcpy(&s, p, sizeof(S));
    to[i] = Convert<T>(Decode(s));
  }
}

template <typename T, typename S>
void StoreElements(const void* in, int64_t n, uint8_t* out) {
  const T* from = static_cast<const T*>(in);
  if constexpr (std::is_same_v<T, S>) {
    if (n > 0) std::memcpy(out, from, n * sizeof(T));
  } else {
    for (int64_t i = 0; i < n; ++i) {
      S s = Convert<S>(from[i]);
      std::memcpy(out + i * sizeof(S), &s, sizeof(S));
    }
  }
}

// Calls f(S{}) with the stored type of `dtype`.
template <typename F>
auto WithStored(DType dtype, F f) {
  switch (StorageType(dtype)) {
    case DType::kBool:
      return f(Bool{});
    case DType::kU8:
      return f(uint8_t{});
    case DType::kU16:
      return f(uint16_t{});
    case DType::kU32:
      return f(uint32_t{});
    case DType::kU64:
      return f(uint64_t{});
    case DType::kI8:
      return f(int8_t{});
    case DType::kI16:
      return f(int16_t{});
    case DType::kI32:
      return f(int32_t{});
    case DType::kF16:
      return f(Half{});
    case DType::kBF16:
      return f(BFloat16{});
    case DType::kF32:
      return f(float{});
    case DType::kF64:
      return f(double{});
    case DType::kC64:
      return f(std::complex<float>{});
    case DType::kC128:
      return f(Complex{});
    default:
      return f(int64_t{});
  }
}

}  // namespace

Compute ComputeOf(DType dtype) {
  if (dtype == DType::kF64) return Compute::kF64;
  if (IsFloat(dtype)) return Compute::kF32;
  return IsComplex(dtype) ? Compute::kComplex : Compute::kInt;
}

DType DTypeOf(Compute c) {
  constexpr DType kTypes[] = {DType::kI64, DType::kF32, DType::kF64, DType::kC128};
  return kTypes[static_cast<int>(c)];
}

int64_t ComputeSize(Compute c) { return ItemSize(DTypeOf(c)); }

absl::Status NotDefined(Op op, DType dtype) {
  return absl::UnimplementedError(
      absl::StrCat(OpName(op), " of ", DTypeName(dtype), " is not defined"));
}

absl::Status Invalid(Op op, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(OpName(op), ": ", what));
}

absl::StatusOr<int64_t> CheckedCount(absl::Span<const int64_t> sizes, int64_t item_size) {
  // Axes of size 0 do not hide the others: strides are products of them.
  int64_t count = 1, extent = item_size;
  for (int64_t s : sizes) {
    if (s < 0 || __builtin_mul_overflow(extent, s > 0 ? s : 1, &extent) ||
        extent > limits::kMaxComputedTensorBytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("a tensor of ", ShapeToString(Shape(sizes.begin(), sizes.end())),
                       " elements of ", item_size, " bytes is larger than the limit of ",
                       limits::kMaxComputedTensorBytes, " bytes"));
    }
    count *= s;
  }
  return count;
}

absl::StatusOr<Tensor> NewTensor(DType dtype, Sizes sizes, uint8_t** data) {
  T2N_ASSIGN_OR_RETURN(int64_t count, CheckedCount(sizes, ItemSize(dtype)));
  auto buffer = std::make_shared<HeapBuffer>(count * ItemSize(dtype));
  if (!buffer->data()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no memory for a tensor of ", count * ItemSize(dtype), " bytes"));
  }
  *data = buffer->data();
  Tensor t;
  t.dtype = dtype;
  t.strides = ContiguousStrides(sizes);
  t.sizes = std::move(sizes);
  t.buffer = std::move(buffer);
  return t;
}

Sizes OutputSizes(const KernelCall& call, int i) {
  return ConstantShape(call.outputs[i].shape).value_or(Sizes{});
}

LoadFn FindLoad(DType from, Compute to) {
  return WithStored(from, [to](auto s) -> LoadFn {
    using S = decltype(s);
    switch (to) {
      case Compute::kInt:
        return LoadElements<S, int64_t>;
      case Compute::kF32:
        return LoadElements<S, float>;
      case Compute::kF64:
        return LoadElements<S, double>;
      default:
        return LoadElements<S, Complex>;
    }
  });
}

StoreFn FindStore(Compute from, DType to) {
  return WithStored(to, [from](auto s) -> StoreFn {
    using S = decltype(s);
    switch (from) {
      case Compute::kInt:
        return StoreElements<int64_t, S>;
      case Compute::kF32:
        return StoreElements<float, S>;
      case Compute::kF64:
        return StoreElements<double, S>;
      default:
        return StoreElements<Complex, S>;
    }
  });
}

absl::StatusOr<const uint8_t*> Origin(const Tensor& t) {
  T2N_ASSIGN_OR_RETURN(absl::Span<const uint8_t> bytes, t.buffer->Bytes());
  return bytes.data() + t.offset * ItemSize(t.dtype);
}

absl::StatusOr<Tensor> Dense(const Tensor& t) {
  T2N_RETURN_IF_ERROR(CheckedCount(t.sizes, ItemSize(t.dtype)).status());
  return MakeContiguous(t);
}

absl::StatusOr<Reader> Reader::Make(const Tensor& t, absl::Span<const int64_t> sizes, Compute to) {
  T2N_RETURN_IF_ERROR(CheckedCount(sizes, 1).status());
  Reader r;
  T2N_ASSIGN_OR_RETURN(r.p_, Origin(t));
  const int64_t item = ItemSize(t.dtype);
  r.buffer_ = t.buffer;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 1) continue;
    int64_t stride = t.sizes[i] == sizes[i] ? t.strides[i] * item : 0;
    if (!r.axes_.empty() && r.axes_.back().stride == stride * sizes[i]) {
      r.axes_.back().size *= sizes[i];
      r.axes_.back().stride = stride;
    } else {
      r.axes_.push_back({sizes[i], stride, 0});
    }
  }
  if (r.axes_.empty()) r.axes_.push_back({1, 0, 0});
  r.load_ = FindLoad(t.dtype, to);
  r.item_ = ComputeSize(to);
  r.direct_ = StorageType(t.dtype) == DTypeOf(to) && r.axes_.size() == 1 &&
              r.axes_[0].stride == item && reinterpret_cast<uintptr_t>(r.p_) % 8 == 0;
  if (!r.direct_) r.block_.resize(kBlock * r.item_ / sizeof(uint64_t));
  return r;
}

void Reader::Carry() {
  for (size_t i = axes_.size() - 1; axes_[i].index == axes_[i].size; --i) {
    p_ -= axes_[i].stride * axes_[i].size;
    axes_[i].index = 0;
    if (i == 0) return;
    axes_[i - 1].index++;
    p_ += axes_[i - 1].stride;
  }
}

const void* Reader::Next(int64_t n) {
  Axis& inner = axes_.back();
  if (direct_) {
    const void* here = p_;
    p_ += n * item_;
    return here;
  }
  uint8_t* out = reinterpret_cast<uint8_t*>(block_.data());
  for (int64_t done = 0; done < n;) {
    int64_t run = std::min(n - done, inner.size - inner.index);
    load_(p_, inner.stride, run, out + done * item_);
    p_ += run * inner.stride;
    inner.index += run;
    done += run;
    if (inner.index == inner.size) Carry();
  }
  return out;
}

template <typename T>
absl::StatusOr<Elements<T>> Elements<T>::Read(const Tensor& t) {
  Elements e;
  T2N_ASSIGN_OR_RETURN(e.size_, CheckedCount(t.sizes, sizeof(T)));
  T2N_ASSIGN_OR_RETURN(const uint8_t* p, Origin(t));
  if (StorageType(t.dtype) == DTypeOf(kComputeOf<T>) && t.is_contiguous() &&
      reinterpret_cast<uintptr_t>(p) % alignof(T) == 0) {
    e.buffer_ = t.buffer;
    e.data_ = reinterpret_cast<const T*>(p);
    return e;
  }
  e.own_.resize(e.size_);
  T2N_ASSIGN_OR_RETURN(Reader reader, Reader::Make(t, t.sizes, kComputeOf<T>));
  for (int64_t i = 0; i < e.size_; i += Reader::kBlock) {
    int64_t n = std::min(Reader::kBlock, e.size_ - i);
    std::memcpy(static_cast<void*>(e.own_.data() + i), reader.Next(n), n * sizeof(T));
  }
  e.data_ = e.own_.data();
  return e;
}

template class Elements<int64_t>;
template class Elements<float>;
template class Elements<double>;
template class Elements<Complex>;

}  // namespace t2n::kernels
