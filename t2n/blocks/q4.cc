#include "t2n/blocks/q4.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "Eigen/Core"
#include "t2n/ir/tensor.h"

namespace t2n {
namespace {

constexpr int kHalf = kQ4Length / 2;
// An integer and its distance from the next one up: what is cut off was to be rounded.
constexpr float kZero = 8.5f;
constexpr float kMost = 15.0f;
constexpr float kShift = 8.0f;  // the step that stands for 0

using Block = Eigen::Array<float, kQ4Length, 1>;  // numbers, or whole steps from 0 to 15

// To 11 significant bits, ties to even. Below the normal numbers of f16 this is finer than f16.
float RoundedToHalf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  bits += 0xfff + ((bits >> 13) & 1);
  bits &= ~uint32_t{0x1fff};
  std::memcpy(&x, &bits, sizeof(bits));
  return x;
}

// What f16 keeps of x; infinite beyond it.
float InHalf(float x) {
  constexpr float kLeastNormal = 0x1p-14f, kLargest = 65504;
  const float magnitude = std::fabs(x);
  const bool normal = magnitude >= kLeastNormal && magnitude <= kLargest;
  return normal ? RoundedToHalf(x) : HalfToFloat(FloatToHalf(x));
}

Block Cut(const Block& steps) { return steps.max(0.0f).min(kMost).cast<int>().cast<float>(); }

Block Quantized(const Block& x, float reciprocal) { return Cut(x * reciprocal + kZero); }

Block QuantizedInHalf(const Block& x, float reciprocal) {
  const Block steps = (x * reciprocal).unaryExpr(&RoundedToHalf) + kZero;
  return Cut(steps.unaryExpr(&RoundedToHalf));
}

float SquaredError(const Block& x, const Block& steps, float scale) {
  return (x - scale * (steps - kShift)).square().sum();
}

void Write(const Block& steps, uint16_t scale, uint8_t* block) {
  std::memcpy(block, &scale, sizeof(scale));
  for (int i = 0; i < kHalf; ++i) {
    const int low = static_cast<int>(steps[i]), high = static_cast<int>(steps[i + kHalf]);
    block[2 + i] = static_cast<uint8_t>(low | high << 4);
  }
}

// torch-to-nnef divides by the scale in half precision, whatever the weights' type is.
Block MinMax(const Block& x, DType from, uint16_t scale) {
  const float d = HalfToFloat(scale);
  if (d == 0) return Quantized(x, 0);
  const float reciprocal = HalfToFloat(FloatToHalf(1 / d));
  if (!std::isfinite(reciprocal)) return Quantized(x, 1 / d);
  return from == DType::kF16 ? QuantizedInHalf(x, reciprocal) : Quantized(x, reciprocal);
}

// The nearest whole steps from -8 to 7.
Block Nearest(const Block& steps) {
  constexpr float kWhole = 0x1.8p23f;  // beside it floats are whole numbers
  return (steps.max(-kShift).min(kMost - kShift) + kWhole) - kWhole;
}

// The scale that fits steps best, and by how much of the squared error it is better than 0.
struct Fit {
  Fit(const Block& x, const Block& steps) {
    const float products = (x * steps).sum(), squares = steps.square().sum();
    if (squares == 0) return;
    scale = products / squares;
    gain = products * scale;
  }
  float scale = 0, gain = 0;
};

// Tries scales that make the largest magnitude so many steps of either sign. The best one, fitted
// to its steps, and once more to the steps that come of that, is taken if it is better than
// `scale`.
void ImproveScale(const Block& x, float largest, Block* best, uint16_t* scale) {
  constexpr int kTried = 21;
  constexpr float kFirst = 5.5f, kBy = 0.2f;
  Fit fit(x, *best - kShift);
  for (int i = 0; i < kTried; ++i) {
    const float levels = kFirst + kBy * static_cast<float>(i);
    for (const float reciprocal : {levels / largest, -levels / largest}) {
      const Fit tried(x, Nearest(x * reciprocal));
      if (tried.gain > fit.gain) fit = tried;
    }
  }
  float least = SquaredError(x, *best, HalfToFloat(*scale));
  for (int i = 0; i < 2; ++i) {
    const float d = InHalf(fit.scale);
    if (d == 0 || !std::isfinite(d)) return;
    const Block steps = Nearest(x * (1 / d));
    const float error = (x - d * steps).square().sum();
    if (error < least) {
      least = error;
      *best = steps + kShift;
      *scale = FloatToHalf(d);
    }
    fit = Fit(x, steps);
  }
}

}  // namespace

bool QuantizeQ4(const float* numbers, DType from, BlockScale choice, uint8_t* block) {
  const Block x = Eigen::Map<const Block>(numbers);
  const float largest = x.abs().maxCoeff();
  uint16_t scale = FloatToHalf(largest / -8);
  if (!x.allFinite() || !std::isfinite(HalfToFloat(scale))) return false;
  Block steps = MinMax(x, from, scale);
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
