#include <cmath>
#include <cstring>

#include "emit/testing/cases.h"

namespace t2n::testing {
namespace {

void Store(DType dtype, double value, uint8_t* at) {
  auto put = [at](auto v) { std::memcpy(at, &v, sizeof(v)); };
  switch (dtype) {
    case DType::kBool:
      return put(static_cast<uint8_t>(value != 0));
    case DType::kU8:
      return put(static_cast<uint8_t>(value));
    case DType::kI8:
      return put(static_cast<int8_t>(value));
    case DType::kI16:
      return put(static_cast<int16_t>(value));
    case DType::kI32:
      return put(static_cast<int32_t>(value));
    case DType::kI64:
      return put(static_cast<int64_t>(value));
    case DType::kF16:
      return put(FloatToHalf(static_cast<float>(value)));
    case DType::kF64:
      return put(value);
    default:
      return put(static_cast<float>(value));
  }
}

}  // namespace

Tensor Of(DType dtype, std::vector<int64_t> sizes, const std::vector<double>& values) {
  uint8_t* data;
  Tensor t = Tensor::Allocate(dtype, std::move(sizes), &data);
  for (double v : values) {
    Store(dtype, v, data);
    data += ItemSize(dtype);
  }
  return t;
}

Tensor Spread(DType dtype, std::vector<int64_t> sizes, double low, double high) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  std::vector<double> values;
  uint32_t state = 12345;
  for (int64_t i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    double v = low + (high - low) * (state >> 8) / double(1 << 24);
    bool whole = IsInteger(dtype) || dtype == DType::kBool;
    values.push_back(whole ? std::floor(v + 0.5) : v);
  }
  return Of(dtype, std::move(sizes), values);
}

}  // namespace t2n::testing
