// What a model is called with when it is checked.
#ifndef T2N_VERIFY_CALLS_H_
#define T2N_VERIFY_CALLS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/conversion.pb.h"
#include "t2n/convert.h"
#include "t2n/ir/tensor.h"

namespace t2n {

// One call of the model: its arguments, and what torch gave, if that is recorded.
struct Call {
  std::vector<Tensor> inputs;
  std::vector<Tensor> recorded;
  std::vector<double> steps;  // scales of recorded outputs that were quantized, 0 of others
};

// Calls in a row: states start as they are stored and then are what the call before gave.
struct Run {
  std::string sizes;
  std::vector<Call> calls;
};

// The calls of an .npz: in0, in1, ... with out0, out1, ... (and step0, step1, ...: see
// t2n/check.h), then next1_in0, ... with next1_out0, ..., and so on. FailedPrecondition if it
// cannot be read or has another number of outputs than the model.
absl::StatusOr<Run> RecordedRun(const std::string& io, const EvaluatedModel& model);

// A run for each choice of open sizes, the spec's or two of small ones: a call, or two where states
// are kept; whole numbers are below `most`. None if no sizes are found. Errors: those of ParseSizes
// and GenerateInputs.
absl::StatusOr<std::vector<Run>> GeneratedRuns(const proto::ConversionSpec& spec,
                                               const EvaluatedModel& model, int64_t most);

}  // namespace t2n

#endif  // T2N_VERIFY_CALLS_H_
