// What the spec lets one conversion take.
#ifndef T2N_CONVERT_LIMITS_OF_H_
#define T2N_CONVERT_LIMITS_OF_H_

#include <cstdint>

#include "absl/status/status.h"
#include "parsers/archive/archive.h"
#include "proto/conversion.pb.h"
#include "t2n/base/allowance.h"

namespace t2n {

// The limits of the spec; those that it does not give by the archive's size: 60 s and 1 GB for each
// 10 MB, begun.
Allowance::Limits LimitsOf(const proto::ConversionSpec& spec, int64_t archive_bytes);

// Charges what reading the archive's texts - source, pickles, JSON - takes, about.
// ResourceExhausted past the allowance.
absl::Status ChargeTexts(const Archive& archive);

// InvalidArgument if a limit is none.
absl::Status CheckLimits(const proto::ConversionSpec& spec);

}  // namespace t2n

#endif  // T2N_CONVERT_LIMITS_OF_H_
