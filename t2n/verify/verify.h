// Whether a model that was written is right: run in tract, and its graph in the reference
// evaluator, on recorded or generated inputs.
#ifndef T2N_VERIFY_VERIFY_H_
#define T2N_VERIFY_VERIFY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/conversion.pb.h"
#include "t2n/base/progress.h"
#include "t2n/convert.h"
#include "t2n/reference/compare.h"

namespace t2n {

// How much outputs may differ: by tract's names (its Approximation), as its f32 has them, and by
// the numbers of the spec, which go first. Without any it is wider for graphs with short floats.
Tolerance ToleranceOf(const proto::ConversionSpec& spec, const Graph& graph);

// Checks the model that `spec` was converted to, as its check fields say, and adds what came of it
// to report->checks(), and the time to its phases.
//
// With recorded inputs both tract and the reference evaluator must give what torch gave; with
// generated ones, and where weights are in blocks, tract must give what the reference evaluator
// gives. Where that cannot follow, because a fragment of the user's has no body, tract alone is run
// and the report says so. Always must outputs, and results of the user's fragments, be of the types
// that are declared.
//
// Of what differs in tract, or is refused by it, the first node that does is named, and all that
// shows it again is put into spec.debug_bundle_path(). Fails if nothing could be checked.
// `progress` may be null.
absl::Status Verify(const proto::ConversionSpec& spec, EvaluatedModel* model,
                    proto::ConversionReport* report, Progress* progress = nullptr);

// InvalidArgument if the fields about checks cannot be what they have to be.
absl::Status CheckVerification(const proto::ConversionSpec& spec);

}  // namespace t2n

#endif  // T2N_VERIFY_VERIFY_H_
