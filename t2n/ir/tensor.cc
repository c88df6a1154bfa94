#include "t2n/ir/tensor.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "Eigen/Core"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

// What is read or copied as a whole; a tensor may be far larger than what is stored of it.
constexpr int64_t kMostRead = int64_t{1} << 26;        // elements
constexpr int64_t kMostDenseBytes = int64_t{1} << 34;  // as limits::kMaxComputedTensorBytes
constexpr int64_t kHeldBytes = 1 << 20;  // small parts of a buffer are read with all of it
constexpr int64_t kStreamedParts = 8;    // of a buffer that is streamed for each

class OwnedBuffer : public Buffer {
 public:
  explicit OwnedBuffer(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  size_t size() const override { return bytes_.size(); }
  absl::StatusOr<absl::Span<const uint8_t>> Bytes() const override {
    return absl::MakeConstSpan(bytes_);
  }
  uint8_t* data() { return bytes_.data(); }

 private:
  std::vector<uint8_t> bytes_;
};

// Copies `t` densely to `out`: `axis` and below, `index` in elements.
void CopyStrided(const Tensor& t, const uint8_t* base, int axis, int64_t index, uint8_t** out) {
  const int64_t item = ItemSize(t.dtype);
  const int64_t n = t.sizes[axis], stride = t.strides[axis];
  if (axis + 1 == t.rank()) {
    if (stride == 1) {
      std::memcpy(*out, base + index * item, n * item);
      *out += n * item;
      return;
    }
    for (int64_t i = 0; i < n; ++i, *out += item) {
      std::memcpy(*out, base + (index + i * stride) * item, item);
    }
    return;
  }
  for (int64_t i = 0; i < n; ++i) CopyStrided(t, base, axis + 1, index + i * stride, out);
}

template <typename T>
T Load(const uint8_t* p) {
  T v;
  std::memcpy(&v, p, sizeof(T));
  return v;
}

std::complex<double> LoadComplex(DType dtype, const uint8_t* p) {
  switch (dtype) {
    case DType::kBool:
      return Load<uint8_t>(p) != 0;
    case DType::kU8:
    case DType::kQU8:
      return Load<uint8_t>(p);
    case DType::kU16:
      return Load<uint16_t>(p);
    case DType::kU32:
      return Load<uint32_t>(p);
    case DType::kU64:
      return static_cast<double>(Load<uint64_t>(p));
    case DType::kI8:
    case DType::kQI8:
      return Load<int8_t>(p);
    case DType::kI16:
      return Load<int16_t>(p);
    case DType::kI32:
    case DType::kQI32:
      return Load<int32_t>(p);
    case DType::kI64:
      return static_cast<double>(Load<int64_t>(p));
    case DType::kF16:
      return HalfToFloat(Load<uint16_t>(p));
    case DType::kBF16:
      return BFloat16ToFloat(Load<uint16_t>(p));
    case DType::kF32:
      return Load<float>(p);
    case DType::kF64:
      return Load<double>(p);
    case DType::kC64:
      return std::complex<double>(Load<float>(p), Load<float>(p + 4));
    case DType::kC128:
      return std::complex<double>(Load<double>(p), Load<double>(p + 8));
  }
  return 0;
}

int64_t LoadInt(DType dtype, const uint8_t* p) {
  if (dtype == DType::kI64) return Load<int64_t>(p);
  if (dtype == DType::kU64) return static_cast<int64_t>(Load<uint64_t>(p));
  return static_cast<int64_t>(LoadComplex(dtype, p).real());
}

template <typename T>
void Store(uint8_t* p, T v) {
  std::memcpy(p, &v, sizeof(T));
}

void StoreInt(DType dtype, uint8_t* p, int64_t v) {
  switch (dtype) {
    case DType::kBool:
      return Store<uint8_t>(p, v != 0);
    case DType::kU8:
    case DType::kQU8:
    case DType::kI8:
    case DType::kQI8:
      return Store<uint8_t>(p, static_cast<uint8_t>(v));
    case DType::kU16:
    case DType::kI16:
      return Store<uint16_t>(p, static_cast<uint16_t>(v));
    case DType::kU32:
    case DType::kI32:
    case DType::kQI32:
      return Store<uint32_t>(p, static_cast<uint32_t>(v));
    default:
      return Store<int64_t>(p, v);
  }
}

void StoreReal(DType dtype, uint8_t* p, double v) {
  switch (dtype) {
    case DType::kF16:
      return Store<uint16_t>(p, FloatToHalf(static_cast<float>(v)));
    case DType::kBF16:
      return Store<uint16_t>(p, FloatToBFloat16(static_cast<float>(v)));
    case DType::kF32:
      return Store<float>(p, static_cast<float>(v));
    case DType::kF64:
      return Store<double>(p, v);
    case DType::kBool:
      return Store<uint8_t>(p, v != 0);
    default:
      return StoreInt(dtype, p,
                      v >= 9.2233720368547758e18    ? INT64_MAX
                      : v <= -9.2233720368547758e18 ? INT64_MIN
                      : v != v                      ? 0
                                                    : static_cast<int64_t>(v));
  }
}

}  // namespace

