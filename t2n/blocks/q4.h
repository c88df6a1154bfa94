// Q4_0: blocks of 32 numbers that share a scale. A block is 18 bytes: the scale d (f16), then 32
// integers q of 4 bits, the first 16 in the low halves of the bytes; a number is d * (q - 8).
#ifndef T2N_BLOCKS_Q4_H_
#define T2N_BLOCKS_Q4_H_

#include <cstdint>

#include "t2n/ir/dtype.h"

namespace t2n {

constexpr int kQ4Length = 32;
constexpr int kQ4Bytes = 18;

// How a block's scale is chosen.
enum class BlockScale {
  kMinMax,        // the largest magnitude is 8 steps, as torch-to-nnef has it
  kLeastSquares,  // what gives the least squared error of those that were tried, min-max among them
};

// Quantizes the 32 numbers at `x` into the 18 bytes at `block`. `from`: the type that they are
// stored in; numbers of f16 are rounded to it on the way, as torch does. False if one of them is
// not finite, or the scale is not in half precision.
bool QuantizeQ4(const float* x, DType from, BlockScale scale, uint8_t* block);

// The 32 numbers of a block.
void DequantizeQ4(const uint8_t* block, float* x);

}  // namespace t2n

#endif  // T2N_BLOCKS_Q4_H_
