// Weights that are multiplied with or looked up, in blocks of few bits (t2n/blocks).
#ifndef T2N_PASSES_BLOCK_WEIGHTS_H_
#define T2N_PASSES_BLOCK_WEIGHTS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "t2n/blocks/q4.h"
#include "t2n/ir/graph.h"

namespace t2n {

// What the runtime takes in blocks beside matrices of f32.
struct BlockForms {
  bool batches = false;  // three axes: a matrix for each of several experts
  bool half = false;     // multiplied with f16
  bool filters = false;  // of convolutions
};

// A weight that was chosen and stays as it is.
struct BlockStay {
  std::string name;
  std::string why;
};

struct BlockOutcome {
  int64_t stored = 0;            // weights that are in blocks now
  std::vector<BlockStay> stays;  // by name
};

// Rebuilds `graph` in `out` (empty before) with weights as tensors of BlockBuffers: those that
// `chosen` takes by their names, of which every use is
//  - one side of a product with a computed tensor over one axis, of which blocks hold neighbours:
//  it
//    becomes the last one;
//  - a table from which rows are taken;
//  - the filter of a convolution without groups, where `forms` has it.
// Their last axis (of filters: all but the first one together) has a multiple of 32 elements.
absl::Status StoreWeightsInBlocks(const Graph& graph, BlockScale scale, const BlockForms& forms,
                                  absl::FunctionRef<bool(absl::string_view)> chosen, Graph* out,
                                  BlockOutcome* outcome);

}  // namespace t2n

#endif  // T2N_PASSES_BLOCK_WEIGHTS_H_
