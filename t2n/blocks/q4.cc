#include "t2n/blocks/q4.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "t2n/ir/tensor.h"

namespace t2n {
namespace {

constexpr int kHalf = kQ4Length / 2;
// An integer and its distance from the next one up: what is cut off was to be rounded.
constexpr float kZero = 8.5f;
constexpr float kMost = 15.0f;

struct Steps {
  float q[kQ4Length];  // whole numbers from 0 to 15
};

// To 11 significant bits, ties to even. Below the normal numbers of f16 this is finer than f16.
float RoundedToHalf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  bits += 0xfff + ((bits >> 13) & 1);
  bits &= ~uint32_t{0x1fff};
  std::memcpy(&x, &bits, sizeof(bits));
  return x;
}

float LargestMagnitude(const float* x) {
  float largest = 0;
  for (int i = 0; i < kQ4Length; ++i) largest = std::max(largest, std::fabs(x[i]));
  return largest;
}

bool AllFinite(const float* x) {
  float sum = 0;  // NaN if one of them is not
  for (int i = 0; i < kQ4Length; ++i) sum += x[i] * 0.0f;
  return sum == 0;
}

float Cut(float steps) {
  return static_cast<float>(static_cast<int>(std::min(std::max(steps, 0.0f), kMost)));
}

Steps Quantized(const float* x, float reciprocal) {
  Steps steps;
  for (int i = 0; i < kQ4Length; ++i) steps.q[i] = Cut(x[i] * reciprocal + kZero);
  return steps;
}

Steps QuantizedInHalf(const float* x, float reciprocal) {
  Steps steps;
  for (int i = 0; i < kQ4Length; ++i) {
    steps.q[i] = Cut(RoundedToHalf(RoundedToHalf(x[i] * reciprocal) + kZero));
  }
  return steps;
}

double SquaredError(const float* x, const Steps& steps, float scale) {
  double error = 0;
  for (int i = 0; i < kQ4Length; ++i) {
    const double d = x[i] - scale * (steps.q[i] - 8);
    error += d * d;
  }
  return error;
}

void Write(const Steps& steps, uint16_t scale, uint8_t* block) {
  std::memcpy(block, &scale, sizeof(scale));
  for (int i = 0; i < kHalf; ++i) {
    const int low = static_cast<int>(steps.q[i]), high = static_cast<int>(steps.q[i + kHalf]);
    block[2 + i] = static_cast<uint8_t>(low | high << 4);
  }
}

// torch-to-nnef divides by the scale in half precision, whatever the weights' type is.
Steps MinMax(const float* x, DType from, uint16_t scale) {
  const float d = HalfToFloat(scale);
  if (d == 0) return Quantized(x, 0);
  const float reciprocal = HalfToFloat(FloatToHalf(1 / d));
  if (!std::isfinite(reciprocal)) return Quantized(x, 1 / d);
  return from == DType::kF16 ? QuantizedInHalf(x, reciprocal) : Quantized(x, reciprocal);
}

// The best scale for these steps.
float Fitted(const float* x, const Steps& steps) {
  float products = 0, squares = 0;
  for (int i = 0; i < kQ4Length; ++i) {
    const float q = steps.q[i] - 8;
    products += x[i] * q;
    squares += q * q;
  }
  return squares == 0 ? 0 : HalfToFloat(FloatToHalf(products / squares));
}

// Starts from scales that make the largest magnitude so many steps of either sign, fits the scale
// to the steps that come of it, and keeps the best one.
void ImproveScale(const float* x, float largest, Steps* best, uint16_t* scale) {
  constexpr float kFirst = 5.5f, kLast = 9.5f, kBy = 0.25f;
  double least = SquaredError(x, *best, HalfToFloat(*scale));
  for (float levels = kFirst; levels <= kLast; levels += kBy) {
    for (const float reciprocal : {levels / largest, -levels / largest}) {
      float d = Fitted(x, Quantized(x, reciprocal));
      if (d == 0 || !std::isfinite(d)) continue;
      const Steps steps = Quantized(x, 1 / d);
      const double error = SquaredError(x, steps, d);
      if (error >= least) continue;
      least = error;
      *best = steps;
      *scale = FloatToHalf(d);
    }
  }
}

}  // namespace

bool QuantizeQ4(const float* x, DType from, BlockScale choice, uint8_t* block) {
  const float largest = LargestMagnitude(x);
  uint16_t scale = FloatToHalf(largest / -8);
  if (!AllFinite(x) || !std::isfinite(HalfToFloat(scale))) return false;
  Steps steps = MinMax(x, from, scale);
  const bool tried = choice == BlockScale::kLeastSquares && HalfToFloat(scale) != 0;
  if (tried) ImproveScale(x, largest, &steps, &scale);
  Write(steps, scale, block);
  return true;
}

void DequantizeQ4(const uint8_t* block, float* x) {
  uint16_t scale;
  std::memcpy(&scale, block, sizeof(scale));
  const float d = HalfToFloat(scale);
  for (int i = 0; i < kHalf; ++i) {
    x[i] = d * static_cast<float>((block[2 + i] & 15) - 8);
    x[i + kHalf] = d * static_cast<float>((block[2 + i] >> 4) - 8);
  }
}

}  // namespace t2n
