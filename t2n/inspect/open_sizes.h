// Which sizes of a model's inputs can be open: tried, as a user would by --dynamic_axes.
#ifndef T2N_INSPECT_OPEN_SIZES_H_
#define T2N_INSPECT_OPEN_SIZES_H_

#include <string>

#include "proto/conversion.pb.h"
#include "proto/inspection.pb.h"
#include "t2n/base/progress.h"

namespace t2n {

// How long all trials take at most, in seconds, where spec.max_seconds does not say it.
inline constexpr double kSecondsOfTrials = 120;

// Converts the model of `spec`, writing nothing: as it is; with each size open that may be one by
// its place (B; H and W of four axes; S, T of three), inputs with the same size at the same place
// together; then with all of them open that can be alone, or as many of these as go together.
// `progress` may be null.
proto::OpenSizes TryOpenSizes(const proto::ConversionSpec& spec, Progress* progress);

// As a listing, with a newline at its end.
std::string ToText(const proto::OpenSizes& sizes);

}  // namespace t2n

#endif  // T2N_INSPECT_OPEN_SIZES_H_
