// Whether a model converts right, without any runtime: runs its graph on recorded inputs and
// compares with the outputs that torch gave.
#ifndef T2N_CHECK_H_
#define T2N_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/ir/graph.h"
#include "t2n/reference/compare.h"

namespace t2n {

struct CheckResult {
  std::vector<std::string> differences;  // a line each, with the output's name; empty: all agree
  double max_abs_error = 0;              // over all outputs
};

// Runs `graph` on the arrays in0, in1, ... of the .npz at `io` and compares its outputs with out0,
// out1, ... (step0, step1, ... are the scales of those that were quantized, 0 for others); then,
// for calls in a row, on next1_in0, ... with next1_out0, ..., and so on. The last inputs are the
// state: they start as `initial` and then take the last outputs of the call before. Errors:
// ReadNpz's and RunGraph's.
absl::StatusOr<CheckResult> CheckGraph(const Graph& graph, const std::vector<Tensor>& initial,
                                       const std::string& io, const Tolerance& tolerance);

}  // namespace t2n

#endif  // T2N_CHECK_H_
