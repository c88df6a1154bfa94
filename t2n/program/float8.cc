#include "t2n/program/float8.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "t2n/ir/archive_buffer.h"
#include "t2n/ir/computed_buffer.h"

namespace t2n {
namespace {

using torchvalue::ScalarType;

struct Format {
  ScalarType type;
  int mantissa_bits;
  int bias;
  bool has_infinity;
  bool one_zero;  // the bits of -0 are the only NaN (the types called fnuz)
};

constexpr Format kFormats[] = {{ScalarType::kFloat8_e4m3fn, 3, 7, false, false},
                               {ScalarType::kFloat8_e5m2, 2, 15, true, false},
                               {ScalarType::kFloat8_e4m3fnuz, 3, 8, false, true},
                               {ScalarType::kFloat8_e5m2fnuz, 2, 16, false, true}};

// Of float8_e8m0fnu: 2^(bits - 127).
constexpr int kPowerBias = 127, kPowerNan = 255;

float Decode(const Format& format, uint8_t bits) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr uint8_t kSign = 0x80;
  const int mantissa = bits & ((1 << format.mantissa_bits) - 1);
  const int exponent = (bits & ~kSign) >> format.mantissa_bits;
  const int last_exponent = (1 << (7 - format.mantissa_bits)) - 1;
  const int last_mantissa = (1 << format.mantissa_bits) - 1;
  if (format.one_zero && bits == kSign) return kNan;
  const float sign = bits & kSign ? -1.0f : 1.0f;
  if (exponent == last_exponent && format.has_infinity) {
    return mantissa ? kNan : sign * std::numeric_limits<float>::infinity();
  }
  if (exponent == last_exponent && mantissa == last_mantissa && !format.one_zero) return kNan;
  const int normal = exponent == 0 ? mantissa : mantissa + last_mantissa + 1;
  const int scale = std::max(exponent, 1) - format.bias - format.mantissa_bits;
  return sign * std::ldexp(static_cast<float>(normal), scale);
}

class WideBuffer : public ComputedBuffer, public OfArchive {
 public:
  WideBuffer(std::shared_ptr<const Buffer> storage, ScalarType type)
      : storage_(std::move(storage)), item_(ItemSize(*WideTypeOf(type))) {
    for (size_t bits = 0; bits < elements_.size(); ++bits) {
      const float value = Float8ToFloat(type, static_cast<uint8_t>(bits));
      const uint16_t half = FloatToHalf(value);
      std::memcpy(elements_[bits].data(),
                  item_ == sizeof(float) ? static_cast<const void*>(&value) : &half, item_);
    }
  }
  size_t size() const override { return storage_->size() * item_; }
  absl::Status Stream(const ByteSink& sink) const override {
    return storage_->Stream([&](absl::Span<const uint8_t> piece) { return sink(Wide(piece)); });
  }
  std::string NameAt(int64_t byte) const override {
    const auto* of = dynamic_cast<const OfArchive*>(storage_.get());
    return of ? of->NameAt(byte / item_) : "";
  }
  void SetName(int64_t begin, int64_t end, const std::string& name) const override {
    const auto* of = dynamic_cast<const OfArchive*>(storage_.get());
    if (of) of->SetName(begin / item_, end / item_, name);
  }

 private:
  std::vector<uint8_t> Wide(absl::Span<const uint8_t> narrow) const {
    std::vector<uint8_t> wide(narrow.size() * item_);
    for (size_t i = 0; i < narrow.size(); ++i) {
      std::memcpy(wide.data() + i * item_, elements_[narrow[i]].data(), item_);
    }
    return wide;
  }

  std::shared_ptr<const Buffer> storage_;
  size_t item_;
  std::array<std::array<uint8_t, sizeof(float)>, 256> elements_;
};

}  // namespace

std::optional<DType> WideTypeOf(ScalarType type) {
  if (type == ScalarType::kFloat8_e8m0fnu) return DType::kF32;
  for (const Format& format : kFormats) {
    if (format.type == type) return DType::kF16;
  }
  return std::nullopt;
}

float Float8ToFloat(ScalarType type, uint8_t bits) {
  for (const Format& format : kFormats) {
    if (format.type == type) return Decode(format, bits);
  }
  if (bits == kPowerNan) return std::numeric_limits<float>::quiet_NaN();
  return std::ldexp(1.0f, bits - kPowerBias);
}

std::shared_ptr<const Buffer> Widen(std::shared_ptr<const Buffer> storage, ScalarType type) {
  return std::make_shared<WideBuffer>(std::move(storage), type);
}

}  // namespace t2n
