#include "t2n/passes/converted_tensors.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/blocks/block_buffer.h"
#include "t2n/ir/archive_buffer.h"
#include "t2n/ir/computed_buffer.h"

namespace t2n {
namespace {

absl::StatusOr<float> Widened(uint16_t bfloat16) { return BFloat16ToFloat(bfloat16); }

absl::StatusOr<uint16_t> Narrowed(float value) {
  const uint16_t half = FloatToHalf(value);
  if (std::isfinite(value) && std::isinf(HalfToFloat(half))) {
    return absl::FailedPreconditionError(absl::StrCat(
        "a weight of ", value, " is beyond f16: name its module with --float_precision_except"));
  }
  return half;
}

// A sink of elements of type From that gives them on as To. Every piece holds whole elements.
template <typename From, typename To>
ByteSink Converting(const ByteSink& sink, absl::StatusOr<To> (*convert)(From)) {
  return [&sink, convert](absl::Span<const uint8_t> bytes) -> absl::Status {
    constexpr size_t kPiece = 1 << 16;
    std::vector<uint8_t> out;
    while (!bytes.empty()) {
      const size_t count = std::min(kPiece, bytes.size() / sizeof(From));
      out.resize(count * sizeof(To));
      for (size_t i = 0; i < count; ++i) {
        From from;
        std::memcpy(&from, bytes.data() + sizeof(From) * i, sizeof(From));
        T2N_ASSIGN_OR_RETURN(const To to, convert(from));
        std::memcpy(out.data() + sizeof(To) * i, &to, sizeof(To));
      }
      T2N_RETURN_IF_ERROR(sink(out));
      bytes.remove_prefix(count * sizeof(From));
    }
    return absl::OkStatus();
  };
}

// A tensor's elements in another type, dense.
class ConvertedBuffer : public ComputedBuffer, public OfArchive {
 public:
  ConvertedBuffer(Tensor source, DType dtype) : source_(std::move(source)), dtype_(dtype) {}
  bool of_archive() const override { return IsOfArchive(source_); }
  std::string NameAt(int64_t) const override { return NameInArchive(source_); }
  void SetName(int64_t, int64_t, const std::string&) const override {}  // its source has one
  size_t size() const override { return source_.numel() * ItemSize(dtype_); }
  absl::Status Stream(const ByteSink& sink) const override {
    const ByteSink converting = dtype_ == DType::kF32 ? Converting<uint16_t, float>(sink, Widened)
                                                      : Converting<float, uint16_t>(sink, Narrowed);
    return StreamDense(source_, converting);
  }

 private:
  Tensor source_;
  DType dtype_;
};

Tensor Converted(const Tensor& t, DType dtype) {
  Tensor converted = t;
  converted.dtype = dtype;
  converted.offset = 0;
  converted.strides = ContiguousStrides(t.sizes);
  converted.buffer = std::make_shared<ConvertedBuffer>(t, dtype);
  return converted;
}

}  // namespace

Tensor ConvertedTensors::Get(const Tensor& tensor, DType dtype) {
  if (tensor.dtype == dtype) return tensor;
  std::string key =
      absl::StrCat(reinterpret_cast<uintptr_t>(tensor.buffer.get()), " ", tensor.offset, " ",
                   absl::StrJoin(tensor.sizes, ","), " ", absl::StrJoin(tensor.strides, ","));
  auto [it, is_new] = converted_.insert({std::move(key), Tensor()});
  if (is_new) {
    const BlockBuffer* blocks = BlocksOf(tensor);
    it->second = blocks ? blocks->As(dtype) : Converted(tensor, dtype);
  }
  return it->second;
}

}  // namespace t2n
