#include "t2n/blocks/block_buffer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

// As many numbers are held at once.
constexpr int64_t kPiece = 1 << 16;

float LoadFloat(DType dtype, const uint8_t* p) {
  if (dtype == DType::kF32) {
    float f;
    std::memcpy(&f, p, sizeof(f));
    return f;
  }
  uint16_t h;
  std::memcpy(&h, p, sizeof(h));
  return dtype == DType::kF16 ? HalfToFloat(h) : BFloat16ToFloat(h);
}

void StoreFloat(DType dtype, float f, uint8_t* p) {
  if (dtype == DType::kF32) {
    std::memcpy(p, &f, sizeof(f));
    return;
  }
  const uint16_t h = dtype == DType::kF16 ? FloatToHalf(f) : FloatToBFloat16(f);
  std::memcpy(p, &h, sizeof(h));
}

using FloatSink = std::function<absl::Status(absl::Span<const float>)>;

void LoadFloats(DType dtype, const uint8_t* bytes, int64_t count, std::vector<float>* out) {
  const size_t old = out->size();
  out->resize(old + count);
  float* to = out->data() + old;
  if (dtype == DType::kF32) {
    std::memcpy(to, bytes, count * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < count; ++i) to[i] = LoadFloat(dtype, bytes + 2 * i);
}

// Numbers of a dense tensor, whole blocks at a time.
absl::Status StreamDense(const Tensor& t, const FloatSink& sink) {
  const int64_t item = ItemSize(t.dtype);
  std::vector<float> numbers;
  std::vector<uint8_t> cut;  // of a number whose bytes came in two pieces
  T2N_RETURN_IF_ERROR(StreamContiguous(t, [&](absl::Span<const uint8_t> bytes) {
    while (!bytes.empty()) {
      if (!cut.empty() || static_cast<int64_t>(bytes.size()) < item) {
        cut.push_back(bytes[0]);
        bytes.remove_prefix(1);
        if (static_cast<int64_t>(cut.size()) < item) continue;
        LoadFloats(t.dtype, cut.data(), 1, &numbers);
        cut.clear();
      } else {
        const int64_t room = kPiece - static_cast<int64_t>(numbers.size());
        const int64_t count = std::min<int64_t>(bytes.size() / item, room);
        LoadFloats(t.dtype, bytes.data(), count, &numbers);
        bytes.remove_prefix(count * item);
      }
      if (static_cast<int64_t>(numbers.size()) < kPiece) continue;
      T2N_RETURN_IF_ERROR(sink(numbers));
      numbers.clear();
    }
    return absl::OkStatus();
  }));
  return numbers.empty() ? absl::OkStatus() : sink(numbers);
}

// Where each row (all axes but the last) begins, in elements.
std::vector<int64_t> RowOffsets(const Tensor& t) {
  std::vector<int64_t> offsets = {t.offset};
  for (int64_t axis = 0; axis + 1 < t.rank(); ++axis) {
    std::vector<int64_t> next;
    next.reserve(offsets.size() * t.sizes[axis]);
    for (const int64_t offset : offsets) {
      for (int64_t i = 0; i < t.sizes[axis]; ++i) next.push_back(offset + i * t.strides[axis]);
    }
    offsets = std::move(next);
  }
  return offsets;
}

// Numbers of a tensor whose rows do not lie densely, several rows at a time: neighbours share the
// lines of memory that are read.
absl::Status StreamStrided(const Tensor& t, const FloatSink& sink) {
  T2N_ASSIGN_OR_RETURN(const absl::Span<const uint8_t> bytes, t.buffer->Bytes());
  const int64_t item = ItemSize(t.dtype), length = t.sizes.back(), stride = t.strides.back();
  const std::vector<int64_t> rows = RowOffsets(t);
  const int64_t together = std::max<int64_t>(kPiece / length, 16);
  std::vector<float> numbers;
  for (size_t first = 0; first < rows.size(); first += together) {
    const int64_t count = std::min<int64_t>(together, rows.size() - first);
    numbers.resize(count * length);
    for (int64_t k = 0; k < length; ++k) {
      for (int64_t r = 0; r < count; ++r) {
        const int64_t at = rows[first + r] + k * stride;
        numbers[r * length + k] = LoadFloat(t.dtype, bytes.data() + at * item);
      }
    }
    T2N_RETURN_IF_ERROR(sink(numbers));
  }
  return absl::OkStatus();
}

absl::Status StreamNumbers(const Tensor& t, const FloatSink& sink) {
  if (t.numel() == 0) return absl::OkStatus();
  return t.is_contiguous() ? StreamDense(t, sink) : StreamStrided(t, sink);
}

void AddError(const float* x, const uint8_t* block, BlockError* error) {
  float y[kQ4Length];
  DequantizeQ4(block, y);
  float errors = 0, squares = 0;
  for (int i = 0; i < kQ4Length; ++i) {
    errors += (x[i] - y[i]) * (x[i] - y[i]);
    squares += x[i] * x[i];
  }
  error->squared_error += errors;
  error->squared_norm += squares;
}

}  // namespace

double BlockError::relative() const {
  return squared_norm > 0 ? std::sqrt(squared_error / squared_norm) : 0;
}

BlockBuffer::BlockBuffer(Tensor source, BlockScale scale, DType dtype)
    : source_(std::move(source)), scale_(scale), dtype_(dtype) {}

Tensor BlockBuffer::MakeTensor(Tensor source, BlockScale scale, DType dtype) {
  Tensor t;
  t.dtype = dtype;
  t.sizes = source.sizes;
  t.strides = ContiguousStrides(t.sizes);
  t.buffer = std::make_shared<BlockBuffer>(std::move(source), scale, dtype);
  return t;
}

absl::Status BlockBuffer::StreamBlocks(const ByteSink& sink, BlockError* error) const {
  std::vector<uint8_t> blocks;
  return StreamNumbers(source_, [&](absl::Span<const float> numbers) {
    blocks.resize(numbers.size() / kQ4Length * kQ4Bytes);
    uint8_t* block = blocks.data();
    for (size_t i = 0; i < numbers.size(); i += kQ4Length, block += kQ4Bytes) {
      if (!QuantizeQ4(&numbers[i], source_.dtype, scale_, block)) {
        return absl::FailedPreconditionError(
            "it has a number that is not finite, or too large for a scale of half precision");
      }
      if (error) AddError(&numbers[i], block, error);
    }
    return sink(blocks);
  });
}

absl::Status BlockBuffer::Stream(const ByteSink& sink) const {
  std::vector<uint8_t> values;
  const int64_t item = ItemSize(dtype_);
  return StreamBlocks(
      [&](absl::Span<const uint8_t> blocks) {
        values.resize(blocks.size() / kQ4Bytes * kQ4Length * item);
        uint8_t* out = values.data();
        for (size_t i = 0; i < blocks.size(); i += kQ4Bytes) {
          float x[kQ4Length];
          DequantizeQ4(&blocks[i], x);
          for (const float f : x) {
            StoreFloat(dtype_, f, out);
            out += item;
          }
        }
        return sink(values);
      },
      nullptr);
}

const BlockBuffer* BlocksOf(const Tensor& t) {
  const auto* blocks = dynamic_cast<const BlockBuffer*>(t.buffer.get());
  const bool whole = blocks && t.offset == 0 && t.is_contiguous() &&
                     t.nbytes() == static_cast<int64_t>(blocks->size());
  return whole && t.sizes == blocks->source().sizes ? blocks : nullptr;
}

}  // namespace t2n
