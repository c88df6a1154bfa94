// Time and memory of the phases of a conversion.
#ifndef T2N_CONVERT_STOPWATCH_H_
#define T2N_CONVERT_STOPWATCH_H_

#include <chrono>

#include "absl/strings/string_view.h"
#include "proto/conversion.pb.h"

namespace t2n {

// Of what is done one after the other.
class Stopwatch {
 public:
  // Of what was done since the last call, or since the begin.
  proto::PhaseInfo Lap(absl::string_view name);

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace t2n

#endif  // T2N_CONVERT_STOPWATCH_H_
