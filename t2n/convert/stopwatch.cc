#include "t2n/convert/stopwatch.h"

#include <cstdint>
#include <fstream>
#include <string>

#include "re2/re2.h"

namespace t2n {
namespace {

// The largest resident memory of this program in bytes; 0 where the system does not tell. (rusage
// counts what the process was before it became this program, too.)
int64_t PeakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    int64_t kilobytes;
    if (RE2::FullMatch(line, R"(VmHWM:\s+(\d+) kB)", &kilobytes)) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

proto::PhaseInfo Stopwatch::Lap(absl::string_view name) {
  const auto now = std::chrono::steady_clock::now();
  proto::PhaseInfo phase;
  phase.set_name(std::string(name));
  phase.set_seconds(std::chrono::duration<double>(now - start_).count());
  phase.set_peak_bytes(PeakMemory());
  start_ = now;
  return phase;
}

}  // namespace t2n
