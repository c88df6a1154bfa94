// Whether a model that was written is right: run in tract, and its graph in the reference
// evaluator, on recorded or generated inputs.
#ifndef T2N_VERIFY_VERIFY_H_
#define T2N_VERIFY_VERIFY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/conversion.pb.h"
#include "t2n/convert.h"
#include "t2n/reference/compare.h"

namespace t2n {

// Checks the model that `spec` was converted to, as its check fields say, and adds what came of it
// to report->checks(). With recorded inputs both tract and the reference evaluator must give what
// torch gave; with generated ones, and where weights are in blocks, tract must give what the
// reference evaluator gives. Where that cannot follow, because a fragment of the user's has no
// body, tract alone is run and the report says so. Of what differs in tract the first node that
// does is named, and all that shows it again is put into spec.debug_bundle_path(). Fails if nothing
// could be checked.
absl::Status Verify(const proto::ConversionSpec& spec, const Tolerance& tolerance,
                    EvaluatedModel* model, proto::ConversionReport* report);

// InvalidArgument if the fields about checks cannot be what they have to be.
absl::Status CheckVerification(const proto::ConversionSpec& spec);

}  // namespace t2n

#endif  // T2N_VERIFY_VERIFY_H_
