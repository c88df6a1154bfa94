// A conversion, or a refusal with everything that is known up to there, as data: what pages and
// pictures are made of.
#ifndef T2N_PREVIEW_PREVIEW_H_
#define T2N_PREVIEW_PREVIEW_H_

#include "absl/status/status.h"
#include "proto/inspection.pb.h"
#include "t2n/base/progress.h"
#include "t2n/convert.h"

namespace t2n {

// Converts as `spec` says, but writes nothing, and tells of it in `preview`. Fails as Convert does,
// with the causes in `failure`; the preview then has the refusals, and what was known before them.
// spec.out is not read. `progress` may be null.
absl::Status MakePreview(const proto::ConversionSpec& spec, ConversionFailure* failure,
                         Progress* progress, proto::Preview* preview);

}  // namespace t2n

#endif  // T2N_PREVIEW_PREVIEW_H_
