// Takes bytes in order, in pieces of any size; a failure ends the stream.
#ifndef T2N_BASE_BYTE_SINK_H_
#define T2N_BASE_BYTE_SINK_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace t2n {

using ByteSink = std::function<absl::Status(absl::Span<const uint8_t>)>;

}  // namespace t2n

#endif  // T2N_BASE_BYTE_SINK_H_
