// Packed sequences (torch.nn.utils.rnn): the steps of sequences of several lengths, longest first,
// without padding. `data` [rows, ...] holds the first step of every sequence, then the second of
// all that have one, and so on; `batch_sizes` [steps] tells how many each step has.
//
// Where the lengths depend on the inputs, how many rows and steps there are is a symbol that no
// model can have; only what looks through the packing, as below, may use the two tensors.
#ifndef T2N_ATEN_NN_PACKED_H_
#define T2N_ATEN_NN_PACKED_H_

#include <optional>
#include <vector>

#include "t2n/aten/core/op_call.h"

namespace t2n {

// The same with padding of any value behind the shorter sequences.
struct PackedSteps {
  Val x;                      // [steps, batch, ...]
  Val valid;                  // bool [steps, batch, 1]: no padding; null if there is none anywhere
  std::vector<int64_t> rows;  // positions of the packed rows among x's steps * batch
  Val lengths;                // i64 [batch], if they depend on the inputs; then `rows` is empty
};

// nullopt, with the call refused, if the batch sizes are not known or do not fit the data.
std::optional<PackedSteps> Unpack(OpCall& c, const Val& data, const Val& batch_sizes);

// The rows of `x`, which has the same steps and batch as `like`, without padding.
Val Repack(Builder& b, const Val& x, const PackedSteps& like);

}  // namespace t2n

#endif  // T2N_ATEN_NN_PACKED_H_