std::shared_ptr<const Buffer> Buffer::Own(std::vector<uint8_t> bytes) {
  return std::make_shared<OwnedBuffer>(std::move(bytes));
}

int64_t Tensor::numel() const {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  return n;
}

bool Tensor::is_contiguous() const {
  int64_t expected = 1;
  for (int64_t i = rank() - 1; i >= 0; --i) {
    if (sizes[i] == 1) continue;
    if (strides[i] != expected) return numel() == 0;
    expected *= sizes[i];
  }
  return true;
}

bool Tensor::is_expanded() const {
  for (int64_t i = 0; i < rank(); ++i) {
    if (sizes[i] > 1 && strides[i] == 0) return true;
  }
  return false;
}

Tensor Tensor::Dense(DType dtype, std::vector<int64_t> sizes, std::vector<uint8_t> bytes) {
  Tensor t;
  t.dtype = dtype;
  t.strides = ContiguousStrides(sizes);
  t.sizes = std::move(sizes);
  t.buffer = Buffer::Own(std::move(bytes));
  return t;
}

Tensor Tensor::Allocate(DType dtype, std::vector<int64_t> sizes, uint8_t** data) {
  Tensor t;
  t.dtype = dtype;
  t.strides = ContiguousStrides(sizes);
  t.sizes = std::move(sizes);
  auto buffer = std::make_shared<OwnedBuffer>(std::vector<uint8_t>(t.nbytes()));
  *data = buffer->data();
  t.buffer = std::move(buffer);
  return t;
}

Tensor Tensor::Scalar(DType dtype, double value) {
  return Scalar(dtype, std::complex<double>(value));
}

Tensor Tensor::Scalar(DType dtype, int64_t value) {
  if (IsFloat(dtype) || IsComplex(dtype)) return Scalar(dtype, static_cast<double>(value));
  uint8_t* p;
  Tensor t = Allocate(dtype, {}, &p);
  StoreInt(dtype, p, value);
  return t;
}

Tensor Tensor::Scalar(DType dtype, std::complex<double> value) {
  uint8_t* p;
  Tensor t = Allocate(dtype, {}, &p);
  if (IsComplex(dtype)) {
    StoreReal(RealType(dtype), p, value.real());
    StoreReal(RealType(dtype), p + ItemSize(dtype) / 2, value.imag());
  } else {
    StoreReal(dtype, p, value.real());
  }
  return t;
}

Tensor Tensor::Ints(absl::Span<const int64_t> values) {
  uint8_t* p;
  Tensor t = Allocate(DType::kI64, {static_cast<int64_t>(values.size())}, &p);
  if (!values.empty()) std::memcpy(p, values.data(), values.size() * sizeof(int64_t));
  return t;
}

Tensor Tensor::Expand(Tensor scalar, std::vector<int64_t> sizes) {
  scalar.strides.assign(sizes.size(), 0);
  scalar.sizes = std::move(sizes);
  return scalar;
}

std::vector<int64_t> ContiguousStrides(absl::Span<const int64_t> sizes) {
  std::vector<int64_t> strides(sizes.size(), 1);
  for (int64_t i = static_cast<int64_t>(sizes.size()) - 2; i >= 0; --i) {
    strides[i] = strides[i + 1] * sizes[i + 1];
  }
  return strides;
}

static absl::Status TooLarge(const Tensor& t, absl::string_view for_what) {
  return absl::ResourceExhaustedError(absl::StrCat("a constant of [", absl::StrJoin(t.sizes, ","),
                                                   "] elements is too large ", for_what));
}

