// Weights that are stored in blocks of few bits: to whoever reads one it is a tensor of the numbers
// that the blocks stand for, to whoever writes the model a stream of blocks. Both are made from the
// archive's bytes when they are asked for.
#ifndef T2N_BLOCKS_BLOCK_BUFFER_H_
#define T2N_BLOCKS_BLOCK_BUFFER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "t2n/base/byte_sink.h"
#include "t2n/blocks/q4.h"
#include "t2n/ir/computed_buffer.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// What became of a tensor's numbers.
struct BlockError {
  double squared_error = 0;
  double squared_norm = 0;
  // Root mean square of the errors over that of the numbers; 0 if all are 0.
  double relative() const;
};

class BlockBuffer : public ComputedBuffer {
 public:
  // `source`: numbers of f32, f16 or bf16; its last size is a multiple of 32.
  BlockBuffer(Tensor source, BlockScale scale, DType dtype);

  // As a tensor of `dtype`, which reads the numbers of the blocks rounded to it.
  static Tensor MakeTensor(Tensor source, BlockScale scale, DType dtype);
  Tensor As(DType dtype) const { return MakeTensor(source_, scale_, dtype); }

  // The blocks in row-major order. `error` gets what they lose. FailedPrecondition if a number of
  // the source is not finite or too large for a scale.
  absl::Status StreamBlocks(const ByteSink& sink, BlockError* error) const;
  int64_t block_bytes() const { return source_.numel() / kQ4Length * kQ4Bytes; }
  const Tensor& source() const { return source_; }

  size_t size() const override { return source_.numel() * ItemSize(dtype_); }
  absl::Status Stream(const ByteSink& sink) const override;
  void Release() const override {}  // the blocks would be chosen anew

 private:
  Tensor source_;
  BlockScale scale_;
  DType dtype_;
};

// The buffer, if `t` is all of one in its order; else null.
const BlockBuffer* BlocksOf(const Tensor& t);

}  // namespace t2n

#endif  // T2N_BLOCKS_BLOCK_BUFFER_H_