absl::StatusOr<Tensor> MakeContiguous(const Tensor& t) {
  if (t.is_contiguous()) return t;
  T2N_ASSIGN_OR_RETURN(absl::Span<const uint8_t> bytes, t.buffer->Bytes());
  if (t.numel() > kMostDenseBytes / ItemSize(t.dtype)) return TooLarge(t, "to be copied");
  uint8_t* out;
  Tensor dense;
  try {
    dense = Tensor::Allocate(t.dtype, t.sizes, &out);
  } catch (const std::bad_alloc&) {
    return TooLarge(t, "for the memory there is");
  }
  if (dense.numel() == 0) return dense;
  CopyStrided(t, bytes.data(), 0, t.offset, &out);
  return dense;
}

absl::StatusOr<const uint8_t*> ContiguousData(const Tensor& t) {
  if (!t.is_contiguous()) return absl::InternalError("a strided tensor read as a dense one");
  T2N_ASSIGN_OR_RETURN(absl::Span<const uint8_t> bytes, t.buffer->Bytes());
  return bytes.data() + t.offset * ItemSize(t.dtype);
}

absl::Status Buffer::Stream(const ByteSink& sink) const {
  T2N_ASSIGN_OR_RETURN(absl::Span<const uint8_t> bytes, Bytes());
  return sink(bytes);
}

absl::Status StreamContiguous(const Tensor& t, const ByteSink& sink) {
  if (t.numel() == 0) return absl::OkStatus();
  const int64_t begin = t.offset * ItemSize(t.dtype), end = begin + t.nbytes();
  const int64_t all = static_cast<int64_t>(t.buffer->size());
  if (begin == 0 && end == all) return t.buffer->Stream(sink);
  // Of many small parts of one buffer each would stream all of it.
  if (t.nbytes() <= kHeldBytes || t.nbytes() < all / kStreamedParts) {
    T2N_ASSIGN_OR_RETURN(const uint8_t* data, ContiguousData(t));
    return sink(absl::MakeConstSpan(data, t.nbytes()));
  }
  int64_t at = 0;  // of the piece; the pieces behind the part are streamed for their checksum
  return t.buffer->Stream([&](absl::Span<const uint8_t> piece) {
    const int64_t from = std::clamp<int64_t>(begin - at, 0, piece.size());
    const int64_t to = std::clamp<int64_t>(end - at, 0, piece.size());
    at += static_cast<int64_t>(piece.size());
    return from < to ? sink(piece.subspan(from, to - from)) : absl::OkStatus();
  });
}

absl::StatusOr<std::vector<std::complex<double>>> ReadComplex(const Tensor& t) {
  if (t.numel() > kMostRead) return TooLarge(t, "to be read");
  T2N_ASSIGN_OR_RETURN(Tensor dense, MakeContiguous(t));
  T2N_ASSIGN_OR_RETURN(const uint8_t* p, ContiguousData(dense));
  std::vector<std::complex<double>> out(dense.numel());
  for (auto& v : out) v = LoadComplex(t.dtype, p), p += ItemSize(t.dtype);
  return out;
}

absl::StatusOr<std::vector<double>> ReadDoubles(const Tensor& t) {
  if (IsComplex(t.dtype)) return absl::InvalidArgumentError("a complex tensor read as real");
  T2N_ASSIGN_OR_RETURN(auto values, ReadComplex(t));
  std::vector<double> out(values.size());
  for (size_t i = 0; i < out.size(); ++i) out[i] = values[i].real();
  return out;
}

absl::StatusOr<std::vector<int64_t>> ReadInts(const Tensor& t) {
  if (IsFloat(t.dtype) || IsComplex(t.dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor of ", DTypeName(t.dtype), " read as integers"));
  }
  if (t.numel() > kMostRead) return TooLarge(t, "to be read");
  T2N_ASSIGN_OR_RETURN(Tensor dense, MakeContiguous(t));
  T2N_ASSIGN_OR_RETURN(const uint8_t* p, ContiguousData(dense));
  std::vector<int64_t> out(dense.numel());
  for (auto& v : out) v = LoadInt(t.dtype, p), p += ItemSize(t.dtype);
  return out;
}

float HalfToFloat(uint16_t h) {
  return Eigen::half_impl::half_to_float(Eigen::half_impl::raw_uint16_to_half(h));
}
uint16_t FloatToHalf(float f) { return Eigen::half_impl::float_to_half_rtne(f).x; }
float BFloat16ToFloat(uint16_t h) {
  uint32_t bits = static_cast<uint32_t>(h) << 16;
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}
uint16_t FloatToBFloat16(float f) {
  return Eigen::bfloat16_impl::float_to_bfloat16_rtne<false>(f).value;
}

}  // namespace t2n
